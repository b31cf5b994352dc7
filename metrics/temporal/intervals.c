/* Logarithmic inter-beat intervals. */
#include "metrics/temporal/intervals.h"

#include <math.h>

#include "metrics/analysis/internal.h"
#include "metrics/stats/order.h"

struct attune_intervals attune_beat_intervals(struct attune_analysis *a, size_t min_beats)
{
    const struct attune_beats *beats = attune_analysis_beats(a);
    struct attune_intervals intervals = {.why = beats->why};
    if (intervals.why) {
        return intervals;
    }
    if (beats->n_beats < min_beats) {
        intervals.why = "too few beats";
        return intervals;
    }
    const size_t n = beats->n_beats - 1;
    double *mid_s = attune_arena_alloc(&a->scratch, n, sizeof *mid_s);
    double *octaves = attune_arena_alloc(&a->scratch, n, sizeof *octaves);
    if (!mid_s || !octaves) {
        attune_analysis_oom(a);
        intervals.why = "out of memory";
        return intervals;
    }
    for (size_t i = 0; i < n; i++) {
        mid_s[i] = beats->beat_s[i + 1] - beats->beat_s[i];
    }
    /* reorders: the intervals are redone below */
    const double median = attune_quantile(mid_s, n, 0.5);
    for (size_t i = 0; i < n; i++) {
        const double x = log2((beats->beat_s[i + 1] - beats->beat_s[i]) / median);
        octaves[i] = x - round(x);
        mid_s[i] = 0.5 * (beats->beat_s[i] + beats->beat_s[i + 1]);
    }
    intervals.n = n;
    intervals.mid_s = mid_s;
    intervals.octaves = octaves;
    return intervals;
}
