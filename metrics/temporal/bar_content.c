/* Filling the rows of bar content from notes or from audio features. */
#include "metrics/temporal/bar_content.h"

#include <math.h>

#include "metrics/analysis/bars.h"
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

enum {
    POSITIONS = ATTUNE_BAR_POSITIONS,
    QUARTERS = 4,
    N_FAMILIES = 17, /* of 8 General MIDI programs each, and drums */
    N_OCTAVES = 11,
    SYMBOLIC_PATTERN = POSITIONS * 24,
    SYMBOLIC_TEXTURE = (N_FAMILIES * N_OCTAVES + 7) / 8 * 8,
    AUDIO_PATTERN = QUARTERS * 12 + POSITIONS,
    AUDIO_TEXTURE = ATTUNE_N_FLUX_BANDS,
};

static const double BLOCK_S = 2.0;
static const float GROOVE_WEIGHT = 0.5f;

/* A walk through the segments [start_s[i], start_s[i + 1]) at times that do not fall. */
struct walk {
    const double *start_s;
    size_t n, segment;
};

/* The slot of time t in a division of its segment into n_slots, or SIZE_MAX outside of all. */
static size_t slot_of(struct walk *w, double t, size_t n_slots)
{
    while (w->segment < w->n && t >= w->start_s[w->segment + 1]) {
        w->segment++;
    }
    if (w->segment == w->n || t < w->start_s[w->segment]) {
        return SIZE_MAX;
    }
    const double start = w->start_s[w->segment];
    const double phase = (t - start) / (w->start_s[w->segment + 1] - start);
    const size_t slot = (size_t)(phase * (double)n_slots);
    return slot < n_slots ? slot : n_slots - 1;
}

/* Scales x to `length`; returns whether there is anything in it. */
static bool normalise(float *x, size_t n, float length)
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

static void fill_from_notes(const struct attune_bar_content *content, struct walk walk,
                            const struct attune_notes *notes)
{
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        /* A crumb of time keeps notes on the beat in their slot whatever the rounding of seconds.
         */
        const size_t slot = slot_of(&walk, note->onset_s + 1e-6, POSITIONS);
        if (slot == SIZE_MAX) {
            continue;
        }
        float *row = content->rows + walk.segment * content->width;
        const size_t family = note->is_drum ? N_FAMILIES - 1u : note->program / 8u;
        row[slot * 24 + note->pitch % 12u + (note->is_drum ? 12u : 0u)] += 1.0f;
        row[SYMBOLIC_PATTERN + family * N_OCTAVES + note->pitch / 12u] += 1.0f;
    }
}

static void fill_from_audio(const struct attune_bar_content *content, struct walk start,
                            const struct attune_chroma *chroma, const struct attune_onset *onset,
                            const struct attune_frames *frames, const float *groove)
{
    struct walk walk = start;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        const double mid_s = 0.5 * (chroma->time_s[i] + chroma->time_s[i + 1]);
        const size_t slot = slot_of(&walk, mid_s, QUARTERS);
        for (size_t pc = 0; slot != SIZE_MAX && pc < 12; pc++) {
            content->rows[walk.segment * content->width + slot * 12 + pc] +=
                chroma->frames[12 * i + pc];
        }
    }
    walk = start;
    for (size_t i = 0; i < onset->n_frames; i++) {
        const size_t slot = slot_of(&walk, (double)i / onset->rate_hz, POSITIONS);
        if (slot == SIZE_MAX) {
            continue;
        }
        float *row = content->rows + walk.segment * content->width;
        row[QUARTERS * 12 + slot] += groove ? 0.0f : onset->env[i];
        for (size_t band = 0; i < frames->n_frames && band < AUDIO_TEXTURE; band++) {
            row[AUDIO_PATTERN + band] += frames->flux_bands[i * AUDIO_TEXTURE + band];
        }
    }
    for (size_t b = 0; b < content->n; b++) {
        float *row = content->rows + b * content->width;
        if (groove) {
            memcpy(row + QUARTERS * 12, groove + b * POSITIONS, POSITIONS * sizeof *row);
        }
        if (!normalise(row, QUARTERS * 12, 1.0f)) {
            memset(row, 0, content->width * sizeof *row);
        }
        normalise(row + QUARTERS * 12, POSITIONS, GROOVE_WEIGHT);
    }
}

