/* The diffusion reference model: masked (absorbing-state) diffusion over the cells of a piece
 * (Austin et al. 2021; Sahoo et al. 2024). Forward, every cell is hidden with probability t; the
 * denoiser predicts hidden cells from the visible ones and the setting, by a log-linear model whose
 * features look both ways.
 *
 * Evidence bound, with the linear schedule: -log p(x) <= E_t [1/t sum over hidden cells of -log
 * p(x_i | visible)], t uniform in (0, 1]. It is estimated on a stratified grid of t with masks from
 * a seed: the same seed gives the same masks for every model and piece, so that differences between
 * models are exact for those masks, as are gradients.
 */
#ifndef ATTUNE_MODELS_DIFFUSION_H
#define ATTUNE_MODELS_DIFFUSION_H

#include "base/rng.h"
#include "models/pieces/piece.h"
#include "models/policy/policy_train.h"
#include "models/training.h"

struct attune_diffusion;

struct attune_diffusion *attune_diffusion_new(void); /* zero weights; NULL when out of memory */
struct attune_diffusion *attune_diffusion_copy(const struct attune_diffusion *model);
void attune_diffusion_free(struct attune_diffusion *model);
size_t attune_diffusion_n_params(void);
float *attune_diffusion_params(struct attune_diffusion *model);

enum { ATTUNE_HIDDEN = 255 }; /* the token of a hidden cell */

/* The bound in nats over n_draws masks of streams of seed (n_draws >= 1). gradient (n_params,):
 * weight times its derivative is added; NULL: not wanted. */
double attune_diffusion_bound(const struct attune_diffusion *model,
                              const struct attune_piece *piece, size_t n_draws, uint64_t seed,
                              double weight, double *gradient);

/* Reveals each hidden cell with probability `share` (1: all), tokens drawn from the denoiser given
 * the cells that are visible now. Returns the log-probability of the tokens revealed. */
double attune_diffusion_step(const struct attune_diffusion *model, struct attune_piece *piece,
                             double share, struct attune_rng *rng);

/* All cells hidden. */
void attune_diffusion_hide(struct attune_piece *piece, const struct attune_setting *setting);

/* A whole piece in n_steps (1..1000) denoising steps; returns the sum of their log-probabilities.
 * ref (may be NULL, or model itself): ref_logprob receives the log-probability of the same path
 * under it. */
double attune_diffusion_sample(const struct attune_diffusion *model,
                               const struct attune_diffusion *ref,
                               const struct attune_setting *setting, size_t n_steps,
                               struct attune_piece *piece, double *ref_logprob,
                               struct attune_rng *rng);

/* Trains from zero by the bound, one mask per piece and epoch, on pieces (n_pieces of training,):
 * the same bits on every run. Adds to cost. */
enum attune_code attune_diffusion_fit(struct attune_diffusion *model,
                                      const struct attune_piece *pieces,
                                      const struct attune_policy_training *training,
                                      struct attune_training *cost, struct attune_err *err);

/* What the suites use. */
extern const struct attune_policy_training attune_diffusion_training_default;
void attune_diffusion_origin(const struct attune_policy_training *training, char *text,
                             size_t size);

/* The default model, trained on the built-in corpus when first needed and cached like the base
 * policy. cost may be NULL. */
enum attune_code attune_diffusion_base(struct attune_diffusion **out, struct attune_training *cost,
                                       struct attune_err *err);

#endif
