#!/usr/bin/env bash
# kill -9 at the calls that change a file (tests/support/preload.c), in the midst of them where they write: the same
# command then ends well, with the result of an undisturbed one. By default the first and the last call of each
# stage; ATTUNE_KILLS=all takes every call.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0
printf 'suite: small\nprompts: [A calm piano waltz in A minor at 90 BPM, A sad guitar ballad in D minor at 72 BPM]
models:\n  - {name: corpus, builtin: corpus}\n  - {name: random, builtin: random}
metrics: [harmonic.key_clarity, temporal.groove_consistency, set.vendi]\n' >suite.yaml

# kinds FILE: its lines without what differs from one process to the next
kinds() { sed -E "s|$scratch/?||; s/tmp-[0-9]+-[0-9]+/tmp/; s/-[0-9a-f]{8}\b//; s/p00[0-9]__s[0-9]/SAMPLE/g" "$1"; }
# moments STAGE...: numbers of the calls at which to kill; a stage is a regular expression of kinds
moments() {
    [ "${ATTUNE_KILLS:-}" != all ] || seq "$(wc -l <calls)"
    local stage
    for stage; do
        kinds calls | grep -En "^$stage$" | cut -d: -f1 >matches
        [ -s matches ] || fail "no such stage: $stage"
        sed -n '1p;$p' matches
    done
}
# kill_at STAGE... -- COMMAND...: each time begins with the function `reset` and ends with `verify`
kill_at() {
    local stages=() k killed=0
    while [ "$1" != -- ]; do stages+=("$1"); shift; done
    shift
    reset
    LD_PRELOAD=$PRELOAD PRELOAD_LOG=$scratch/calls expect_exit 0 "$@"
    verify
    moments "${stages[@]}" | sort -nu >at
    while read -r k; do
        reset
        # In a shell of its own, which says "Killed" to nobody.
        (LD_PRELOAD=$PRELOAD PRELOAD_LOG=$scratch/log PRELOAD_KILL_AT=$k "$@" >out 2>err; exit $?) 2>/dev/null
        [ $? -eq 137 ] || continue # threads: this time there were fewer calls
        killed=$((killed + 1))
        local n_before=$failures
        expect_exit 0 "$@"
        verify
        [ "$failures" -eq "$n_before" ] || say "    after kill -9 at call $k: $(tail -n 1 log)"
    done <at
    [ "$killed" -ge "${#stages[@]}" ] || fail "only $killed kills at ${#stages[@]} stages"
}
# whole DB: no page is damaged, no reference broken
whole() { [ "$(query 'PRAGMA integrity_check; PRAGMA foreign_key_check' "$1")" = ok ] || fail "$1 is damaged"; }
# result DB: all that the run was made for
result() {
    standings "$1"
    query "SELECT model, method, prompt, seed, status, metric, value, state FROM sample_scores ORDER BY 1, 3, 4, 6;
           SELECT m.name, s.metric, value, ci_low, ci_high FROM set_score s JOIN model m ON m.id = s.model
           ORDER BY 1, 2; SELECT count(*) FROM score" "$1"
}

case_is 'run'
expect_exit 0 "$ATTUNE" run suite.yaml --db whole.db
result whole.db >result-whole
reset() { rm -rf run.db*; }
verify() {
    whole run.db
    result run.db >result-here
    expect_same result-whole result-here
    "$ATTUNE" db check >checked || fail "the check says: $(cat checked)"
    find run.db.files \( -name '*.tmp*' -o -name '.lock*' \) >left
    [ ! -s left ] || fail "something half-written stays: $(cat left)"
}
# The schema, the folder and its lock, registering, a sample's folder, its file, its name, the transactions, the end.
kill_at 'create run.db' 'write run.db-journal' 'write run.db' 'mkdir run.db.files' 'create .*/.lock.*' \
    'write run.db-wal' 'mkdir run.db.files/corpus/SAMPLE' 'create .*/SAMPLE.mid.tmp' 'write .*/SAMPLE.mid.tmp' \
    'fsync .*/SAMPLE.mid.tmp' 'rename .*/SAMPLE.mid' 'rmdir .*/SAMPLE' 'fdatasync run.db' 'unlink run.db-wal' \
    'unlink .*/.lock.*' -- "$ATTUNE" run suite.yaml --jobs 1

