/* Damage to blocks of audio: other places, another piece, repetition, an early end. */
#include <math.h>

#include "base/mem.h"
#include "metrics/audit/blocks.h"
#include "metrics/audit/damages.h"

bool attune_blocks_init(struct attune_blocks *blocks, const struct attune_clip *clip,
                        double shortest_s, double longest_s, struct attune_rng *rng)
{
    const double rate = clip->rate_hz;
    const size_t max = (size_t)((double)clip->n_frames / fmax(shortest_s * rate, 1.0)) + 2;
    *blocks = (struct attune_blocks){.start = attune_alloc(max + 1, sizeof *blocks->start)};
    if (!blocks->start) {
        return false;
    }
    uint64_t at = 0;
    while (at < clip->n_frames && blocks->n < max) {
        const double length_s =
            shortest_s * pow(longest_s / shortest_s, attune_rng_uniform(rng));
        blocks->start[blocks->n++] = at;
        at += (uint64_t)ceil(fmax(length_s * rate, 1.0));
    }
    blocks->start[blocks->n] = clip->n_frames;
    blocks->order = attune_damage_order(rng, blocks->n);
    if (!blocks->order) {
        attune_blocks_release(blocks);
        return false;
    }
    return true;
}

void attune_blocks_release(struct attune_blocks *blocks)
{
    attune_release(blocks->start);
    attune_release(blocks->order);
    *blocks = (struct attune_blocks){0};
}

/* Each hit block is played in the place of the next hit block in the random order; what follows a
 * longer or shorter block moves along. */
bool attune_damage_block_shuffle(struct attune_clip *clip, const struct attune_clip *donor,
                                 double dose, struct attune_rng *rng)
{
    struct attune_blocks blocks;
    if (!attune_blocks_init(&blocks, clip, 0.5, 4.0, rng)) {
        return false;
    }
    struct attune_clip original;
    size_t *played = attune_alloc(blocks.n, sizeof *played);
    const bool ok = played && !attune_clip_copy(&original, clip, NULL);
    if (ok) {
        const size_t n_hit = attune_damage_share(blocks.n, dose);
        for (size_t i = 0; i < blocks.n; i++) {
            played[blocks.order[i]] = i < n_hit ? blocks.order[(i + 1) % n_hit] : blocks.order[i];
        }
        uint64_t at = 0;
        for (size_t i = 0; i < blocks.n; i++) {
            const uint64_t first = blocks.start[played[i]], end = blocks.start[played[i] + 1];
            if (at != first) {
                attune_clip_paste(clip, at, &original, first, end - first);
            }
            at += end - first;
        }
        attune_clip_release(&original);
    }
    attune_release(played);
    attune_blocks_release(&blocks);
    return ok;
}

/* Half of the blocks at most: beyond that the donor would be the piece. */
bool attune_damage_splice(struct attune_clip *clip, const struct attune_clip *donor, double dose,
                          struct attune_rng *rng)
{
    const double max_share = 0.5;
    struct attune_blocks blocks;
    if (!attune_blocks_init(&blocks, clip, 4.0, 4.0, rng)) {
        return false;
    }
    const size_t n_hit = attune_damage_share(blocks.n, dose * max_share);
    for (size_t i = 0; i < n_hit && donor->n_frames > 0; i++) {
        const uint64_t first = blocks.start[blocks.order[i]];
        const uint64_t n = blocks.start[blocks.order[i] + 1] - first;
        /* The same place of the donor, or, when it is too short, its last stretch of that length.
         */
        const uint64_t latest = donor->n_frames > n ? donor->n_frames - n : 0;
        attune_clip_paste(clip, first, donor, first < latest ? first : latest, n);
    }
    attune_blocks_release(&blocks);
    return true;
}

bool attune_damage_early_cut(struct attune_clip *clip, const struct attune_clip *donor, double dose,
                             struct attune_rng *rng)
{
    const double max_share = 0.5;
    clip->n_frames -= (uint64_t)(dose * max_share * (double)clip->n_frames);
    return true;
}

/* The first frame within 40 dB of the peak. */
static uint64_t first_sound(const struct attune_clip *clip)
{
    const float threshold = (float)(0.01 * attune_clip_peak(clip));
    const uint64_t n = clip->n_frames * clip->n_channels;
    uint64_t i = 0;
    while (i < n && fabsf(clip->samples[i]) < threshold) {
        i++;
    }
    return i < n ? i / clip->n_channels : 0;
}

/* From a point on, which comes earlier with the dose, the first 2 s of sound are all that is heard.
 */
bool attune_damage_frozen_audio(struct attune_clip *clip, const struct attune_clip *donor,
                                double dose, struct attune_rng *rng)
{
    const uint64_t source = first_sound(clip);
    const uint64_t loop = 2 * (uint64_t)clip->rate_hz;
    if (source + loop >= clip->n_frames) {
        return true;
    }
    struct attune_clip original;
    if (attune_clip_copy(&original, clip, NULL)) {
        return false;
    }
    const uint64_t n_after = clip->n_frames - source - loop;
    const uint64_t from = clip->n_frames - (uint64_t)(dose * (double)n_after);
    for (uint64_t at = from; at < clip->n_frames; at += loop) {
        attune_clip_paste(clip, at, &original, source, loop);
    }
    attune_clip_release(&original);
    return true;
}
