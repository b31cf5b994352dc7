/* The reduction, voice by voice. */
#include "models/pieces/midi_piece.h"

#include <math.h>

#include "metrics/analysis/grid.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/notes.h"
#include "metrics/analysis/parts.h"

struct source {
    const struct attune_notes *notes;
    const struct attune_grid *grid;
    const struct attune_parts *parts;
    struct attune_piece *piece;
    size_t first_bar;
    double origin, bar_ticks; /* tick of the first bar, length of every bar */
};

/* Index on a grid of so many cells a bar, to the nearest; may lie outside the piece. */
static long place(const struct source *s, uint32_t tick, int per_bar)
{
    return lround(((double)tick - s->origin) * per_bar / s->bar_ticks);
}

static bool find_metre(const struct attune_grid *grid, enum attune_metre *metre)
{
    const int n = grid->numerator, d = grid->denominator;
    *metre = n == 3 && d == 4   ? ATTUNE_METRE_3_4
             : n == 6 && d == 8 ? ATTUNE_METRE_6_8
                                : ATTUNE_METRE_4_4;
    return *metre != ATTUNE_METRE_4_4 || (n == 4 && d == 4) || (n == 2 && d == 2);
}

static uint32_t bar_length(const struct attune_grid *grid, size_t bar)
{
    return grid->bar_tick[bar + 1] - grid->bar_tick[bar];
}

/* First bar with a pitched note, and how many bars of one length follow. */
static int find_bars(struct source *s)
{
    size_t first = 0, n = 0, i = 0;
    while (i < s->notes->n_notes && s->notes->notes[i].is_drum) {
        i++;
    }
    while (i < s->notes->n_notes && first + 1 < s->grid->n_bars &&
           s->grid->bar_tick[first + 1] <= s->notes->notes[i].onset_tick) {
        first++;
    }
    while (n < ATTUNE_MAX_BARS && first + n < s->grid->n_bars &&
           bar_length(s->grid, first + n) == bar_length(s->grid, first)) {
        n++;
    }
    s->first_bar = first;
    s->origin = s->grid->bar_tick[first];
    s->bar_ticks = bar_length(s->grid, first);
    return (int)n;
}

/* The program of the first note of a track (melody, bass) or of any other pitched one. */
static uint8_t program_of(const struct source *s, int track)
{
    for (size_t i = 0; i < s->notes->n_notes; i++) {
        const struct attune_note *n = &s->notes->notes[i];
        bool other = n->track != s->parts->melody_track &&
                     (s->parts->n_bass == 0 || n->track != s->parts->bass_track);
        if (!n->is_drum && (track >= 0 ? n->track == track : other)) {
            return n->program;
        }
    }
    return 0;
}

static void reduce_chords(struct source *s)
{
    const struct attune_setting *setting = &s->piece->setting;
    uint8_t last = (uint8_t)attune_chord_token(
        (struct attune_chord){.root = setting->tonic,
                              .quality = setting->mode == ATTUNE_MAJOR ? ATTUNE_CHORD_MAJ
                                                                       : ATTUNE_CHORD_MIN},
        setting->tonic);
    for (int bar = 0; bar < setting->n_bars; bar++) {
        int votes[ATTUNE_N_CHORD_TOKENS] = {0}, most = 0;
        const uint32_t *beats = &s->grid->bar_beat[s->first_bar + (size_t)bar];
        for (size_t b = beats[0]; b < beats[1] && b < s->parts->n_beats; b++) {
            if (s->parts->chord[b].root >= 0) {
                int token = attune_chord_token(s->parts->chord[b], setting->tonic);
                if (++votes[token] > most) {
                    most = votes[token];
                    last = (uint8_t)token;
                }
            }
        }
        s->piece->chord[bar] = last;
    }
}

static void reduce_melody(struct source *s)
{
    const struct attune_setting *setting = &s->piece->setting;
    const int steps = attune_metre_steps(setting->metre), eighth = 2;
    const long n = (long)setting->n_bars * steps;
    const int low = attune_melody_base(setting);
    double mean = 0.0;
    for (size_t i = 0; i < s->parts->n_melody; i++) {
        mean += (double)s->parts->melody[i].pitch / (double)s->parts->n_melody;
    }
    const int shift = (int)lround((low + 12 - mean) / 12.0) * 12;
    s->piece->melody[0] = ATTUNE_REST;
    for (size_t i = 0; i < s->parts->n_melody; i++) {
        const struct attune_part_note *note = &s->parts->melody[i];
        const bool is_last = i + 1 == s->parts->n_melody;
        long at = place(s, note->onset_tick, steps), end = place(s, note->end_tick, steps);
        long next = is_last ? n : place(s, note[1].onset_tick, steps);
        if (at < 0 || at >= n) {
            continue;
        }
        int above = note->pitch + shift - low;
        above = above < 0 ? (above % 12 + 12) % 12 : above >= ATTUNE_MELODY_SPAN ? 12 + above % 12
                                                                                 : above;
        s->piece->melody[at] = (uint8_t)(ATTUNE_PITCH + above);
        end = end > at ? end : at + 1;
        if (end < n && next - end >= eighth) {
            s->piece->melody[end] = ATTUNE_REST;
        }
    }
}

