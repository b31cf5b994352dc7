#!/usr/bin/env bash
# What can stand in a run's way: wrong suites, hostile names, databases that are damaged, locked or foreign,
# folders that can't be written, a full disk, two runs at once.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite suite.yaml

case_is 'mistakes in suites are exit 3 with file, line and a guess'
sed 's/^seeds/sedes/' suite.yaml >wrong.yaml
expect_exit 3 "$ATTUNE" run wrong.yaml
expect_in err "wrong.yaml:6: unknown key 'sedes'"
expect_in err "did you mean 'seeds'?"
sed 's/builtin: corpus/builtin: policy, best_of: many/' suite.yaml >wrong.yaml
expect_exit 3 "$ATTUNE" run wrong.yaml
expect_in err "best_of"
sed 's|builtin: corpus|command: [x, "{txet}"]|' suite.yaml >wrong.yaml
expect_exit 3 "$ATTUNE" run wrong.yaml
expect_in err "did you mean {text}?"
expect_exit 3 "$ATTUNE" run nowhere.yaml
[ ! -e run.db ] || [ "$(query 'SELECT count(*) FROM run')" = 0 ] || fail 'a wrong suite left a run'

case_is 'hostile ids and names stay inside the folder of the samples'
cat >hostile.jsonl <<'END'
{"id": "../../../escape", "text": "A calm piano waltz in A minor"}
{"id": "/absolute", "text": "A calm piano waltz in A minor"}
{"id": "..", "text": "A calm piano waltz in A minor"}
{"id": "a b'; DROP TABLE run; --\"<script>", "text": "A calm piano waltz"}
{"id": "a_b", "text": "A calm piano waltz"}
{"id": "a/b", "text": "A calm piano waltz"}
{"id": "%s%n$(touch pwned)`touch pwned`", "text": "A calm {out} piano waltz $(touch pwned)"}
END
{
    printf 'suite: hostile\nprompts: hostile.jsonl\nmodels:\n'
    printf '  - {name: "../up/$(touch pwned)", builtin: corpus}\n  - {name: "-rf", builtin: random}\n'
    printf 'metrics: [harmonic.key_clarity]\n'
} >hostile.yaml
mkdir inner
list() { find . -mindepth 1 -maxdepth 1 ! -name out ! -name err ! -name 'list-*' | sort; }
list >list-before
expect_exit 0 "$ATTUNE" run hostile.yaml --db inner/run.db
expect_in out '14 of 14 samples, 0 failed'
list >list-after
expect_same list-before list-after
expect_query 'SELECT count(DISTINCT path) FROM sample' 14 inner/run.db
expect_query "SELECT count(*) FROM prompt WHERE name LIKE '%DROP TABLE run%'" 1 inner/run.db
expect_exit 0 "$ATTUNE" leaderboard --db inner/run.db --format html

case_is 'files that are no database, foreign ones, and newer ones are exit 4 and untouched'
printf 'not a database, but long enough to be looked at %200s\n' x >foreign.db
cp foreign.db copy
expect_exit 4 "$ATTUNE" run suite.yaml --db foreign.db
expect_same foreign.db copy
query 'CREATE TABLE t (x)' other.db
expect_exit 4 "$ATTUNE" run suite.yaml --db other.db
expect_in err 'not an attune database'
expect_exit 0 "$ATTUNE" run suite.yaml
cp run.db newer.db
query 'PRAGMA user_version = 99' newer.db
expect_exit 4 "$ATTUNE" run suite.yaml --db newer.db
expect_in err 'newer attune'

case_is 'a damaged page is exit 4 with a hint, not a crash'
cp run.db damaged.db
size=$(stat -c %s damaged.db)
for offset in 4200 9000 20000 $((size / 2)) $((size - 5000)); do
    head -c 2000 /dev/urandom | dd of=damaged.db bs=1 seek="$offset" conv=notrunc status=none
