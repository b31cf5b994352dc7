/* Clicks: isolated outliers of the second difference of the mono signal at its own rate.
 *
 * The second difference stresses what changes within a sample or two. In blocks of 64 samples, the
 * block's largest value is a click when it exceeds -54 dB of full scale and 12 times the largest of
 * three means: of this block (without +-3 samples around a peak that stands out fourfold), of the
 * block before and of the block after. A note's attack raises the blocks after it as well and is
 * none; a splice, the edge of a drop-out or a lost sample is one. */
#ifndef ATTUNE_METRICS_ANALYSIS_CLICKS_H
#define ATTUNE_METRICS_ANALYSIS_CLICKS_H

#include <stddef.h>
#include <stdint.h>

enum { ATTUNE_CLICK_BLOCK = 64 };

struct attune_clicks {
    float block[ATTUNE_CLICK_BLOCK + 2]; /* two samples of the block before lead */
    size_t n_in_block;
    float mean_before, mean, peak; /* mean of the block before last; mean and peak of the last */
    size_t n_blocks;
    uint64_t n_clicks;
};

void attune_clicks_begin(struct attune_clicks *clicks);
void attune_clicks_feed(struct attune_clicks *clicks, const float *mono, size_t n);

#endif
