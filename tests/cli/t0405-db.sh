#!/usr/bin/env bash
# attune db: check finds what is wrong and says how to mend it; info; export.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite suite.yaml
expect_exit 0 "$ATTUNE" run suite.yaml

case_is 'a whole database'
expect_exit 0 "$ATTUNE" db check
expect_in out 'run.db: whole'

case_is 'info shows runs and provenance'
expect_exit 0 "$ATTUNE" db info
expect_in out "run 1 'small'"
expect_in out '18 of 18 items, 0 failed'
expect_in out 'sqlite'

case_is 'export'
expect_exit 0 "$ATTUNE" db export
expect_in out 'run,model,method,base,prompt,seed,status,path,metric,value,state,why'
[ "$(wc -l <out)" -eq 37 ] || fail "$(wc -l <out) lines"
expect_exit 0 "$ATTUNE" db export samples --format jsonl --out samples.jsonl
[ "$(wc -l <samples.jsonl)" -eq 18 ] || fail 'not every sample is there'
if command -v python3 >/dev/null; then
    python3 - <<'END' || fail 'the JSON Lines do not read back'
import json, sqlite3
rows = [json.loads(line) for line in open("samples.jsonl")]
assert {row["status"] for row in rows} == {"ok"}
db = sqlite3.connect("run.db")
stored = dict(db.execute("SELECT id, evaluate_s FROM sample"))
assert sorted(stored.values()) == sorted(row["evaluate_s"] for row in rows)
END
fi
for what in leaderboard models prompts sets preferences events; do
    expect_exit 0 "$ATTUNE" db export "$what" --run small
done
expect_exit 2 "$ATTUNE" db export sample
expect_in err "did you mean 'samples'?"
expect_exit 2 "$ATTUNE" db export --run nothing
expect_exit 3 "$ATTUNE" db export --out nowhere/x.csv
expect_exit 3 "$ATTUNE" db export --out /dev/full
expect_exit 2 "$ATTUNE" db chekc
expect_in err 'attune db check'

case_is 'samples that are gone or changed'
query "SELECT DISTINCT path FROM sample_scores ORDER BY 1" >paths
rm "$(sed -n 1p paths)"
echo x >>"$(sed -n 2p paths)"
expect_exit 1 "$ATTUNE" db check
expect_in out '1 samples are gone from disk'
expect_in out '1 samples have changed'
expect_in out 'attune run'
expect_exit 0 "$ATTUNE" run suite.yaml
expect_exit 0 "$ATTUNE" db check

case_is 'unfinished and failed'
expect_exit 0 "$ATTUNE" run suite.yaml --db part.db --shard 1/3
expect_exit 1 "$ATTUNE" db check --db part.db
expect_in out '12 of 18 items are not finished'
cp run.db failed.db
query "UPDATE sample SET status = 'failed', error = 'out of memory', artefact = NULL, params = NULL,
       path = NULL WHERE id < 3" failed.db
expect_exit 1 "$ATTUNE" db check --db failed.db
expect_in out "2 samples failed, the first: out of memory"

case_is 'broken references and pages'
cp run.db broken.db
query 'PRAGMA foreign_keys = OFF; DELETE FROM artefact WHERE id = 1' broken.db
expect_exit 4 "$ATTUNE" db check --db broken.db
expect_in out 'refers to nothing in artefact'
cp run.db damaged.db
size=$(stat -c %s damaged.db)
head -c 3000 /dev/urandom | dd of=damaged.db bs=1 seek=$((size / 2)) conv=notrunc status=none
"$ATTUNE" db check --db damaged.db >out 2>err
[ $? -eq 4 ] || fail 'a damaged page should be exit 4'
expect_exit 4 "$ATTUNE" db check --db nowhere.db

done_testing
