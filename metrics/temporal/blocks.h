/* A piece in short blocks, each described by its harmony and its sound, both modalities: what is
 * compared when one part of a piece is held against another.
 *
 * A block is (pitch classes (12,), loudness, brightness, onset density), each column scaled to unit
 * standard deviation over the piece, the twelve pitch classes together to that of three columns:
 * harmony weighs as much as sound. Blocks without sound are left out. */
#ifndef ATTUNE_METRICS_TEMPORAL_BLOCKS_H
#define ATTUNE_METRICS_TEMPORAL_BLOCKS_H

#include "metrics/analysis/analysis.h"

enum { ATTUNE_BLOCK_COLUMNS = 15, ATTUNE_MAX_BLOCKS = 300 };

struct attune_blocks {
    const char *why;
    size_t n;
    const double *rows; /* (n, 15) in order of time */
};

/* Blocks of one second, longer in pieces of more than ATTUNE_MAX_BLOCKS seconds. From the scratch
 * arena: valid until it is reset, which is the caller's to do. */
struct attune_blocks attune_blocks_make(struct attune_analysis *analysis);

#endif
