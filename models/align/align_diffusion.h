/* Alignment of the diffusion model: DiffRhythm+'s preference optimisation, and stochastic control
 * at inference.
 *
 * DiffRhythm+ (Chen et al. 2025): pairs are made automatically. Each reward model judges pairs of
 * the reference's own samples; the better one wins. Variants:
 *
 *     multi          pairs of all reward models together (multi-preference)
 *     single         pairs of the first reward model only
 *     cross-pair     only pairs in which the winner is better by every reward model
 *     interpolation  one single-preference run per reward model, then the mean of their parameters
 *                    (LeVo, Lei et al. 2025)
 *
 * Objective: preference_loss.h's diffusion form, with the evidence bound per cell as the denoising
 * loss m.
 *
 * SCG (Huang et al. 2024): at every denoising step, n_draws candidate next states are drawn, the
 * piece that each leads to is predicted by filling all hidden cells at once, and the state with the
 * best-scored prediction is kept.
 */
#ifndef ATTUNE_MODELS_ALIGN_DIFFUSION_H
#define ATTUNE_MODELS_ALIGN_DIFFUSION_H

#include "models/policy/diffusion.h"
#include "models/align/scorer.h"
#include "models/training.h"

enum attune_preference_mix {
    ATTUNE_MIX_MULTI, ATTUNE_MIX_SINGLE, ATTUNE_MIX_CROSS_PAIR, ATTUNE_MIX_INTERPOLATION,
    ATTUNE_N_MIXES,
};
extern const char *const attune_mix_names[ATTUNE_N_MIXES];

struct attune_diffrhythm {
    enum attune_preference_mix mix;
    size_t n_pairs, n_epochs, batch; /* 2..1000000, 1..100, 1..4096 */
    double beta;                     /* on nats per cell: 0.1..100000 */
    double rate;                     /* Adam, 1e-6..1 */
    size_t n_steps, n_masks; /* denoising steps of a sample 1..1000; masks per bound 1..64 */
    uint64_t seed;
    size_t n_threads;
    struct attune_training_watcher watcher;
};
extern const struct attune_diffrhythm attune_diffrhythm_default;

/* Changes model in place; ref is the model before. pools[n_pools]: the reward models. Adds to cost;
 * a bound counts half of its cells per mask, the mean of those hidden. */
enum attune_code attune_align_diffrhythm(struct attune_diffusion *model,
                                         const struct attune_diffusion *ref,
                                         struct attune_scorer_pool *const *pools, size_t n_pools,
                                         const struct attune_prompt *prompts, size_t n_prompts,
                                         const struct attune_diffrhythm *options,
                                         struct attune_training *cost, struct attune_err *err);

/* Loss of one pair, winner w and loser l, under model, with the reference's bounds per cell, masks
 * of stream `masks` of the options' seed; scale times its gradient is added (NULL: only the value).
 */
double attune_diffrhythm_pair(const struct attune_diffusion *model, const struct attune_piece *w,
                              const struct attune_piece *l, double ref_w, double ref_l,
                              const struct attune_diffrhythm *options, size_t masks, double scale,
                              double *gradient);

/* Bound in nats per cell under masks of a stream of the options' seed: what ref_w and ref_l are. */
double attune_diffrhythm_bound(const struct attune_diffusion *model,
                               const struct attune_piece *piece,
                               const struct attune_diffrhythm *options, size_t masks);

/* One piece by stochastic control; n_rewards counts the predictions scored. n_draws 1..256. An
 * undefined score never beats a defined one. */
enum attune_code attune_scg_sample(const struct attune_diffusion *model,
                                   struct attune_scorer *scorer, const struct attune_prompt *prompt,
                                   size_t n_steps, size_t n_draws, struct attune_rng *rng,
                                   struct attune_piece *piece, uint64_t *n_tokens,
                                   uint64_t *n_rewards, struct attune_err *err);

#endif
