/* Harmony recurrence: is the harmony of now still, or again, there a bar or a phrase later.
 *
 *     max over lags L of corr(c(t), c(t + L))
 *
 * c     chroma, each frame of length 1, minus the window's mean over sounding frames; silent frames
 *       take no part
 * corr  sum of the inner products over the root of both sides' sums of squares
 * L     1 to 8 s, half the window or piece at most
 * Mean over windows of 30 s, half overlapping. Held and returning chords raise it, chords in an
 * order of their own do not. The sum along the diagonals of a self-similarity matrix, as in the
 * beat spectrum (Foote & Uchihashi 2001), of chroma. Undefined below 6 s, and where the harmony
 * never changes. */
#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"

/* Frames of one window to rows (n, 12): of length 1, mean-free, silent ones 0. */
static void centre(const struct attune_chroma *chroma, size_t start, size_t n, float *rows)
{
    double mean[12] = {0.0};
    size_t n_sounding = 0;
    for (size_t i = 0; i < n; i++) {
        const float *frame = chroma->frames + 12 * (start + i);
        double squares = 0.0;
        for (size_t pc = 0; pc < 12; pc++) {
            squares += (double)frame[pc] * (double)frame[pc];
        }
        const double scale = squares > 0.0 ? 1.0 / sqrt(squares) : 0.0;
        for (size_t pc = 0; pc < 12; pc++) {
            rows[12 * i + pc] = (float)(scale * (double)frame[pc]);
            mean[pc] += scale * (double)frame[pc];
        }
        n_sounding += squares > 0.0;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t pc = 0; pc < 12 && !chroma->silent[start + i]; pc++) {
            rows[12 * i + pc] -= (float)(mean[pc] / (double)n_sounding);
        }
    }
}

static double dot(const float *restrict x, const float *restrict y, size_t n)
{
    double sum[12] = {0.0};
    for (size_t i = 0; i < n; i += 12) {
        for (size_t j = 0; j < 12; j++) {
            sum[j] += (double)(x[i + j] * y[i + j]);
        }
    }
    double total = 0.0;
    for (size_t j = 0; j < 12; j++) {
        total += sum[j];
    }
    return total;
}

/* The best correlation in one window of rows (n, 12); negative where the harmony stands still. */
static double best_of_window(const float *rows, size_t n, size_t first, size_t last)
{
    const double all = dot(rows, rows, 12 * n);
    double best = 0.0;
    if (all < 1e-6 * (double)n) {
        return -1.0;
    }
    for (size_t lag = first; lag <= last && lag <= n / 2; lag++) {
        const double early = all - dot(rows + 12 * (n - lag), rows + 12 * (n - lag), 12 * lag);
        const double late = all - dot(rows, rows, 12 * lag);
        const double product = dot(rows, rows + 12 * lag, 12 * (n - lag));
        if (early > 1e-9 * all && late > 1e-9 * all) {
            best = fmax(best, product / sqrt(early * late));
        }
    }
    return fmin(best, 1.0);
}

static struct attune_value measure(struct attune_analysis *a)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    if (chroma->why) {
        return attune_undefined(chroma->why);
    }
    const double rate_hz = 1.0 / attune_harmonic_frames_hop_s(attune_analysis_frames(a)->harmonic);
    if ((double)chroma->n_frames < 6.0 * rate_hz) {
        return attune_undefined("shorter than 6 s");
    }
    const size_t window = (size_t)(30.0 * rate_hz);
    const size_t n = chroma->n_frames < window ? chroma->n_frames : window;
    float *rows = attune_arena_alloc(&a->scratch, 12 * n, sizeof *rows);
    if (!rows) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    double sum = 0.0;
    size_t n_windows = 0;
    for (size_t start = 0; start + n <= chroma->n_frames; start += window / 2) {
        centre(chroma, start, n, rows);
        const double best = best_of_window(rows, n, (size_t)rate_hz, (size_t)(8.0 * rate_hz));
        sum += best >= 0.0 ? best : 0.0;
        n_windows += best >= 0.0;
    }
    return n_windows ? attune_defined(sum / (double)n_windows)
                     : attune_undefined("the harmony never changes");
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value value = measure(a);
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_harmony_recurrence = {
    .id = "temporal.harmony_recurrence",
    .version = 1,
    .title = "Harmony recurrence",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "is the harmony still, or again, there a bar or a phrase later",
    .formula = "max over lags of 1 to 8 s of the autocorrelation of chroma frames of length 1"
               " without their mean; mean over windows of 30 s",
    .source = "beat spectrum (Foote & Uchihashi 2001) of chroma",
    .undefined_when = "shorter than 6 s, no pitched sound, or the harmony never changes",
    .eval = eval,
};
