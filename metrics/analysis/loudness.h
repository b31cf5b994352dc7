/* EBU R128 loudness of a stream of interleaved blocks (ITU-R BS.1770-4; EBU Tech 3341 and 3342).
 *
 * Each channel is K-weighted (two biquads); the weighted channel energies are summed in steps of
 * 100 ms, and everything else follows from those steps: momentary loudness is the mean of 4,
 * short-term of 30. */
#ifndef ATTUNE_METRICS_ANALYSIS_LOUDNESS_H
#define ATTUNE_METRICS_ANALYSIS_LOUDNESS_H

#include <stddef.h>
#include <stdint.h>

enum { ATTUNE_MAX_CHANNELS = 64 };

struct attune_biquad {
    double b[3], a[3]; /* a[0] = 1 */
};

struct attune_loudness {
    struct attune_biquad shelf, high_pass;
    size_t n_channels;
    double weight[ATTUNE_MAX_CHANNELS + 1];   /* 1; 1.41 for surround; 0 for LFE and beyond */
    double state[ATTUNE_MAX_CHANNELS + 1][4]; /* two past values per biquad */
    size_t step;        /* samples per 100 ms */
    size_t n_in_step;
    double step_energy; /* weighted sum of squares of the step under way */
    double *energy;     /* (n_steps,) mean square per step, channels summed */
    size_t n_steps, capacity;
};

/* begin forgets the stream before and keeps the memory; zero-initialise the struct before the
 * first. */
void attune_loudness_begin(struct attune_loudness *loudness, uint32_t rate_hz, size_t n_channels);
void attune_loudness_release(struct attune_loudness *loudness);

/* Returns 0 when out of memory. */
int attune_loudness_feed(struct attune_loudness *loudness, const float *interleaved, size_t n);

/* Gated loudness of the programme. Returns 0 when no 400 ms block is above -70 LUFS. */
int attune_loudness_integrated(const struct attune_loudness *loudness, double *lufs);

/* Loudness range: 95th minus 10th percentile of the gated short-term loudness (3 s windows, every
 * second, as libebur128 samples it). sorted: scratch (n_steps,). 0 when no window passes the gates.
 * */
int attune_loudness_range(const struct attune_loudness *loudness, double *sorted, double *range_lu);

/* Loudness of a mean square. */
double attune_loudness_lufs(double energy);

#endif
