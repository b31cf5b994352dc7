#!/usr/bin/env bash
. "$(dirname "$0")/lib.sh"

case_is 'no metric has lost a direction that it declares'
expect_exit 0 "$ATTUNE" audit --quick --quiet --metrics 'harmonic.*,temporal.*,pillar.*'
expect_in out '0 are lost'
expect_in out '0 broken'

if "$ATTUNE" doctor 2>&1 | grep -q 'sound font.*not found\|no sound font'; then
    echo 'no sound font: the audio audit is not tested'
else
    case_is 'nor has one of sound'
    expect_exit 0 "$ATTUNE" audit --modality audio --pieces 6 --seconds 10 --quiet \
        --metrics 'quality.*,harmonic.tuning_deviation' \
        --damage 'noise,clipping,low_pass,drop_outs,detuned_blocks,pitch_drift'
    expect_in out '0 are lost'
    expect_in out '0 broken'
fi

case_is 'the same for any number of threads'
expect_exit 0 "$ATTUNE" audit --quick --pieces 6 --metrics 'temporal.*,pillar.*' --damage 'pitch_noise,freezing' --quiet --jobs 1 --format json
mv out one
expect_exit 0 "$ATTUNE" audit --quick --pieces 6 --metrics 'temporal.*,pillar.*' --damage 'pitch_noise,freezing' --quiet --jobs 4 --format json
expect_same one out

case_is 'choices that match nothing are errors'
expect_exit 2 "$ATTUNE" audit --quick --metrics 'temporl.*'
expect_in err 'no metric matches'
expect_exit 2 "$ATTUNE" audit --quick --damage 'pitch_nois'
expect_in err "no damage matches 'pitch_nois'"
expect_in err "did you mean 'pitch_noise'?"

case_is 'a folder without music'
mkdir empty && echo text >empty/notes.txt
expect_exit 3 "$ATTUNE" audit --quick --corpus empty
expect_in err 'no usable music'

case_is 'everything into a folder'
expect_exit 0 "$ATTUNE" audit --quick --pieces 3 --metrics 'temporal.*' --quiet --out made
for file in audit.json audit.csv audit.txt; do
    [ -s "made/$file" ] || fail "made/$file is missing or empty"
done
expect_in made/audit.csv 'metric,damage,seen_as,tau'

case_is 'a pillar shows its members, weights and provenance'
expect_exit 0 "$ATTUNE" describe harmony
expect_in out 'weights for symbolic input'
expect_in out 'harmonic.chroma_entropy'
expect_in out 'derive-pillars'
done_testing
