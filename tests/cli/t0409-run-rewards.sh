#!/usr/bin/env bash
# Reward models in suites, and scores that a program wrote before: attached by path, cached by content, refused
# where they cannot be right.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite plain.yaml
expect_exit 0 "$ATTUNE" run plain.yaml
# by path: the first and the last are of models that never make the same piece twice
query "SELECT r.files || '/' || s.path FROM sample s JOIN run r ON r.id = s.run ORDER BY s.path" >paths
awk 'BEGIN {print "path,harmonic.key_clarity,temporal.groove_consistency" >"m.csv"
    print "prompt,model_a,model_b,winner,sample_a,sample_b" >"v.csv"
    for (i = 0; i < 40; i++) printf "s/%d.mid,%f,%f\n", i, i / 40, (i * 7 % 40) / 40 >"m.csv"
    for (i = 0; i < 200; i++) {
        a = i % 40; b = (i * 3 + 1) % 40
        if (a != b) printf "p%d,g%d,g%d,%s,s/%d.mid,s/%d.mid\n", i % 9, i % 3, (i + 1) % 3,
            (a > b) ? "a" : "b", a, b >"v.csv"
    }}'
expect_exit 0 "$ATTUNE" reward train v.csv --features m.csv --out taste.reward --no-generator-folds --folds 0

case_is 'a reward model is a column of the run, equal to what it says alone'
small_suite suite.yaml 'reward_models:' '  - {name: taste, path: taste.reward}' 'rank_by: [reward.taste]'
sed -i 's/{name: random, builtin: random, method: none}/{name: random, builtin: random, method: other, optimised_on: [reward.taste]}/' suite.yaml
expect_exit 0 "$ATTUNE" run suite.yaml
expect_query "SELECT count(*) FROM sample_scores WHERE metric = 'reward.taste' AND state = 'ok'" 18
one=$(head -1 paths)
expect_exit 0 "$ATTUNE" reward score taste.reward "$one"
alone=$(sed -n 2p out | sed 's/.*,//')
query "SELECT abs(value - $alone) < 1e-6 FROM sample_scores WHERE metric = 'reward.taste' AND '$one' LIKE '%' || path" | grep -qx 1 ||
    fail "the run's reward is not $alone"
expect_query "SELECT name, kind, length(hash), json_array_length(features), json_extract(trained, '\$.pairs') > 100
    FROM reward_model" 'taste|linear|32|2|1'

case_is 'models that were optimised on it are proxies in it, the others are held out'
expect_exit 0 "$ATTUNE" leaderboard --format json
jq -e '[.. | objects | select(has("proxy")) | .proxy] | any and (all | not)' out >/dev/null ||
    fail "flags: $(head -c 600 out)"
expect_query "SELECT selected_on FROM model WHERE name = 'random' AND selected_on IS NOT NULL" reward.taste
expect_query "SELECT max(simulated) FROM model" 0

case_is 'unchanged it is not asked again, changed it is'
expect_exit 0 "$ATTUNE" run suite.yaml
expect_in out '18 from cache'
expect_exit 0 "$ATTUNE" reward train v.csv --features m.csv --out taste.reward --no-generator-folds --folds 0 --l2 .5
expect_exit 0 "$ATTUNE" run suite.yaml
expect_query "SELECT count(DISTINCT identity) FROM metric WHERE name = 'reward.taste'" 2
# each run's column leads to its own training
expect_query "SELECT count(*), count(DISTINCT json_extract(w.trained, '\$.l2')) FROM reward_model w
    JOIN metric k ON k.identity = w.hash AND k.name = 'reward.taste'" '2|2'
expect_exit 0 "$ATTUNE" describe reward.taste
[ "$(grep -c "v.csv ($(sqlite3 "$ATTUNE_DB" "SELECT json_extract(trained, '\$.votes[0].hash') FROM reward_model LIMIT 1"))" out)" = 2 ] ||
    fail "the trainings: $(cat out)"
