#!/usr/bin/env bash
# History: runs of one suite on the same prompts, the step among them, the figure of it.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
"$make" a.db 4 12 1 8 >/dev/null || exit 70
cat >runs.py <<'PY'
# Run 1 of the database again and again; at run 15 every mean falls by 0.05. Run 24 has other prompts.
import random
import sqlite3

random.seed(4)
db = sqlite3.connect("a.db")


def copy(table, run, **other):
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    names = [name for name in names if table != "model" or name != "id"]
    key = "id" if table == "run" else "run"
    for row in db.execute(f"SELECT {','.join(names)} FROM {table} WHERE {key} = 1").fetchall():
        row = dict(zip(names, row)) | {key: run} | other
        db.execute(f"INSERT INTO {table} ({','.join(names)}) VALUES ({','.join('?' * len(names))})",
                   list(row.values()))


for run in range(2, 25):
    copy("run", run, key=f"key{run}", started=f"2026-01-{run:02d}T00:00:00Z", attune_commit=f"{run:07x}",
         prompt_hash="others" if run == 24 else "prompthash")
    for table in ("run_metric", "run_prompt", "model", "leaderboard"):
        copy(table, run)
    change = random.gauss(0, 0.006) - (0.05 if run >= 15 else 0)
    db.execute("UPDATE leaderboard SET mean = mean + ? WHERE run = ?", (change, run))
db.commit()
PY
python3 runs.py || exit 70

case_is 'the step is at run 15, and the run with other prompts is left out'
expect_exit 0 "$ATTUNE" history base --db a.db --run 23 --metrics harmonic.key_clarity --format csv
[ "$(wc -l <out)" -eq 24 ] || fail "$(wc -l <out) lines, expected 24"
[ "$(grep -c 'p <' out)" -eq 1 ] || fail 'not one step'
grep -q '^15,2026-01-15,000000f,.*,"-0.0.*p <.001"$' out || fail 'no step at run 15'
expect_exit 0 "$ATTUNE" history base --db a.db --run 23 --metrics harmonic.key_clarity
expect_in out '1 other run'
expect_exit 0 "$ATTUNE" history base --db a.db --metrics harmonic.key_clarity
expect_in out 'over 1 run'
expect_in out 'needs 8 runs'

case_is 'mistakes'
expect_exit 5 "$ATTUNE" history nobody --db a.db
expect_exit 2 "$ATTUNE" history base --db a.db --metrics nonsense
expect_exit 2 "$ATTUNE" history --db a.db

if command -v gnuplot >/dev/null; then
    case_is 'the figure says which run and which commit'
    expect_exit 0 "$ATTUNE" plot history base --db a.db --run 23 --metrics harmonic.key_clarity --out history.svg
    expect_in history.svg 'run 15, 2026-01-15, 000000f'
    expect_in history.dat '000000f'
fi
done_testing
