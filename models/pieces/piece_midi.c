/* A piece as MIDI: one event list, filled voice by voice. */
#include "base/mem.h"
#include "base/text.h"
#include "models/pieces/piece.h"

enum {
    DIVISION = 480,
    STEP = DIVISION / 4,
    TRACK_CONDUCTOR = 0, TRACK_MELODY, TRACK_CHORDS, TRACK_BASS, TRACK_DRUMS, N_TRACKS,
    DRUM_CHANNEL = 9,
    DRUM_TICKS = STEP / 2,
};

/* Events of a full piece: at most 2 per melody step, bass beat and drum hit (3 an eighth), and
 * 4-note chords on 8 eighths a bar, plus the heads and ends of the tracks. */
enum { MAX_EVENTS = 64 * (2 * 16 + 2 * 4 + 6 * 8 + 2 * 4 * 8) + 64 };

struct writer {
    struct attune_midi *midi;
    const struct attune_piece *piece;
    int steps; /* of a bar */
};

static void put(struct writer *w, uint32_t tick, int track, enum attune_midi_kind kind, int channel,
                int a, int b, uint32_t value)
{
    struct attune_midi *m = w->midi;
    m->events[m->n_events++] = (struct attune_midi_event){
        .tick = tick, .track = (uint16_t)track, .kind = (uint8_t)kind, .channel = (uint8_t)channel,
        .a = (uint8_t)a, .b = (uint8_t)b, .value = value,
    };
}

static void put_note(struct writer *w, int track, int channel, uint32_t on, uint32_t off, int pitch,
                     int velocity)
{
    put(w, on, track, ATTUNE_MIDI_NOTE_ON, channel, pitch, velocity, 0);
    put(w, off, track, ATTUNE_MIDI_NOTE_OFF, channel, pitch, 0, 0);
}

/* Louder on the bar, then on the beats. */
static int accent(const struct writer *w, int step, int base)
{
    int beat_steps = w->steps / attune_metre_beats(w->piece->setting.metre);
    return step == 0 ? base + 12 : step % beat_steps == 0 ? base + 6 : base;
}

/* Orders by tick, then track, keeping the order of emission (a merge sort: it must be stable,
 * because a note's end comes before the next note of that pitch). spare: room for n events. */
static void sort_events(struct attune_midi_event *events, struct attune_midi_event *spare, size_t n)
{
    if (n < 2) {
        return;
    }
    size_t half = n / 2, i = 0, k = half, out = 0;
    sort_events(events, spare, half);
    sort_events(events + half, spare, n - half);
    memcpy(spare, events, half * sizeof *events);
    while (i < half && k < n) {
        uint64_t left = (uint64_t)spare[i].tick << 16 | spare[i].track;
        uint64_t right = (uint64_t)events[k].tick << 16 | events[k].track;
        events[out++] = right < left ? events[k++] : spare[i++];
    }
    memcpy(events + out, spare + i, (half - i) * sizeof *events);
}

static void put_conductor(struct writer *w)
{
    static const int8_t sharps_of_major[12] = {0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5};
    const struct attune_setting *s = &w->piece->setting;
    bool minor = s->mode == ATTUNE_MINOR;
    int relative_major = minor ? (s->tonic + 3) % 12 : s->tonic;
    int numerator = s->metre == ATTUNE_METRE_4_4 ? 4 : s->metre == ATTUNE_METRE_3_4 ? 3 : 6;
    put(w, 0, TRACK_CONDUCTOR, ATTUNE_MIDI_TIME_SIGNATURE, 0, numerator,
        s->metre == ATTUNE_METRE_6_8 ? 3 : 2, 0);
    put(w, 0, TRACK_CONDUCTOR, ATTUNE_MIDI_KEY_SIGNATURE, 0,
        (uint8_t)sharps_of_major[relative_major], minor, 0);
    put(w, 0, TRACK_CONDUCTOR, ATTUNE_MIDI_TEMPO, 0, 0, 0, (uint32_t)(6e7 / s->tempo_bpm + 0.5));
    put(w, 0, TRACK_MELODY, ATTUNE_MIDI_PROGRAM, 0, s->melody_program, 0, 0);
    put(w, 0, TRACK_CHORDS, ATTUNE_MIDI_PROGRAM, 1, s->chord_program, 0, 0);
    put(w, 0, TRACK_BASS, ATTUNE_MIDI_PROGRAM, 2, s->bass_program, 0, 0);
}

