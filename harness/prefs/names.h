/* Names as numbers, in order of first appearance: models, prompts, raters of a preference file. */
#ifndef ATTUNE_HARNESS_NAMES_H
#define ATTUNE_HARNESS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialised; release when done. */
struct attune_names {
    char **name; /* (n,) */
    size_t n, capacity;
    uint32_t *slots; /* (n_slots,) open addressing; 0: free, else index + 1 */
    size_t n_slots;
};

/* Index of a name, added when it is new. SIZE_MAX: out of memory. */
size_t attune_names_add(struct attune_names *names, const char *name);

/* Index of a name, or SIZE_MAX. */
size_t attune_names_find(const struct attune_names *names, const char *name);

void attune_names_release(struct attune_names *names);

#endif
