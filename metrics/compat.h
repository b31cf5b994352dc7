/* Compatibility blocks: legacy numbers, bugs included, exactly as the named tool prints them.
 * Each block pushes its values into a sink under full names ("compat.muspy.polyphony"). A block that
 * does not apply to the sample's modality pushes nothing. */
#ifndef ATTUNE_METRICS_COMPAT_H
#define ATTUNE_METRICS_COMPAT_H

#include "metrics/analysis/analysis.h"

struct attune_compat_sink {
    void *context;
    void (*scalar)(void *context, const char *name, double value);
    void (*vector)(void *context, const char *name, const double *values, size_t n);
    void (*undefined)(void *context, const char *name, const char *why);
};

void attune_compat_muspy(struct attune_analysis *analysis, const struct attune_compat_sink *sink);
void attune_compat_musdr(struct attune_analysis *analysis, const struct attune_compat_sink *sink);
void attune_compat_mgeval(struct attune_analysis *analysis, const struct attune_compat_sink *sink);
void attune_compat_mustango(struct attune_analysis *analysis, const struct attune_compat_sink *sink);
void attune_compat_librosa(struct attune_analysis *analysis, const struct attune_compat_sink *sink);

#endif
