/* From the ids of the database to positions in a list: sparse ids by binary search over a sorted
 * copy. Not for others than the readers and writers of the store. */
#ifndef ATTUNE_HARNESS_ID_INDEX_H
#define ATTUNE_HARNESS_ID_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attune_id_place {
    int64_t id;
    size_t at;
};

struct attune_id_index {
    struct attune_id_place *places; /* (n,) by id */
    size_t n;
};

/* items: (n,) structs of `size` bytes whose first member is the id. False when out of memory. */
bool attune_id_index_init(struct attune_id_index *index, const void *items, size_t n, size_t size);
void attune_id_index_release(struct attune_id_index *index);

/* The position of an id in the list, SIZE_MAX when it is not there. */
size_t attune_id_find(const struct attune_id_index *index, int64_t id);

#endif
