#!/usr/bin/env bash
# What aligned models cost and gain: outside workers report log-probabilities, a scorer gives proxy and gold by
# known curves, and the reports must find these again.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
need python3
need gnuplot
worker="$SOURCE/tests/workers/aligned_worker.py"
model() { # NAME METHOD FAMILY D [WORD]
    printf '  - {name: %s, method: %s, base: base, family: %s, worker: [python3, %s, generate, "%s", %s]}\n' \
        "$1" "$2" "$3" "$worker" "$4" "$3"
}
{
    printf 'suite: aligned\n%s\nseeds: [1, 2]\nmodels:\n' "$prompts"
    printf '  - {name: base, method: none, worker: [python3, %s, generate, "0"]}\n' "$worker"
    for d in 1 2 4 6 8; do model "n-$d" inference best-of-n $d; done
    for d in 0.5 1 2 3 5; do model "rl-$d" rlhf rl $d; done
    printf 'scorers:\n  - {name: s, worker: [python3, %s, score], higher_is_better: true}\n' "$worker"
    printf 'metrics: [harmonic.key_clarity, symbolic.n_notes]\nrank_by: [scorer.s.gold]\n'
} >suite.yaml
expect_exit 0 "$ATTUNE" run suite.yaml
pair=scorer.s.proxy,scorer.s.gold

# every_format KIND [ARGUMENTS...]: pictures, script and data in all formats, and nothing for gnuplot to say
every_format() {
    local kind=$1
    shift
    for format in svg pdf png; do
        expect_exit 0 "$ATTUNE" plot "$kind" "$@" --format $format --out "figures/$kind.$format"
        [ -s "figures/$kind.$format" ] || fail "no picture $kind.$format"
        [ -s "figures/$kind.gp" ] && [ -s "figures/$kind.dat" ] || fail "$kind: no script or data"
        grep -q '[Ww]arning' err && fail "$kind: $(cat err)"
    done
    expect_in figures/$kind.svg '<svg'
}

case_is 'overopt: the curves that the scorer follows, from the log-probabilities of the workers'
every_format overopt --metrics $pair
expect_in out 'best-of-n: 5 models'
expect_in out 'gold: R = d (1 - 0.1 d), R2 1.000, turns at 25 nats, gain +2.500'
expect_in out 'gold: R = d (1 - 0.5 ln d), R2 1.000, turns at 7.39 nats, gain +1.359'
expect_in figures/overopt.dat 'gold: R = d (1 - 0.1 d)'
expect_in figures/overopt.gp 'turns at 25 nats'
expect_exit 0 "$ATTUNE" plot overopt 'rl-*' --metrics $pair --out one.svg
expect_not_in out 'best-of-n'
expect_not_in out 'families'
query "VACUUM INTO 'many.db'"
query "UPDATE model SET family = name WHERE family IS NOT NULL" many.db
expect_exit 0 "$ATTUNE" plot overopt --metrics $pair --db many.db --out many.svg
expect_in out '10 families, the first 6 are drawn'
[ "$(grep -c 'models$' out)" = 6 ] || fail "panels: $(cat out)"
expect_exit 2 "$ATTUNE" plot overopt --metrics scorer.s.gold
expect_in err '--metrics PROXY,GOLD'
expect_exit 3 "$ATTUNE" plot overopt base --metrics $pair
expect_in err 'family: NAME'

case_is 'bestofn: the estimator over kept candidates, by hand'
expect_exit 3 "$ATTUNE" plot bestofn n-8
expect_in err "gold: METRIC"
cp run.db kept.db
query "INSERT INTO candidate (sample, i, proxy, gold) SELECT s.id, c.column1, c.column2, c.column3
    FROM sample s JOIN model m ON m.id = s.model, (VALUES (0, .1, 1), (1, .5, 2), (2, .3, 0), (3, .9, -1)) c
    WHERE m.name = 'n-8' AND s.seed = 1;
    UPDATE model SET selected_on = 'scorer.s.proxy', spec = '{\"gold\": \"scorer.s.gold\"}'
    WHERE name = 'n-8'" kept.db
