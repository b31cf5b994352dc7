/* Compatibility blocks: legacy numbers, bugs included, exactly as the named tool prints them.
 * Each block is one file that pushes its values into a sink under full names
 * ("compat.muspy.polyphony"); a block that does not apply to the sample's modality pushes nothing.
 * metrics/compat/compat.def lists them. */
#ifndef ATTUNE_METRICS_COMPAT_H
#define ATTUNE_METRICS_COMPAT_H

#include "metrics/analysis/analysis.h"

struct attune_compat_sink {
    void *context;
    void (*scalar)(void *context, const char *name, double value);
    void (*vector)(void *context, const char *name, const double *values, size_t n);
    void (*undefined)(void *context, const char *name, const char *why);
};

#define COMPAT(name)                                                                               \
    void attune_compat_##name(struct attune_analysis *analysis,                                    \
                              const struct attune_compat_sink *sink);
#include "metrics/compat/compat.def"
#undef COMPAT

/* All blocks in the order of compat.def. The audio front end must have run with ATTUNE_NEED_ALL. */
void attune_compat_all(struct attune_analysis *analysis, const struct attune_compat_sink *sink);

#endif
