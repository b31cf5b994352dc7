/* Click detection, block by block. */
#include "metrics/analysis/clicks.h"

#include <math.h>
#include <string.h>

enum { BLOCK = ATTUNE_CLICK_BLOCK, GUARD = 3, LANES = 16 };

static const float RATIO = 12.0f;
static const float THRESHOLD = 0.002f; /* -54 dB */

void attune_clicks_begin(struct attune_clicks *clicks)
{
    *clicks = (struct attune_clicks){0};
}

/* Peak of |second difference| and its mean; where the peak stands out from the mean, the mean is
 * taken without the peak's neighbourhood. */
static void measure(const float block[BLOCK + 2], float *peak, float *mean)
{
    float d[BLOCK], largest[LANES] = {0}, sums[LANES] = {0};
    for (size_t i = 0; i < BLOCK; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            const float *x = block + i + j;
            d[i + j] = fabsf((x[2] - x[1]) - (x[1] - x[0]));
            largest[j] = d[i + j] > largest[j] ? d[i + j] : largest[j];
            sums[j] += d[i + j];
        }
    }
    float sum = sums[0];
    for (size_t j = 1; j < LANES; j++) {
        largest[0] = largest[j] > largest[0] ? largest[j] : largest[0];
        sum += sums[j];
    }
    *peak = largest[0];
    *mean = sum / BLOCK;
    if (*peak < 4.0f * *mean) {
        return;
    }
    size_t at = 0, n = 0;
    while (d[at] < *peak) {
        at++;
    }
    *mean = 0.0f;
    for (size_t i = 0; i < BLOCK; i++) {
        if (i + GUARD < at || i > at + GUARD) {
            *mean += d[i];
            n++;
        }
    }
    *mean /= (float)n;
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
