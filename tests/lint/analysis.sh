#!/usr/bin/env bash
# Static analysis: cppcheck over the rooms, exceptions in cppcheck.txt. Quick enough to be a test.
#     tests/lint/analysis.sh SOURCE_DIR BUILD_DIR [--tidy]      --tidy: clang-tidy as well (about 20 minutes)
set -u
cd "$1" || exit 70
build=$2
command -v cppcheck >/dev/null || { echo 'skipped: cppcheck is missing'; exit 77; }
rooms='base metrics models harness lib reports cli'
# shellcheck disable=SC2086
cppcheck --enable=warning,performance,portability --std=c11 --inline-suppr --quiet -j 2 -I . -I "$build" \
    -D_GNU_SOURCE -DATTUNE_HAVE_FLUIDSYNTH --suppressions-list=<(grep -v '^//' tests/lint/cppcheck.txt) \
    --error-exitcode=1 $rooms || exit 1
if [ "${3:-}" = --tidy ]; then
    command -v clang-tidy >/dev/null || { echo 'skipped: clang-tidy is missing'; exit 77; }
    # shellcheck disable=SC2086
    find $rooms -name '*.c' ! -name fft_kissfft.c ! -name example.c -print0 |
        xargs -0 -P 2 -n 8 clang-tidy -p "$build" --quiet --extra-arg=-Wno-missing-field-initializers --warnings-as-errors='*' 2>/dev/null || exit 1
fi
echo 'analysis: clean'
