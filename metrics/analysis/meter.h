/* The meter of the front end: everything measured at the source's own rate and channels (levels.h).
 * */
#ifndef ATTUNE_METRICS_ANALYSIS_METER_H
#define ATTUNE_METRICS_ANALYSIS_METER_H

#include "metrics/analysis/levels.h"

struct attune_meter;

struct attune_meter *attune_meter_new(void); /* NULL: out of memory */
void attune_meter_free(struct attune_meter *meter);

/* Starts a sample; keeps the memory of the one before. max_block: largest n of a feed. 0: out of
 * memory. */
int attune_meter_begin(struct attune_meter *meter, uint32_t rate_hz, size_t n_channels,
                       size_t max_block, unsigned needs);

/* interleaved: (n, n_channels); mono: (n,), the mean of the channels. 0: out of memory. */
int attune_meter_feed(struct attune_meter *meter, const float *interleaved, const float *mono,
                      size_t n);

/* Ends the sample; arrays come from the arena. 0: out of memory. */
int attune_meter_finish(const struct attune_meter *meter, struct attune_arena *arena,
                        struct attune_levels *levels);

#endif
