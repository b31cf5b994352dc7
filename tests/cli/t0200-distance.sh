#!/usr/bin/env bash
# attune distance and attune embed: the kinds of SET, the JSON of the contract, errors.
. "$(dirname "$0")/lib.sh"

# npy FILE SHAPE BYTES: a float32 NPY file from escaped bytes
npy() {
    local header="{'descr': '<f4', 'fortran_order': False, 'shape': $2, }"
    { printf '\x93NUMPY\x01\x00'; printf "\\x$(printf '%02x' ${#header})\\x00"; printf '%s' "$header"; printf "$3"; } >"$1"
}
zero='\x00\x00\x00\x00' one='\x00\x00\x80\x3f' two='\x00\x00\x00\x40' three='\x00\x00\x40\x40'
five='\x00\x00\xa0\x40' seven='\x00\x00\xe0\x40' eight='\x00\x00\x00\x41' nan='\x00\x00\xc0\x7f'
distance() { "$ATTUNE" distance --reference "$1" --candidate "$2" --format json --quiet "${@:3}"; }

case_is 'Frechet distance of two points each, by hand: (1 - 5)^2 + (sqrt 2 - sqrt 8)^2 = 18'
npy a.npy '(2, 1)' "$zero$two"
npy b.npy '(2, 1)' "$three$seven"
expect_exit 0 distance a.npy b.npy --replicates 0
expect_in out '"set.fad": {"value": 18, "ci_low": null'
expect_in out '"reference": {"n": 2, "d": 1}'
expect_in out '"set.precision": {"value": null, "undefined":'
for key in fad fad_inf kad mmd2 precision recall density coverage mauve vendi; do
    expect_in out "\"set.$key\": {"
done

case_is 'a folder of NPY files is one set'
mkdir rows
npy rows/1.npy '(1,)' "$zero"
npy rows/2.npy '(1, 1)' "$two"
expect_exit 0 distance rows b.npy --metrics set.fad
expect_in out '"set.fad": {"value": 18'

case_is 'mean and covariance instead of rows'
mkdir moments
npy moments/mu.npy '(1,)' "$five"
npy moments/cov.npy '(1, 1)' "$eight"
expect_exit 0 distance a.npy moments --compat
expect_in out '"set.fad": {"value": 18'
expect_in out 'only mean and covariance are known'
expect_in out '"candidate": {"n": null, "d": 1}'

case_is 'bad rows are left out and named'
npy c.npy '(3, 1)' "$zero$nan$two"
expect_exit 0 distance c.npy b.npy --metrics set.fad
expect_in out '"set.fad": {"value": 18'
expect_in out 'left out: 1 (of 3'

case_is 'bandwidth and threads do not move what they must not'
expect_exit 0 distance a.npy b.npy --metrics set.kad --bandwidth 2 --jobs 1
cp out one_thread
expect_exit 0 distance a.npy b.npy --metrics set.kad --bandwidth candidate --jobs 1
cmp -s out one_thread && fail 'the bandwidth had no effect'
expect_exit 0 distance a.npy b.npy --metrics set.kad --bandwidth 2 --jobs 3
expect_same out one_thread

case_is 'mistakes'
expect_exit 2 distance a.npy b.npy --bandwidth wide
expect_in err "--bandwidth 'wide'"
expect_exit 2 distance a.npy b.npy --metrics set.fed
expect_exit 2 "$ATTUNE" distance --reference a.npy
npy wide.npy '(1, 2)' "$zero$one"
expect_exit 3 distance a.npy wide.npy
expect_in err 'the reference has 1 dimensions'
expect_exit 3 distance a.npy nowhere.npy
printf 'text' >text
expect_exit 3 distance a.npy text

# midi FILE PITCH: 24 notes going up from PITCH, 96 ticks each
midi() {
    local i body='\x00\xff\x58\x04\x04\x02\x18\x08'
    for ((i = 0; i < 24; i++)); do
        body+=$(printf '\\x00\\x90\\x%02x\\x50\\x60\\x%02x\\x00' $(($2 + i * i % 12)) $(($2 + i * i % 12)))
    done
    body+='\x00\xff\x2f\x00'
    { {
    printf 'RIFF\x24\x77\x01\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00'
    printf 'data\x00\x77\x01\x00'
    for ((i = 0; i < 2000; i++)); do # 3 s of a square wave at 16 kHz
        printf '\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0'
        printf '\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0'
    done
} >square.wav
expect_exit 0 "$ATTUNE" embed square.wav --out square.npy
expect_in out '1 of 1 files, 151 dimensions'
printf 'MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\x00\x00\x00\xb4'; printf "$body"; } >"$1"
}

