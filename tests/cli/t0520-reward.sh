#!/usr/bin/env bash
# Reward models: training on features and embeddings, scoring, testing, refusals.
. "$SOURCE/tests/cli/lib.sh"

# 120 samples of three features; people follow the first one, 400 votes on four generators.
awk 'BEGIN {
    srand(7); print "path,harmonic.key_clarity,temporal.pulse_clarity,x.noise" >"m.csv"
    for (i = 0; i < 120; i++) {
        a[i] = rand(); printf "s/%d.wav,%.6f,%.6f,%.6f\n", i, a[i], rand(), rand() >"m.csv"
    }
    print "prompt,model_a,model_b,winner,sample_a,sample_b,confidence,time,length_a,length_b" >"v.csv"
    for (k = 0; k < 400; k++) {
        i = k % 120; j = (i + 1 + int(119 * rand())) % 120
        w = a[i] > a[j] ? "a" : "b"
        if (rand() < .1) w = w == "a" ? "b" : "a"
        if (k % 20 == 0) w = "tie"
        printf "p%d,g%d,g%d,%s,s/%d.wav,s/%d.wav,%d,2025-0%d-11,%d,%d\n", k % 25, i % 4, j % 4, w,
            i, j, 1 + k % 5, 1 + k % 2, 10 + i, 10 + j >"v.csv"
    }
}'

case_is 'training prints what the model is worth on generators and prompts it has not seen'
expect_exit 0 "$ATTUNE" reward train v.csv --features m.csv --out lin.reward
expect_in out '400 pairs of 120 samples, 3 features'
grep -E 'generator \(headline\) +0\.[789]' out >/dev/null || fail "no headline above .7: $(cat out)"
cp lin.reward one.reward
expect_exit 0 "$ATTUNE" reward train v.csv --features m.csv --out lin.reward --jobs 4
cmp lin.reward one.reward || fail 'more threads gave another model'

case_is 'an ensemble of perceptrons, as JSON with its provenance'
expect_exit 0 "$ATTUNE" reward train v.csv --features m.csv --out mlp.reward --head mlp \
    --hidden 8,4 --members 3 --margin .1 --smoothing .05 --folds 3 --format json
jq -e '.pairs == 400 and .hidden == [8, 4] and (.results[0].by_generator.accuracy > .7) and
    (.votes[0].hash | length == 32)' out >/dev/null || fail "provenance: $(cat out)"

case_is 'scores come in the order of the names, undefined ones empty'
expect_exit 0 "$ATTUNE" reward score mlp.reward s/1.wav s/119.wav nowhere.wav --features m.csv
[ "$(sed -n 2p out | cut -d, -f1)" = s/1.wav ] || fail 'order of the scores'
grep -x 'nowhere.wav,' out >/dev/null || fail 'an undefined reward is not empty'
expect_in err '1 of 3 samples have no reward'
cp out mean.csv
expect_exit 0 "$ATTUNE" reward score mlp.reward s/1.wav --features m.csv --ensemble worst
awk -F, 'NR == FNR {if (FNR == 2) m = $2; next} FNR == 2 {exit !($2 <= m)}' mean.csv out ||
    fail 'the worst member is better than the mean'

case_is 'test sets two models beside every baseline, and counts where they differ'
expect_exit 0 "$ATTUNE" reward test v.csv --features m.csv --model lin.reward,mlp.reward
for row in headline chance 'prompt only' 'generator identity' 'length only' 'loudness only' \
    'human ceiling' "McNemar" 'by confidence' 'by month' '2025-02' 'by duration' 'by generator'; do
    expect_in out "$row"
done
expect_exit 0 "$ATTUNE" reward test v.csv --features m.csv --model lin.reward --format json
jq -e '[.rows[].name] == ["lin.reward", "chance", "prompt only", "generator identity",
    "length only", "loudness only", "human ceiling"] and .rows[0].accuracy > .7 and
    ([.strata[] | select(.by == "generator")] | length) == 4' out >/dev/null ||
    fail "JSON of a test: $(cat out)"

