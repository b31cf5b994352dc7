/* What identifies an outside program beyond its argument vector: the content of argv[0] (as found
 * in PATH) and of every argument that names a file, with all *.py beside one that is a Python
 * script, so that an edited script or module of its own is never served from cache. What it loads
 * from elsewhere (packages, weights) is for the worker to tell in the version of its handshake. */
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
