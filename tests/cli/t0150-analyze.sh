#!/usr/bin/env bash
# attune analyze: JSON of the contract and JAMS, on a MIDI file whose chords are known.
. "$SOURCE/tests/cli/lib.sh"

# A chord of four quarter notes (delta 480) on channel 0: three note-ons, then three note-offs.
chord() {
    printf "\\x00\\x90\\x$1\\x50\\x00\\x90\\x$2\\x50\\x00\\x90\\x$3\\x50"
    printf "\\x8f\\x00\\x80\\x$1\\x00\\x00\\x80\\x$2\\x00\\x00\\x80\\x$3\\x00"
}
# C, F, G, C, each of 1920 ticks (two seconds at 120 BPM), twice.
{
    for _ in 1 2; do
        chord 3c 40 43
        chord 41 45 48
        chord 43 47 4a
        chord 3c 40 43
    done
    printf '\x00\xff\x2f\x00'
} >track
{
    printf 'MThd\x00\x00\x00\x06\x00\x00\x00\x01\x01\xe0MTrk\x00\x00\x00'
    printf "\\x$(printf %02x "$(wc -c <track)")"
    cat track
} >song.mid

case_is 'JSON: tempo, beats, key and chords'
expect_exit 0 "$ATTUNE" analyze song.mid
expect_in out '"path": "song.mid", "status": "ok", "modality": "symbolic", "duration_s": 16'
expect_in out '"tempo_bpm": 120, "beats_s": [0.0000, 0.5000,'
expect_in out '"downbeats_s": [0.0000, 2.0000,'
expect_in out '"key": {"tonic": "C", "mode": "major"'
expect_in out '{"start_s": 0.0000, "end_s": 2.0000, "label": "C:maj"}, {"start_s": 2.0000, "end_s": 4.0000, "label": "F:maj"}'
expect_in out '{"start_s": 4.0000, "end_s": 6.0000, "label": "G:maj"}'
expect_in out '"sections": [{"start_s": 0.0000, "end_s": 16.0000, "label": "a"}]'

case_is 'JAMS: the namespaces of the field'
expect_exit 0 "$ATTUNE" analyze --format jams song.mid
for namespace in tempo beat key_mode chord_harte segment_open; do
    expect_in out "\"namespace\": \"$namespace\""
done
expect_in out '"value": "C:major"'
expect_in out '{"time": 2.0000, "duration": 2.0000, "value": "F:maj", "confidence": null}'
if command -v python3 >/dev/null; then
    python3 -c 'import json, sys; json.load(sys.stdin)' <out || fail 'not JSON'
fi

case_is 'a damaged file is a line of its own, the others go on, exit 1'
echo nothing >damaged.mid
expect_exit 1 "$ATTUNE" analyze damaged.mid song.mid
expect_in out '"status": "failed", "error": "'
expect_in out '"tonic": "C"'

case_is 'any number of threads prints the same in the same order'
for i in 1 2 3 4 5 6; do cp song.mid "copy$i.mid"; done
expect_exit 0 "$ATTUNE" analyze --jobs 1 copy*.mid
mv out one
expect_exit 0 "$ATTUNE" analyze --jobs 3 copy*.mid
expect_same one out

case_is 'the scape plot of the same file'
if command -v gnuplot >/dev/null; then
    expect_exit 0 "$ATTUNE" plot scape song.mid --out scape.svg
    expect_in scape.svg 'centre of the segment'
fi

done_testing
