/* Statistics of the front end's per-frame values over the sounding frames. */
#ifndef ATTUNE_METRICS_QUALITY_FRAME_VALUES_H
#define ATTUNE_METRICS_QUALITY_FRAME_VALUES_H

#include "metrics/analysis/frontend.h"
#include "metrics/value.h"

/* Quantile q of values (n_frames,) over the frames that are not silent; undefined when all are. */
struct attune_value attune_frame_quantile(struct attune_analysis *analysis, const float *values,
                                          double q);

#endif
