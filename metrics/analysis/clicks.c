/* Click detection, block by block. */
#include "metrics/analysis/clicks.h"

#include <math.h>
#include <string.h>

enum { BLOCK = ATTUNE_CLICK_BLOCK, GUARD = 3 };

static const float RATIO = 12.0f;
static const float THRESHOLD = 0.002f; /* -54 dB */

void attune_clicks_begin(struct attune_clicks *clicks)
{
    *clicks = (struct attune_clicks){0};
}

/* Peak of |second difference| and its mean without the peak's neighbourhood. */
static void measure(const float block[BLOCK + 2], float *peak, float *mean)
{
    float d[BLOCK];
    for (size_t i = 0; i < BLOCK; i++) {
        d[i] = fabsf((block[i + 2] - block[i + 1]) - (block[i + 1] - block[i]));
    }
    size_t at = 0;
    float sum = 0.0f;
    for (size_t i = 0; i < BLOCK; i++) {
        at = d[i] > d[at] ? i : at;
    }
    const size_t first = at > GUARD ? at - GUARD : 0;
    const size_t last = at + GUARD < BLOCK ? at + GUARD : BLOCK - 1;
    for (size_t i = 0; i < BLOCK; i++) {
        sum += i < first || i > last ? d[i] : 0.0f;
    }
    *peak = d[at];
    *mean = sum / (float)(BLOCK - (last - first + 1));
}

static void end_block(struct attune_clicks *clicks)
{
    float peak, mean;
    measure(clicks->block, &peak, &mean);
    if (clicks->n_blocks > 1) {
        const float around = fmaxf(fmaxf(clicks->mean_before, clicks->mean), mean);
        clicks->n_clicks += clicks->peak > THRESHOLD && clicks->peak > RATIO * around;
    }
    clicks->mean_before = clicks->mean;
    clicks->mean = mean;
    clicks->peak = peak;
    clicks->n_blocks++;
    clicks->block[0] = clicks->block[BLOCK];
    clicks->block[1] = clicks->block[BLOCK + 1];
    clicks->n_in_block = 0;
}

void attune_clicks_feed(struct attune_clicks *clicks, const float *mono, size_t n)
{
    while (n > 0) {
        const size_t room = BLOCK - clicks->n_in_block;
        const size_t n_now = n < room ? n : room;
        memcpy(clicks->block + 2 + clicks->n_in_block, mono, n_now * sizeof *mono);
        clicks->n_in_block += n_now;
        mono += n_now;
        n -= n_now;
        if (clicks->n_in_block == BLOCK) {
            end_block(clicks);
        }
    }
}