static void put_melody(struct writer *w)
{
    const struct attune_piece *p = w->piece;
    int n = p->setting.n_bars * w->steps;
    int base = attune_melody_base(&p->setting) - ATTUNE_PITCH;
    for (int i = 0; i < n; i++) {
        if (p->melody[i] < ATTUNE_PITCH) {
            continue;
        }
        int end = i + 1;
        while (end < n && p->melody[end] == ATTUNE_HOLD) {
            end++;
        }
        put_note(w, TRACK_MELODY, 0, (uint32_t)(i * STEP), (uint32_t)(end * STEP),
                 base + p->melody[i], accent(w, i % w->steps, 84));
    }
}

static void put_bass(struct writer *w)
{
    const struct attune_piece *p = w->piece;
    int beats = attune_metre_beats(p->setting.metre);
    int beat_steps = w->steps / beats;
    int n = p->setting.n_bars * beats;
    for (int i = 0; i < n; i++) {
        if (p->bass[i] < ATTUNE_PITCH) {
            continue;
        }
        int end = i + 1;
        while (end < n && p->bass[end] == ATTUNE_HOLD) {
            end++;
        }
        int root = attune_token_chord(p->chord[i / beats], p->setting.tonic).root;
        int pitch = (root >= 4 ? 24 : 36) + root + p->bass[i] - ATTUNE_PITCH; /* E1 .. D#3 */
        put_note(w, TRACK_BASS, 2, (uint32_t)(i * beat_steps * STEP),
                 (uint32_t)(end * beat_steps * STEP), pitch, accent(w, i % beats * beat_steps, 78));
    }
}

static void put_drums(struct writer *w)
{
    static const uint8_t keys[3] = {36, 38, 42};
    const struct attune_piece *p = w->piece;
    int eighths = attune_voice_units(&p->setting, ATTUNE_VOICE_DRUMS);
    for (int i = 0; i < p->setting.n_bars * eighths; i++) {
        for (int k = 0; k < 3; k++) {
            if (p->drums[i] >> k & 1) {
                uint32_t on = (uint32_t)(i * 2 * STEP);
                put_note(w, TRACK_DRUMS, DRUM_CHANNEL, on, on + DRUM_TICKS, keys[k],
                         accent(w, i % eighths * 2, 76));
            }
        }
    }
}

/* Voices a chord near C4: of all inversions whose lowest note lies in G3..F#4, the one that moves
 * least from the voicing before (sum over notes of the distance to the nearest earlier note). */
static int voice_chord(struct attune_chord chord, const int *before, int n_before, int *out)
{
    int intervals[4], best = -1, n = attune_chord_intervals(chord.quality, intervals);
    for (int inversion = 0; inversion < n; inversion++) {
        int pitches[4];
        int lowest = (chord.root + intervals[inversion]) % 12;
        lowest += lowest >= 7 ? 48 : 60;
        for (int i = 0; i < n; i++) {
            int pc = (chord.root + intervals[(inversion + i) % n]) % 12;
            pitches[i] = lowest + (pc - lowest % 12 + 12) % 12;
        }
        int cost = 0;
        for (int i = 0; i < n; i++) {
            int nearest = n_before ? 99 : abs(pitches[i] - 62);
            for (int k = 0; k < n_before; k++) {
                int d = abs(pitches[i] - before[k]);
                nearest = d < nearest ? d : nearest;
            }
            cost += nearest;
        }
        if (best < 0 || cost < best) {
            best = cost;
            memcpy(out, pitches, sizeof pitches[0] * (size_t)n);
        }
    }
    return n;
}

static void put_block(struct writer *w, int bar, int from, int to, const int *notes, int n)
{
    uint32_t start = (uint32_t)(bar * w->steps * STEP);
    for (int i = 0; i < n; i++) {
        put_note(w, TRACK_CHORDS, 1, start + (uint32_t)(from * STEP), start + (uint32_t)(to * STEP),
                 notes[i], accent(w, from, 58));
    }
}

