#!/usr/bin/env bash
# eval: files and folders in, one object each out; prompts; failures are results.
. "$SOURCE/tests/cli/lib.sh"

cat >suite.yaml <<'Y'
suite: s
prompts: ["A calm piano waltz in A minor at 90 BPM", "A march in C major"]
models:
  - {name: corpus, builtin: corpus, method: none}
metrics: ["symbolic.n_notes"]
Y
expect_exit 0 "$ATTUNE" run suite.yaml --db s.db --quiet
mkdir songs
for id in p001 p002; do cp "$(find s.db.files -name "$id*.mid" | head -n 1)" "songs/${id}__s1.mid"; done
echo 'neither' >songs/notes.txt

case_is 'a folder is walked; what is no music is named and left out'
expect_exit 0 "$ATTUNE" eval songs --metrics 'harmonic.*,adherence.*'
[ "$(wc -l <out)" = 2 ] || fail 'one line per file expected'
expect_in err "skipped 'songs/notes.txt'"
expect_in out '"status": "ok"'
expect_in out '"adherence.key": "'

case_is 'the same output for any number of threads'
cp out one.jsonl
expect_exit 0 "$ATTUNE" eval songs --metrics 'harmonic.*,adherence.*' --jobs 4
expect_same one.jsonl out

case_is 'prompts are matched by file name, and define adherence'
printf '%s\n' '{"id": "p001", "text": "A calm piano waltz in A minor at 90 BPM"}' \
    '{"id": "p002", "text": "A march in C major"}' >prompts.jsonl
expect_exit 0 "$ATTUNE" eval songs --metrics adherence.key,adherence.time_signature --prompt prompts.jsonl
expect_in out '"adherence.time_signature": 1}'
expect_in out '"adherence.time_signature": "the prompt asks for no time signature"'

case_is 'what a prompt asks for is shown with the words it was read from'
expect_exit 0 "$ATTUNE" describe 'A waltz in D dorian at 120-130 BPM'
expect_in out '"key": "D minor", "tempo_bpm": 125, "time_signature": "3/4"'
expect_in out "from 'D dorian'"
expect_in out "from '120-130 BPM'"

case_is 'a damaged file is a failed result, the others go on'
head -c 20 songs/p001__s1.mid >broken.mid
expect_exit 1 "$ATTUNE" eval broken.mid songs/p001__s1.mid missing.wav --metrics symbolic.n_notes
[ "$(grep -c '"status": "failed"' out)" = 2 ] || fail 'two failures expected'
[ "$(grep -c '"status": "ok"' out)" = 1 ] || fail 'one success expected'
expect_in out '"error": "'

case_is 'without a sound font one message says so, and the notes are measured all the same'
expect_exit 0 "$ATTUNE" eval songs --render --soundfont none.sf2 --metrics 'symbolic.n_notes,quality.*'
[ "$(grep -c 'not rendered' err)" = 1 ] || fail 'one message expected'
expect_in err "none.sf2"
expect_in err 'hint: '
[ "$(grep -c '"symbolic.n_notes": [1-9]' out)" = 2 ] || fail 'symbolic metrics expected'
expect_in out '"quality.loudness_lufs": "not rendered: no sound font"'

case_is 'a rendering has the same bits for any number of threads'
expect_exit 0 "$ATTUNE" eval songs songs --render --metrics 'quality.*' --jobs 1
if grep -q 'not rendered' err; then
    echo 'no sound font: not compared'
else
    cp out one.jsonl
    expect_in out '"modality": "audio"'
    expect_exit 0 "$ATTUNE" eval songs songs --render --metrics 'quality.*' --jobs 4
    expect_same one.jsonl out
fi

case_is 'csv and table'
expect_exit 0 "$ATTUNE" eval songs --metrics 'symbolic.n_*' --format csv
expect_in out 'path,modality,status,error,duration_s,symbolic.n_pitches_used'
expect_exit 0 "$ATTUNE" eval songs --metrics 'symbolic.n_*' --format table
expect_in out 'p001__s1.mid'

case_is 'a metric that does not exist is a usage error with a guess'
expect_exit 2 "$ATTUNE" eval songs --metrics harmonic.key_clarty
expect_in err "did you mean 'harmonic.key_clarity'"

done_testing