expect_in out 'scored in 1 run'
expect_in out 'm.csv ('

case_is 'training records itself where a database is named, once per content'
expect_exit 0 "$ATTUNE" reward train v.csv --features m.csv --out other.reward --db new.db --folds 2
expect_in err '`attune describe reward.other --db new.db`'
expect_exit 0 "$ATTUNE" reward train v.csv --features m.csv --out other.reward --db new.db --folds 2 --quiet
sqlite3 new.db "SELECT name, hash, json_extract(trained, '\$.results[0].by_generator.n') > 50 FROM reward_model" >got
expect_exit 0 "$ATTUNE" describe reward.other --db new.db
echo "other|$(awk '$1 == "content" {print $2}' out)|1" >want
expect_same want got
grep -E '^  new generator +0\.[0-9]{4} \[' out >/dev/null || fail "no test figures: $(cat out)"
expect_exit 2 "$ATTUNE" describe reward.nothing --db new.db
expect_exit 0 "$ATTUNE" prefs import v.csv --db new.db
expect_exit 0 "$ATTUNE" reward train --features m.csv --out stored.reward --db new.db --folds 0 --no-generator-folds
expect_exit 0 "$ATTUNE" describe reward.stored --db new.db
expect_in out 'database new.db ('

case_is 'reward models that cannot serve are refused before anything is generated'
small_suite bad.yaml 'reward_models:' '  - {name: gold, path: taste.reward}'
expect_exit 3 "$ATTUNE" run bad.yaml --db bad.db
expect_in err "'reward.gold' is a metric of attune's own"
small_suite bad.yaml 'reward_models:' '  - {name: taste, path: v.csv}'
expect_exit 3 "$ATTUNE" run bad.yaml --db bad.db
expect_in err 'not a reward model'
sed 's/optimised_on: \[reward.taste\]/optimised_on: [reward.tast]/' suite.yaml >bad.yaml
expect_exit 3 "$ATTUNE" run bad.yaml --db bad.db
expect_in err "'reward.tast' matches no metric"

case_is 'scores of a file go to the samples whose paths it gives, in any order'
awk '{printf "{\"path\": \"%s\", \"CE\": %d, \"P Q\": %.1f}\n", $0, NR, NR / 2}' paths >box.jsonl
small_suite scores.yaml 'scorers:' '  - {name: box, scores: box.jsonl}'
expect_exit 0 "$ATTUNE" run scores.yaml
expect_query "SELECT count(*), min(value), max(value) FROM sample_scores WHERE metric = 'scorer.box.CE'
    AND run = (SELECT max(id) FROM run)" '18|1.0|18.0'
expect_query "SELECT DISTINCT value FROM sample_scores WHERE metric = 'scorer.box.P_Q' AND '$one' LIKE '%' || path" 0.5

case_is 'a sample without scores is reported, and the end of a path is not enough'
sed 1d box.jsonl >short.jsonl
sed 's/box.jsonl/short.jsonl/' scores.yaml >short.yaml
expect_exit 1 "$ATTUNE" run short.yaml
expect_in err "no scores of '$one'"
sed 's|"path": ".*/|"path": "|' box.jsonl | awk -F'"' '!seen[$4]++' >ends.jsonl
sed 's/box.jsonl/ends.jsonl/' scores.yaml >ends.yaml
expect_exit 1 "$ATTUNE" run ends.yaml
expect_in err '18 could not be scored'

case_is 'a scorer is a worker or a file'
small_suite bad.yaml 'scorers:' '  - {name: box}'
expect_exit 3 "$ATTUNE" run bad.yaml --db bad.db
expect_in err "scorer 'box' has none of worker, scores"
small_suite bad.yaml 'scorers:' '  - {name: box, scores: v.csv}'
expect_exit 3 "$ATTUNE" run bad.yaml --db bad.db

done_testing
