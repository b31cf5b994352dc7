/* Level statistics of interleaved blocks, channel by channel. */
#include "metrics/analysis/meter.h"

#include <math.h>
#include <string.h>

#include "metrics/analysis/clicks.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/loudness.h"
#include "metrics/analysis/true_peak.h"

enum { HISTORY = ATTUNE_PEAK_TAPS - 1, LANES = 16, CHUNK = 1024, MIN_CLIPPED_RUN = 3 };

/* 16-bit full scale: 32767/32768, less half a step. */
static const float FULL_SCALE = 32766.5f / 32768.0f;

struct channel {
    double sum, squares;
    uint64_t n_clipped;
    uint64_t run;  /* full-scale samples in a row, up to now */
    int run_positive;
    float history[HISTORY];
};

struct attune_meter {
    uint32_t rate_hz;
    size_t n_channels;
    uint64_t n_samples;
    unsigned needs;
    double cross; /* sum of products of the first two channels */
    float sample_peak;
    struct channel channel[ATTUNE_MAX_CHANNELS];
    struct attune_loudness loudness;
    struct attune_true_peak true_peak;
    struct attune_clicks clicks;
    float *plane[2];  /* (HISTORY + max_block,) the channel at hand and the one before it */
    size_t plane_capacity;
};

struct attune_meter *attune_meter_new(void)
{
    return attune_alloc(1, sizeof(struct attune_meter));
}

void attune_meter_free(struct attune_meter *meter)
{
    if (meter) {
        attune_loudness_release(&meter->loudness);
        attune_release(meter->plane[0]);
        attune_release(meter->plane[1]);
        attune_release(meter);
    }
}

int attune_meter_begin(struct attune_meter *meter, uint32_t rate_hz, size_t n_channels,
                       size_t max_block, unsigned needs)
{
    if (meter->plane_capacity < max_block) {
        for (size_t i = 0; i < 2; i++) {
            float *grown = attune_resize(meter->plane[i], HISTORY + max_block, sizeof *grown);
            if (!grown) {
                return 0;
            }
            meter->plane[i] = grown;
        }
        meter->plane_capacity = max_block;
    }
    meter->rate_hz = rate_hz;
    meter->n_channels = n_channels;
    meter->n_samples = 0;
    meter->needs = needs;
    meter->cross = 0.0;
    meter->sample_peak = 0.0f;
    memset(meter->channel, 0, sizeof meter->channel);
    attune_loudness_begin(&meter->loudness, rate_hz, n_channels);
    attune_true_peak_begin(&meter->true_peak, rate_hz);
    attune_clicks_begin(&meter->clicks);
    return 1;
}

/* Sum of a[i] b[i] and, where sum_a is wanted, of a[i]: single-precision lanes over CHUNK, doubles
 * beyond. */
static double dot(const float *restrict a, const float *restrict b, size_t n, double *sum_a)
{
    double total = 0.0;
    while (n > 0) {
        const size_t n_now = n < CHUNK ? n : CHUNK;
        float products[LANES] = {0}, sums[LANES] = {0};
        size_t i = 0;
        for (; i + LANES <= n_now; i += LANES) {
            for (size_t j = 0; j < LANES; j++) {
                products[j] += a[i + j] * b[i + j];
                sums[j] += a[i + j];
            }
        }
        for (; i < n_now; i++) {
            products[0] += a[i] * b[i];
            sums[0] += a[i];
        }
        for (size_t j = 0; j < LANES; j++) {
            total += (double)products[j];
            *sum_a += (double)sums[j];
        }
        a += n_now;
        b += n_now;
        n -= n_now;
    }
    return total;
}

static float largest(const float *restrict x, size_t n)
{
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            const float a = x[i + j] < 0.0f ? -x[i + j] : x[i + j];
            lanes[j] = a > lanes[j] ? a : lanes[j];
        }
    }
    for (; i < n; i++) {
        const float a = x[i] < 0.0f ? -x[i] : x[i];
        lanes[0] = a > lanes[0] ? a : lanes[0];
    }
    for (size_t j = 1; j < LANES; j++) {
        lanes[0] = lanes[j] > lanes[0] ? lanes[j] : lanes[0];
    }
    return lanes[0];
}

/* Runs of one sign at full scale; a run counts from its third sample on, then with the two before.
 * */
static void count_clipped(struct channel *channel, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (x[i] < FULL_SCALE && x[i] > -FULL_SCALE) {
            channel->run = 0;
            continue;
        }
        const int positive = x[i] > 0.0f;
        channel->run = positive == channel->run_positive ? channel->run + 1 : 1;
        channel->run_positive = positive;
        if (channel->run >= MIN_CLIPPED_RUN) {
            channel->n_clipped += channel->run == MIN_CLIPPED_RUN ? MIN_CLIPPED_RUN : 1;
        }
    }
}

static void feed_channel(struct attune_meter *meter, size_t c, float *plane, size_t n)
{
    struct channel *channel = &meter->channel[c];
    const float *x = plane + HISTORY;
    channel->squares += dot(x, x, n, &channel->sum);
    const float peak = largest(x, n);
    meter->sample_peak = peak > meter->sample_peak ? peak : meter->sample_peak;
    if (peak >= FULL_SCALE) {
        count_clipped(channel, x, n);
    } else {
        channel->run = 0;
    }
    if (meter->needs & ATTUNE_NEED_TRUE_PEAK) {
        memcpy(plane, channel->history, sizeof channel->history);
        attune_true_peak_feed(&meter->true_peak, x, n);
        memcpy(channel->history, plane + n, sizeof channel->history);
    }
}

