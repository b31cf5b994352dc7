/* Where an outside model's sample ended up: found by name, kept inside the sample's own folder. */
#ifndef ATTUNE_MODELS_OUTPUT_H
#define ATTUNE_MODELS_OUTPUT_H

#include "base/err.h"

/* The one non-empty regular file `out`.* beside out; `extension` (with its dot, or NULL) decides
 * when there are several. path receives it. ATTUNE_E_CHILD: there is none, or too many, or it leads
 * out of the folder. */
enum attune_code attune_output_find(const char *out, const char *extension, char *path, size_t size,
                                    struct attune_err *err);

/* Checks a path that a worker names: absolute, a non-empty regular file, inside the folder of `out`
 * after all links are followed. ATTUNE_E_CHILD says what is wrong. */
enum attune_code attune_output_check(const char *out, const char *path, struct attune_err *err);

#endif
