/* A clip cut into blocks, and a random order in which damage hits them. */
#ifndef ATTUNE_METRICS_AUDIT_BLOCKS_H
#define ATTUNE_METRICS_AUDIT_BLOCKS_H

#include "base/rng.h"
#include "metrics/audit/clip.h"

struct attune_blocks {
    uint64_t *start; /* (n + 1,) first frame of each block; the last entry is the clip's end */
    size_t *order;   /* (n,) */
    size_t n;
};

/* Lengths between shortest_s and longest_s, uniform on a logarithmic scale. False: out of memory.
 */
bool attune_blocks_init(struct attune_blocks *blocks, const struct attune_clip *clip,
                        double shortest_s, double longest_s, struct attune_rng *rng);
void attune_blocks_release(struct attune_blocks *blocks);

#endif