static void deinterleave(const float *restrict x, size_t stride, size_t n, float *restrict plane)
{
    if (stride == 2) { /* a constant stride becomes shuffles */
        for (size_t i = 0; i < n; i++) {
            plane[i] = x[2 * i];
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        plane[i] = x[i * stride];
    }
}

int attune_meter_feed(struct attune_meter *meter, const float *interleaved, const float *mono,
                      size_t n)
{
    if (meter->needs & ATTUNE_NEED_LOUDNESS &&
        !attune_loudness_feed(&meter->loudness, interleaved, n)) {
        return 0;
    }
    const size_t stride = meter->n_channels;
    for (size_t c = 0; c < stride; c++) {
        float *plane = meter->plane[c % 2];
        deinterleave(interleaved + c, stride, n, plane + HISTORY);
        feed_channel(meter, c, plane, n);
        if (c == 1) {
            double unused = 0.0;
            meter->cross += dot(meter->plane[0] + HISTORY, meter->plane[1] + HISTORY, n, &unused);
        }
    }
    attune_clicks_feed(&meter->clicks, mono, n);
    meter->n_samples += n;
    return 1;
}

static void correlate(const struct attune_meter *meter, struct attune_levels *levels)
{
    if (meter->n_channels < 2) {
        levels->correlation_why = "one channel";
        return;
    }
    const struct channel *a = &meter->channel[0], *b = &meter->channel[1];
    const double n = (double)meter->n_samples;
    const double var_a = a->squares - a->sum * a->sum / n;
    const double var_b = b->squares - b->sum * b->sum / n;
    /* Below the rounding of the sums there is no variance. */
    if (!(var_a > 1e-6 * a->squares && var_b > 1e-6 * b->squares)) {
        levels->correlation_why = "a silent or constant channel";
        return;
    }
    const double r = (meter->cross - a->sum * b->sum / n) / sqrt(var_a * var_b);
    levels->correlation = r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r;
}

/* Loudness of the windows of n_steps (100 ms each), one from every step on; NULL when out of
 * memory. */
static const float *sliding_loudness(const struct attune_loudness *l, size_t n_steps,
                                     struct attune_arena *arena, size_t *n)
{
    *n = l->n_steps >= n_steps ? l->n_steps - n_steps + 1 : 0;
    float *lufs = attune_arena_alloc(arena, *n, sizeof *lufs);
    for (size_t i = 0; lufs && i < *n; i++) {
        double energy = 0.0;
        for (size_t k = 0; k < n_steps; k++) {
            energy += l->energy[i + k];
        }
        energy /= (double)n_steps;
        lufs[i] = energy > 1e-12 ? (float)attune_loudness_lufs(energy) : -120.0f;
    }
    return lufs;
}

static int measure_loudness(const struct attune_meter *meter, struct attune_arena *arena,
                            struct attune_levels *levels)
{
    const struct attune_loudness *l = &meter->loudness;
    if (!(meter->needs & ATTUNE_NEED_LOUDNESS)) {
        levels->integrated_why = levels->range_why = "loudness was not asked for";
        return 1;
    }
    levels->momentary_lufs = sliding_loudness(l, 4, arena, &levels->n_momentary);
    levels->short_term_lufs = sliding_loudness(l, 30, arena, &levels->n_short_term);
    double *sorted = attune_arena_alloc(arena, l->n_steps, sizeof *sorted);
    if (!levels->momentary_lufs || !levels->short_term_lufs || !sorted) {
        return 0;
    }
    if (!attune_loudness_integrated(l, &levels->integrated_lufs)) {
        levels->integrated_why =
            levels->n_momentary ? "nothing louder than -70 LUFS" : "shorter than 400 ms";
    }
    if (!attune_loudness_range(l, sorted, &levels->range_lu)) {
        levels->range_why = l->n_steps < 30 ? "shorter than 3 s" : "nothing louder than -70 LUFS";
    }
    return 1;
}

int attune_meter_finish(const struct attune_meter *meter, struct attune_arena *arena,
                        struct attune_levels *levels)
{
    *levels = (struct attune_levels){
        .rate_hz = meter->rate_hz,
        .n_channels = (uint32_t)meter->n_channels,
        .n_samples = meter->n_samples,
        .sample_peak = (double)meter->sample_peak,
        .n_clicks = meter->clicks.n_clicks,
    };
    double squares = 0.0;
    for (size_t c = 0; c < meter->n_channels; c++) {
        const struct channel *channel = &meter->channel[c];
        squares += channel->squares;
        levels->n_clipped += channel->n_clipped;
        levels->dc_offset =
            fmax(levels->dc_offset, fabs(channel->sum) / (double)meter->n_samples);
    }
    levels->rms = sqrt(squares / ((double)meter->n_samples * (double)meter->n_channels));
    correlate(meter, levels);
    if (meter->needs & ATTUNE_NEED_TRUE_PEAK) {
        levels->true_peak = fmax((double)meter->true_peak.peak, levels->sample_peak);
    } else {
        levels->true_peak_why = "the true peak was not asked for";
    }
    return measure_loudness(meter, arena, levels);
}

const struct attune_levels *attune_analysis_levels(struct attune_analysis *analysis)
{
    static const struct attune_levels none = {.why = "no audio"};
    return analysis->levels ? analysis->levels : &none;
}
