/* An open-addressed set of hashed ids. */
#include "harness/prefs/id_set.h"

#include "base/mem.h"
#include "base/rng.h"

int attune_id_set_add(struct attune_id_set *set, const char *id)
{
    if (2 * set->n_used >= set->n_slots) {
        const size_t n = set->n_slots ? set->n_slots * 2 : 1024;
        uint64_t *grown = attune_alloc(n, sizeof *grown);
        if (!grown) {
            return -1;
        }
        for (size_t i = 0; i < set->n_slots; i++) {
            if (set->slots[i]) {
                size_t at = set->slots[i] & (n - 1);
                while (grown[at]) {
                    at = (at + 1) & (n - 1);
                }
                grown[at] = set->slots[i];
            }
        }
        attune_release(set->slots);
        set->slots = grown;
        set->n_slots = n;
    }
    const uint64_t key = attune_mix64_text(id) | 1;
    size_t at = key & (set->n_slots - 1);
    while (set->slots[at]) {
        if (set->slots[at] == key) {
            return 0;
        }
        at = (at + 1) & (set->n_slots - 1);
    }
    set->slots[at] = key;
    set->n_used++;
    return 1;
}

void attune_id_set_release(struct attune_id_set *set)
{
    attune_release(set->slots);
    *set = (struct attune_id_set){0};
}
