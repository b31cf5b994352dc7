#!/usr/bin/env bash
# kill -9 and Ctrl-C at random moments: the same command completes the run, with the standings of an undisturbed
# one. ATTUNE_KILLS=50 kills fifty times (default 6); ATTUNE_SEED fixes the moments.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite suite.yaml
sed -i 's/^seeds.*/seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]/
        s/^metrics.*/metrics: ["harmonic.*", "temporal.*"]/' suite.yaml
kills=${ATTUNE_KILLS:-6}
RANDOM=${ATTUNE_SEED:-$$}
say "seed ${ATTUNE_SEED:-$$}"

expect_exit 0 "$ATTUNE" run suite.yaml --db whole.db
standings whole.db >standings-whole
n_whole=$(query 'SELECT count(*) FROM score' whole.db)

# How long a whole run takes, to kill within it.
start=$(date +%s%N)
expect_exit 0 "$ATTUNE" run suite.yaml --db again.db
span_us=$((($(date +%s%N) - start) / 1000))

case_is 'kill -9'
killed=0
while [ "$killed" -lt "$kills" ]; do
    "$ATTUNE" run suite.yaml --quiet >/dev/null 2>&1 &
    runner=$!
    moment=$((RANDOM * 32768 + RANDOM))
    sleep "$(printf '0.%06d' $((moment % (span_us < 900000 ? span_us : 900000))))"
    kill -9 "$runner" 2>/dev/null
    wait "$runner" 2>/dev/null
    killed=$((killed + 1))
    [ ! -e run.db ] || [ "$(query 'PRAGMA integrity_check')" = ok ] || fail 'the database is damaged'
    # A run that was nearly finished is begun anew, so that all moments are met.
    if [ -e run.db ] && [ "$(query 'SELECT count(*) FROM sample' 2>/dev/null || echo 0)" -ge 170 ]; then
        expect_exit 0 "$ATTUNE" run suite.yaml
        standings run.db >standings-killed
        expect_same standings-killed standings-whole
        rm -rf run.db*
    fi
done
expect_exit 0 "$ATTUNE" run suite.yaml
standings run.db >standings-killed
expect_same standings-killed standings-whole
expect_query 'SELECT count(*) FROM score' "$n_whole"
expect_query "SELECT count(*) FROM sample WHERE status = 'ok'" 180
expect_exit 0 "$ATTUNE" run suite.yaml
expect_in out '180 from cache'

case_is 'Ctrl-C keeps what is finished and exits with 130'
# A background job of a script ignores SIGINT, so one that does not is started through env.
rm -rf run.db*
env --default-signal=INT "$ATTUNE" run suite.yaml --quiet >out 2>err &
runner=$!
waited_for run.db.files/corpus || fail 'it does not begin'
kill -INT "$runner"
wait "$runner"
code=$?
if [ "$code" -ne 0 ]; then # it may have been quicker
    [ "$code" -eq 130 ] || fail "exit $code after Ctrl-C"
    expect_in err 'the same command continues'
    expect_query "SELECT count(*) FROM event WHERE kind = 'interrupt'" 1
fi
expect_exit 0 "$ATTUNE" run suite.yaml
standings run.db >standings-killed
expect_same standings-killed standings-whole

case_is 'Ctrl-C also ends a child that is being waited for'
{
    printf 'suite: slow\nprompts: [one, two]\nmodels:\n'
    printf '  - {name: slow, timeout_s: 600, command: [sh, -c, "touch begun; exec sleep 600"]}\n'
} >slow.yaml
env --default-signal=INT "$ATTUNE" run slow.yaml --db slow.db >out 2>err &
runner=$!
waited_for begun || fail 'the command was not started'
kill -INT "$runner"
ends "$runner" || fail 'it does not stop'
[ "$ended" -eq 130 ] || fail "exit $ended after Ctrl-C"
expect_query 'SELECT count(*) FROM sample' 0 slow.db

done_testing
