#!/usr/bin/env bash
# The leaderboard in all its formats, on a database of invented scores.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'

"$make" a.db 6 24 2 12 >/dev/null || exit 70
"$make" hostile.db 6 12 1 8 hostile >/dev/null || exit 70

case_is 'a table fits 80 columns and has neither colours nor a run id'
expect_exit 0 "$ATTUNE" leaderboard --db a.db
expect_in out 'Key clarity ↑'
expect_in out 'model-sft4†'
expect_in err "next: attune compare 'model-inference3' 'model-dpo2'"
[ "$(LC_ALL=C.UTF-8 awk '{ if (length($0) > w) w = length($0) } END { print w }' out)" -le 80 ] ||
    fail 'wider than 80 columns'
grep -q $'\x1b' out && fail 'escape codes without a terminal'
expect_exit 0 "$ATTUNE" leaderboard --db a.db --quiet
[ -s err ] && fail '--quiet still talks'

case_is 'csv holds every row of the database table, and equal results give equal files'
expect_exit 0 "$ATTUNE" leaderboard --db a.db --format csv
expect_in out 'model,method,metric,mean,ci_low,ci_high,n,n_undefined,rank_low,rank_high'
[ "$(wc -l <out)" -eq 73 ] || fail "$(wc -l <out) lines, expected 73"
cp out first.csv
"$make" again.db 6 24 2 12 >/dev/null
expect_exit 0 "$ATTUNE" leaderboard --db again.db --format csv --jobs 1
expect_same out first.csv

case_is 'descriptive metrics have no ranks'
grep -E '^base,none,quality.loudness_lufs,.*,24,0,,$' first.csv >/dev/null || fail 'loudness is ranked'

case_is 'json parses; csv survives hostile names'
for db in a hostile; do
    expect_exit 0 "$ATTUNE" leaderboard --db $db.db --format json
    python3 -c 'import json; d = json.load(open("out")); assert len(d["leaderboard"]) in (72, 48)' ||
        fail "$db: not JSON"
    expect_exit 0 "$ATTUNE" leaderboard --db $db.db --format csv
    python3 -c 'import csv; rows = list(csv.reader(open("out", newline=""))); assert {len(r) for r in rows} == {10}' ||
        fail "$db: not CSV"
    for format in table markdown latex html; do
        expect_exit 0 "$ATTUNE" leaderboard --db $db.db --format $format --metrics '*'
        [ $format = table ] || expect_not_in out '<script>alert'
    done
done

case_is 'by method, and one family'
expect_exit 0 "$ATTUNE" leaderboard --db a.db --by method --metrics 'harmonic.*' --format csv
expect_in out 'inference,inference,harmonic.key_clarity'
[ "$(wc -l <out)" -eq 13 ] || fail "$(wc -l <out) lines, expected 13"

case_is 'interquartile means'
expect_exit 0 "$ATTUNE" leaderboard --db a.db --aggregate iqm --format csv --metrics harmonic.key_clarity
python3 - <<'PY' || fail 'the interquartile mean differs from the scores'
import csv, sqlite3
db = sqlite3.connect("a.db")
for row in csv.DictReader(open("out", newline="")):
    values = sorted(v for v, in db.execute("SELECT value FROM sample_scores WHERE model = ? AND metric = ?"
                                           " AND state = 'ok'", (row["model"], row["metric"])))
    cut = len(values) // 4
    middle = values[cut:len(values) - cut]
    assert abs(sum(middle) / len(middle) - float(row["mean"])) < 1e-12
    assert float(row["ci_low"]) < float(row["mean"]) < float(row["ci_high"])
PY
expect_exit 2 "$ATTUNE" leaderboard --db a.db --aggregate iqm --by method

case_is 'a very long name leaves room for numbers'
"$make" long.db 4 12 1 8 >/dev/null
long=a-very-long-model-name-of-a-checkpoint-日本語-trained-to-step-0012345
python3 - $long <<'PY' || exit 70
import sqlite3, sys
db = sqlite3.connect("long.db")
db.execute("UPDATE model SET name = ? WHERE name = 'base'", (sys.argv[1],))
db.execute("UPDATE leaderboard SET model = ? WHERE model = 'base'", (sys.argv[1],))
db.commit()
PY
for command in 'leaderboard' 'table methods' 'stability' "compare $long model-dpo2" "history $long" 'power model-rlhf1 model-dpo2'; do
    expect_exit 0 "$ATTUNE" $command --db long.db
    python3 - "$command" <<'PY' || fail "$command is wider than 80 columns"
import sys, unicodedata
for line in open("out", encoding="utf-8").read().splitlines():
    assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= 80, line
PY
done

case_is 'mistakes'
expect_exit 2 "$ATTUNE" leaderboard --db a.db --metrics 'harmony.*'
expect_in err "matches 'harmony.*'"
expect_exit 2 "$ATTUNE" leaderboard --db a.db --run other
expect_exit 4 "$ATTUNE" leaderboard --db none.db

done_testing
