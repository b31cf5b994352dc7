/* Quantiles over sounding frames. */
#include "metrics/quality/frame_values.h"

#include "metrics/analysis/internal.h"
#include "metrics/stats/order.h"

struct attune_value attune_frame_quantile(struct attune_analysis *a, const float *values, double q)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    if (frames->n_silent == frames->n_frames) {
        return attune_undefined("silence");
    }
    double *sounding = attune_arena_alloc(&a->scratch, frames->n_frames, sizeof *sounding);
    if (!sounding) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    size_t n = 0;
    for (size_t i = 0; i < frames->n_frames; i++) {
        if (!frames->silent[i]) {
            sounding[n++] = (double)values[i];
        }
    }
    const double value = attune_quantile(sounding, n, q);
    attune_arena_reset(&a->scratch);
    return attune_defined(value);
}
