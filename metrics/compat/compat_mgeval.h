/* What the two files of compat.mgeval.* share: mgeval reads every file twice, as event lists
 * (compat_mgeval.c) and through pretty_midi (compat_mgeval_instruments.c). */
#ifndef ATTUNE_METRICS_COMPAT_MGEVAL_H
#define ATTUNE_METRICS_COMPAT_MGEVAL_H

#include <math.h>

#include "metrics/compat/compat.h"

static inline void attune_mgeval_emit(const struct attune_compat_sink *sink, const char *name,
                                      const char *why, double value)
{
    if (why || isnan(value)) {
        sink->undefined(sink->context, name, why ? why : "mgeval: NaN");
    } else {
        sink->scalar(sink->context, name, value);
    }
}

static inline void attune_mgeval_emit_vector(const struct attune_compat_sink *sink,
                                             const char *name, const char *why,
                                             const double *values, size_t n)
{
    if (why || !sink->vector) {
        sink->undefined(sink->context, name, why ? why : "vectors are not wanted");
    } else {
        sink->vector(sink->context, name, values, n);
    }
}

/* total_used_pitch, pitch_range, total_pitch_class_histogram, bar_pitch_class_histogram,
 * pitch_class_transition_matrix and avg_ioi. */
void attune_mgeval_instruments(struct attune_analysis *analysis,
                               const struct attune_compat_sink *sink);

#endif