/* Bar lines, or those of blocks. NULL: out of memory. */
static const double *lines_of(struct attune_analysis *a, size_t *n)
{
    const struct attune_bars *bars = attune_analysis_bars(a);
    *n = bars->n_bars;
    if (!bars->why) {
        return bars->start_s;
    }
    *n = (size_t)(attune_analysis_duration_s(a) / BLOCK_S);
    double *start_s = attune_arena_alloc(&a->scratch, *n + 1, sizeof *start_s);
    for (size_t i = 0; start_s && i <= *n; i++) {
        start_s[i] = BLOCK_S * (double)i;
    }
    return start_s;
}

struct attune_bar_content attune_bar_content_make(struct attune_analysis *a)
{
    const bool is_audio = attune_analysis_modality(a) == ATTUNE_AUDIO;
    const struct attune_onset *onset = attune_analysis_onset(a);
    const struct attune_chroma *chroma = is_audio ? attune_analysis_chroma(a) : NULL;
    const struct attune_notes *notes = is_audio ? NULL : attune_analysis_notes(a);
    struct attune_bar_content content = {
        .why = onset->why ? onset->why : is_audio ? chroma->why : NULL, /* or too long */
        .pattern = is_audio ? AUDIO_PATTERN : SYMBOLIC_PATTERN};
    content.width = content.pattern + (is_audio ? AUDIO_TEXTURE : SYMBOLIC_TEXTURE);
    if (content.why) {
        return content;
    }
    struct walk walk = {0};
    walk.start_s = lines_of(a, &walk.n);
    content.n = walk.n;
    content.rows = attune_arena_alloc(&a->scratch, walk.n * content.width, sizeof *content.rows);
    bool *empty = attune_arena_alloc(&a->scratch, walk.n, sizeof *empty);
    if (!walk.start_s || !content.rows || !empty) {
        attune_analysis_oom(a);
        content.why = "out of memory";
        return content;
    }
    if (is_audio) {
        fill_from_audio(&content, walk, chroma, onset, attune_analysis_frames(a),
                        attune_analysis_bars(a)->groove);
    } else {
        fill_from_notes(&content, walk, notes);
    }
    for (size_t b = 0; b < content.n; b++) {
        float *row = content.rows + b * content.width;
        empty[b] = !normalise(row, content.pattern, 1.0f);
        normalise(row + content.pattern, content.width - content.pattern, 1.0f);
    }
    content.empty = empty;
    return content;
}

static double lane_sum(const float sum[8])
{
    return (double)((sum[0] + sum[1]) + (sum[2] + sum[3])) +
           (double)((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

void attune_bar_content_span(const struct attune_bar_content *content, size_t *first, size_t *n)
{
    size_t begin = 0, end = content->n;
    while (begin < end && content->empty[begin]) {
        begin++;
    }
    while (end > begin && content->empty[end - 1]) {
        end--;
    }
    *first = begin;
    *n = end - begin;
}

double attune_bar_content_distance(const struct attune_bar_content *content, size_t b, size_t c)
{
    const float *restrict x = content->rows + b * content->width;
    const float *restrict y = content->rows + c * content->width;
    float sum[8] = {0};
    for (size_t i = 0; i < content->width; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            const float d = x[i + j] - y[i + j];
            sum[j] += d * d;
        }
    }
    return lane_sum(sum);
}

double attune_bar_content_dot(const float *restrict a, const float *restrict b, size_t n)
{
    float sum[8] = {0};
    for (size_t i = 0; i < n; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            sum[j] += a[i + j] * b[i + j];
        }
    }
    return lane_sum(sum);
}
