/* What the built-in generators share: seeds, finishing a piece as a file, fingerprints, empty
 * states. */
#ifndef ATTUNE_MODELS_BUILTIN_H
#define ATTUNE_MODELS_BUILTIN_H

#include "base/rng.h"
#include "base/text.h"
#include "metrics/metric.h"
#include "models/generator.h"
#include "models/pieces/piece.h"

/* The seed of one sample, from the prompt's text and the request's seed. The model's name is left
 * out on purpose: models that share a policy then draw common random numbers, and best-of-n
 * contains the base's own sample. */
uint64_t attune_request_seed(const struct attune_request *request);

/* Writes the piece to the request's path and fills path, one candidate and the tokens of the piece.
 */
enum attune_code attune_builtin_finish(const struct attune_piece *piece,
                                       const struct attune_request *request,
                                       struct attune_generation *out, struct attune_err *err);

/* hash of a model's name and the version of its rules; hash holds ATTUNE_HASH_SIZE bytes. */
enum attune_code attune_builtin_fingerprint(const char *name, int version, char *hash);

/* A fingerprint that grows part by part: weights, metrics that decide which sample is kept (NULL:
 * nothing), and the hash of it all; text is released. */
void attune_fingerprint_params(struct attune_buf *text, const float *params, size_t n);
void attune_fingerprint_add(struct attune_buf *text, const struct attune_metric *metric);
enum attune_code attune_fingerprint_finish(struct attune_buf *text, char *hash,
                                           struct attune_err *err);

/* Options train_seed (0..2^53, default 1) and train_seeds (default 1): how often a model is
 * trained, and from which seeds. */
enum { ATTUNE_MAX_TRAIN_SEEDS = 16 };
enum attune_code attune_train_seeds(const struct attune_model_spec *spec, uint64_t *first,
                                    uint64_t *n, struct attune_err *err);

/* Option checkpoint: base parameters from a file (relative paths start at spec->folder) into
 * params; *found is false without the option. ATTUNE_E_INPUT: another kind, version or shape,
 * damaged. */
enum attune_code attune_base_from_file(const struct attune_model_spec *spec, const char *kind,
                                       float *params, size_t n_params, bool *found,
                                       struct attune_err *err);

/* Whether the run wants this sample to stop. */
bool attune_request_cancelled(const struct attune_request *request);

/* For generators without state. */
enum attune_code attune_builtin_open_stateless(const struct attune_model_spec *spec, void **state,
                                               struct attune_err *err);
void attune_builtin_close_stateless(void *state);

/* For generators whose state is their spec: a copy of the struct; its strings stay the suite's. */
enum attune_code attune_builtin_open_spec(const struct attune_model_spec *spec, void **state,
                                          struct attune_err *err);
void attune_builtin_close_spec(void *state);

#endif
