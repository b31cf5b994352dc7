#!/usr/bin/env bash
# The public header is documented without a gap: doxygen has nothing to say.
. "$SOURCE/tests/cli/lib.sh"
command -v doxygen >/dev/null || skip 'doxygen is missing'
cd "$SOURCE" || exit 70
{ cat docs/Doxyfile; echo "OUTPUT_DIRECTORY = $scratch/doxygen"; } | doxygen - >"$scratch/log" 2>&1 &&
    [ ! -s "$scratch/log" ] || { case_is 'doxygen'; fail 'warnings:'; cat "$scratch/log" >&2; }
[ -s "$scratch/doxygen/html/attune_8h.html" ] || fail 'no page of attune.h'
done_testing
