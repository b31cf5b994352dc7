/* What happens in each bar, both modalities: its rhythm in 16 positions and a fingerprint of its
 * content. Bars run from downbeat to downbeat (beats.h). */
#ifndef ATTUNE_METRICS_ANALYSIS_BARS_H
#define ATTUNE_METRICS_ANALYSIS_BARS_H

#include <stdbool.h>

#include "metrics/analysis/analysis.h"

enum { ATTUNE_BAR_POSITIONS = 16 };

struct attune_bars {
    const char *why;       /* that of the beats, or "less than two bars" */
    size_t n_bars;
    const double *start_s; /* (n_bars + 1,) */
    /* (n_bars, 16) onset envelope, each frame shared by the two nearest positions */
    const float *groove;
    const bool *empty;     /* (n_bars,) less than 1 % of the fullest bar's onsets */
};

const struct attune_bars *attune_analysis_bars(struct attune_analysis *analysis);

#endif