done
"$ATTUNE" run suite.yaml --db damaged.db >out 2>err
[ $? -eq 4 ] || fail 'a damaged database should be exit 4'
expect_exit 4 "$ATTUNE" leaderboard --db damaged.db

case_is 'a database locked by another program is exit 4 after a while'
if command -v python3 >/dev/null; then
    python3 - <<'END' &
import sqlite3, time
db = sqlite3.connect("run.db", isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open("held", "w").close()
time.sleep(300)
END
    holder=$!
    waited_for held || fail 'nobody locks the database'
    expect_exit 4 "$ATTUNE" run suite.yaml
    expect_in err 'another program holds the database'
    kill "$holder" 2>/dev/null
    wait "$holder" 2>/dev/null
fi

case_is 'two runs of one suite on one database: the second says so'
mkfifo gate
{
    printf 'suite: slow\nprompts: [one]\nmodels:\n'
    printf '  - {name: slow, timeout_s: 600, command: [sh, -c, "touch begun; cat gate >/dev/null; exit 1"]}\nallow_failed: 1.0\n'
} >slow.yaml
"$ATTUNE" run slow.yaml --db two.db >/dev/null 2>&1 &
first=$!
waited_for begun || fail 'the first run does not begin'
expect_exit 4 "$ATTUNE" run slow.yaml --db two.db
expect_in err 'already being worked on'
expect_exit 0 "$ATTUNE" run suite.yaml --db two.db
timeout 60 sh -c 'echo >gate' || fail 'nobody reads the gate'
wait "$first" || fail "the first run should succeed"

case_is 'folders that cannot be written'
if [ "$(id -u)" -ne 0 ]; then
    mkdir sealed && chmod 500 sealed
    expect_exit 4 "$ATTUNE" run suite.yaml --db sealed/run.db
    chmod 700 sealed
fi
expect_exit 4 "$ATTUNE" run suite.yaml --db nowhere/run.db
expect_exit 4 "$ATTUNE" run suite.yaml --db /proc/run.db
printf 'in the way' >run2.db.files
expect_exit 3 "$ATTUNE" run suite.yaml --db run2.db

if mkdir frozen && mount -t tmpfs -o size=4m tmpfs frozen 2>/dev/null; then
    cp run.db frozen/run.db
    mount -o remount,ro frozen
    expect_exit 4 "$ATTUNE" run suite.yaml --db frozen/new.db
    expect_in err 'is the folder writable'
    expect_exit 4 "$ATTUNE" run suite.yaml --db frozen/run.db
    expect_exit 3 "$ATTUNE" table leaderboard --db run.db --format csv --out frozen/board.csv
    expect_in err 'Read-only file system'
    "$ATTUNE" leaderboard --db frozen/run.db >out 2>err # in WAL mode SQLite cannot read there
    [ $? -eq 0 ] || expect_in err 'is the folder writable'
    umount frozen
else
    say 'nothing can be mounted here: the read-only folder is left out'
fi

case_is 'a full disk ends the run and loses nothing'
if mkdir small && mount -t tmpfs -o size=400k tmpfs small 2>/dev/null; then
    sed 's/^seeds.*/seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]/' \
        suite.yaml >many.yaml
    "$ATTUNE" run many.yaml --db small/run.db >out 2>err
    code=$?
    [ "$code" -eq 4 ] || [ "$code" -eq 1 ] || fail "exit $code on a full disk"
    query 'PRAGMA integrity_check' small/run.db >integrity
    [ "$(cat integrity)" = ok ] || fail "the database is damaged"
    mount -o remount,size=40m small
    expect_exit 0 "$ATTUNE" run many.yaml --db small/run.db
    expect_query "SELECT count(*) FROM sample WHERE status = 'ok'" 180 small/run.db
    expect_exit 0 "$ATTUNE" run many.yaml --db whole.db
    standings small/run.db >standings1
    standings whole.db >standings2
    expect_same standings1 standings2
    umount small
else
    say 'no tmpfs can be mounted here: the full disk is left out'
fi

done_testing
