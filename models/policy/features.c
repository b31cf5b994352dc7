/* The features of each voice. What is learnt from them: harmony follows the chord before and the
 * chords asked for; rhythm follows the metre; melody moves in small steps through the chord and the
 * scale; bars return after 1, 2, 4, 8 or 12 bars, and a bar that has begun as a copy goes on as
 * one. */
#include "models/policy/features.h"

#include <stdbool.h>
#include <string.h>

enum {
    N_LAGS = 5,
    N_STATUS = 24, /* of a copy: see copy_status */
    N_KINDS = 3,   /* hold, rest, onset */
    N_RUNS = 9,
    N_MOVES = 7,
    N_INTERVALS = 27, /* hold, rest, -12..12 semitones */
    N_ABOVE = 14,     /* hold, rest, 0..11 semitones */
    NO_CHORD = ATTUNE_N_CHORD_TOKENS,
};

static const int lags[N_LAGS] = {1, 2, 4, 8, 12};

/* Groups of weights: name, contexts, weights per context. */
#define GROUPS(X)                                                                                  \
    X(CHORD_PLACE, 2 * 4 * 2, ATTUNE_N_CHORD_TOKENS)                                               \
    X(CHORD_BEFORE, 2 * (ATTUNE_N_CHORD_TOKENS + 1), ATTUNE_N_CHORD_TOKENS)                        \
    X(CHORD_ASKED, 2, 1)                                                                           \
    X(CHORD_COPY, N_LAGS * 2 * N_STATUS, 1)                                                        \
    X(COMP_BEFORE, ATTUNE_N_METRES *(ATTUNE_N_COMPS + 1), ATTUNE_N_COMPS)                          \
    X(COMP_COPY, N_LAGS * 2, 1)                                                                    \
    X(BASS_PLACE, ATTUNE_N_METRES *ATTUNE_MAX_BEATS, ATTUNE_N_BASS_TOKENS)                         \
    X(BASS_BEFORE, ATTUNE_MAX_BEATS *ATTUNE_N_BASS_TOKENS, ATTUNE_N_BASS_TOKENS)                   \
    X(BASS_QUALITY, ATTUNE_N_CHORD_QUALITIES, ATTUNE_N_BASS_TOKENS)                                \
    X(BASS_COPY, N_LAGS *N_STATUS, 1)                                                              \
    X(DRUM_PLACE, ATTUNE_N_METRES * 2 * ATTUNE_MAX_EIGHTHS, ATTUNE_N_DRUM_TOKENS)                  \
    X(DRUM_BEFORE, 2 * ATTUNE_N_DRUM_TOKENS, ATTUNE_N_DRUM_TOKENS)                                 \
    X(DRUM_COPY, N_LAGS *N_STATUS, 1)                                                              \
    X(MELODY_PLACE, ATTUNE_N_METRES *ATTUNE_MAX_STEPS, ATTUNE_N_MELODY_TOKENS)                     \
    X(MELODY_MODE, 2 * 3, ATTUNE_N_MELODY_TOKENS)                                                  \
    X(MELODY_BEFORE, ATTUNE_MELODY_SPAN, ATTUNE_N_MELODY_TOKENS)                                   \
    X(MELODY_RUN, N_RUNS * 2 * ATTUNE_MAX_STEPS, N_KINDS)                                          \
    X(MELODY_MOVE, N_MOVES * 3, N_INTERVALS)                                                       \
    X(MELODY_CHORD, ATTUNE_N_CHORD_QUALITIES * 3, N_ABOVE)                                         \
    X(MELODY_END, ATTUNE_N_METRES *ATTUNE_MAX_STEPS, N_KINDS)                                      \
    X(MELODY_END_PITCH, 2, ATTUNE_N_MELODY_TOKENS)                                                 \
    X(MELODY_PHRASE, 4 * ATTUNE_MAX_STEPS, N_KINDS)                                                \
    X(MELODY_ARCH, 4, ATTUNE_N_MELODY_TOKENS)                                                      \
    X(MELODY_COPY, N_LAGS * 2 * N_KINDS * N_STATUS, 1)                                             \
    X(MELODY_RHYTHM, N_LAGS *N_KINDS *N_STATUS, N_KINDS)

#include "models/policy/feature_layout.inc"

size_t attune_features_n_params(void)
{
    return N_PARAMS;
}

