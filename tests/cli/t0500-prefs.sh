#!/usr/bin/env bash
# Human preferences: every format, import and export, refusals.
. "$SOURCE/tests/cli/lib.sh"

printf '%s\n' 'prompt,model_a,model_b,winner' 'p,x,y,a' 'p,x,y,tie' 'p,y,z,b' 'p,z,x,both_bad' 'p,x,z,a' >pairs.csv
printf '%s\n' '{"model_a": "x", "model_b": "y", "winner": "model_a"}' \
    '{"model_a": "y", "model_b": "x", "winner": "tie (bothbad)"}' >fastchat.jsonl
cat >arena.json <<'J'
{"battle_uuid": "u1", "prompt": "waltz", "system_a": "x", "system_b": "y", "preference": "TIE",
 "audio_a": "", "audio_b": "b.wav", "duration_a": 10.5, "duration_b": 30, "user_pseudonym": "r"}
J
printf '%s\n' '{"model_a": "x", "model_b": "y", "prompt": "p", "audio-path": "a.wav", "audio2": "b.wav", "preference-musicality": "model_b", "preference-alignment": "", "confidence_preference-musicality": "4", "user id": 7}' >cmi.jsonl
printf '%s\n' 'audio_a,audio_b,system_a,system_b,musicality,fidelity' 'a.wav,b.wav,x,y,a_wins,same' >musicprefs.csv
printf '%s\n' 'question-type,description,model-1,track-1-id,model-2,track-2-id,answer' 'quality,p,x,1,y,2,2' >aime.csv

case_is 'every format is recognised by its fields'
for f in pairs.csv fastchat.jsonl arena.json cmi.jsonl musicprefs.csv aime.csv; do
    expect_exit 0 "$ATTUNE" prefs import "$f" --db all.db
done
count=$(sqlite3 all.db 'SELECT count(*) FROM preference')
[ "$count" = 12 ] || fail "$count preferences stored, expected 12"
sqlite3 all.db 'SELECT winner, axis FROM preference ORDER BY id' >got
printf '%s\n' 'a|' 'tie|' 'b|' 'both_bad|' 'a|' 'a|' 'both_bad|' 'tie|' 'b|musicality' \
    'a|musicality' 'tie|fidelity' 'b|quality' >want
expect_same want got

case_is 'the same file twice adds nothing, under any name'
cp pairs.csv renamed.csv
expect_exit 0 "$ATTUNE" prefs import pairs.csv renamed.csv --db all.db
expect_in err '0 new'
[ "$(sqlite3 all.db 'SELECT count(*) FROM preference')" = 12 ] || fail 'a repeated import added rows'

case_is 'export reads back as the same ranking'
expect_exit 0 "$ATTUNE" prefs import pairs.csv --db one.db
expect_exit 0 "$ATTUNE" prefs export --db one.db
cp out exported.csv
expect_exit 0 "$ATTUNE" prefs rank --db one.db --format csv
cp out from_db.csv
expect_exit 0 "$ATTUNE" prefs rank exported.csv --format csv
expect_same from_db.csv out
expect_exit 0 "$ATTUNE" prefs rank exported.csv --format csv --jobs 4
expect_same from_db.csv out

case_is 'two axes are not pooled'
expect_exit 3 "$ATTUNE" prefs rank musicprefs.csv
expect_in err "choose one with --axis"
expect_exit 0 "$ATTUNE" prefs rank musicprefs.csv --axis fidelity

case_is 'bad input is refused whole, with its line'
printf '%s\n' 'model_a,model_b,winner' 'x,y,a' 'x,y,A' >bad.csv
expect_exit 3 "$ATTUNE" prefs import bad.csv --db none.db
expect_in err 'bad.csv:3'
expect_in err "did you mean 'a'?"
[ "$(sqlite3 none.db 'SELECT count(*) FROM preference')" = 0 ] || fail 'half a file was imported'
printf '%s\n' '{"battle_id": "1", "system_a": "x", "system_b": "y", "preference": "A"}' >twice.jsonl
cat twice.jsonl twice.jsonl >again.jsonl
expect_exit 3 "$ATTUNE" prefs rank again.jsonl
expect_in err 'occurs a second time'
printf 'model_a,model_b,winner\nx,x,a\n' >self.csv
expect_exit 3 "$ATTUNE" prefs rank self.csv
expect_in err 'compared with itself'
printf 'model_a,model_b,winner\n\xff,y,a\n' >utf8.csv
expect_exit 3 "$ATTUNE" prefs rank utf8.csv
expect_in err 'UTF-8'
: >empty.csv
expect_exit 3 "$ATTUNE" prefs rank empty.csv
printf 'model_a,model_b,winner\nx,y,a\nu,v,b\n' >islands.csv
expect_exit 3 "$ATTUNE" prefs rank islands.csv --ridge 0
expect_in err '2 groups that never met'
expect_exit 0 "$ATTUNE" prefs rank islands.csv
expect_in err 'only the ridge relates them'

