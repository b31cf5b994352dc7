#include "models/policy/diffusion_features.h"

#include "models/policy/diffusion.h"

enum {
    N_OFFSETS = 6,
    N_KINDS = 3,
    N_INTERVALS = 27,
    N_ABOVE = 14,
    REACH = 12, /* steps to either side in which a neighbouring pitch is sought */
};

/* Bars that a piece returns after, backwards and forwards. */
static const int offsets[N_OFFSETS] = {-1, 1, -4, 4, -8, 8};

/* One state more than tokens stands for hidden or outside the piece. */
#define GROUPS(X)                                                                                  \
    X(CHORD_PLACE, 2 * 4 * 2, ATTUNE_N_CHORD_TOKENS)                                               \
    X(CHORD_LEFT, 2 * (ATTUNE_N_CHORD_TOKENS + 1), ATTUNE_N_CHORD_TOKENS)                          \
    X(CHORD_RIGHT, 2 * (ATTUNE_N_CHORD_TOKENS + 1), ATTUNE_N_CHORD_TOKENS)                         \
    X(CHORD_ASKED, 2, 1)                                                                           \
    X(CHORD_COPY, N_OFFSETS * 2, 1)                                                                \
    X(COMP_PLACE, ATTUNE_N_METRES, ATTUNE_N_COMPS)                                                 \
    X(COMP_COPY, N_OFFSETS, 1)                                                                     \
    X(BASS_PLACE, ATTUNE_N_METRES *ATTUNE_MAX_BEATS, ATTUNE_N_BASS_TOKENS)                         \
    X(BASS_LEFT, ATTUNE_N_BASS_TOKENS + 1, ATTUNE_N_BASS_TOKENS)                                   \
    X(BASS_RIGHT, ATTUNE_N_BASS_TOKENS + 1, ATTUNE_N_BASS_TOKENS)                                  \
    X(BASS_COPY, N_OFFSETS, 1)                                                                     \
    X(DRUM_PLACE, ATTUNE_N_METRES * 2 * ATTUNE_MAX_EIGHTHS, ATTUNE_N_DRUM_TOKENS)                  \
    X(DRUM_LEFT, ATTUNE_N_DRUM_TOKENS + 1, ATTUNE_N_DRUM_TOKENS)                                   \
    X(DRUM_COPY, N_OFFSETS, 1)                                                                     \
    X(MELODY_PLACE, ATTUNE_N_METRES *ATTUNE_MAX_STEPS, ATTUNE_N_MELODY_TOKENS)                     \
    X(MELODY_MODE, 2, ATTUNE_N_MELODY_TOKENS)                                                      \
    X(MELODY_PHRASE, 4 * ATTUNE_MAX_STEPS, N_KINDS)                                                \
    X(MELODY_LEFT, 4, N_KINDS)                                                                     \
    X(MELODY_RIGHT, 4, N_KINDS)                                                                    \
    X(MELODY_FROM, 3, N_INTERVALS)                                                                 \
    X(MELODY_TO, 3, N_INTERVALS)                                                                   \
    X(MELODY_CHORD, ATTUNE_N_CHORD_QUALITIES * 3, N_ABOVE)                                         \
    X(MELODY_COPY, N_OFFSETS * 2 * N_KINDS, 1)                                                     \
    X(MELODY_RHYTHM, N_OFFSETS *N_KINDS, N_KINDS)

#include "models/policy/feature_layout.inc"

size_t attune_denoiser_n_params(void)
{
    return N_PARAMS;
}

/* The token at index i of a voice of n cells, n_tokens when it is hidden or outside. */
static int look(const uint8_t *row, int i, int n, int n_tokens)
{
    return i < 0 || i >= n || row[i] == ATTUNE_HIDDEN ? n_tokens : row[i];
}

/* Copies from all offsets of one voice; at: index of the cell, units: cells per bar. */
static void add_copies(struct list *l, enum group g, const uint8_t *row, int at, int units, int n,
                       int scale, int extra)
{
    for (int i = 0; i < N_OFFSETS; i++) {
        int token = look(row, at + offsets[i] * units, n, ATTUNE_HIDDEN);
        if (token != ATTUNE_HIDDEN) {
            add_copy(l, g, i * scale + extra, token);
        }
    }
}

static void chord_features(const struct attune_piece *p, int bar, struct list *l)
{
    const struct attune_setting *s = &p->setting;
    bool asked = s->n_chords > 0, last = bar == s->n_bars - 1;
    int states = ATTUNE_N_CHORD_TOKENS + 1, n = s->n_bars, mode = (int)s->mode;
    add(l, G_CHORD_PLACE, (mode * 4 + bar % 4) * 2 + last, NULL);
    add(l, G_CHORD_LEFT, mode * states + look(p->chord, bar - 1, n, ATTUNE_N_CHORD_TOKENS), NULL);
    add(l, G_CHORD_RIGHT, mode * states + look(p->chord, bar + 1, n, ATTUNE_N_CHORD_TOKENS), NULL);
    if (asked) {
        add_copy(l, G_CHORD_ASKED, last, s->chords[(size_t)bar % s->n_chords]);
    }
    add_copies(l, G_CHORD_COPY, p->chord, bar, 1, n, 2, asked);
}

