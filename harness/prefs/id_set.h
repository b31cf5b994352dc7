/* Ids that must occur once in a file of any length: 16 bytes each, by a 64-bit hash, so that two
 * of a million ids collide once in 40 million files. */
#ifndef ATTUNE_HARNESS_ID_SET_H
#define ATTUNE_HARNESS_ID_SET_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialised; release when done. */
struct attune_id_set {
    uint64_t *slots; /* (n_slots,) open addressing; 0: free */
    size_t n_slots, n_used;
};

/* 1: new, 0: seen before, -1: out of memory. */
int attune_id_set_add(struct attune_id_set *set, const char *id);
void attune_id_set_release(struct attune_id_set *set);

#endif
