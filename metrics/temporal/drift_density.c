/* Density drift: do the onsets grow denser or sparser over time.
 *
 *     10 slope / mean of the onsets per second, counted in blocks of one second
 *
 * An onset is a frame whose envelope is the largest within +-3 frames (70 ms) and above the mean of
 * the envelope plus half its standard deviation. Relative to the mean, so that a busy piece is not
 * judged by another measure than a calm one. Undefined below 5 s or with fewer than 5 onsets. */
#include <math.h>

#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/stats/order.h"
#include "metrics/temporal/slope.h"

enum { REACH = 3 };

/* Onsets per block of one second; returns their number. */
static size_t count_onsets(const struct attune_onset *onset, size_t n_blocks, double *count)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < onset->n_frames; i++) {
        sum += (double)onset->env[i];
        squares += (double)onset->env[i] * (double)onset->env[i];
    }
    const double mean = sum / (double)onset->n_frames;
    const double sd = sqrt(fmax(squares / (double)onset->n_frames - mean * mean, 0.0));
    size_t n = 0;
    for (size_t i = 0; i < onset->n_frames; i++) {
        int is_peak = (double)onset->env[i] > mean + 0.5 * sd;
        const size_t last = i + REACH < onset->n_frames ? i + REACH : onset->n_frames - 1;
        for (size_t j = i > REACH ? i - REACH : 0; is_peak && j <= last; j++) {
            is_peak = onset->env[j] < onset->env[i] || (j >= i && onset->env[j] <= onset->env[i]);
        }
        const size_t block = (size_t)((double)i / onset->rate_hz);
        if (is_peak && block < n_blocks) {
            count[block] += 1.0;
            n++;
        }
    }
    return n;
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_onset *onset = attune_analysis_onset(a);
    if (onset->why) {
        return attune_undefined(onset->why);
    }
    /* The last, incomplete second would look like a sudden thinning out. */
    const size_t n_blocks = (size_t)((double)onset->n_frames / onset->rate_hz);
    if (n_blocks < 5) {
        return attune_undefined("shorter than 5 s");
    }
    double *count = attune_arena_alloc(&a->scratch, n_blocks, sizeof *count);
    double *time_s = attune_arena_alloc(&a->scratch, n_blocks, sizeof *time_s);
    if (!count || !time_s) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    for (size_t i = 0; i < n_blocks; i++) {
        time_s[i] = (double)i + 0.5;
    }
    const size_t n_onsets = count_onsets(onset, n_blocks, count);
    const double slope = attune_slope(time_s, count, n_blocks);
    const double mean = attune_mean(count, n_blocks);
    attune_arena_reset(&a->scratch);
    return n_onsets < 5 ? attune_undefined("fewer than 5 onsets")
                        : attune_defined(10.0 * slope / mean);
}

const struct attune_metric attune_metric_temporal_drift_density = {
    .id = "temporal.drift_density",
    .version = 2,
    .title = "Density drift",
    .unit = "1/10 s",
    .direction = ATTUNE_TARGET,
    .target = 0,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_DELETE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "slope of the onset density over the piece, relative to its mean",
    .formula =
        "least-squares slope of the onsets per second over time, per 10 s, over their mean",
    .source = "definition",
    .undefined_when = "shorter than 5 s, or fewer than 5 onsets",
    .eval = eval,
};
