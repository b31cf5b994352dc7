#!/usr/bin/env bash
# Metrics of whole sets in a run: stored with what they were made from, found again by content, shown like others.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
need python3
export TMPDIR="$scratch" ATTUNE_TEST_ASKED="$scratch/asked"

small_suite first.yaml
expect_exit 0 "$ATTUNE" run first.yaml --db made.db
mkdir ref pop
i=0
for f in made.db.files/corpus/*/*.mid made.db.files/random/*/*.mid; do
    i=$((i + 1))
    cp "$f" "ref/$i.mid"
    [ $((i % 2)) -eq 0 ] || cp "$f" "pop/$i.mid"
done

small_suite suite.yaml 'references:' '  - {name: corpus, path: ref}'
sed -i 's/^metrics: .*/metrics: [harmonic.key_clarity, "set.*"]\nrank_by: [harmonic.key_clarity, set.fad, set.vendi]/' suite.yaml

case_is 'values, intervals, sizes, embedding and reference are stored'
expect_exit 0 "$ATTUNE" run suite.yaml
expect_query "SELECT count(*) FROM set_score" 36
expect_query "SELECT count(*) FROM set_score WHERE base = 'set.fad' AND ci_low <= value AND value <= ci_high
    AND n = 6 AND n_reference = 12 AND n_dims = 149 AND length(reference_hash) = 32" 3
expect_query "SELECT name || version || length(identity) FROM embedding" attune-1232
expect_query "SELECT count(*) FROM vector WHERE length(v) = 149 * 4" "$(query 'SELECT count(DISTINCT hash) FROM artefact')"
expect_query "SELECT count(*) FROM set_score WHERE base = 'set.vendi' AND reference = '' AND n_reference IS NULL" 3
expect_query "SELECT count(*) FROM set_score WHERE warnings LIKE '%no more rows (6) than columns (149)%'" 36
expect_query "SELECT count(*) FROM sample_scores WHERE metric LIKE 'set.%'" 0

case_is 'the corpus is nearest to a reference made of it, and the null has no diversity'
expect_query "SELECT m.name FROM set_score s JOIN model m ON m.id = s.model
    WHERE s.base = 'set.kad' ORDER BY value LIMIT 1" corpus
expect_query "SELECT value FROM set_score s JOIN model m ON m.id = s.model
    WHERE s.base = 'set.vendi' AND m.name = 'null'" 1.0
expect_query "SELECT rank_low FROM leaderboard WHERE metric = 'set.vendi' AND model = 'null'" 3

case_is 'leaderboard, tables, page and export show them'
expect_exit 0 "$ATTUNE" leaderboard
expect_in out 'Vendi score'
expect_in out '6 samples against 12 in 149 dimensions (attune-1)'
expect_exit 0 "$ATTUNE" leaderboard --format csv
expect_in out 'corpus,none,set.fad,'
expect_exit 0 "$ATTUNE" leaderboard --format json
expect_in out '"metric": "set.fad"'
expect_exit 0 "$ATTUNE" leaderboard --by method --metrics set.fad
expect_exit 0 "$ATTUNE" report --out page
grep -q 'Frechet distance (corpus)' page/index.html || fail 'no Frechet distance on the page'
expect_exit 0 "$ATTUNE" db export sets
expect_in out 'set.fad'
expect_exit 2 "$ATTUNE" plot distribution --metrics set.fad --out x.svg
expect_in err 'metric of whole sets'

case_is 'two models as sets'
expect_exit 0 "$ATTUNE" compare corpus random --sets --format json --jobs 1
expect_in out '"statistic": "Frechet distance"'
grep -q '"statistic": "energy distance", "value": [0-9.]*, "p": 0.0[0-4]' out || fail 'corpus and random should differ'
cp out sets1
expect_exit 0 "$ATTUNE" compare corpus random --sets --format json --jobs 3
expect_same out sets1
expect_exit 0 "$ATTUNE" compare corpus corpus --metrics set.fad
expect_in out 'not told apart'
expect_exit 0 "$ATTUNE" compare corpus random
expect_in out 'energy distance'
expect_exit 2 "$ATTUNE" compare corpus rando --sets
expect_in err "did you mean 'random'"
expect_exit 3 "$ATTUNE" compare corpus random --sets --db made.db
expect_in err 'kept no embeddings'

case_is 'nothing is computed again; a changed sample always is'
expect_exit 0 "$ATTUNE" run suite.yaml
query "UPDATE set_score SET value = 123.5 WHERE base = 'set.fad'"
expect_exit 0 "$ATTUNE" run suite.yaml
expect_query "SELECT count(*) FROM set_score WHERE value = 123.5" 3
expect_query "SELECT mean FROM leaderboard WHERE metric = 'set.fad' AND model = 'random'" 123.5
cp ref/2.mid ref/13.mid
expect_exit 0 "$ATTUNE" run suite.yaml
expect_query "SELECT count(*) FROM set_score WHERE value = 123.5" 0
expect_query "SELECT count(*) FROM set_score WHERE base = 'set.fad' AND n_reference = 13" 3
expect_query "SELECT count(*) FROM run_metric q JOIN metric k ON k.id = q.metric WHERE k.name = 'set.fad'" 1
mkdir mine
for seed in 1 2; do
    for prompt in 1 2 3; do cp "ref/$((prompt + 3 * seed)).mid" "mine/p00${prompt}__s$seed.mid"; done
