/* Clips: memory, joins without clicks, and reading along a path. */
#include "metrics/audit/clip.h"

#include <math.h>

#include "base/mem.h"

enum attune_code attune_clip_init(struct attune_clip *clip, uint64_t n_frames, uint32_t n_channels,
                                  uint32_t rate_hz, struct attune_err *err)
{
    *clip = (struct attune_clip){
        .samples = attune_alloc(n_frames, n_channels * sizeof *clip->samples),
        .n_frames = n_frames, .n_channels = n_channels, .rate_hz = rate_hz,
    };
    if (!clip->samples) {
        *clip = (struct attune_clip)ATTUNE_CLIP_INIT;
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a clip of %llu frames",
                           (unsigned long long)n_frames);
    }
    return ATTUNE_OK;
}

enum attune_code attune_clip_copy(struct attune_clip *out, const struct attune_clip *clip,
                                  struct attune_err *err)
{
    enum attune_code code =
        attune_clip_init(out, clip->n_frames, clip->n_channels, clip->rate_hz, err);
    if (!code && clip->n_frames) {
        memcpy(out->samples, clip->samples,
               clip->n_frames * clip->n_channels * sizeof *clip->samples);
    }
    return code;
}

void attune_clip_release(struct attune_clip *clip)
{
    attune_release(clip->samples);
    *clip = (struct attune_clip)ATTUNE_CLIP_INIT;
}

double attune_clip_rms(const struct attune_clip *clip)
{
    const uint64_t n = clip->n_frames * clip->n_channels;
    double sum = 0.0;
    for (uint64_t i = 0; i < n; i++) {
        sum += (double)clip->samples[i] * clip->samples[i];
    }
    return n ? sqrt(sum / (double)n) : 0.0;
}

double attune_clip_peak(const struct attune_clip *clip)
{
    const uint64_t n = clip->n_frames * clip->n_channels;
    float peak = 0.0f;
    for (uint64_t i = 0; i < n; i++) {
        const float magnitude = fabsf(clip->samples[i]);
        peak = magnitude > peak ? magnitude : peak;
    }
    return peak;
}

static float sample(const struct attune_clip *clip, int64_t frame, uint32_t channel)
{
    return frame < 0 || frame >= (int64_t)clip->n_frames
               ? 0.0f
               : clip->samples[(uint64_t)frame * clip->n_channels + channel];
}

float attune_clip_at(const struct attune_clip *clip, double frame, uint32_t channel)
{
    const double whole = floor(frame);
    const int64_t i = (int64_t)whole;
    const float t = (float)(frame - whole);
    const float a = sample(clip, i - 1, channel), b = sample(clip, i, channel);
    const float c = sample(clip, i + 1, channel), d = sample(clip, i + 2, channel);
    return b + 0.5f * t * (c - a + t * (2.0f * a - 5.0f * b + 4.0f * c - d +
                                        t * (3.0f * (b - c) + d - a)));
}

void attune_clip_paste(struct attune_clip *clip, uint64_t to_frame, const struct attune_clip *from,
                       uint64_t from_frame, uint64_t n)
{
    const uint64_t fade = clip->rate_hz / 200; /* 5 ms */
    for (uint64_t i = 0; i < n && to_frame + i < clip->n_frames; i++) {
        const uint64_t edge = i < n - 1 - i ? i : n - 1 - i;
        const float weight = edge < fade ? ((float)edge + 1.0f) / ((float)fade + 1.0f) : 1.0f;
        for (uint32_t c = 0; c < clip->n_channels; c++) {
            const uint32_t source = c < from->n_channels ? c : from->n_channels - 1;
            float *out = &clip->samples[(to_frame + i) * clip->n_channels + c];
            *out += weight * (sample(from, (int64_t)(from_frame + i), source) - *out);
        }
    }
}

static void warp_plain(const struct attune_clip *clip, struct attune_clip *out,
                       const struct attune_warp *warp)
{
    for (uint64_t i = 0; i < out->n_frames; i++) {
        const double t = (double)i / clip->rate_hz;
        const double frame = warp->position_s(warp->context, t) * clip->rate_hz;
        for (uint32_t c = 0; c < clip->n_channels; c++) {
            out->samples[i * clip->n_channels + c] = attune_clip_at(clip, frame, c);
        }
    }
}

/* A grain: source frame at its centre, and source frames per output frame. */
struct grain {
    double centre, ratio;
};

