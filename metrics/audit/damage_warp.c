/* Damage to pitch and time of audio. */
#include <math.h>

#include "metrics/audit/blocks.h"
#include "metrics/audit/damages.h"

struct path {
    double octaves; /* of a shift; per second of a drift */
    double depth, rate_hz; /* of a wobble */
};

static double at_time(const void *context, double t)
{
    return t;
}

static double constant_ratio(const void *context, double t)
{
    const struct path *path = context;
    return exp2(path->octaves);
}

static double drifting_ratio(const void *context, double t)
{
    const struct path *path = context;
    return exp2(path->octaves * t);
}

static double unchanged_ratio(const void *context, double t)
{
    return 1.0;
}

/* The integral of 2^(octaves t). */
static double drifting_position(const void *context, double t)
{
    const struct path *path = context;
    const double k = path->octaves * 0.69314718055994530942;
    return expm1(k * t) / k;
}

/* The integral of 1 + depth sin(2 pi rate t). */
static double wobbling_position(const void *context, double t)
{
    const struct path *path = context;
    const double w = 2.0 * 3.14159265358979323846 * path->rate_hz;
    return t + path->depth * (1.0 - cos(w * t)) / w;
}

static double duration_s(const struct attune_clip *clip)
{
    return fmax((double)clip->n_frames, 1.0) / clip->rate_hz;
}

bool attune_damage_pitch_drift(struct attune_clip *clip, const struct attune_clip *donor,
                               double dose, struct attune_rng *rng)
{
    const double semitones = -2.0;
    const struct path path = {.octaves = dose * semitones / 12.0 / duration_s(clip)};
    return attune_clip_warp(clip, clip->n_frames,
                            &(struct attune_warp){at_time, drifting_ratio, &path});
}

bool attune_damage_tempo_drift(struct attune_clip *clip, const struct attune_clip *donor,
                               double dose, struct attune_rng *rng)
{
    const double octaves = -log2(1.5);
    const struct path path = {.octaves = dose * octaves / duration_s(clip)};
    return attune_clip_warp(clip, clip->n_frames,
                            &(struct attune_warp){drifting_position, unchanged_ratio, &path});
}

bool attune_damage_speed_wobble(struct attune_clip *clip, const struct attune_clip *donor,
                                double dose, struct attune_rng *rng)
{
    const struct path path = {.depth = 0.2 * dose, .rate_hz = 0.3};
    return attune_clip_warp(clip, clip->n_frames,
                            &(struct attune_warp){wobbling_position, NULL, &path});
}

/* One block at another pitch, in its own time. */
static bool detune(struct attune_clip *clip, uint64_t first, uint64_t n, double semitones)
{
    struct attune_clip block;
    if (attune_clip_init(&block, n, clip->n_channels, clip->rate_hz, NULL)) {
        return false;
    }
    memcpy(block.samples, clip->samples + first * clip->n_channels,
           n * clip->n_channels * sizeof *clip->samples);
    const struct path path = {.octaves = semitones / 12.0};
    const bool ok = attune_clip_warp(&block, n,
                                     &(struct attune_warp){at_time, constant_ratio, &path});
    if (ok) {
        attune_clip_paste(clip, first, &block, 0, n);
    }
    attune_clip_release(&block);
    return ok;
}

bool attune_damage_detuned_blocks(struct attune_clip *clip, const struct attune_clip *donor,
                                  double dose, struct attune_rng *rng)
{
    struct attune_blocks blocks;
    if (!attune_blocks_init(&blocks, clip, 2.0, 2.0, rng)) {
        return false;
    }
    const size_t n_hit = attune_damage_share(blocks.n, dose);
    bool ok = true;
    for (size_t i = 0; i < n_hit && ok; i++) {
        const double size = 0.5 + 5.5 * attune_rng_uniform(rng);
        const double semitones = attune_rng_below(rng, 2) ? size : -size;
        const uint64_t first = blocks.start[blocks.order[i]];
        ok = detune(clip, first, blocks.start[blocks.order[i] + 1] - first, semitones);
    }
    attune_blocks_release(&blocks);
    return ok;
}
