/* compat.musdr.si_short|_mid|_long: MusDr's structureness indicators (Wu & Yang 2020).
 *
 *   1. chroma of Euclidean norm 1, ten frames a second. Audio: chroma_stft (musdr_chroma.h).
 *      Symbolic: how long each pitch class sounds within .05 s of the frame's centre, drums left
 *      out; MusDr renders the file instead, which makes the value one of the renderer too
 *   2. smoothed by a flat window of 21 frames, every fifth kept (2 Hz), norm 1 (a flat vector where
 *      the norm is below .001)
 *   3. the enhanced self-similarity matrix of ssm.h (7 tempi, 12 shifts, threshold 1/4, penalty -2)
 *   4. maximum fitness over the segments of 6-16, 16-30 and 30-256 frames (3-8, 8-15, 15-128 s)
 *
 * Audio is tested against MusDr run on the same file; for MIDI, steps 2 to 4 are the same code.
 * temporal.structure_* holds the corrected values. */
#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/scape.h"
#include "metrics/analysis/ssm.h"
#include "metrics/compat/compat.h"

enum { SMOOTH = 21, STEP = 5, N_RANGES = 3, RATE_HZ = 10 };

static const struct {
    const char *name;
    size_t low, high; /* segment lengths in frames, inclusive */
} ranges[N_RANGES] = {
    {"compat.musdr.si_short", 6, 16},
    {"compat.musdr.si_mid", 16, 30},
    {"compat.musdr.si_long", 30, 256},
};

static const char *const too_long = "longer than 256 s";

/* One frame of the 2 Hz sequence, centred on 10 Hz frame `centre`. */
static void smooth_frame(const float *rows, size_t n, size_t centre, double out[12])
{
    const size_t half = SMOOTH / 2;
    double norm = 0.0;
    for (size_t i = centre > half ? centre - half : 0; i <= centre + half && i < n; i++) {
        for (size_t c = 0; c < 12; c++) {
            out[c] += (double)rows[i * 12 + c] / SMOOTH;
        }
    }
    for (size_t c = 0; c < 12; c++) {
        norm += out[c] * out[c];
    }
    norm = sqrt(norm);
    for (size_t c = 0; c < 12; c++) {
        out[c] = norm > 0.001 ? out[c] / norm : 1.0 / sqrt(12.0);
    }
}

/* Maxima by range into si. Returns 0 when out of memory. */
static int indicators(const float *rows, size_t n_rows, size_t n, struct attune_arena *scratch,
                      double si[N_RANGES])
{
    double *features = attune_arena_alloc(scratch, n, 12 * sizeof *features);
    double *matrix = attune_arena_alloc(scratch, n * n, sizeof *matrix);
    struct attune_scape_cell *cells = attune_arena_alloc(scratch, n, sizeof *cells);
    if (!features || !matrix || !cells) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        smooth_frame(rows, n_rows, i * STEP, features + i * 12);
    }
    const struct attune_ssm_options options = attune_ssm_default_options();
    struct attune_scape scape;
    if (!attune_ssm_compute(features, n, &options, scratch, matrix) ||
        !attune_scape_init(&scape, matrix, n, scratch)) {
        return 0;
    }
    for (size_t length = ranges[0].low; length <= n && length <= ranges[N_RANGES - 1].high;
         length++) {
        attune_scape_row(&scape, length, cells);
        for (size_t start = 0; start + length <= n; start++) {
            for (int r = 0; r < N_RANGES; r++) {
                const int inside = length >= ranges[r].low && length <= ranges[r].high;
                si[r] = inside && cells[start].fitness > si[r] ? cells[start].fitness : si[r];
            }
        }
    }
    return 1;
}

/* Chroma at RATE_HZ: (n, 12), or the reason why not. */
struct rows {
    const char *why;
    const float *row;
    size_t n;
};

static struct rows rows_of_audio(struct attune_analysis *a)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    struct rows rows = {0};
    rows.row = frames->musdr ? attune_musdr_chroma_rows(frames->musdr, &rows.n) : NULL;
    rows.why = rows.row ? NULL : "the front end did not run";
    return rows;
}

static void normalise(float *row)
{
    double norm = 0.0;
    for (size_t c = 0; c < 12; c++) {
        norm += (double)row[c] * row[c];
    }
    for (size_t c = 0; c < 12 && norm > 0.0; c++) {
        row[c] = (float)(row[c] / sqrt(norm));
    }
}

/* Frame i covers the notes' time from (i - 1/2) / RATE_HZ to (i + 1/2) / RATE_HZ. */
static struct rows rows_of_notes(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    struct rows rows = {.why = notes->why};
    if (!rows.why && notes->n_drums == notes->n_notes) {
        rows.why = "no pitched notes";
    }
    if (!rows.why && notes->end_s * RATE_HZ > (double)ATTUNE_SCAPE_MAX * STEP) {
        rows.why = too_long;
    }
    if (rows.why) {
        return rows;
    }
    rows.n = (size_t)(notes->end_s * RATE_HZ) + 1;
    float *row = attune_arena_alloc(&a->scratch, rows.n, 12 * sizeof *row);
    bool *silent = attune_arena_alloc(&a->scratch, rows.n, sizeof *silent);
    float *weight = attune_arena_alloc(&a->scratch, rows.n, sizeof *weight);
    double *edges = attune_arena_alloc(&a->scratch, rows.n + 1, sizeof *edges);
    if (row && silent && weight && edges) {
        for (size_t i = 1; i < rows.n; i++) {
            edges[i] = ((double)i - 0.5) / RATE_HZ;
        }
        edges[rows.n] = ((double)rows.n + 0.5) / RATE_HZ; /* beyond the last note */
    }
    if (!row || !silent || !weight || !edges ||
        !attune_chroma_count_notes(notes, edges, rows.n, &a->scratch, row, silent, weight)) {
        attune_analysis_oom(a);
        rows.why = "out of memory";
        return rows;
    }
    for (size_t i = 0; i < rows.n; i++) {
        normalise(row + i * 12);
    }
    rows.row = row;
    return rows;
}

void attune_compat_musdr_si(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    attune_arena_reset(&a->scratch);
    const struct rows rows = attune_analysis_modality(a) == ATTUNE_AUDIO ? rows_of_audio(a)
                                                                         : rows_of_notes(a);
    const size_t n = (rows.n + STEP - 1) / STEP;
    double si[N_RANGES] = {0.0};
    const char *why = rows.why                ? rows.why
                      : n < ranges[0].low     ? "shorter than 3 s"
                      : n > ATTUNE_SCAPE_MAX  ? too_long
                                              : NULL;
    if (!why && !indicators(rows.row, rows.n, n, &a->scratch, si)) {
        attune_analysis_oom(a);
        why = "out of memory";
    }
    for (int r = 0; r < N_RANGES; r++) {
        if (why || n < ranges[r].low) {
            sink->undefined(sink->context, ranges[r].name, why ? why : "shorter than the range");
        } else {
            sink->scalar(sink->context, ranges[r].name, si[r]);
        }
    }
    attune_arena_reset(&a->scratch);
}
