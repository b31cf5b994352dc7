#!/usr/bin/env bash
# What the compiler can't see: the direction of includes, forgotten registrations, open ends.
# usage: tests/lint/lint.sh SOURCE_DIR
set -u
cd "$1" || exit 70
failures=0
fail() { printf 'lint: %s\n' "$*"; failures=$((failures + 1)); }
sources() { find base metrics models harness lib reports cli -name '*.[ch]' | sort; }

# A folder includes only itself and folders to its left.
# shellcheck disable=SC2046
while read -r line; do fail "$line"; done < <(
    awk 'BEGIN { n = split("base metrics models harness lib reports cli tests fixtures docs", room, " ")
                 for (i = 1; i <= n; i++) place[room[i]] = i }
         /^[ \t]*#[ \t]*include[ \t]+"[a-z]+\// {
             split($0, quoted, "\""); split(quoted[2], to, "/"); split(FILENAME, from, "/")
             if (place[to[1]] > place[from[1]])
                 printf "%s:%d: %s must not include %s\n", FILENAME, FNR, from[1], to[1] }' $(sources))
# reports sees the store through one read-only header, and metrics neither files nor processes.
grep -rnE '#include "harness/store\.h"' reports && fail 'reports must use harness/store/store_read.h'
grep -rnE '#include <(sqlite3|sys/wait|spawn|unistd|time)\.h>' metrics &&
    fail 'metrics does no I/O, reads no clock and knows no process'

# Every metric, generator and command that is defined is listed once, and the other way round.
registered() { # DEF MACRO PREFIX FOLDER
    diff <(sed -nE "s/^$2\(([a-z0-9_]+)(, *([a-z0-9_]+))?\).*/\1_\3/p" "$1" | sed 's/_$//' | sort) \
        <(grep -rhoE "^const struct attune_[a-z_]+ $3[a-z0-9_]+ =" "$4" --include='*.c' |
            sed -E "s/.* $3([a-z0-9_]+) =/\1/" | sort) |
        sed -n "s|^<|$1 lists, but nothing defines:|p; s|^>|defined, but $1 does not list:|p"
}
while read -r line; do fail "$line"; done < <(
    registered metrics/metrics.def METRIC attune_metric_ metrics
    registered metrics/set/sets.def SET_METRIC attune_set_metric_ metrics/set
    registered models/generators.def GENERATOR attune_generator_ models
    registered cli/commands.def COMMAND attune_command_ cli)

# Every source file is built.
while read -r file; do fail "$file is in no CMakeLists.txt"; done < <(
    comm -13 <(grep -roE '[a-z0-9_/]+\.c\b' base metrics models harness lib reports cli \
        --include=CMakeLists.txt --include='*.cmake' | sed -E 's|/[^/]*:|/|' | sort -u) \
        <(sources | grep '\.c$' | grep -vE '/fft_(fftw|kissfft)\.c$' | sort)) # one of these is chosen

# No open ends, no long lines, no tabs; every header is guarded.
grep -nE '\b(TODO|FIXME|XXX)\b' $(sources) && fail 'open ends'
awk 'length($0) > 100 {printf "%s:%d: %d columns\n", FILENAME, FNR, length($0); bad = 1} END {exit bad}' \
    $(sources) || fail 'lines over 100 columns'
grep -nP '\t' $(sources) && fail 'tabs'
while read -r file; do fail "$file has no include guard"; done < <(
    grep -LE '^#ifndef ATTUNE_' $(sources | grep '\.h$'))

[ "$failures" -eq 0 ] && echo 'lint: clean'
[ "$failures" -eq 0 ]