static void reduce_bass(struct source *s)
{
    const struct attune_setting *setting = &s->piece->setting;
    const int beats = attune_metre_beats(setting->metre);
    const int steps = attune_metre_steps(setting->metre), beat_steps = steps / beats;
    const long n = (long)setting->n_bars * beats;
    bool sounds[ATTUNE_MAX_BARS * ATTUNE_MAX_BEATS] = {false}; /* when the beat begins */
    for (size_t i = 0; i < s->parts->n_bass; i++) {
        const struct attune_part_note *note = &s->parts->bass[i];
        const long from = place(s, note->onset_tick, steps), to = place(s, note->end_tick, steps);
        if (from < 0 || from >= n * beat_steps) {
            continue;
        }
        const long beat = from / beat_steps;
        const int root = attune_token_chord(s->piece->chord[beat / beats], setting->tonic).root;
        if (s->piece->bass[beat] < ATTUNE_PITCH) {
            s->piece->bass[beat] = (uint8_t)(ATTUNE_PITCH + (note->pitch % 12 - root + 12) % 12);
        }
        for (long b = beat; b < n && b * beat_steps < to; b++) {
            sounds[b] = true;
        }
    }
    bool silent = false;
    for (long b = 0; b < n; b++) {
        bool onset = s->piece->bass[b] >= ATTUNE_PITCH;
        if (!onset && !sounds[b] && !silent) {
            s->piece->bass[b] = ATTUNE_REST;
        }
        silent = !onset && !sounds[b];
    }
}

static unsigned drum_bit(int pitch)
{
    switch (pitch) {
    case 35: case 36:
        return ATTUNE_KICK;
    case 37: case 38: case 39: case 40:
        return ATTUNE_SNARE;
    case 42: case 44: case 46: case 49: case 51: case 52: case 53: case 55: case 57: case 59:
        return ATTUNE_HIHAT;
    default:
        return 0;
    }
}

static void reduce_drums(struct source *s)
{
    const int eighths = attune_metre_eighths(s->piece->setting.metre);
    const long n = (long)s->piece->setting.n_bars * eighths;
    for (size_t i = 0; i < s->notes->n_notes && s->piece->setting.has_drums; i++) {
        const struct attune_note *note = &s->notes->notes[i];
        const long at = place(s, note->onset_tick, eighths);
        if (note->is_drum && at >= 0 && at < n) {
            s->piece->drums[at] |= (uint8_t)drum_bit(note->pitch);
        }
    }
}

/* Onsets of one bar's accompaniment by eighths. */
struct figure {
    unsigned onsets, chords;            /* bit e: one note begins at eighth e; more than one */
    int lowest[ATTUNE_MAX_EIGHTHS];     /* pitch of the lowest of them */
};

static unsigned every(int step, int n, int from)
{
    unsigned mask = 0;
    for (int e = from; e < n; e += step) {
        mask |= 1u << e;
    }
    return mask;
}

/* Whether single notes turn at every step (low, high, middle, high), not go up and down. */
static bool is_alberti(const struct figure *f, int eighths)
{
    int turns = 0, n = 0;
    for (int e = 2; e < eighths; e++) {
        int before = f->lowest[e - 1] - f->lowest[e - 2], after = f->lowest[e] - f->lowest[e - 1];
        turns += before * after < 0;
        n++;
    }
    return 2 * turns > n;
}