void attune_feature_maps_init(struct attune_feature_maps *maps)
{
    for (int v = 0; v < ATTUNE_N_MELODY_TOKENS; v++) {
        int pitch = v - ATTUNE_PITCH;
        maps->rhythm[v] = (uint8_t)(v < ATTUNE_PITCH ? v : 2);
        for (int before = 0; before < ATTUNE_MELODY_SPAN; before++) {
            int d = pitch - before;
            d = d < -12 ? -12 : d > 12 ? 12 : d;
            maps->interval[before][v] = (uint8_t)(v < ATTUNE_PITCH ? v : ATTUNE_PITCH + 12 + d);
        }
        for (int root = 0; root < 12; root++) {
            maps->above_root[root][v] =
                (uint8_t)(v < ATTUNE_PITCH ? v : ATTUNE_PITCH + (pitch + 24 - root) % 12);
        }
    }
}

/* How well the music has copied itself at a distance of `lag` bars: this bar up to position (0
 * nothing yet, 1 all the same, 2 not), the whole bar before (yes or no), and the place in the
 * four-bar phrase (its first bar, or a later one), and whether the piece's last phrase has begun.
 * row: the voice's tokens, `units` a bar. */
static int copy_status(const struct attune_piece *p, const uint8_t *row, int units, int bar,
                       int position, int lag)
{
    const uint8_t *now = row + bar * units, *then = now - lag * units;
    int here = position == 0 ? 0 : memcmp(now, then, (size_t)position) == 0 ? 1 : 2;
    bool before = bar - 1 - lag >= 0 && memcmp(now - units, then - units, (size_t)units) == 0;
    bool late = bar >= p->setting.n_bars - 4;
    return ((here * 2 + before) * 2 + (bar % 4 == 0)) * 2 + late;
}

static void chord_features(const struct attune_piece *p, int bar, struct list *l)
{
    const struct attune_setting *s = &p->setting;
    bool asked = s->n_chords > 0, last = bar == s->n_bars - 1;
    add(l, G_CHORD_PLACE, ((int)s->mode * 4 + bar % 4) * 2 + last, NULL);
    int before = bar > 0 ? p->chord[bar - 1] : NO_CHORD;
    add(l, G_CHORD_BEFORE, (int)s->mode * (ATTUNE_N_CHORD_TOKENS + 1) + before, NULL);
    if (asked) {
        add_copy(l, G_CHORD_ASKED, last, s->chords[(size_t)bar % s->n_chords]);
    }
    for (int i = 0; i < N_LAGS && lags[i] <= bar; i++) {
        int status = copy_status(p, p->chord, 1, bar, 0, lags[i]);
        add_copy(l, G_CHORD_COPY, (i * 2 + asked) * N_STATUS + status, p->chord[bar - lags[i]]);
    }
}

static void comp_features(const struct attune_piece *p, int bar, struct list *l)
{
    int before = bar > 0 ? p->comp[bar - 1] : ATTUNE_N_COMPS;
    add(l, G_COMP_BEFORE, (int)p->setting.metre * (ATTUNE_N_COMPS + 1) + before, NULL);
    for (int i = 0; i < N_LAGS && lags[i] <= bar; i++) {
        add_copy(l, G_COMP_COPY, i * 2 + (bar % 4 == 0), p->comp[bar - lags[i]]);
    }
}

static void bass_features(const struct attune_piece *p, int bar, int beat, struct list *l)
{
    int beats = attune_metre_beats(p->setting.metre), at = bar * beats + beat;
    int before = at > 0 ? p->bass[at - 1] : ATTUNE_HOLD;
    add(l, G_BASS_PLACE, (int)p->setting.metre * ATTUNE_MAX_BEATS + beat, NULL);
    add(l, G_BASS_BEFORE, beat * ATTUNE_N_BASS_TOKENS + before, NULL);
    add(l, G_BASS_QUALITY, p->chord[bar] % ATTUNE_N_CHORD_QUALITIES, NULL);
    for (int i = 0; i < N_LAGS && lags[i] <= bar; i++) {
        int status = copy_status(p, p->bass, beats, bar, beat, lags[i]);
        add_copy(l, G_BASS_COPY, i * N_STATUS + status, p->bass[at - lags[i] * beats]);
    }
}

static void drum_features(const struct attune_piece *p, int bar, int eighth, struct list *l)
{
    int eighths = attune_metre_eighths(p->setting.metre), at = bar * eighths + eighth;
    bool fill = bar % 4 == 3;
    add(l, G_DRUM_PLACE, ((int)p->setting.metre * 2 + fill) * ATTUNE_MAX_EIGHTHS + eighth, NULL);
    add(l, G_DRUM_BEFORE, eighth % 2 * ATTUNE_N_DRUM_TOKENS + (at > 0 ? p->drums[at - 1] : 0),
        NULL);
    for (int i = 0; i < N_LAGS && lags[i] <= bar; i++) {
        int status = copy_status(p, p->drums, eighths, bar, eighth, lags[i]);
        add_copy(l, G_DRUM_COPY, i * N_STATUS + status, p->drums[at - lags[i] * eighths]);
    }
}

