#!/usr/bin/env bash
# Metrics, scores and reward models beside people's ratings and votes; figures of preferences.
. "$SOURCE/tests/cli/lib.sh"

# 24 clips of 3 systems; people follow `good`, two raters, one of them half a point higher.
awk 'BEGIN {
    print "item,system,rater,Overall" >"human.csv"; print "path,good,bad,flat" >"scores.csv"
    print "model_a,model_b,winner,sample_a,sample_b" >"votes.csv"
    for (i = 0; i < 24; i++) {
        printf "c/%d.wav,s%d,r1,%g\nc/%d.wav,s%d,r2,%g\n", i, i % 3, i, i, i % 3, i + .5 >"human.csv"
        printf "c/%d.wav,%d,%d,1\n", i, i * i, (i * 7) % 24 >"scores.csv"
        for (j = 0; j < i; j += 5)
            printf "s%d,t%d,%s,c/%d.wav,c/%d.wav\n", i % 3, j % 3, "a", i, j >"votes.csv"
    }
}'

case_is 'ratings: a monotone score agrees everywhere, a constant one has no number'
expect_exit 0 "$ATTUNE" prefs agree human.csv --from ratings --features scores.csv --format json
jq -e '(.agreement | length) == 3 and
    (.agreement[0] | .metric == "good" and .samples.n == 24 and .samples.accuracy == 1 and
        .samples.tau == 1 and .samples.rho == 1 and .samples.r < 1 and .systems.n == 3 and
        .p_holm < 1e-9) and
    (.agreement[] | select(.metric == "flat") | .samples.rho == null and .p_holm == null) and
    .raters[0].alpha > .99 and .raters[0].split_half > .99' out >/dev/null || fail "$(cat out)"

case_is 'votes: accuracy and systems'
expect_exit 0 "$ATTUNE" prefs agree votes.csv --features scores.csv --format csv
grep '^votes,good,' out | awk -F, '{exit !($4 == 1 && $14 < .001)}' || fail "votes: $(cat out)"

case_is 'the database holds labels and scores'
expect_exit 0 "$ATTUNE" prefs import human.csv --from ratings --db p.db
expect_exit 0 "$ATTUNE" prefs import scores.csv --from scores --db p.db
expect_exit 0 "$ATTUNE" prefs agree --db p.db
expect_in out "Krippendorff's alpha"
expect_in out 'good'

case_is 'nothing to compare is an error that says what to do'
expect_exit 3 "$ATTUNE" prefs import human.csv --db p.db
expect_exit 0 "$ATTUNE" prefs import human.csv --from ratings --db q.db
expect_exit 3 "$ATTUNE" prefs agree --db q.db
expect_in err 'no metric or score'

case_is 'figures'
command -v gnuplot >/dev/null || skip 'gnuplot is not installed'
expect_exit 0 "$ATTUNE" prefs agree human.csv --from ratings --features scores.csv --plot agree.svg
expect_exit 0 "$ATTUNE" prefs rank votes.csv --plot rank.svg --plot-wins wins.svg
for picture in agree rank wins; do
    [ -s $picture.svg ] && [ -s $picture.gp ] || fail "no $picture.svg"
done
expect_in agree.svg 'good'
expect_in wins.svg 's1'

done_testing