static enum attune_comp nearest_figure(const struct figure *f, enum attune_metre metre)
{
    const int n = attune_metre_eighths(metre), beats = attune_metre_beats(metre), beat = n / beats;
    const unsigned figures[ATTUNE_N_COMPS] = {
        [ATTUNE_COMP_WHOLE] = 1,
        [ATTUNE_COMP_HALVES] = 1u | 1u << n / 2,
        [ATTUNE_COMP_BEATS] = every(beat, n, 0),
        [ATTUNE_COMP_OFFBEATS] = every(beat, n, 1),
        [ATTUNE_COMP_ARPEGGIO] = every(1, n, 0),
    };
    enum attune_comp best = ATTUNE_COMP_TACET;
    double most = 0.0;
    for (int k = ATTUNE_COMP_WHOLE; k <= ATTUNE_COMP_ARPEGGIO; k++) {
        double both = __builtin_popcount(f->onsets & figures[k]);
        double either = __builtin_popcount(f->onsets | figures[k]);
        if (both / either > most) {
            most = both / either;
            best = (enum attune_comp)k;
        }
    }
    if (best == ATTUNE_COMP_BEATS && !(f->chords & 1) && f->chords != 0) {
        return ATTUNE_COMP_OOMPAH;
    }
    return best == ATTUNE_COMP_ARPEGGIO && is_alberti(f, n) ? ATTUNE_COMP_ALBERTI : best;
}

/* Whether a note is the one of a line at hand; both are in order of onset. */
static bool belongs(const struct attune_note *note, const struct attune_part_note *line, size_t n,
                    size_t *at)
{
    while (*at < n && line[*at].onset_tick < note->onset_tick) {
        ++*at;
    }
    return *at < n && line[*at].onset_tick == note->onset_tick && line[*at].pitch == note->pitch;
}

static void reduce_comp(struct source *s)
{
    const struct attune_setting *setting = &s->piece->setting;
    const int eighths = attune_metre_eighths(setting->metre);
    struct figure figures[ATTUNE_MAX_BARS] = {{0}};
    size_t melody = 0, bass = 0;
    for (size_t i = 0; i < s->notes->n_notes; i++) {
        const struct attune_note *note = &s->notes->notes[i];
        const long at = place(s, note->onset_tick, eighths);
        if (note->is_drum || at < 0 || at >= (long)setting->n_bars * eighths ||
            belongs(note, s->parts->melody, s->parts->n_melody, &melody) ||
            belongs(note, s->parts->bass, s->parts->n_bass, &bass)) {
            continue;
        }
        struct figure *f = &figures[at / eighths];
        const int e = (int)(at % eighths);
        const unsigned bit = 1u << e;
        f->lowest[e] = f->onsets & bit && f->lowest[e] < note->pitch ? f->lowest[e] : note->pitch;
        f->chords |= f->onsets & bit;
        f->onsets |= bit;
    }
    for (int bar = 0; bar < setting->n_bars; bar++) {
        s->piece->comp[bar] = (uint8_t)nearest_figure(&figures[bar], setting->metre);
    }
}

static void fill_setting(struct source *s, struct attune_analysis *analysis,
                         const struct attune_midi *midi)
{
    struct attune_setting *setting = &s->piece->setting;
    const struct attune_key *key = attune_analysis_key(analysis);
    struct attune_tempo_map *map = attune_tempo_map_new(midi);
    const double bpm = map ? attune_tempo_map_bpm(map, (uint32_t)s->origin) : 120.0;
    attune_tempo_map_free(map);
    setting->tonic = key->tonic;
    setting->mode = key->mode;
    setting->tempo_bpm = bpm < 20.0 ? 20.0 : bpm > 300.0 ? 300.0 : bpm;
    setting->has_drums = s->notes->n_drums > 0;
    setting->melody_program = program_of(s, s->parts->melody_track);
    setting->bass_program = s->parts->n_bass > 0 ? program_of(s, s->parts->bass_track) : 33;
    setting->chord_program = program_of(s, -1);
}

const char *attune_piece_from_midi(struct attune_analysis *analysis, const struct attune_midi *midi,
                                   struct attune_piece *piece)
{
    struct source s = {.notes = attune_analysis_notes(analysis),
                       .grid = attune_analysis_grid(analysis),
                       .piece = piece};
    memset(piece, 0, sizeof *piece); /* the padding too: pieces are hashed */
    if (s.notes->why || s.grid->why) {
        return s.notes->why ? s.notes->why : s.grid->why;
    }
    if (!find_metre(s.grid, &piece->setting.metre)) {
        return "metre other than 4/4, 2/2, 3/4 and 6/8";
    }
    const struct attune_key *key = attune_analysis_key(analysis);
    s.parts = attune_analysis_parts(analysis);
    if (key->why || s.parts->why) {
        return key->why ? key->why : s.parts->why;
    }
    piece->setting.n_bars = find_bars(&s);
    if (piece->setting.n_bars < ATTUNE_MIN_BARS) {
        return "fewer than four bars of one length";
    }
    fill_setting(&s, analysis, midi);
    reduce_chords(&s);
    reduce_melody(&s);
    reduce_bass(&s);
    reduce_comp(&s);
    reduce_drums(&s);
    return NULL;
}