printf 'model_a,model_b,winner\nx,y,a\nx,z,a\ny,z,a\nx,y,a\n' >separated.csv
expect_exit 3 "$ATTUNE" prefs rank separated.csv --ridge 0
expect_in err 'never won or never lost'
expect_in err '--ridge .5'
expect_exit 0 "$ATTUNE" prefs rank separated.csv
printf 'model_a,model_b,winner\nx,y,both_bad\n' >nobody.csv
expect_exit 3 "$ATTUNE" prefs rank nobody.csv
expect_in err 'at least two models'
printf '{"model_a": "x", "model_b": "\xff", "winner": "model_a"}\n' >utf8.jsonl
expect_exit 3 "$ATTUNE" prefs rank utf8.jsonl
expect_in err 'utf8.jsonl:1'
expect_exit 2 "$ATTUNE" prefs rank separated.csv --format xml
expect_in err 'table, json or csv'

case_is 'import --format names the format'
expect_exit 0 "$ATTUNE" prefs import --format fastchat fastchat.jsonl --db named.db
expect_in err 'fastchat, 2 records'

case_is 'reward test prints its baselines'
printf '%s\n' 'model_a,model_b,winner,score_a,score_b' 'x,y,a,2,1' 'x,y,b,1,3' 'y,x,a,0,1' 'y,x,tie,5,5' >scored.csv
expect_exit 0 "$ATTUNE" reward test scored.csv
expect_in out '0.6667'
expect_in out 'generator identity'
expect_exit 3 "$ATTUNE" reward test pairs.csv
expect_in err "no field 'score_a'"

case_is 'length, loudness and density are held constant together'
# x and y are equal, but y's clips are louder and denser and people go by that.
awk 'BEGIN {srand(3); print "model_a,model_b,winner,length_a,length_b,loudness_a,loudness_b,density_a,density_b"
    for (i = 0; i < 3000; i++) {
        l = 1 + 4 * (rand() - .5); d = 1 + 4 * (rand() - .5); s = 4 * (rand() - .5)
        p = 1 / (1 + exp(.8 * l + .4 * d))
        printf "x,y,%s,%f,10,%f,-14,%f,3\n", (rand() < p) ? "a" : "b", 10 + s, -14 - l, 3 - d
    }}' >style.csv
expect_exit 0 "$ATTUNE" prefs rank style.csv --format json --replicates 0 --ci sandwich
jq -e '.ranking[0].model == "y" and .ranking[0].rating - .ranking[1].rating > 100 and
    .length_effect == null and .loudness_effect == null' out >/dev/null || fail "uncontrolled: $(cat out)"
expect_exit 0 "$ATTUNE" prefs rank style.csv --format json --replicates 0 --ci sandwich \
    --control length,loudness,density
cp out own.json
# of one sd of the difference, 4 / sqrt(12): -(.8, .4) * 1.1547 turned round
jq -e '(.ranking[0].rating - .ranking[1].rating | fabs) < 40 and (.length_effect | fabs) < .12 and
    (.loudness_effect - .92 | fabs) < .15 and (.density_effect - .46 | fabs) < .15' out >/dev/null ||
    fail "controlled: $(cat out)"
expect_exit 2 "$ATTUNE" prefs rank style.csv --control length,loud
expect_in err "--control 'loud': allowed are length, loudness, density"
# the same from a table by sample: under another name, and for votes that carry nothing
awk -F, 'NR == 1 {print "model_a,model_b,winner,sample_a,sample_b"; print "path,duration_s,quality.loudness_lufs,x.dense" >"f.csv"; next}
    {printf "%s,%s,%s,%d.wav,%db.wav\n", $1, $2, $3, NR, NR
     printf "%d.wav,%s,%s,%s\n%db.wav,%s,%s,%s\n", NR, $4, $6, $8, NR, $5, $7, $9 >"f.csv"}' style.csv >bare.csv
expect_exit 0 "$ATTUNE" prefs rank bare.csv --format json --replicates 0 --ci sandwich \
    --control length,loudness,x.dense --features f.csv
jq -n --slurpfile a own.json --slurpfile b out '($a[0].density_effect - $b[0]."x.dense_effect" | fabs) < 1e-4 and
    ($a[0].loudness_effect - $b[0].loudness_effect | fabs) < 1e-4 and $b[0].density_effect == null and
    ($a[0].ranking[0].rating - $b[0].ranking[0].rating | fabs) < 1e-2' | grep -qx true || fail "by sample: $(cat out)"
