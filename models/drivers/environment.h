/* The environment of child processes: what programs need to find their libraries, caches and GPU,
 * and nothing else. Passwords and tokens of the one who runs attune stay out of programs that
 * somebody else wrote, unless the suite lets them through by name. */
#ifndef ATTUNE_MODELS_ENVIRONMENT_H
#define ATTUNE_MODELS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#define ATTUNE_GPU_VARIABLE "CUDA_VISIBLE_DEVICES"

/* Whether a variable is passed on without being asked for. */
bool attune_environment_usual(const char *name, size_t n_bytes);

/* Our own environment, reduced to the usual variables and those named in pass (NULL-terminated; may
 * be NULL), and the entries "NAME=value" of added (NULL-terminated), which take the place of ours
 * of that name. All entries are borrowed; NULL when out of memory. */
char **attune_environment_new(const char *const *pass, const char *const *added);
void attune_environment_free(char **environment); /* NULL-safe */

/* What worker i of n sees as CUDA_VISIBLE_DEVICES. gpus: a NULL-terminated list that is dealt out
 * in turn, or NULL: several workers share out the comma-separated CUDA_VISIBLE_DEVICES of our own
 * environment, a single one sees all of it. gpu receives the choice; false: leave it as it is. */
bool attune_environment_gpu(const char *const *gpus, unsigned i, unsigned n, char *gpu,
                            size_t size);

#endif