case_is 'run: set metrics and leaderboard of finished samples'
cp -r run.db.files done.files && cp run.db done.db
query 'DELETE FROM leaderboard; DELETE FROM set_score; DELETE FROM vector; UPDATE run SET ended = NULL' done.db
reset() { rm -rf run.db*; cp -pr done.files run.db.files; cp done.db run.db; }
kill_at 'write run.db-wal' 'write run.db' -- "$ATTUNE" run suite.yaml --jobs 1

case_is 'merge'
for i in 1 2; do
    expect_exit 0 "$ATTUNE" run suite.yaml --db "part$i.db" --shard "$i/2"
done
reset() { rm -rf run.db*; }
verify() {
    whole run.db
    query "SELECT model, prompt, seed, status, metric, value, state FROM sample_scores ORDER BY 1, 2, 3, 5" >merged
    query "SELECT model, prompt, seed, status, metric, value, state FROM sample_scores ORDER BY 1, 2, 3, 5" \
        whole.db >expected
    expect_same expected merged
}
kill_at 'create run.db' 'write run.db-wal' 'write run.db' -- "$ATTUNE" merge run.db part1.db part2.db

case_is 'db salvage'
cp whole.db damaged.db
page=$(query "SELECT rootpage FROM sqlite_schema WHERE name = 'score'" damaged.db)
head -c 4000 /dev/urandom | dd of=damaged.db bs=1 seek=$(((page - 1) * 4096 + 96)) conv=notrunc status=none
expect_exit 1 "$ATTUNE" db salvage damaged.db --out expected.db
query 'SELECT count(*) FROM sample; SELECT count(*) FROM score' expected.db >counts
reset() { rm -rf saved.db*; }
verify() {
    whole saved.db
    query 'SELECT count(*) FROM sample; SELECT count(*) FROM score' saved.db >counts-here
    expect_same counts counts-here
}
# Exit 1: something is lost. A new database that is there is a whole one, and is not written a second time.
salvage() {
    [ ! -e saved.db ] || return 0
    "$ATTUNE" db salvage damaged.db --out saved.db
    local code=$?
    return $((code == 1 ? 0 : code))
}
kill_at 'create saved.db.part' 'write saved.db.part-wal' 'write saved.db.part' 'link saved.db' \
    'unlink saved.db.part' -- salvage

case_is 'prefs import'
printf 'prompt,model_a,model_b,winner\n' >votes.csv
for i in $(seq 300); do printf 'p%d,x,y,%s\n' "$i" "$([ $((i % 3)) = 0 ] && echo b || echo a)"; done >>votes.csv
reset() { rm -rf votes.db*; }
verify() {
    whole votes.db
    expect_query 'SELECT count(*), count(DISTINCT prompt) FROM preference' '300|300' votes.db
}
kill_at 'write votes.db-journal' 'write votes.db-wal' 'write votes.db' -- "$ATTUNE" prefs import votes.csv --db votes.db

case_is 'baseline'
reset() { rm -rf base.db*; cp whole.db base.db; }
verify() { whole base.db; expect_query 'SELECT count(*) FROM baseline' 1 base.db; }
kill_at 'write base.db-wal' 'write base.db' -- "$ATTUNE" baseline set b --model corpus --db base.db

case_is 'report: the page is the old one or the new one, never half of one'
reset() { rm -rf page; mkdir page; echo old >page/index.html; }
verify() {
    [ "$(tail -c 8 page/index.html)" = '</html>' ] || fail 'the page has no end'
    (cd page && find . -type f ! -name '*.tmp*' -exec md5sum {} + | sort -k 2) >sums-here
    [ -e sums ] || cp sums-here sums
    expect_same sums sums-here
}
kill_at 'create page/index.html.tmp' 'write page/index.html.tmp' 'rename page/index.html' -- \
    "$ATTUNE" report --db whole.db --out page

case_is 'files of --out: old or new, never half of one'
reset() { echo old >board.csv; }
verify() { [ "$(head -n 1 board.csv | cut -c1-5)" = 'model' ] || fail "board.csv: $(head -n 1 board.csv)"; }
kill_at 'write board.csv.tmp' 'rename board.csv' -- "$ATTUNE" table leaderboard --db whole.db --format csv --out board.csv

done_testing