case_is 'the ties score of RewardBench 2, from one answer per line and from its own form'
cat >answers.csv <<'C'
subject,set,right,path,score,flat
meter,ref,1,m0.mid,4,1
meter,ref,0,m1.mid,0,1
meter,tied,1,m2.mid,6,1
meter,tied,1,m3.mid,5,1
meter,tied,0,m4.mid,2,1
key,ref,yes,k0.mid,3,2
key,ref,no,k1.mid,1,1
key,tied,right,k2.mid,1,1
key,tied,right,k3.mid,2,1
key,tied,wrong,k4.mid,2,1
chords,ref,1,c0.mid,3,1
chords,ref,0,c1.mid,2,1
chords,tied,1,c2.mid,2,1
chords,tied,1,c3.mid,4,1
chords,tied,0,c4.mid,1,1
C
# by hand: gaps and spread (4, 3, 1), (2, -1, 1), (1, 1, 2): (1.9 + .01 sum tanh)/3
expect_exit 0 "$ATTUNE" reward test --groups answers.csv --score score,flat --format json
jq -e '(.rows[0].ties_score - 0.6317929428091332 | fabs) < 1e-12 and .rows[0].n == 3 and
    .rows[0].both_gaps_above_spread == 1/3 and (.rows[1].ties_score - .09 | fabs) < 1e-12 and
    .rows[1].p_against_first == .25 and .rows[2].name == "chance" and
    (.rows[2].reference_accuracy - .5 | fabs) < .05' out >/dev/null || fail "ties score: $(cat out)"
cat >answers.jsonl <<'J'
{"id": "ref:1", "prompt": "a waltz", "chosen": ["s/1.wav"], "rejected": ["s/2.wav"], "scores": [4, 0]}
{"id": "tied:1", "prompt": "dances", "chosen": ["s/3.wav", "s/4.wav"], "rejected": ["s/5.wav"], "scores": [6, 5, 2]}
J
expect_exit 0 "$ATTUNE" reward test --groups answers.jsonl --score scores --model lin.reward --features m.csv
grep -E '^scores +1\.0096 ' out >/dev/null || fail "RewardBench 2's own form: $(cat out)"
grep -E '^lin.reward .* 1$' out >/dev/null || fail "a model's ties score: $(cat out)"
sed 's/tied:1/tied:2/' answers.jsonl >other.jsonl
expect_exit 3 "$ATTUNE" reward test --groups other.jsonl --score scores
expect_in err "subject '1' has 1 right and 1 wrong answers to its reference prompt, 0 and 0"
sed 's/,ref,/,reff,/' answers.csv >other.csv
expect_exit 3 "$ATTUNE" reward test --groups other.csv
expect_in err "other.csv:2: 'set' is 'reff', not ref or tied"
expect_exit 3 "$ATTUNE" reward test --groups answers.csv --score nope
expect_in err "no field 'nope'"
expect_exit 2 "$ATTUNE" reward test answers.csv --groups answers.csv
expect_in err 'takes --groups or votes, not both'

case_is 'metrics of other versions are refused'
printf 'path,harmonic.key_clarity\ns/1.wav,1\n' >few.csv
expect_exit 3 "$ATTUNE" reward score lin.reward s/1.wav --features few.csv
expect_in err "hears 'temporal.pulse_clarity', which is not there"
head -c 100 lin.reward >cut.reward
expect_exit 3 "$ATTUNE" reward score cut.reward s/1.wav --features m.csv
expect_in err 'damaged'
expect_exit 3 "$ATTUNE" reward score m.csv s/1.wav --features m.csv
expect_in err 'not a reward model'
expect_exit 3 "$ATTUNE" reward train v.csv --features few.csv
expect_in err 'no comparison has all features'
expect_exit 3 "$ATTUNE" reward train v.csv --folder /nonexistent
expect_in err 'samples has features; the first is missing'

case_is 'a head per axis'
sed '1s/$/,axis/; 2,$s/$/,musicality/' v.csv >axes.csv
sed -n '2,$s/$/,fidelity/p' v.csv >>axes.csv
expect_exit 0 "$ATTUNE" reward train axes.csv --features m.csv --out axes.reward
expect_exit 0 "$ATTUNE" reward score axes.reward s/1.wav --features m.csv
expect_in out 'path,musicality,fidelity'

