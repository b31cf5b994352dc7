/* Prompts that alignment methods train on: made from a seed, in all keys, metres and tempi, so that
 * no prompt of a suite is among them and every suite measures held-out prompts. */
#ifndef ATTUNE_MODELS_TRAINING_PROMPTS_H
#define ATTUNE_MODELS_TRAINING_PROMPTS_H

#include <stdint.h>

#include "base/err.h"
#include "metrics/prompt.h"

/* n prompts, NULL with err when out of memory; free with attune_training_prompts_free. */
struct attune_prompt *attune_training_prompts_new(uint64_t seed, size_t n, struct attune_err *err);
void attune_training_prompts_free(struct attune_prompt *prompts, size_t n);

#endif
