/* Numbers among a model's options, with ranges. */
#ifndef ATTUNE_MODELS_OPTION_H
#define ATTUNE_MODELS_OPTION_H

#include "models/generator.h"

/* ATTUNE_E_INPUT names model, option, value and range. */
enum attune_code attune_option_count(const struct attune_model_spec *spec, const char *name,
                                     uint64_t fallback, uint64_t lo, uint64_t hi, uint64_t *out,
                                     struct attune_err *err);
enum attune_code attune_option_number(const struct attune_model_spec *spec, const char *name,
                                      double fallback, double lo, double hi, double *out,
                                      struct attune_err *err);

#endif
