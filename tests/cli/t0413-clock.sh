#!/usr/bin/env bash
# The clock on the wall is put back by an hour in the middle of a run (tests/support/preload.c): time-outs, Ctrl-C
# and durations go by the monotonic clock, and what is stored stays in order.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0
small_suite suite.yaml
put_back() { LD_PRELOAD=$PRELOAD PRELOAD_JUMP=$1:3600 "${@:2}"; } # READINGS COMMAND...
in_order() { # DB
    expect_query 'SELECT count(*) FROM run WHERE ended IS NULL OR ended < started' 0 "$1"
    expect_query 'SELECT count(*) FROM sample WHERE generate_s < 0 OR evaluate_s < 0 OR generate_s IS NULL
        OR evaluate_s IS NULL' 0 "$1"
    "$ATTUNE" db check --db "$1" >checked || fail "the check says: $(cat checked)"
}

case_is 'a run during which the clock jumps has the result of any other'
expect_exit 0 "$ATTUNE" run suite.yaml --db whole.db
standings whole.db >standings-whole
jumps=0
for readings in 0 1 3 6 10 15; do
    rm -rf run.db*
    expect_exit 0 put_back "$readings" "$ATTUNE" run suite.yaml
    expect_in out '18 of 18 samples, 0 failed'
    expect_not_in out ' -'
    standings run.db >standings-jump
    expect_same standings-whole standings-jump
    in_order run.db
    jumps=$((jumps + $(query 'SELECT count(*) FROM run r, sample s WHERE s.finished < r.started')))
done
[ "$jumps" -gt 0 ] || fail 'the clock never jumped between the beginning of a run and one of its samples'

case_is 'a run that is resumed an hour before it was begun goes on, and nothing is made again'
rm -rf run.db*
expect_exit 0 "$ATTUNE" run suite.yaml --shard 1/2
expect_exit 0 put_back 0 "$ATTUNE" run suite.yaml
expect_in out '9 from cache'
standings run.db >standings-jump
expect_same standings-whole standings-jump
in_order run.db
expect_exit 0 put_back 0 "$ATTUNE" run suite.yaml
expect_in out '18 from cache'

case_is 'a later run with an earlier date is still the later one'
sed 's/^seeds.*/seeds: [1]/' suite.yaml >later.yaml
expect_exit 0 put_back 0 "$ATTUNE" run later.yaml
expect_query 'SELECT max(started) FROM run WHERE id = 1 AND started > (SELECT started FROM run WHERE id = 2)' \
    "$(query 'SELECT started FROM run WHERE id = 1')"
expect_exit 0 "$ATTUNE" leaderboard --format csv
expect_in out ',3,' # three samples of each model: the newest run
expect_exit 0 "$ATTUNE" history corpus --metrics harmonic.key_clarity --format csv
in_order run.db

case_is 'shards of an earlier hour merge'
expect_exit 0 "$ATTUNE" run suite.yaml --db one.db --shard 1/2
expect_exit 0 put_back 0 "$ATTUNE" run suite.yaml --db two.db --shard 2/2
expect_exit 0 "$ATTUNE" merge both.db one.db two.db
standings both.db >standings-jump
expect_same standings-whole standings-jump

case_is 'time-outs, and Ctrl-C, still come when they should'
{
    printf 'suite: slow\nprompts: [one]\nallow_failed: 1\nmodels:\n'
    printf '  - {name: slow, timeout_s: 1, command: [sh, -c, "touch begun; exec sleep 100"]}\n'
} >slow.yaml
for readings in 0 2 4 6 8; do
    rm -rf slow.db*
    expect_exit 0 put_back "$readings" timeout 60 "$ATTUNE" run slow.yaml --db slow.db
    expect_query "SELECT error LIKE '%not done after 1 s%' FROM sample" 1 slow.db
done
sed -i 's/timeout_s: 1,/timeout_s: 100,/' slow.yaml
for readings in 2 4 6 8; do
    rm -rf slow.db* begun
    env --default-signal=INT LD_PRELOAD="$PRELOAD" PRELOAD_JUMP="$readings:3600" \
        "$ATTUNE" run slow.yaml --db slow.db >out 2>err &
    runner=$!
    waited_for begun || fail 'the command was not started'
    kill -INT "$runner"
    ends "$runner" || fail "Ctrl-C is not heard after $readings readings of the clock"
    [ "$ended" -eq 130 ] || fail "exit $ended after Ctrl-C"
done

done_testing
