/* Content hashes for cache keys and provenance: XXH3-128 as 32 lower-case hexadecimal digits.
 * Not cryptographic: it tells files apart that differ by accident, not by an attacker's design. */
#ifndef ATTUNE_BASE_HASH_H
#define ATTUNE_BASE_HASH_H

#include "base/err.h"

enum { ATTUNE_HASH_SIZE = 33 }; /* with the terminator */

void attune_hash_bytes(const void *bytes, size_t n_bytes, char out[ATTUNE_HASH_SIZE]);

/* The file is read in blocks. ATTUNE_E_IO when it cannot be read. */
enum attune_code attune_hash_file(const char *path, char out[ATTUNE_HASH_SIZE],
                                  struct attune_err *err);

#endif
