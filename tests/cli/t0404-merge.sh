#!/usr/bin/env bash
# Shards and their merge: the result is that of one machine, in any order, any number of times; contradictions
# are refused.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite suite.yaml
expect_exit 0 "$ATTUNE" run suite.yaml --db whole.db
standings whole.db >standings-whole

# Everything but ids, times and places.
content() {
    query "SELECT model, method, prompt, seed, status, metric, quote(value), state FROM sample_scores
           ORDER BY 1, 3, 4, 6" "$1"
    query "SELECT key, name, n_planned, ended IS NULL FROM run ORDER BY 1" "$1"
    query "SELECT name, fingerprint != '' FROM model ORDER BY 1" "$1"
    query "SELECT p.name, q.position FROM run_prompt q JOIN prompt p ON p.id = q.prompt ORDER BY 2" "$1"
    query "SELECT hash FROM artefact ORDER BY 1" "$1"
}

for i in 1 2 3 4; do
    expect_exit 0 "$ATTUNE" run suite.yaml --db "part$i.db" --shard "$i/4"
done

case_is 'four shards are one machine'
expect_exit 0 "$ATTUNE" merge merged.db part1.db part2.db part3.db part4.db
expect_in out "run 1 'small': 18 of 18 items, 0 failed"
content whole.db >content-whole
content merged.db >content-merged
expect_same content-whole content-merged
standings merged.db >standings-merged
expect_same standings-whole standings-merged
expect_exit 0 "$ATTUNE" leaderboard --db whole.db --format csv
mv out csv-whole
expect_exit 0 "$ATTUNE" leaderboard --db merged.db --format csv
expect_same csv-whole out
query 'SELECT path FROM sample_scores' merged.db | while read -r path; do
    [ -s "$path" ] || fail "no sample at '$path'"
done

case_is 'order and repetition do not matter'
expect_exit 0 "$ATTUNE" merge other.db part3.db part1.db
expect_in out 'missing  '
expect_exit 0 "$ATTUNE" merge other.db part4.db part3.db part2.db part1.db part2.db
content other.db >content-other
expect_same content-whole content-other
query 'SELECT count(*) FROM event' other.db >events
expect_exit 0 "$ATTUNE" merge other.db part1.db
expect_in out 'part1.db: 0 new samples, 0 new scores'
query 'SELECT count(*) FROM event' other.db >events2
expect_same events events2

case_is 'a merged database serves as cache'
expect_exit 0 "$ATTUNE" run suite.yaml --db merged.db
expect_in out '18 from cache'

case_is 'a finished sample wins over a failed one, whichever comes first'
cp part1.db failed.db
query "UPDATE sample SET status = 'failed', error = 'out of memory', artefact = NULL, params = NULL,
       path = NULL" failed.db
for order in 'failed.db part1.db' 'part1.db failed.db'; do
    rm -f wins.db*
    # shellcheck disable=SC2086
    expect_exit 0 "$ATTUNE" merge wins.db $order part2.db part3.db part4.db
    content wins.db >content-wins
    expect_same content-whole content-wins
done
rm -f fails.db*
expect_exit 0 "$ATTUNE" merge fails.db failed.db part2.db part3.db part4.db
expect_in out 'failed   corpus/p001/1'

case_is 'contradictions are refused and leave the output as it was'
content other.db >content-before
cp part2.db changed.db
query "UPDATE artefact SET hash = 'ffff' || substr(hash, 5)" changed.db
expect_exit 3 "$ATTUNE" merge other.db changed.db
expect_in err 'finished samples with other content'
cp part2.db changed.db
query "UPDATE score SET value = value + 0.001" changed.db
expect_exit 3 "$ATTUNE" merge other.db changed.db
expect_in err 'scores of one content with other values'
cp part2.db changed.db
query "UPDATE model SET fingerprint = 'other' WHERE name = 'random'" changed.db
expect_exit 3 "$ATTUNE" merge other.db changed.db
expect_in err "other weights or programs, the first 'random'"
content other.db >content-after
expect_same content-before content-after

case_is 'last bits may differ between machines'
cp part2.db bits.db
query "UPDATE score SET value = value * (1 + 1e-14)" bits.db
expect_exit 0 "$ATTUNE" merge other.db bits.db

case_is 'what is no database is refused'
echo x >text.db
expect_exit 4 "$ATTUNE" merge other.db text.db
expect_exit 4 "$ATTUNE" merge other.db nowhere.db
expect_exit 2 "$ATTUNE" merge other.db

case_is 'kill -9 during a merge'
for delay in 0.002 0.005 0.01 0.02; do
    rm -f killed.db*
    "$ATTUNE" merge killed.db part1.db part2.db part3.db part4.db >/dev/null 2>&1 &
    merger=$!
    sleep "$delay"
    kill -9 "$merger" 2>/dev/null
    wait "$merger" 2>/dev/null
    expect_exit 0 "$ATTUNE" merge killed.db part4.db part3.db part2.db part1.db
    content killed.db >content-killed
    expect_same content-whole content-killed
done

done_testing
