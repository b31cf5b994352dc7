/* Loopiness: share of the bars that repeat an earlier bar exactly. Degenerate looping is near 1;
 * music that varies its repeats is not counted.
 *
 *     |{b : some earlier c with cos(v_b, v_c) > 0.995}| / bars with content
 *
 * v  symbolic: notes of the bar in 16 positions x (12 pitch classes, drums by pitch modulo 12)
 *    audio: mean chroma of each quarter of the bar (4 x 12) and the onset profile (16), each part
 * of length 1, the profile weighted by 1/2: estimated bar lines move it more than the harmony
 * Without bars, blocks of 2 s take their place. An empty bar repeats nothing and does not count.
 * Bars are compared with the 4096 before them. Undefined with fewer than two bars with content. */
#include <math.h>

#include "metrics/analysis/bars.h"
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

enum {
    POSITIONS = ATTUNE_BAR_POSITIONS,
    QUARTERS = 4,
    N_AUDIO = QUARTERS * 12 + POSITIONS,
    N_SYMBOLIC = POSITIONS * 24,
    MAX_BACK = 4096,
};

static const double THRESHOLD = 0.995;
static const double BLOCK_S = 2.0;
static const float GROOVE_WEIGHT = 0.5f;

struct segments {
    size_t n, width;
    const double *start_s; /* (n + 1,) */
    float *content;        /* (n, width) */
};

/* Scales x to `length`; returns 0 where it is zero. */
static int normalise(float *x, size_t n, float length)
{
    double squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        squares += (double)x[i] * (double)x[i];
    }
    for (size_t i = 0; i < n && squares > 0.0; i++) {
        x[i] *= length / (float)sqrt(squares);
    }
    return squares > 0.0;
}

/* The slot of time t in a division of each segment into n_slots, or SIZE_MAX outside. *segment
 * moves on with t, which must not fall. */
static size_t slot_of(const struct segments *s, double t, size_t n_slots, size_t *segment)
{
    while (*segment < s->n && t >= s->start_s[*segment + 1]) {
        ++*segment;
    }
    if (*segment == s->n || t < s->start_s[*segment]) {
        return SIZE_MAX;
    }
    const double phase = (t - s->start_s[*segment]) /
                         (s->start_s[*segment + 1] - s->start_s[*segment]);
    const size_t slot = (size_t)(phase * (double)n_slots);
    return slot < n_slots ? slot : n_slots - 1;
}

static void fill_from_notes(struct segments *s, const struct attune_notes *notes)
{
    size_t segment = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        /* A crumb of time keeps notes on the beat in their slot whatever the rounding of seconds.
         */
        const size_t slot = slot_of(s, note->onset_s + 1e-6, POSITIONS, &segment);
        if (slot != SIZE_MAX) {
            s->content[segment * N_SYMBOLIC + slot * 24 + note->pitch % 12u +
                       (note->is_drum ? 12u : 0u)] += 1.0f;
        }
    }
}

static void fill_from_audio(struct segments *s, const struct attune_chroma *chroma,
                            const struct attune_onset *onset, const float *groove)
{
    size_t segment = 0;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        const double mid_s = 0.5 * (chroma->time_s[i] + chroma->time_s[i + 1]);
        const size_t slot = slot_of(s, mid_s, QUARTERS, &segment);
        for (size_t pc = 0; slot != SIZE_MAX && pc < 12; pc++) {
            s->content[segment * N_AUDIO + slot * 12 + pc] += chroma->frames[12 * i + pc];
        }
    }
    segment = 0;
    for (size_t i = 0; i < onset->n_frames && !groove; i++) {
        const size_t slot = slot_of(s, (double)i / onset->rate_hz, POSITIONS, &segment);
        if (slot != SIZE_MAX) {
            s->content[segment * N_AUDIO + QUARTERS * 12 + slot] += onset->env[i];
        }
    }
    for (size_t b = 0; b < s->n; b++) {
        float *row = s->content + b * N_AUDIO;
        if (groove) {
            memcpy(row + QUARTERS * 12, groove + b * POSITIONS, POSITIONS * sizeof *row);
        }
        if (!normalise(row, QUARTERS * 12, 1.0f)) {
            memset(row, 0, N_AUDIO * sizeof *row);
        }
        normalise(row + QUARTERS * 12, POSITIONS, GROOVE_WEIGHT);
    }
}

static double dot(const float *restrict a, const float *restrict b, size_t n)
{
    float sum[8] = {0}; /* n is a multiple of 8 */
    for (size_t i = 0; i < n; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            sum[j] += a[i + j] * b[i + j];
        }
    }
    return (double)((sum[0] + sum[1]) + (sum[2] + sum[3])) +
           (double)((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/* Moves segments with content to the front, each at length 1; returns their number. */
static size_t keep_filled(struct segments *s)
{
    size_t n = 0;
    for (size_t b = 0; b < s->n; b++) {
        float *row = s->content + b * s->width;
        if (normalise(row, s->width, 1.0f)) {
            memmove(s->content + n++ * s->width, row, s->width * sizeof *row);
        }
    }
    return n;
}

static struct attune_value count_repeats(const struct segments *s, size_t n)
{
    if (n < 2) {
        return attune_undefined("fewer than two bars with content");
    }
    size_t n_repeats = 0;
    for (size_t b = 1; b < n; b++) {
        const size_t first = b > MAX_BACK ? b - MAX_BACK : 0;
        for (size_t c = b; c-- > first;) {
            if (dot(s->content + b * s->width, s->content + c * s->width, s->width) > THRESHOLD) {
                n_repeats++;
                break;
            }
        }
    }
    return attune_defined((double)n_repeats / (double)n);
}

static struct attune_value measure(struct attune_analysis *a)
{
    const int is_audio = attune_analysis_modality(a) == ATTUNE_AUDIO;
    const struct attune_bars *bars = attune_analysis_bars(a);
    const struct attune_onset *onset = attune_analysis_onset(a);
    const struct attune_chroma *chroma = is_audio ? attune_analysis_chroma(a) : NULL;
    const struct attune_notes *notes = is_audio ? NULL : attune_analysis_notes(a);
    const char *why = is_audio ? (onset->why ? onset->why : chroma->why) : notes->why;
    if (why) {
        return attune_undefined(why);
    }
    struct segments s = {.n = bars->n_bars, .width = is_audio ? N_AUDIO : N_SYMBOLIC};
    s.start_s = bars->start_s;
    if (bars->why) {
        s.n = (size_t)(attune_analysis_duration_s(a) / BLOCK_S);
        double *start_s = attune_arena_alloc(&a->scratch, s.n + 1, sizeof *start_s);
        for (size_t i = 0; start_s && i <= s.n; i++) {
            start_s[i] = BLOCK_S * (double)i;
        }
        s.start_s = start_s;
    }
    s.content = attune_arena_alloc(&a->scratch, s.n * s.width, sizeof *s.content);
    if (!s.start_s || !s.content) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    if (is_audio) {
        fill_from_audio(&s, chroma, onset, bars->groove);
    } else {
        fill_from_notes(&s, notes);
    }
    const size_t n_filled = keep_filled(&s);
    return count_repeats(&s, n_filled);
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value value = measure(a);
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_loopiness = {
    .id = "temporal.loopiness",
    .version = 1,
    .title = "Loopiness",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_FREEZE,
    .invariant = ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "share of the bars that repeat an earlier bar exactly",
    .formula =
        "share of bars (without a beat: blocks of 2 s) whose content has a cosine above 0.995"
        " with that of an earlier one",
    .source = "definition",
    .undefined_when = "fewer than two bars with content",
    .eval = eval,
};