case_is 'a probe finds the shortcut of a reward that counts notes'
cat >s.yaml <<'Y'
suite: s
prompts: ["A calm piano waltz in A minor at 90 BPM", "A march in C major"]
seeds: [1, 2, 3, 4, 5, 6, 7, 8]
models:
  - {name: corpus, builtin: corpus, method: none}
metrics: ["symbolic.n_notes"]
Y
expect_exit 0 "$ATTUNE" run s.yaml --db s.db --quiet
find s.db.files -name '*.mid' | sort >songs
awk '{song[NR] = $0} END {
    print "model_a,model_b,winner,sample_a,sample_b"
    for (i = 1; i <= NR; i++) for (j = i + 1; j <= NR && j < i + 12; j++)
        printf "x,y,%s,%s,%s\n", i % 2 ? "a" : "b", song[i], song[j]
}' songs >votes.csv
expect_exit 0 "$ATTUNE" eval $(cat songs) --metrics symbolic.n_notes --format csv
cp out notes.csv
# people prefer the piece with more notes
awk -F, 'NR == FNR {for (i = 1; i <= NF; i++) if (FNR == 1 && $i == "symbolic.n_notes") k = i
        n[$1] = $k; next}
    FNR == 1 {print; next}
    {print $1 "," $2 "," (n[$4] > n[$5] ? "a" : "b") "," $4 "," $5}' notes.csv votes.csv >more.csv
expect_exit 0 "$ATTUNE" reward train more.csv --metrics symbolic.n_notes --out notes.reward
expect_exit 1 "$ATTUNE" reward probe notes.reward s.db.files --format json
jq -e '.fooled and (.probes[] | select(.probe == "denser") | .change_sd > 0.5 and .share_up == 1) and
    (.probes[] | select(.probe == "half") | .change_sd < 0) and
    (.correlations[] | select(.metric == "symbolic.n_notes") | .rho > .99)' out >/dev/null ||
    fail "the shortcut was not found: $(cat out)"

case_is 'a reward model scores the samples of a suite, and another model is asked again'
cat >>s.yaml <<Y
scorers:
  - {name: taste, worker: ["$ATTUNE", reward, serve, notes.reward]}
Y
expect_exit 0 "$ATTUNE" run s.yaml --db t.db --quiet
sqlite3 t.db "SELECT count(*), count(DISTINCT value) > 5 FROM sample_scores
    WHERE metric = 'scorer.taste.reward' AND state = 'ok'" >got
echo '16|1' >want
expect_same want got
expect_exit 0 "$ATTUNE" reward train more.csv --metrics symbolic.n_notes --out notes.reward --l2 .1
expect_exit 0 "$ATTUNE" run s.yaml --db t.db --quiet
[ "$(sqlite3 t.db "SELECT count(DISTINCT identity) FROM metric WHERE name LIKE 'scorer.%'")" = 2 ] ||
    fail 'another model has the old one'"'"'s identity'

case_is 'a composite of standardised scores; the first of a tie wins and the tie is told'
printf '%s\n' 'path,clap,PQ' 'a.wav,1,10' 'b.wav,2,30' 'c.wav,3,20' >scores.csv
expect_exit 0 "$ATTUNE" reward score --composite clap=.5,PQ=.5 --features scores.csv a.wav b.wav c.wav
[ "$(awk -F, 'NR > 1 {printf "%s %.4f;", $1, $2}' out)" = 'a.wav -1.2247;b.wav 0.6124;c.wav 0.6124;' ] ||
    fail "composite: $(cat out)"
expect_in err "best: 'b.wav', the first of 2 that tie"
expect_exit 3 "$ATTUNE" reward score --composite clap=.5,QP=.5 --features scores.csv a.wav b.wav
expect_in err "no score or metric 'QP'"
for bad in clap clap= =1 clap=1,clap=2 clap=x ,; do
    expect_exit 2 "$ATTUNE" reward score --composite "$bad" --features scores.csv a.wav b.wav
    expect_in err '--composite'
done

done_testing
