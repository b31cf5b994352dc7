/* Features of the denoiser: what the visible cells around a hidden one, before and after it, say
 * about it. */
#ifndef ATTUNE_MODELS_DIFFUSION_FEATURES_H
#define ATTUNE_MODELS_DIFFUSION_FEATURES_H

#include "models/policy/features.h"

size_t attune_denoiser_n_params(void);

/* Like attune_features_of, for a piece in which cells may be ATTUNE_HIDDEN; the cell itself is not
 * read. */
int attune_denoiser_features(const struct attune_feature_maps *maps,
                             const struct attune_piece *piece, struct attune_cell cell,
                             struct attune_feature *features);

#endif
