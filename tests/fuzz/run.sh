#!/usr/bin/env bash
# Every fuzz target for SECONDS_EACH, two at a time, from the kept corpus on; what reached new code is then kept
# with it in corpus.tar.xz, which the tests replay. Nothing is kept where a target failed.
#     tests/fuzz/run.sh SECONDS_EACH [FOLDER]        (a release: 600)
set -euo pipefail
seconds=${1:?usage: tests/fuzz/run.sh SECONDS_EACH [FOLDER]}
cd "$(dirname "$0")/../.."
folder=${2:-build-fuzz/corpus}
cmake --preset fuzz >/dev/null
ninja -C build-fuzz --quiet
build-fuzz/tests/corpus "$folder"
tar -xJf tests/fuzz/corpus.tar.xz -C "$folder"
export ASAN_OPTIONS=allocator_may_return_null=1
one() { # TARGET
    local target=$1 log
    log=$folder/$target.log
    if "build-fuzz/tests/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
        -artifact_prefix="$folder/$target-" "$folder/$target" >"$log" 2>&1; then
        printf '%-12s clean, %s\n' "$target" "$(grep -aoE 'Done [0-9]+ runs in [0-9]+ second' "$log")"
    else
        printf '%-12s FAILED, see %s\n' "$target" "$log"
        return 1
    fi
}
export -f one
export folder seconds
printf '%s\n' build-fuzz/tests/fuzz_* | sed 's/.*fuzz_//' | xargs -P 2 -I{} bash -c 'one {}'

smallest=$(mktemp -d)
trap 'rm -rf "$smallest"' EXIT
for target in build-fuzz/tests/fuzz_*; do
    name=${target##*fuzz_}
    mkdir "$smallest/$name"
    "$target" -merge=1 -rss_limit_mb=2048 "$smallest/$name" "$folder/$name" >"$folder/$name-merge.log" 2>&1
done
tar --sort=name --owner=0 --group=0 --mtime=@0 -C "$smallest" -c . | xz -9e >tests/fuzz/corpus.tar.xz
printf 'kept: %s inputs, %s bytes\n' "$(find "$smallest" -type f | wc -l)" "$(stat -c %s tests/fuzz/corpus.tar.xz)"
