/* A hash table from names to their indices. */
#include "harness/prefs/names.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"

/* The slot that holds the name, or the free one where it belongs. n_slots is a power of two. */
static size_t slot_of(const struct attune_names *names, const char *name)
{
    size_t at = attune_mix64_text(name) & (names->n_slots - 1);
    while (names->slots[at] && strcmp(names->name[names->slots[at] - 1], name) != 0) {
        at = (at + 1) & (names->n_slots - 1);
    }
    return at;
}

static int grow_slots(struct attune_names *names)
{
    const size_t n = names->n_slots ? 2 * names->n_slots : 64;
    uint32_t *slots = attune_alloc(n, sizeof *slots);
    if (!slots) {
        return 0;
    }
    attune_release(names->slots);
    names->slots = slots;
    names->n_slots = n;
    for (size_t i = 0; i < names->n; i++) {
        slots[slot_of(names, names->name[i])] = (uint32_t)(i + 1);
    }
    return 1;
}

size_t attune_names_find(const struct attune_names *names, const char *name)
{
    const size_t at = names->n_slots ? slot_of(names, name) : 0;
    return names->n_slots && names->slots[at] ? names->slots[at] - (size_t)1 : SIZE_MAX;
}

size_t attune_names_add(struct attune_names *names, const char *name)
{
    const size_t known = attune_names_find(names, name);
    if (known != SIZE_MAX) {
        return known;
    }
    void *items = names->name;
    char *copy = attune_strdup(name);
    if (!copy || names->n + 1 >= UINT32_MAX ||
        (2 * (names->n + 1) > names->n_slots && !grow_slots(names)) ||
        !attune_grow(&items, &names->capacity, names->n, sizeof *names->name)) {
        attune_release(copy);
        return SIZE_MAX;
    }
    names->name = items;
    names->name[names->n] = copy;
    names->slots[slot_of(names, name)] = (uint32_t)(names->n + 1);
    return names->n++;
}

void attune_names_release(struct attune_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        attune_release(names->name[i]);
    }
    attune_release(names->name);
    attune_release(names->slots);
    *names = (struct attune_names){0};
}
