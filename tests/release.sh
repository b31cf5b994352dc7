#!/usr/bin/env bash
# Everything before a release, in the order in which it is cheapest to fail: static analysis, every preset with
# all its tests, line coverage, then the long runs. About two hours on two cores without fuzzing.
#     tests/release.sh [STEP...]      analysis PRESET... coverage long fuzz (default: all but fuzz)
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

build() { # PRESET: prints its build folder
    local folder=build-$1
    [ "$1" != release ] || folder=build
    cmake --preset "$1" >/dev/null
    ninja -C "$folder" --quiet >&2
    echo "$folder"
}

analysis() { tests/lint/analysis.sh . "$(build release)" --tidy; }

preset() { # PRESET: built without a warning, all tests
    build "$1" >/dev/null
    ctest --preset "$1" -j "$jobs"
}

# Line coverage by room, from a fresh count.
coverage() {
    command -v gcovr >/dev/null || { echo 'error: gcovr is missing (apt install gcovr)' >&2; return 1; }
    local folder
    folder=$(build coverage)
    find "$folder" -name '*.gcda' -delete
    ctest --preset coverage -j "$jobs"
    tests/coverage.sh "$folder"
}

long() {
    build release >/dev/null
    build asan >/dev/null
    build-asan/tests/damage 10000
    ATTUNE_FAULTS=200 build/tests/test_cli_faults
    ATTUNE_KILLS=50 ctest --test-dir build -R '^t0402' --output-on-failure
    ATTUNE_KILLS=all ctest --test-dir build -R '^t0412' --output-on-failure
    build/tests/bench_long 60
}

[ $# -gt 0 ] || set -- analysis release dev asan tsan kissfft clang coverage long
for step in "$@"; do
    echo "== $step"
    case $step in
    analysis | coverage | long) "$step" ;;
    fuzz) tests/fuzz/run.sh 600 ;;
    *) preset "$step" ;;
    esac
done