every_format bestofn --db kept.db
expect_in out 'n-8, n = 1 to 4: proxy 0.450 to 0.900, gold 0.500 to -1.000'
awk -F'\t' '$1 == 2 && $6 == "0.166667" && $3 == "0.666667" {n++} $1 == 4 && $6 == "-1" && $9 == 3 {n++}
    END {exit n != 2}' figures/bestofn.dat || fail 'not the estimates by hand'

case_is 'frontier and compute: where training overtakes search, by hand'
query "UPDATE model SET train_generated = 400000, train_processed = 590000, train_rewards = 10000
    WHERE method = 'rlhf'" kept.db
for pair_of in 1:200 2:400 4:1600 6:6400 8:25600; do
    query "UPDATE sample SET n_tokens = ${pair_of#*:} WHERE model = (SELECT id FROM model
        WHERE name = 'n-${pair_of%:*}')" kept.db
done
pieces=$(python3 -c '
import math
gain = 3 * (1 - .5 * math.log(3))  # rl-3, the best of its family, between n-1 (.9) and n-2 (1.6)
print(math.ceil(1e6 / (200 * 2 ** ((gain - .9) / .7) - 100)))')
every_format frontier --db kept.db --metrics scorer.s.gold
expect_in out "(rl-3) after 1e+06; overtakes best-of-n from $pieces pieces on"
expect_not_in out 'the lines cross' # 1,100 tokens a piece buy more by search
expect_exit 0 "$ATTUNE" plot frontier --db kept.db --metrics scorer.s.gold --served 10000 --out f.svg
expect_in out 'over 10000 pieces the lines cross at 200 a piece: below, best-of-n leads'
expect_exit 2 "$ATTUNE" plot frontier --db kept.db --served 0
expect_exit 3 "$ATTUNE" plot frontier base --db kept.db --metrics scorer.s.gold
expect_in err 'no model of known cost'
expect_exit 0 "$ATTUNE" table compute --db kept.db --metrics scorer.s.gold --format csv
expect_in out "1000000,100,$pieces"
expect_exit 0 "$ATTUNE" table compute --db kept.db --metrics scorer.s.gold
expect_in out 'training spread over 1000 pieces'

case_is 'pareto: front and hypervolume by hand'
every_format pareto base n-1 n-4 rl-5 --metrics $pair --reference 40,40
# prompts of 40 characters on average: (41, 40.9), (44, 42.4), (45, 40.976...); base at the reference
area=$(python3 -c '
import math
print("%.4f" % (4 * 2.4 + 1 * (5 * (1 - .5 * math.log(5)))))')
awk -v want="$area" '/^hypervolume [0-9]/ {d = $2 - want; ok = d < .001 && d > -.001} END {exit !ok}' out ||
    fail "hypervolume is not $area: $(grep '^hypervolume' out)"
expect_in out 'on the front: n-4'
expect_in out 'on the front: rl-5'
expect_not_in out 'on the front: n-1'
expect_exit 2 "$ATTUNE" plot pareto --metrics $pair --reference 40
expect_in err 'is not a point'
expect_exit 2 "$ATTUNE" plot pareto --metrics symbolic.n_notes,scorer.s.gold
expect_in err 'has no direction'

case_is 'tax: signed changes, corrected, and none of what was optimised on'
query "UPDATE model SET selected_on = 'scorer.s.proxy' WHERE method = 'inference'" kept.db
every_format tax --db kept.db
expect_in out '10 models;'
expect_exit 0 "$ATTUNE" table tax --db kept.db --metrics $pair --format csv
expect_in out 'n-4,,,,2.39999'
expect_in out 'rl-2,2,'
expect_exit 0 "$ATTUNE" table tax --db kept.db
expect_in out 'trained or selected on it: no tax'
expect_exit 3 "$ATTUNE" plot tax base --db kept.db
expect_in err 'base: MODEL'

done_testing
