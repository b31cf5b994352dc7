#!/usr/bin/env bash
# Line coverage of a build that has run its tests: by room, and the files with the lowest share.
#     tests/coverage.sh BUILD_DIR [N_LOWEST]
set -euo pipefail
cd "$(dirname "$0")/.."
rooms='base|metrics|models|harness|lib|reports|cli'
gcovr -r . -j "$(nproc)" "$1"/{base,metrics,models,harness,lib,reports,cli} --filter "($rooms)/" \
    --gcov-ignore-parse-errors --csv 2>/dev/null |
    python3 -c '
import csv, sys
files = [(row["filename"], int(row["line_total"]), int(row["line_covered"]))
         for row in csv.DictReader(sys.stdin)]
rooms = {}
for name, total, covered in files:
    for room in (name.split("/")[0], "all"):
        sums = rooms.setdefault(room, [0, 0])
        sums[0] += total
        sums[1] += covered
for room, (total, covered) in sorted(rooms.items()):
    print(f"{room:8} {100 * covered / total:5.1f} %  of {total} lines")
for name, total, covered in sorted(files, key=lambda f: f[2] - f[1])[:int(sys.argv[1])]:
    print(f"  {name:44} {100 * covered / total:5.1f} %, {total - covered} lines not run")
' "${2:-20}"