/* Scratch of the overlap-add: a window and the frames of one overlap that are compared. */
struct overlap {
    int64_t hop;     /* frames between the centres of grains */
    float *window;   /* (2 * hop,) Hann */
    float *heard;    /* (n_compared,) second half of the grain before */
    int64_t *source; /* (n_compared,) frames of the first half of the new one */
    size_t n_compared;
};

enum { COMPARE_EVERY = 8, SHIFT_BY = 4 };

static bool overlap_init(struct overlap *o, uint32_t rate_hz)
{
    const double pi = 3.14159265358979323846;
    o->hop = (int64_t)(0.03 * rate_hz) + 1;
    o->n_compared = (size_t)(o->hop / COMPARE_EVERY) + 1;
    o->window = attune_alloc((size_t)(2 * o->hop), sizeof *o->window);
    o->heard = attune_alloc(o->n_compared, sizeof *o->heard);
    o->source = attune_alloc(o->n_compared, sizeof *o->source);
    for (int64_t i = 0; o->window && i < 2 * o->hop; i++) {
        o->window[i] = (float)(0.5 * (1.0 - cos(pi * (double)i / (double)o->hop)));
    }
    return o->window && o->heard && o->source;
}

static void overlap_release(struct overlap *o)
{
    attune_release(o->window);
    attune_release(o->heard);
    attune_release(o->source);
}

/* Moves the grain by up to 12 ms so that its first half goes on like the second half of the one
 * before, in the first channel. */
static void align(const struct attune_clip *clip, const struct overlap *o,
                  const struct grain *before, struct grain *grain)
{
    for (size_t i = 0; i < o->n_compared; i++) {
        const double at = (double)(i * COMPARE_EVERY);
        o->heard[i] = sample(clip, (int64_t)(before->centre + at * before->ratio), 0);
        o->source[i] = (int64_t)floor(grain->centre + (at - (double)o->hop) * grain->ratio);
    }
    const int64_t reach = (int64_t)(0.012 * clip->rate_hz);
    float best = -INFINITY;
    int64_t best_shift = 0;
    for (int64_t shift = -reach; shift <= reach; shift += SHIFT_BY) {
        float product = 0.0f, energy = 1e-9f;
        for (size_t i = 0; i < o->n_compared; i++) {
            const float y = sample(clip, o->source[i] + shift, 0);
            product += o->heard[i] * y;
            energy += y * y;
        }
        const float match = product / sqrtf(energy);
        if (match > best) {
            best = match;
            best_shift = shift;
        }
    }
    grain->centre += (double)best_shift;
}

static bool warp_grains(const struct attune_clip *clip, struct attune_clip *out,
                        const struct attune_warp *warp)
{
    struct overlap o = {0};
    const bool ok = overlap_init(&o, clip->rate_hz);
    struct grain before = {0};
    for (int64_t at = 0; ok && at < (int64_t)out->n_frames + o.hop; at += o.hop) {
        const double t = (double)at / clip->rate_hz;
        struct grain grain = {.centre = warp->position_s(warp->context, t) * clip->rate_hz,
                              .ratio = warp->pitch_ratio(warp->context, t)};
        if (at > 0) {
            align(clip, &o, &before, &grain);
        }
        for (int64_t i = 0; i < 2 * o.hop; i++) {
            const int64_t frame = at - o.hop + i;
            if (frame < 0 || frame >= (int64_t)out->n_frames) {
                continue;
            }
            const double source = grain.centre + (double)(i - o.hop) * grain.ratio;
            for (uint32_t c = 0; c < clip->n_channels; c++) {
                out->samples[(uint64_t)frame * clip->n_channels + c] +=
                    o.window[i] * attune_clip_at(clip, source, c);
            }
        }
        before = grain;
    }
    overlap_release(&o);
    return ok;
}

bool attune_clip_warp(struct attune_clip *clip, uint64_t n_frames, const struct attune_warp *warp)
{
    struct attune_clip out;
    if (attune_clip_init(&out, n_frames, clip->n_channels, clip->rate_hz, NULL)) {
        return false;
    }
    if (!warp->pitch_ratio) {
        warp_plain(clip, &out, warp);
    } else if (!warp_grains(clip, &out, warp)) {
        attune_clip_release(&out);
        return false;
    }
    attune_clip_release(clip);
    *clip = out;
    return true;
}