static void bass_features(const struct attune_piece *p, int bar, int beat, struct list *l)
{
    int beats = attune_metre_beats(p->setting.metre), at = bar * beats + beat;
    int n = p->setting.n_bars * beats;
    add(l, G_BASS_PLACE, (int)p->setting.metre * ATTUNE_MAX_BEATS + beat, NULL);
    add(l, G_BASS_LEFT, look(p->bass, at - 1, n, ATTUNE_N_BASS_TOKENS), NULL);
    add(l, G_BASS_RIGHT, look(p->bass, at + 1, n, ATTUNE_N_BASS_TOKENS), NULL);
    add_copies(l, G_BASS_COPY, p->bass, at, beats, n, 1, 0);
}

static void drum_features(const struct attune_piece *p, int bar, int eighth, struct list *l)
{
    int eighths = attune_metre_eighths(p->setting.metre), at = bar * eighths + eighth;
    int n = p->setting.n_bars * eighths;
    add(l, G_DRUM_PLACE, ((int)p->setting.metre * 2 + (bar % 4 == 3)) * ATTUNE_MAX_EIGHTHS + eighth,
        NULL);
    add(l, G_DRUM_LEFT, look(p->drums, at - 1, n, ATTUNE_N_DRUM_TOKENS), NULL);
    add_copies(l, G_DRUM_COPY, p->drums, at, eighths, n, 1, 0);
}

/* The nearest visible pitch in a direction, -1 when none is in reach. */
static int nearest_pitch(const uint8_t *melody, int at, int direction, int n)
{
    for (int i = 1; i <= REACH; i++) {
        int token = look(melody, at + direction * i, n, ATTUNE_HIDDEN);
        if (token != ATTUNE_HIDDEN && token >= ATTUNE_PITCH) {
            return token - ATTUNE_PITCH;
        }
    }
    return -1;
}

static void melody_features(const struct attune_feature_maps *maps, const struct attune_piece *p,
                            int bar, int step, struct list *l)
{
    const struct attune_setting *s = &p->setting;
    int steps = attune_metre_steps(s->metre), at = bar * steps + step, n = s->n_bars * steps;
    int weak = step % (steps / attune_metre_beats(s->metre)) == 0 ? 0 : step % 2 == 0 ? 1 : 2;
    int left = look(p->melody, at - 1, n, ATTUNE_HIDDEN),
        right = look(p->melody, at + 1, n, ATTUNE_HIDDEN);
    int from = nearest_pitch(p->melody, at, -1, n), to = nearest_pitch(p->melody, at, 1, n);
    int chord = p->chord[bar];
    add(l, G_MELODY_PLACE, (int)s->metre * ATTUNE_MAX_STEPS + step, NULL);
    add(l, G_MELODY_MODE, (int)s->mode, NULL);
    add(l, G_MELODY_PHRASE, bar % 4 * ATTUNE_MAX_STEPS + step, maps->rhythm);
    add(l, G_MELODY_LEFT, left == ATTUNE_HIDDEN ? 3 : maps->rhythm[left], maps->rhythm);
    add(l, G_MELODY_RIGHT, right == ATTUNE_HIDDEN ? 3 : maps->rhythm[right], maps->rhythm);
    if (from >= 0) {
        add(l, G_MELODY_FROM, weak, maps->interval[from]);
    }
    if (to >= 0) {
        add(l, G_MELODY_TO, weak, maps->interval[to]);
    }
    if (chord != ATTUNE_HIDDEN) {
        add(l, G_MELODY_CHORD, chord % ATTUNE_N_CHORD_QUALITIES * 3 + weak,
            maps->above_root[chord / ATTUNE_N_CHORD_QUALITIES]);
    }
    for (int i = 0; i < N_OFFSETS; i++) {
        int token = look(p->melody, at + offsets[i] * steps, n, ATTUNE_HIDDEN);
        if (token != ATTUNE_HIDDEN) {
            int kind = maps->rhythm[token];
            bool same_chord =
                chord != ATTUNE_HIDDEN && chord == look(p->chord, bar + offsets[i], s->n_bars, -1);
            add_copy(l, G_MELODY_COPY, (i * 2 + same_chord) * N_KINDS + kind, token);
            add(l, G_MELODY_RHYTHM, i * N_KINDS + kind, maps->rhythm);
        }
    }
}

int attune_denoiser_features(const struct attune_feature_maps *maps,
                             const struct attune_piece *piece, struct attune_cell cell,
                             struct attune_feature *features)
{
    struct list l = {.f = features};
    switch (cell.voice) {
    case ATTUNE_VOICE_CHORD:
        chord_features(piece, cell.bar, &l);
        break;
    case ATTUNE_VOICE_COMP:
        add(&l, G_COMP_PLACE, (int)piece->setting.metre, NULL);
        add_copies(&l, G_COMP_COPY, piece->comp, cell.bar, 1, piece->setting.n_bars, 1, 0);
        break;
    case ATTUNE_VOICE_BASS:
        bass_features(piece, cell.bar, cell.position, &l);
        break;
    case ATTUNE_VOICE_DRUMS:
        drum_features(piece, cell.bar, cell.position, &l);
        break;
    default:
        melody_features(maps, piece, cell.bar, cell.position, &l);
        break;
    }
    return l.n;
}
