/* Features of the autoregressive policy: which weights make up the logits of one cell, given the
 * cells written before it. A feature is dense (one weight per token), mapped (one weight per class
 * of tokens) or a copy (one weight for one token: the one that stood at the same place some bars
 * ago).
 */
#ifndef ATTUNE_MODELS_FEATURES_H
#define ATTUNE_MODELS_FEATURES_H

#include <stddef.h>
#include <stdint.h>

#include "models/pieces/piece.h"

enum { ATTUNE_MAX_FEATURES = 24 };

struct attune_feature {
    uint32_t row;       /* first weight */
    int16_t only;       /* >= 0: the one token that the weight belongs to */
    const uint8_t *map; /* class of each token, NULL: the token itself */
};

/* Tables of token classes, made once per policy. */
struct attune_feature_maps {
    uint8_t rhythm[ATTUNE_N_MELODY_TOKENS];                           /* hold, rest, onset */
    uint8_t interval[ATTUNE_MELODY_SPAN][ATTUNE_N_MELODY_TOKENS];     /* from the pitch before */
    uint8_t above_root[12][ATTUNE_N_MELODY_TOKENS]; /* pitch class above the root */
};

void attune_feature_maps_init(struct attune_feature_maps *maps);

size_t attune_features_n_params(void);

/* The features of a cell, at most ATTUNE_MAX_FEATURES; returns their number. Reads only cells
 * before it. */
int attune_features_of(const struct attune_feature_maps *maps, const struct attune_piece *piece,
                       struct attune_cell cell, struct attune_feature *features);

#endif
