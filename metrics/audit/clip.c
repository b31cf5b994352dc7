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

/* Moves the grain by up to 12 ms so that its first half goes on like the second half of the one before.
 * Both are compared at every fourth frame of the overlap, in the first channel. hop: frames between
 * centres. */
static void align(const struct attune_clip *clip, const struct grain *before, struct grain *grain,
                  int64_t hop)
{
    enum { STRIDE = 4 };
    const int64_t reach = (int64_t)(0.012 * clip->rate_hz);
    double best = -INFINITY, best_shift = 0.0;
    for (int64_t shift = -reach; shift <= reach; shift += STRIDE) {
        double product = 0.0, energy = 1e-9;
        for (int64_t i = 0; i < hop; i += STRIDE) {
            const double heard = before->centre + (double)i * before->ratio;
            const double next = grain->centre + (double)shift + (double)(i - hop) * grain->ratio;
            const double x = sample(clip, (int64_t)heard, 0), y = sample(clip, (int64_t)next, 0);
            product += x * y;
            energy += y * y;
        }
        const double match = product / sqrt(energy);
        if (match > best) {
            best = match;
            best_shift = (double)shift;
        }
    }
    grain->centre += best_shift;
}

static void warp_grains(const struct attune_clip *clip, struct attune_clip *out,
                        const struct attune_warp *warp)
{
    const double pi = 3.14159265358979323846;
    const int64_t hop = (int64_t)(0.03 * clip->rate_hz) + 1;
    struct grain before = {0};
    for (int64_t at = 0; at < (int64_t)out->n_frames + hop; at += hop) {
        const double t = (double)at / clip->rate_hz;
        struct grain grain = {.centre = warp->position_s(warp->context, t) * clip->rate_hz,
                              .ratio = warp->pitch_ratio(warp->context, t)};
        if (at > 0) {
            align(clip, &before, &grain, hop);
        }
        for (int64_t i = -hop; i < hop; i++) {
            if (at + i < 0 || at + i >= (int64_t)out->n_frames) {
                continue;
            }
            const float weight = (float)(0.5 * (1.0 + cos(pi * (double)i / (double)hop)));
            const double frame = grain.centre + (double)i * grain.ratio;
            for (uint32_t c = 0; c < clip->n_channels; c++) {
                out->samples[(uint64_t)(at + i) * clip->n_channels + c] +=
                    weight * attune_clip_at(clip, frame, c);
            }
        }
        before = grain;
    }
}

bool attune_clip_warp(struct attune_clip *clip, uint64_t n_frames, const struct attune_warp *warp)
{
    struct attune_clip out;
    if (attune_clip_init(&out, n_frames, clip->n_channels, clip->rate_hz, NULL)) {
        return false;
    }
    if (warp->pitch_ratio) {
        warp_grains(clip, &out, warp);
    } else {
        warp_plain(clip, &out, warp);
    }
    attune_clip_release(clip);
    *clip = out;
    return true;
}