done
sed 's/{name: random.*/{name: mine, method: none, samples: "mine\/{prompt}__s{seed}.mid"}/' suite.yaml >mine.yaml
fad() { query "SELECT value FROM set_score s JOIN model m ON m.id = s.model WHERE s.base = 'set.fad' AND m.name = '$1'" mine.db; }
expect_exit 0 "$ATTUNE" run mine.yaml --db mine.db
mine=$(fad mine) corpus=$(fad corpus)
cp ref/1.mid mine/p003__s2.mid
expect_exit 0 "$ATTUNE" run mine.yaml --db mine.db
[ "$(fad mine)" != "$mine" ] || fail 'a changed sample moved nothing'
[ "$(fad corpus)" = "$corpus" ] || fail 'another model moved'

case_is 'more references and embeddings: each a metric of its own'
worker="$SOURCE/tests/workers/embedder.py"
{ grep -v -e '^references' -e '  - {name: corpus, path' suite.yaml
    printf 'references:\n  - {name: corpus, path: ref}\n  - {name: pop, path: pop}\n'
    printf 'embeddings:\n  - {name: attune-1}\n  - {name: bytes, worker: [python3, %s]}\n' "$worker"
} >wide.yaml
expect_exit 0 "$ATTUNE" run wide.yaml --db wide.db
for id in set.fad set.fad@pop set.fad:bytes set.fad@pop:bytes set.vendi:bytes; do
    expect_query "SELECT count(*) FROM leaderboard WHERE metric = '$id'" 3 wide.db
done
expect_query "SELECT title FROM metric WHERE name = 'set.fad@pop:bytes'" 'Frechet distance (pop, bytes)' wide.db
expect_query "SELECT count(DISTINCT n_dims) FROM set_score" 2 wide.db
expect_exit 0 "$ATTUNE" stability --db wide.db --metrics 'set.*' --format json
grep -qE '"set.fad@pop:bytes".*"tau_embedding": -?[0-9.]+, "tau_reference": -?[0-9.]+, "verdict": "(un)?stable"' out || fail 'no agreement over embeddings and references'
query "UPDATE set_score SET value = -value WHERE base = 'set.fad' AND reference = 'pop'" wide.db
query "UPDATE leaderboard SET mean = mean" wide.db
expect_exit 0 "$ATTUNE" leaderboard --db wide.db --metrics set.fad
expect_in err 'note: another '
expect_in err 'orders the models otherwise by set.fad'
n=$(wc -l <asked)
expect_exit 0 "$ATTUNE" run wide.yaml --db wide.db
[ "$(wc -l <asked)" -eq "$n" ] || fail 'the worker was asked again'

case_is 'a worker that does not start costs its metrics, not the run'
sed -i 's/embedder.py\]/embedder.py, dies-at-start]/' wide.yaml
expect_exit 1 "$ATTUNE" run wide.yaml --db dead.db
expect_in err "No module named 'clap'"
expect_query "SELECT count(*) FROM leaderboard WHERE metric = 'set.fad'" 3 dead.db
expect_query "SELECT count(*) FROM leaderboard WHERE metric = 'set.fad:bytes'" 0 dead.db

case_is 'shards leave sets to the joined database'
expect_exit 0 "$ATTUNE" run suite.yaml --db s1.db --shard 1/2
expect_in err 'attune merge'
expect_exit 0 "$ATTUNE" run suite.yaml --db s2.db --shard 2/2
expect_query 'SELECT count(*) FROM set_score' 0 s1.db
expect_exit 0 "$ATTUNE" merge joined.db s1.db s2.db
expect_exit 0 "$ATTUNE" run suite.yaml --db joined.db
expect_query "SELECT count(*) FROM leaderboard WHERE metric = 'set.fad'" 3 joined.db

case_is 'mistakes in the suite'
sed 's/"set\.\*"/set.fed/' suite.yaml >bad.yaml
expect_exit 3 "$ATTUNE" run bad.yaml
expect_in err "did you mean 'set.fad'?"
small_suite bad.yaml
sed -i 's/^metrics: .*/metrics: [set.fad]/' bad.yaml
expect_exit 3 "$ATTUNE" run bad.yaml
expect_in err 'compares with a reference'
sed 's/name: corpus, path: ref/name: "a@b", path: ref/' suite.yaml >bad.yaml
expect_exit 3 "$ATTUNE" run bad.yaml
expect_in err "reference 'a@b'"
{ cat suite.yaml; printf 'embeddings:\n  - {name: clap}\n'; } >bad.yaml
expect_exit 3 "$ATTUNE" run bad.yaml
expect_in err 'needs a worker'

done_testing
