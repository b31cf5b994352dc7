/* What the built-in generators share: seeds, finishing a piece as a file, fingerprints, empty
 * states. */
#ifndef ATTUNE_MODELS_BUILTIN_H
#define ATTUNE_MODELS_BUILTIN_H

#include "base/rng.h"
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