expect_exit 3 "$ATTUNE" prefs rank bare.csv --control x.dens --features f.csv
expect_in err "f.csv: no column 'x.dens'"
sed 1000,1100d f.csv >gap.csv
expect_exit 0 "$ATTUNE" prefs rank bare.csv --control loudness --features gap.csv --replicates 0 --ci sandwich
expect_in out 'comparisons left out: a value held constant is unknown'
expect_exit 3 "$ATTUNE" prefs rank separated.csv --control density
expect_exit 0 "$ATTUNE" prefs import style.csv --db style.db
expect_exit 0 "$ATTUNE" prefs rank --db style.db --control density,loudness
expect_in out 'one sd denser is worth +'

case_is 'ranks without a bootstrap are as uncertain as the ratings'
printf 'model_a,model_b,winner\nx,y,a\nx,y,a\nx,y,b\ny,z,a\ny,z,b\n' >close.csv
expect_exit 0 "$ATTUNE" prefs rank close.csv --ci sandwich --replicates 0 --format json
jq -e '[.ranking[] | .rank_low == 1 and .rank_high == 3] | all' out >/dev/null || fail "ranks: $(cat out)"
awk 'BEGIN {print "model_a,model_b,winner"
    for (i = 0; i < 300; i++) {print "x,y," ((i % 5) ? "a" : "b"); print "y,z," ((i % 5) ? "a" : "b")}}' >clear.csv
expect_exit 0 "$ATTUNE" prefs rank clear.csv --ci sandwich --replicates 0 --format json
jq -e '[.ranking[] | .rank_low == .rank and .rank_high == .rank] | all' out >/dev/null || fail "ranks: $(cat out)"
expect_exit 0 "$ATTUNE" prefs rank islands.csv
expect_in err "{'x' 'y'}, {'u' 'v'}"

case_is 'Elo ratings go by time, else by the order of the file'
printf '%s\n' 'model_a,model_b,winner,time' 'z,x,b,300' 'x,y,a,20' 'y,z,tie,100' 'x,y,both_bad,50' >timed.csv
printf '%s\n' 'vote,time,model,rating' '1,20,x,1016' '1,20,y,984' '2,100,y,984.736' '2,100,z,999.264' \
    '3,300,z,984.034' '3,300,x,1031.23' >want
history_of() { awk -F, 'NR == 1 {print; next} {printf "%s,%s,%s,%.6g\n", $1, $2, $3, $4}' "$1"; }
expect_exit 0 "$ATTUNE" prefs rank timed.csv --history elo.csv --k 32
history_of elo.csv >got
expect_same want got
expect_exit 0 "$ATTUNE" prefs import timed.csv --db timed.db
expect_exit 0 "$ATTUNE" prefs rank --db timed.db --history stored.csv --k 32
expect_same elo.csv stored.csv
printf '%s\n' 'model_a,model_b,winner,time' 'z,x,b,2025-11-01T09:00:00Z' 'x,y,a,2025-07-31' 'y,z,tie,2025-08-01T10:00:00Z' >dated.csv
expect_exit 0 "$ATTUNE" prefs rank dated.csv --history dates.csv --k 32
[ "$(cut -d, -f1,3,4 dates.csv)" = "$(cut -d, -f1,3,4 elo.csv)" ] || fail "by date: $(cat dates.csv)"
if command -v gnuplot >/dev/null; then # models in order of appearance, from 1000 on
    expect_exit 0 "$ATTUNE" prefs rank dated.csv --plot-history elo.svg --k 32
    [ -s elo.svg ] || fail 'no figure'
    # sorted by time x meets y first, but z stands first in the file: blocks z, x, y
    printf '%s\n' '1 1000' '2 999.264' '3 984.034' '3 984.034' '0 1000' '1 1016' '3 1031.23' '3 1031.23' \
        '0 1000' '1 984' '2 984.736' '3 984.736' >want
    grep -v '^#' elo.dat | grep . | tr '\t' ' ' >got
    expect_same want got
    grep -F "'1'.\"\n\".'2025-07-31' 1" elo.gp >/dev/null || fail "no dates: $(grep xtics elo.gp)"
fi
printf '%s\n' 'model_a,model_b,winner' 'x,y,a' 'y,z,tie' 'z,x,b' >untimed.csv
expect_exit 0 "$ATTUNE" prefs rank untimed.csv --history order.csv --k 32
[ "$(cut -d, -f1,3,4 order.csv)" = "$(cut -d, -f1,3,4 elo.csv)" ] || fail "by file: $(cat order.csv)"
expect_exit 0 "$ATTUNE" prefs rank untimed.csv --history four.csv
[ "$(sed -n 2p four.csv)" = '1,,x,1002' ] || fail "K: $(cat four.csv)"
printf '%s\n' 'model_a,model_b,winner,time' 'x,y,a,20' 'x,y,a,' >gap.csv
expect_exit 3 "$ATTUNE" prefs rank gap.csv --history elo.csv
expect_in err "another kind"
printf '%s\n' 'model_a,model_b,winner,time' 'x,y,a,monday' >monday.csv
expect_exit 3 "$ATTUNE" prefs rank monday.csv --history elo.csv
expect_in err "'monday' is neither a number nor a date"

done_testing