static void put_comp_bar(struct writer *w, int bar, const int *notes, int n)
{
    static const uint8_t alberti[4] = {0, 2, 1, 2};
    int beats = attune_metre_beats(w->piece->setting.metre), steps = w->steps;
    int beat = steps / beats, half = beats == 3 ? 2 * beat : steps / 2;
    int turn = n > 1 ? 2 * n - 2 : 1;
    switch ((enum attune_comp)w->piece->comp[bar]) {
    case ATTUNE_COMP_TACET:
    case ATTUNE_N_COMPS:
        break;
    case ATTUNE_COMP_WHOLE:
        put_block(w, bar, 0, steps, notes, n);
        break;
    case ATTUNE_COMP_HALVES:
        put_block(w, bar, 0, half, notes, n);
        put_block(w, bar, half, steps, notes, n);
        break;
    case ATTUNE_COMP_BEATS:
        for (int b = 0; b < beats; b++) {
            put_block(w, bar, b * beat, (b + 1) * beat - 1, notes, n);
        }
        break;
    case ATTUNE_COMP_OFFBEATS:
        for (int b = 0; b < beats; b++) {
            put_block(w, bar, b * beat + 2, b * beat + 4, notes, n);
        }
        break;
    case ATTUNE_COMP_ARPEGGIO:
        for (int e = 0; e < steps / 2; e++) {
            int i = e % turn;
            put_block(w, bar, 2 * e, 2 * e + 2, &notes[i < n ? i : turn - i], 1);
        }
        break;
    case ATTUNE_COMP_ALBERTI:
        for (int e = 0; e < steps / 2; e++) {
            put_block(w, bar, 2 * e, 2 * e + 2, &notes[alberti[e % 4]], 1);
        }
        break;
    case ATTUNE_COMP_OOMPAH:
        put_block(w, bar, 0, beat, notes, 1);
        for (int b = 1; b < beats; b++) {
            put_block(w, bar, b * beat, (b + 1) * beat - 1, notes + 1, n - 1);
        }
        break;
    }
}

static void put_comp(struct writer *w)
{
    int before[4], n_before = 0;
    for (int bar = 0; bar < w->piece->setting.n_bars; bar++) {
        int notes[4] = {0};
        struct attune_chord chord =
            attune_token_chord(w->piece->chord[bar], w->piece->setting.tonic);
        int n = voice_chord(chord, before, n_before, notes);
        put_comp_bar(w, bar, notes, n);
        memcpy(before, notes, sizeof notes[0] * (size_t)n);
        n_before = n;
    }
}

enum attune_code attune_piece_to_midi(const struct attune_piece *piece, struct attune_midi *midi,
                                      struct attune_err *err)
{
    static const char *const names[N_TRACKS] = {"Conductor", "Melody", "Chords", "Bass", "Drums"};
    int n_tracks = piece->setting.has_drums ? N_TRACKS : N_TRACKS - 1;
    *midi = (struct attune_midi){
        .type = 1, .n_tracks = (uint16_t)n_tracks, .claimed_tracks = (uint16_t)n_tracks,
        .division = DIVISION, .raw_division = DIVISION,
        .events = attune_alloc(MAX_EVENTS, sizeof *midi->events),
        .track_names = attune_alloc((size_t)n_tracks, sizeof *midi->track_names),
        .track_end = attune_alloc((size_t)n_tracks, sizeof *midi->track_end),
    };
    struct attune_midi_event *spare = attune_alloc(MAX_EVENTS / 2 + 1, sizeof *spare);
    bool ok = midi->events && midi->track_names && midi->track_end && spare;
    for (int t = 0; ok && t < n_tracks; t++) {
        midi->track_names[t] = attune_strdup(names[t]);
        ok = midi->track_names[t] != NULL;
    }
    if (!ok) {
        if (!midi->track_names || !midi->track_end) {
            midi->n_tracks = 0;
        }
        attune_release(spare);
        attune_midi_release(midi);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory writing a piece");
    }
    struct writer w = {
        .midi = midi, .piece = piece, .steps = attune_metre_steps(piece->setting.metre)};
    put_conductor(&w);
    put_melody(&w);
    put_comp(&w);
    put_bass(&w);
    if (piece->setting.has_drums) {
        put_drums(&w);
    }
    uint32_t end = (uint32_t)(piece->setting.n_bars * w.steps * STEP);
    for (int t = 0; t < n_tracks; t++) {
        midi->track_end[t] = end;
        put(&w, end, t, ATTUNE_MIDI_END_OF_TRACK, 0, 0, 0, 0);
    }
    sort_events(midi->events, spare, midi->n_events);
    attune_release(spare);
    return ATTUNE_OK;
}

enum attune_code attune_piece_write(const struct attune_piece *piece, const char *out, char *path,
                                    size_t path_size, struct attune_err *err)
{
    int n = snprintf(path, path_size, "%s.mid", out);
    if (n < 0 || (size_t)n >= path_size) {
        return attune_fail(err, ATTUNE_E_IO, "path too long: '%.80s...'", out);
    }
    struct attune_midi midi;
    enum attune_code code = attune_piece_to_midi(piece, &midi, err);
    if (code == ATTUNE_OK) {
        code = attune_midi_write(&midi, path, err);
        attune_midi_release(&midi);
    }
    return code;
}
