/* What identifies an outside program beyond its argument vector: the content of argv[0] (as found
 * in PATH) and of every argument that names a file, so that an edited script is never served from
 * cache. */
#ifndef ATTUNE_MODELS_FINGERPRINT_H
#define ATTUNE_MODELS_FINGERPRINT_H

#include "base/err.h"
#include "base/hash.h"

enum attune_code attune_fingerprint_argv(const char *const *argv, const char *folder,
                                         char hash[ATTUNE_HASH_SIZE], struct attune_err *err);

/* The same with the words of the arguments themselves: what makes two scorers or embedders one. */
enum attune_code attune_identify_argv(const char *const *argv, const char *folder,
                                      char hash[ATTUNE_HASH_SIZE], struct attune_err *err);

#endif
