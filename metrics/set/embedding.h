/* The built-in embedding `attune-1`: fixed statistics of the shared analysis features, one vector
 * per sample.
 *
 * Audio and symbolic samples have embeddings of their own, of different dimensions; sets hold one
 * kind. Each dimension is standardised with a mean and a deviation shipped in embedding_scale.h. */
#ifndef ATTUNE_METRICS_SET_EMBEDDING_H
#define ATTUNE_METRICS_SET_EMBEDDING_H

#include "metrics/analysis/analysis.h"

#define ATTUNE_EMBEDDING_NAME "attune-1"
#define ATTUNE_EMBEDDING_VERSION "2" /* grows with any change that can move a value */
#define ATTUNE_EMBEDDING_NEEDS (ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC)

/* Dimensions of the embedding of a modality. */
size_t attune_embedding_size(enum attune_modality modality);

/* Fills out (attune_embedding_size,) from the loaded sample; audio must have been loaded with
 * ATTUNE_EMBEDDING_NEEDS. Returns NULL, or why there is no embedding (static
 * text or text that lives as long as the sample). raw: without the standardisation. */
const char *attune_embedding_compute(struct attune_analysis *analysis, int raw, float *out);

#endif
