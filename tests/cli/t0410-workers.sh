#!/usr/bin/env bash
# The shipped workers (models/workers) against stand-in modules with the interface of the real ones, whose
# weights cannot be had here (tests/workers/stand_ins/README.md says what this shows and what not).
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
python=/usr/bin/python3
"$python" -c 'import numpy' 2>/dev/null || skip 'numpy is not installed for /usr/bin/python3'
stand_ins=$SOURCE/tests/workers/stand_ins
repos=$stand_ins/repos
export PYTHONPATH=$stand_ins PYTHONDONTWRITEBYTECODE=1 ATTUNE_TEST_HUB=$scratch/hub TMPDIR=$scratch
mkdir elsewhere bin && cp "$SOURCE"/models/workers/*.py elsewhere # they need nothing of attune's tree
workers=$scratch/elsewhere

mkdir -p hub/amaai-lab--text2midi hub/facebook--musicgen-small hub/ASLP-lab--DiffRhythm-1_2
printf 'weights' >hub/amaai-lab--text2midi/pytorch_model.bin
printf 'a longer checkpoint' >base.bin
for file in hub/facebook--musicgen-small/state_dict.bin hub/ASLP-lab--DiffRhythm-1_2/cfm_model.pt \
    head.pt soundfont.sf2; do
    printf '%s' "$file" >"$file"
done
"$python" -c 'import miditok, pickle; pickle.dump(miditok.REMI(), open("vocabulary", "wb"))' ||
    fail 'no vocabulary'
cp vocabulary hub/amaai-lab--text2midi/vocab_remi.pkl

text2midi=("$workers/text2midi_generate.py" --repo "$repos/text2midi" --max-tokens 30)
inferalign=("$workers/inferalign_generate.py" --repo "$repos/inferalign" --max-tokens 30 --block 10
    --soundfont "$scratch/soundfont.sf2")
musicgen=("$workers/musicgen_generate.py" --duration 0.5)
diffrhythm=("$workers/diffrhythm_generate.py" --repo "$repos/diffrhythm")
clap=("$workers/clap_score.py" --checkpoint "$scratch/head.pt")
audiobox=("$workers/audiobox_score.py")
songeval=("$workers/songeval_score.py" --repo "$repos/songeval" --checkpoint "$scratch/head.pt")
tunejury=("$workers/tunejury_score.py" --repo "$repos/tunejury" --checkpoint "$scratch/head.pt")
listed() { # ARGUMENT...: a YAML list with the interpreter
    local text="$python" argument
    for argument; do text="$text, \"$argument\""; done
    printf '[%s]' "$text"
}

for name in text2midi inferalign musicgen diffrhythm; do
    case_is "the check finds no fault in $name"
    declare -n words=$name
    expect_exit 0 "$ATTUNE" doctor --generator "$python ${words[*]}"
    expect_not_in out failed
    expect_not_in out warning
done
for name in clap audiobox songeval tunejury; do
    case_is "the check finds no fault in $name but that it does not read MIDI"
    declare -n words=$name
    expect_exit 0 "$ATTUNE" doctor --scorer "$python ${words[*]}"
    expect_not_in out failed
    expect_in out 'needs --soundfont'
done

case_is 'a missing module is one message with the way to install it'
PYTHONPATH='' expect_exit 1 "$ATTUNE" doctor --scorer "$python $workers/clap_score.py --device cpu"
expect_in out "clap_score.py: the Python module 'laion_clap' is missing; hint: pip install laion-clap"
expect_not_in out Traceback
PYTHONPATH='' expect_exit 1 "$ATTUNE" doctor --generator "$python ${inferalign[*]} --device cpu"
expect_in out "hint: git clone https://github.com/AMAAI-Lab/t2m-inferalign"

case_is 'a checkpoint that is not there, and the wrong role, are named'
expect_exit 1 "$ATTUNE" doctor --scorer "$python ${tunejury[*]} --checkpoint nowhere.pt"
expect_in out 'cannot load the model'
expect_exit 1 "$ATTUNE" doctor --scorer "$python ${musicgen[*]}"
expect_in out 'asked to be a scorer, but this is a generator'

case_is 'a run: one prompt explodes in every model, the others are answered and scored'
{
    printf 'suite: outside\n%s\n  - Let the stand-in explode\nseeds: [1, 2]\nmodels:\n' "$prompts"
    printf '  - {name: text2midi, method: dpo, base: sft, worker: %s}\n' \
        "$(listed "${text2midi[@]}" --ref-checkpoint "$scratch/base.bin")"
    printf '  - {name: inferalign, method: inference, base: text2midi, worker: %s}\n' \
        "$(listed "${inferalign[@]}")"
    printf '  - {name: musicgen, worker: %s, workers: 2}\n' "$(listed "${musicgen[@]}")"
    printf '  - {name: diffrhythm, worker: %s}\n' "$(listed "${diffrhythm[@]}")"
    printf 'scorers:\n'
    for name in clap audiobox songeval tunejury; do
        declare -n words=$name
        printf '  - {name: %s, worker: %s}\n' "$name" \
            "$(listed "${words[@]}" --soundfont "$scratch/soundfont.sf2")"
    done
    printf 'metrics: [quality.dc_offset]\nallow_failed: 0.3\n'
} >suite.yaml
cat >bin/fluidsynth <<'END_OF_STAND_IN'
#!/bin/sh
# A stand-in for the renderer: -ni -r RATE -F OUT SOUNDFONT MIDI; a file as long as the MIDI file.
[ "$1 $2 $4" = "-ni -r -F" ] && [ -f "$6" ] && cp "$7" "$5"
END_OF_STAND_IN
chmod +x bin/fluidsynth
PATH=$scratch/bin:$PATH expect_exit 0 "$ATTUNE" run suite.yaml
expect_query "SELECT count(*) FROM sample WHERE status = 'ok'" 24
expect_query "SELECT count(*) FROM sample WHERE status = 'failed' AND error LIKE
    '%reports: RuntimeError: CUDA error: the stand-in exploded'" 8
expect_query "SELECT count(*) FROM sample_scores WHERE metric LIKE 'scorer.%' AND state = 'ok'" 264
expect_query "SELECT min(value) >= 1 AND max(value) <= 5 FROM sample_scores
    WHERE metric = 'scorer.songeval.Coherence'" 1

case_is 'log-probabilities, tokens and candidates arrive'
expect_query "SELECT count(*) FROM sample s JOIN model m ON m.id = s.model WHERE m.name = 'text2midi'
    AND s.logprob < 0 AND s.ref_logprob < 0 AND s.logprob != s.ref_logprob" 6
expect_query "SELECT count(*) FROM sample s JOIN model m ON m.id = s.model WHERE m.name = 'musicgen'
    AND s.logprob < 0 AND s.ref_logprob IS NULL" 6
expect_query "SELECT DISTINCT n_tokens, n_candidates FROM sample s JOIN model m ON m.id = s.model
    WHERE m.name = 'inferalign' AND s.status = 'ok'" '150|15'

case_is 'the log-probability is that of the drawn tokens'
# 24 tokens; the rule of the stand-in makes one of them e^0.7 as likely as each other one.
"$python" - "${text2midi[@]}" <<'END_OF_PYTHON' || fail 'another log-probability'
import json, math, subprocess, sys
text = "A calm piano waltz"
ask = '{"attune": 1, "role": "generator"}\n' + json.dumps(
    {"id": 1, "seed": 2**63 - 1, "prompt": {"text": text}, "out": "drawn"}) + "\n"
done = subprocess.run([sys.executable] + sys.argv[1:], input=ask, capture_output=True, text=True, check=True)
answer = json.loads(done.stdout.splitlines()[1])
notes = open("drawn.mid", "rb").read()[22:-4]
tokens = [notes[i] - 48 for i in range(2, len(notes), 8)]
favoured = sum(text.encode()) % 24
total = math.log(23 + math.exp(0.7))
expected = sum((0.7 if token == favoured else 0.0) - total for token in tokens)
sys.exit(not (len(tokens) == 30 and abs(answer["logprob"] - expected) < 1e-9))
END_OF_PYTHON

case_is 'another checkpoint is another version'
version() {
    printf '{"attune": 1, "role": "generator"}\n' |
        "$python" "${text2midi[@]}" --vocabulary vocabulary "$@" 2>/dev/null | head -n 1
}
version --checkpoint base.bin >version1
grep -q '"version": "[0-9a-f]\{12\}"' version1 || fail "no version in $(cat version1)"
cp base.bin renamed.bin
version --checkpoint renamed.bin >version2
expect_same version1 version2
version >version2
cmp -s version1 version2 && fail 'two checkpoints, one version'

case_is 'a score that is not a number is undefined, with a reason'
sed -e '/^  - {name: \(text2midi\|inferalign\|diffrhythm\|clap\|songeval\|tunejury\)/d' -e '/explode/d' \
    suite.yaml >nan.yaml
ATTUNE_TEST_NAN=1 expect_exit 0 "$ATTUNE" run nan.yaml --db nan.db
expect_query "SELECT count(*), min(value IS NULL), max(why) FROM sample_scores
    WHERE metric = 'scorer.audiobox.PC'" '6|1|the scorer gave no value' nan.db

case_is 'a search that could score nothing is a failed sample'
printf 'suite: none\nprompts: [unscorable]\nallow_failed: 1.0\nmodels:\n  - {name: i, worker: %s}\n' \
    "$(listed "${inferalign[@]}")" >none.yaml
expect_exit 0 "$ATTUNE" run none.yaml --db none.db
expect_query "SELECT error LIKE '%no beam could be scored%' FROM sample" 1 none.db

case_is 'CLAP also embeds'
expect_exit 0 "$ATTUNE" embed "$(find run.db.files -name "*.wav" -size +4k | head -n 1)" --out rows.npy \
    --worker "$python ${clap[*]}"
expect_in out '4 dimensions'

case_is 'no worker leaves anything behind in the folder for temporary files'
find "$TMPDIR" -maxdepth 1 -name '*-????????' >left
[ ! -s left ] || fail "temporary folders are left: $(cat left)"

case_is 'every worker explains itself'
for name in text2midi inferalign musicgen diffrhythm clap audiobox songeval tunejury; do
    declare -n words=$name
    expect_exit 0 "$python" "${words[0]}" --help
    expect_in out 'worker: [python3, '
done

done_testing
