/* Damage to the signal: noise, clipping, lost treble, gaps. */
#include <math.h>

#include "metrics/audit/blocks.h"
#include "metrics/audit/damages.h"

static double from_db(double db)
{
    return pow(10.0, db / 20.0);
}

/* White (uniform) noise, from -60 dB below the music's level at dose 0 to its level at dose 1. */
bool attune_damage_noise(struct attune_clip *clip, const struct attune_clip *donor, double dose,
                         struct attune_rng *rng)
{
    const double rms = attune_clip_rms(clip) * from_db(60.0 * (dose - 1.0));
    const double range = 2.0 * sqrt(3.0) * rms;
    for (uint64_t i = 0; i < clip->n_frames * clip->n_channels; i++) {
        clip->samples[i] += (float)(range * (attune_rng_uniform(rng) - 0.5));
    }
    return true;
}

/* Amplified so that the highest peak goes 30 dB x dose beyond full scale, cut there. */
bool attune_damage_clipping(struct attune_clip *clip, const struct attune_clip *donor, double dose,
                            struct attune_rng *rng)
{
    const double peak = attune_clip_peak(clip);
    const float gain = peak > 0.0 ? (float)(from_db(30.0 * dose) / peak) : 1.0f;
    for (uint64_t i = 0; i < clip->n_frames * clip->n_channels; i++) {
        const float driven = gain * clip->samples[i];
        clip->samples[i] = driven > 1.0f ? 1.0f : driven < -1.0f ? -1.0f : driven;
    }
    return true;
}

/* One second-order low-pass section over one channel, in place (Bristow-Johnson's cookbook). */
static void biquad(struct attune_clip *clip, uint32_t channel, double cutoff_hz, double q)
{
    const double w = 2.0 * 3.14159265358979323846 * cutoff_hz / clip->rate_hz;
    const double alpha = sin(w) / (2.0 * q), a0 = 1.0 + alpha;
    const double b0 = 0.5 * (1.0 - cos(w)) / a0, b1 = 2.0 * b0;
    const double a1 = -2.0 * cos(w) / a0, a2 = (1.0 - alpha) / a0;
    double s1 = 0.0, s2 = 0.0;
    for (uint64_t i = 0; i < clip->n_frames; i++) {
        float *v = &clip->samples[i * clip->n_channels + channel];
        const double x = *v, y = b0 * x + s1;
        s1 = b1 * x - a1 * y + s2;
        s2 = b0 * x - a2 * y;
        *v = (float)y;
    }
}

/* Butterworth of fourth order, from 16 kHz at dose 0 to 400 Hz at dose 1 on a logarithmic scale. */
bool attune_damage_low_pass(struct attune_clip *clip, const struct attune_clip *donor, double dose,
                            struct attune_rng *rng)
{
    const double highest = 0.45 * clip->rate_hz;
    const double cutoff = fmin(16000.0 * pow(400.0 / 16000.0, dose), highest);
    for (uint32_t c = 0; c < clip->n_channels; c++) {
        biquad(clip, c, cutoff, 0.54119610);
        biquad(clip, c, cutoff, 1.30656296);
    }
    return true;
}

bool attune_damage_drop_outs(struct attune_clip *clip, const struct attune_clip *donor, double dose,
                             struct attune_rng *rng)
{
    const double max_share = 0.5;
    struct attune_blocks blocks;
    if (!attune_blocks_init(&blocks, clip, 0.05, 2.0, rng)) {
        return false;
    }
    double left = dose * max_share * (double)clip->n_frames;
    for (size_t i = 0; i < blocks.n && left > 0.0; i++) {
        const uint64_t first = blocks.start[blocks.order[i]];
        const uint64_t end = blocks.start[blocks.order[i] + 1];
        memset(clip->samples + first * clip->n_channels, 0,
               (end - first) * clip->n_channels * sizeof *clip->samples);
        left -= (double)(end - first);
    }
    attune_blocks_release(&blocks);
    return true;
}