case_is 'folders of music are embedded, prompts come from the names'
mkdir music
midi music/p1__s1.mid 40
midi music/p1__s2.mid 47
midi music/p2__s1.mid 60
expect_exit 0 distance music music --metrics 'set.fad,set.diversity_within_prompt'
expect_in out '"embedding": "attune-1"'
expect_in out '"n_prompts": 1'
expect_in out '"set.fad": {"value": '

case_is 'what a reviewer would ask is said'
npy odd.npy '(3, 2)' "$zero$one$zero$one$two$one"
expect_exit 0 "$ATTUNE" distance --reference odd.npy --candidate odd.npy --metrics set.fad_inf
expect_in err 'reference: 1 of 3 rows repeat an earlier one'
expect_in err 'candidate: 1 of 2 columns are constant'
expect_in out 'fewer than 500 candidates'
npy thin.npy '(2, 2)' "$zero$one$two$three"
expect_exit 0 "$ATTUNE" distance --reference thin.npy --candidate odd.npy --metrics set.fad
expect_in err 'reference: no more rows (2) than columns (2)'

case_is 'evaluated files against a reference'
expect_exit 0 "$ATTUNE" eval music --reference music --metrics 'harmonic.key_clarity,set.fad'
[ "$(wc -l <out)" -eq 4 ] || fail 'three files and a set should give four lines'
tail -n 1 out >last
expect_in last '"set.fad": {"value": 0,'
expect_in last '"reference": "music/p2__s1.mid", "distance": 0, "near_copy": true'
expect_not_in last 'set.kad'
expect_exit 0 "$ATTUNE" eval music --reference music --format table
expect_in out '3 files against 3 of music'
expect_exit 2 "$ATTUNE" eval music --reference music --format csv
expect_exit 3 "$ATTUNE" eval music --reference nowhere

case_is 'features of the notes are compared where both sets are MIDI'
expect_exit 0 "$ATTUNE" distance --reference music --candidate music --metrics 'set.overlap_area,set.kld' --compat
expect_in out '  pitch_range '
expect_in out 'compat.mgeval.kld '
expect_in out 'compat.mgeval.overlap_area '
expect_exit 0 "$ATTUNE" distance --reference music --candidate music --metrics set.kld --format json
expect_in out '"note_length_histogram": '
expect_exit 0 "$ATTUNE" eval music --reference music --metrics set.kld
expect_in out '"undefined": "the notes are not known: '

case_is 'set metrics are listed and described'
expect_exit 0 "$ATTUNE" list metrics
expect_in out 'set.coverage '
expect_exit 0 "$ATTUNE" list metrics --format json
expect_in out '"inputs": ["sets"]'
expect_exit 0 "$ATTUNE" describe set.fad
expect_in out 'Dowson & Landau 1982'
expect_exit 2 "$ATTUNE" describe set.fadd
expect_in err "did you mean 'set.fad'"

case_is 'embeddings as files'
expect_exit 0 "$ATTUNE" embed music --out rows.npy
expect_in out '3 of 3 files'
expect_in rows.npy.txt 'music/p2__s1.mid'
expect_exit 0 "$ATTUNE" embed music --out embedded
expect_exit 0 distance rows.npy embedded --metrics set.fad --replicates 0
expect_in out '"reference": {"n": 3'
expect_in out '"candidate": {"n": 3'
{
    printf 'RIFF\x24\x77\x01\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00'
    printf 'data\x00\x77\x01\x00'
    for ((i = 0; i < 2000; i++)); do # 3 s of a square wave at 16 kHz
        printf '\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0'
        printf '\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\x20\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0\x00\xe0'
    done
} >square.wav
expect_exit 0 "$ATTUNE" embed square.wav --out square.npy
expect_in out '1 of 1 files, 151 dimensions'
printf 'MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\x00\x00\x00\x04\x00\xff\x2f\x00' >music/empty.mid
expect_exit 1 "$ATTUNE" embed music --out rows.npy
expect_in err 'empty.mid: no embedding: '
expect_exit 2 "$ATTUNE" embed music

done_testing
