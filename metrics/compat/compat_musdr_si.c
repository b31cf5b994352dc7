/* compat.musdr.si_short|_mid|_long of audio: MusDr's structureness indicators (Wu & Yang 2020).
 *
 * chroma_stft at 10 Hz (musdr_chroma.h), smoothed by a flat window of 21 frames, every fifth kept,
 * norm 1 (a flat vector where the norm is below .001); the enhanced self-similarity matrix of
 * ssm.h; the maximum fitness over segments of 6-16, 16-30 and 30-256 frames. Tested against MusDr
 * run on the same audio. */
#include <math.h>

#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/scape.h"
#include "metrics/analysis/ssm.h"
#include "metrics/compat/compat.h"

enum { SMOOTH = 21, STEP = 5, N_RANGES = 3 };

static const struct {
    const char *name;
    size_t low, high; /* segment lengths in frames, inclusive */
} ranges[N_RANGES] = {
    {"compat.musdr.si_short", 6, 16},
    {"compat.musdr.si_mid", 16, 30},
    {"compat.musdr.si_long", 30, 256},
};

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
    for (size_t length = ranges[0].low; length <= n; length++) {
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

void attune_compat_musdr_si(struct attune_analysis *analysis,
                            const struct attune_compat_sink *sink)
{
    if (attune_analysis_modality(analysis) != ATTUNE_AUDIO) {
        return;
    }
    const struct attune_frames *frames = attune_analysis_frames(analysis);
    size_t n_rows = 0;
    const float *rows = frames->musdr ? attune_musdr_chroma_rows(frames->musdr, &n_rows) : NULL;
    const size_t n = (n_rows + STEP - 1) / STEP;
    double si[N_RANGES] = {0.0};
    const char *why = !rows                                       ? "the front end did not run"
                      : n < ranges[0].low                         ? "shorter than 3 s"
                      : n > ATTUNE_SCAPE_MAX                      ? "longer than 256 s"
                                                                  : NULL;
    attune_arena_reset(&analysis->scratch);
    if (!why && !indicators(rows, n_rows, n, &analysis->scratch, si)) {
        attune_analysis_oom(analysis);
        why = "out of memory";
    }
    for (int r = 0; r < N_RANGES; r++) {
        if (why || n < ranges[r].low) {
            sink->undefined(sink->context, ranges[r].name, why ? why : "shorter than the range");
        } else {
            sink->scalar(sink->context, ranges[r].name, si[r]);
        }
    }
}