/* The melody just before a step: the pitch that sounded last, how it was reached, how long ago. */
struct past {
    int pitch; /* semitones above the base; the middle of the range before the first note */
    int move;  /* bucket of the interval that led to it; 0 unknown */
    int run;   /* bucket of the steps since the last onset or rest */
    bool resting;
};

static struct past look_back(const uint8_t *melody, int at)
{
    static const uint8_t run_bucket[17] = {0, 0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7};
    enum { REACH = 32 };
    struct past past = {.pitch = 11, .run = N_RUNS - 1};
    int first = at > REACH ? at - REACH : 0, event = -1, pitch = -1;
    for (int i = at - 1; i >= first; i--) {
        if (melody[i] == ATTUNE_HOLD) {
            continue;
        }
        if (event < 0) {
            event = i;
            past.resting = melody[i] == ATTUNE_REST;
            past.run = at - i <= 16 ? run_bucket[at - i] : N_RUNS - 1;
        }
        if (melody[i] >= ATTUNE_PITCH && pitch < 0) {
            pitch = past.pitch = melody[i] - ATTUNE_PITCH;
        } else if (melody[i] >= ATTUNE_PITCH) {
            int d = pitch - (melody[i] - ATTUNE_PITCH);
            past.move = d < -4 ? 1 : d < 0 ? 2 : d == 0 ? 3 : d <= 4 ? 4 : 5;
            break;
        }
    }
    return past;
}

static void melody_features(const struct attune_feature_maps *maps, const struct attune_piece *p,
                            int bar, int step, struct list *l)
{
    const struct attune_setting *s = &p->setting;
    int steps = attune_metre_steps(s->metre), at = bar * steps + step;
    int beat_steps = steps / attune_metre_beats(s->metre);
    int weak = step % beat_steps == 0 ? 0 : step % 2 == 0 ? 1 : 2;
    struct past past = look_back(p->melody, at);
    int chord = p->chord[bar], root = chord / ATTUNE_N_CHORD_QUALITIES;
    int quality = chord % ATTUNE_N_CHORD_QUALITIES;
    bool leading = root == 7 && quality != ATTUNE_CHORD_MIN; /* a dominant: the seventh is raised */

    add(l, G_MELODY_PLACE, (int)s->metre * ATTUNE_MAX_STEPS + step, NULL);
    add(l, G_MELODY_MODE, s->mode == ATTUNE_MAJOR ? 0 : 1 + leading, NULL);
    add(l, G_MELODY_BEFORE, past.pitch, NULL);
    add(l, G_MELODY_RUN, (past.run * 2 + past.resting) * ATTUNE_MAX_STEPS + step, maps->rhythm);
    add(l, G_MELODY_MOVE, past.move * 3 + weak, maps->interval[past.pitch]);
    add(l, G_MELODY_CHORD, quality * 3 + weak, maps->above_root[root]);
    add(l, G_MELODY_PHRASE, bar % 4 * ATTUNE_MAX_STEPS + step, maps->rhythm);
    add(l, G_MELODY_ARCH, bar % 4, NULL);
    if (bar == s->n_bars - 1) {
        add(l, G_MELODY_END, (int)s->metre * ATTUNE_MAX_STEPS + step, maps->rhythm);
        add(l, G_MELODY_END_PITCH, step > 0, NULL);
    }
    for (int i = 0; i < N_LAGS && lags[i] <= bar; i++) {
        int status = copy_status(p, p->melody, steps, bar, step, lags[i]);
        int token = p->melody[at - lags[i] * steps], kind = maps->rhythm[token];
        bool same_chord = chord == p->chord[bar - lags[i]];
        add_copy(l, G_MELODY_COPY, ((i * 2 + same_chord) * N_KINDS + kind) * N_STATUS + status,
                 token);
        add(l, G_MELODY_RHYTHM, (i * N_KINDS + kind) * N_STATUS + status, maps->rhythm);
    }
}

int attune_features_of(const struct attune_feature_maps *maps, const struct attune_piece *piece,
                       struct attune_cell cell, struct attune_feature *features)
{
    struct list l = {.f = features};
    switch (cell.voice) {
    case ATTUNE_VOICE_CHORD:
        chord_features(piece, cell.bar, &l);
        break;
    case ATTUNE_VOICE_COMP:
        comp_features(piece, cell.bar, &l);
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
