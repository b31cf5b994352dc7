#!/usr/bin/env bash
# A run: finished once, cached afterwards, redone where something changed, continued where it stopped.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite suite.yaml

case_is 'dry run changes nothing'
expect_exit 0 "$ATTUNE" run suite.yaml --dry-run
expect_in out 'new       corpus/p001/1'
expect_in out '18 new, 0 cached'
[ ! -e run.db ] || fail 'the dry run made a database'

case_is 'a whole run'
expect_exit 0 "$ATTUNE" run suite.yaml
expect_in out 'small: 18 of 18 samples, 0 failed'
expect_query 'SELECT count(*) FROM sample' 18
expect_query "SELECT count(*), min(state), max(state) FROM sample_scores" '36|ok|ok'
expect_query 'SELECT count(*) FROM leaderboard' 6
expect_query 'SELECT ended IS NOT NULL, n_planned FROM run' '1|18'
query "SELECT path FROM sample_scores" | while read -r path; do
    [ -s "$path" ] || fail "no sample at '$path'"
done

case_is 'a second run is served from the cache'
expect_exit 0 "$ATTUNE" run suite.yaml
expect_in out '18 from cache'
expect_query 'SELECT count(*), max(attempts) FROM sample' '18|1'
expect_query 'SELECT count(*) FROM run' 1

case_is 'any number of threads gives the same bits'
for jobs in 1 4; do
    expect_exit 0 "$ATTUNE" run suite.yaml --db "jobs$jobs.db" --jobs "$jobs"
    standings "jobs$jobs.db" >"standings$jobs"
    query 'SELECT model, prompt, seed, metric, quote(value) FROM sample_scores ORDER BY 1, 2, 3, 4' \
        "jobs$jobs.db" >"values$jobs"
done
expect_same standings1 standings4
expect_same values1 values4
expect_exit 0 "$ATTUNE" leaderboard --db jobs1.db --format csv
mv out csv1
expect_exit 0 "$ATTUNE" leaderboard --db jobs4.db --format csv
expect_same csv1 out

case_is 'a vanished, a changed and an emptied sample are redone, the others not'
query "SELECT DISTINCT path FROM sample_scores WHERE model = 'random' AND prompt = 'p001' ORDER BY seed" \
    >paths
rm "$(sed -n 1p paths)"
changed=$(sed -n 2p paths)
printf 'x' >>"$changed"
emptied=$(query "SELECT DISTINCT path FROM sample_scores WHERE model = 'corpus' AND prompt = 'p002' LIMIT 1")
: >"$emptied"
expect_exit 0 "$ATTUNE" run suite.yaml --dry-run
expect_in out '15 cached, 0 to score, 3 changed'
expect_exit 0 "$ATTUNE" run suite.yaml
expect_in out '15 from cache, 0 failed'
expect_query 'SELECT count(*) FROM sample WHERE attempts = 2' 3
standings run.db >standings
expect_same standings standings1

case_is 'more metrics score what is there without generating it again'
cp -r run.db.files before
sed 's/^metrics:.*/metrics: [harmonic.key_clarity, harmonic.key_margin]/' suite.yaml >more.yaml
expect_exit 0 "$ATTUNE" run more.yaml --dry-run
expect_in out '18 to score'
expect_exit 0 "$ATTUNE" run more.yaml
diff -r before run.db.files >diff.txt || fail "samples were made again: $(head -n 3 diff.txt)"
expect_query 'SELECT count(DISTINCT run) FROM sample' 2
expect_query 'SELECT count(*) FROM score' "$(query 'SELECT 3 * count(DISTINCT artefact || "/" || params) FROM sample')"

case_is 'limit, only and shard'
expect_exit 0 "$ATTUNE" run suite.yaml --db part.db --limit 1
expect_in out '6 of 6 samples'
expect_query 'SELECT count(*) FROM run' 1 part.db
expect_exit 0 "$ATTUNE" run suite.yaml --db part.db --only 'corpus,random/p003/2'
expect_in out '7 of 7 samples, 2 from cache'
expect_exit 0 "$ATTUNE" run suite.yaml --db part.db --shard 2/3
expect_in err 'shard 2 of 3'
expect_exit 0 "$ATTUNE" run suite.yaml --db part.db
expect_in out '18 of 18 samples'
standings part.db >standings
expect_same standings standings1
expect_exit 2 "$ATTUNE" run suite.yaml --only nothing
expect_in err 'MODEL/PROMPT/SEED'
expect_exit 2 "$ATTUNE" run suite.yaml --shard 0/3
expect_in err 'shards count from 1'

case_is 'a model whose program is missing is left out with a notice'
small_suite left.yaml
sed -i 's|^metrics|  - {name: gone, if_installed: no-such-program, command: [no-such-program, "{out}.mid"]}\n&|' left.yaml
expect_exit 0 "$ATTUNE" run left.yaml --db left.db
expect_in err "model 'gone' is left out: program 'no-such-program' is not installed"
expect_query "SELECT count(*) FROM event WHERE kind = 'left-out' AND subject = 'gone'" 1 left.db
expect_query "SELECT count(*) FROM model" 3 left.db

case_is 'finished samples of a folder, and an edited one'
mkdir renders
n=0
query "SELECT DISTINCT path, prompt, seed FROM sample_scores WHERE run = 1 AND model = 'corpus'" |
    while IFS='|' read -r path prompt seed; do cp "$path" "renders/${prompt}__s$seed.mid"; done
{
    printf 'suite: folder\n%s\nseeds: [1, 2, 3]\nmodels:\n' "$prompts"
    printf '  - {name: mine, method: none, samples: "renders/{prompt}__s{seed}.mid"}\n'
    printf 'metrics: [harmonic.key_clarity]\nallow_failed: 0.4\n'
} >folder.yaml
expect_exit 0 "$ATTUNE" run folder.yaml --db folder.db
expect_in out '9 of 9 samples, 3 failed'
expect_query "SELECT count(*) FROM sample_scores WHERE state = 'failed' AND seed = 3" 3 folder.db
[ -z "$(find folder.db.files -mindepth 1 -name '*__s*')" ] || fail 'empty folders were left behind'
cp renders/p001__s1.mid renders/p002__s2.mid
expect_exit 0 "$ATTUNE" run folder.yaml --db folder.db
expect_in out '5 from cache'
sed -i 's/^allow_failed.*/allow_failed: 0.1/' folder.yaml
expect_exit 1 "$ATTUNE" run folder.yaml --db folder.db

case_is 'without a sound font the notes are measured, and the run says so'
small_suite silent.yaml 'render: true'
ATTUNE_SOUNDFONT=/nonexistent.sf2 expect_exit 0 "$ATTUNE" run silent.yaml --db silent.db
expect_in err 'not rendered, MIDI is evaluated as notes'
expect_query "SELECT count(*) > 0 FROM sample_scores WHERE value IS NOT NULL" 1 silent.db
small_suite named.yaml 'render: true' 'soundfont: /nonexistent.sf2'
expect_exit 6 "$ATTUNE" run named.yaml --db named.db

done_testing
