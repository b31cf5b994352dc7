#!/usr/bin/env bash
# The measurement behind the table of scale in HACKING.md, small enough for a test.
. "$SOURCE/tests/cli/lib.sh"
need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }
need python3

case_is 'every column of the table can be measured'
expect_exit 0 python3 "$SOURCE/tests/bench/scale.py" "$BUILD" . 400
expect_in out '| samples | scores stored |'
expect_in out '| 400 | '
[ "$(tail -n 1 out | tr -cd '|' | wc -c)" -eq 13 ] || fail "not twelve columns: $(tail -n 1 out)"
[ ! -e scale-400 ] || fail 'the database is left'
