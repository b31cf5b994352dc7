/* Sorted ids. */
#include "harness/store/id_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int by_id(const void *a, const void *b)
{
    const struct attune_id_place *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

bool attune_id_index_init(struct attune_id_index *index, const void *items, size_t n, size_t size)
{
    *index = (struct attune_id_index){.places = attune_alloc(n, sizeof *index->places), .n = n};
    for (size_t i = 0; index->places && i < n; i++) {
        memcpy(&index->places[i].id, (const char *)items + i * size, sizeof index->places[i].id);
        index->places[i].at = i;
    }
    if (index->places) {
        qsort(index->places, n, sizeof *index->places, by_id);
    }
    return index->places != NULL;
}

void attune_id_index_release(struct attune_id_index *index)
{
    attune_release(index->places);
    *index = (struct attune_id_index){0};
}

size_t attune_id_find(const struct attune_id_index *index, int64_t id)
{
    size_t low = 0, high = index->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (index->places[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < index->n && index->places[low].id == id ? index->places[low].at : SIZE_MAX;
}
