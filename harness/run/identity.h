/* Is a file still the one that was hashed?
 *
 * The rule. A file of up to ATTUNE_ALWAYS_HASH bytes is hashed again. A larger one counts as
 * unchanged when inode, size, modification and change time are those noted beside its hash, and the
 * hash was taken at least two seconds after the last change: within that, a later change could
 * carry the same time stamp. The change time can't be set by a program, so a modification time that
 * was put back does not deceive. Anything else is hashed again. */
#ifndef ATTUNE_HARNESS_IDENTITY_H
#define ATTUNE_HARNESS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

enum { ATTUNE_ALWAYS_HASH = 1 << 18 };

struct attune_identity {
    char hash[ATTUNE_HASH_SIZE];
    int64_t n_bytes, inode, mtime_ns, ctime_ns;
    int64_t hashed_ns; /* wall clock when the hash was taken */
};

/* Hashes path and notes its identity. ATTUNE_E_IO: not a readable regular file; ATTUNE_E_INPUT: it
 * changes while it is read, or is empty. */
enum attune_code attune_identify(const char *path, struct attune_identity *out,
                                 struct attune_err *err);

/* True when path still has the content of `known`; *known then carries the newest identity. */
bool attune_identity_holds(const char *path, struct attune_identity *known);

#endif
