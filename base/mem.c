/* Heap access with fault injection, and arenas. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 }; /* a cache line, and the widest vector */

/* Test hooks, the one exception to "no mutable globals": they do not influence any result. */
static atomic_uint_fast64_t allocation_count;
static atomic_uint_fast64_t fail_at;

static int injected_fault(void)
{
    uint64_t n = atomic_fetch_add(&allocation_count, 1) + 1;
    return n == atomic_load_explicit(&fail_at, memory_order_relaxed);
}

void attune_mem_fail_after(uint64_t n)
{
    atomic_store(&fail_at, n ? atomic_load(&allocation_count) + n : 0);
}

int attune_mem_fault_happened(void)
{
    const uint64_t at = atomic_load(&fail_at);
    return at != 0 && atomic_load(&allocation_count) >= at;
}

uint64_t attune_mem_count(void)
{
    return atomic_load(&allocation_count);
}

void *attune_alloc(size_t count, size_t size)
{
    if (injected_fault()) {
        return NULL;
    }
    return calloc(count ? count : 1, size ? size : 1); /* calloc checks the product */
}

void *attune_alloc_aligned(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, (size_t)ALIGNMENT, &bytes) || injected_fault()) {
        return NULL;
    }
    bytes &= ~((size_t)ALIGNMENT - 1); /* at least one unit, and no less than asked for */
    void *ptr = aligned_alloc(ALIGNMENT, bytes);
    return ptr ? memset(ptr, 0, bytes) : NULL;
}

void *attune_resize(void *ptr, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || injected_fault()) {
        return NULL;
    }
    return realloc(ptr, bytes ? bytes : 1);
}

void attune_release(void *ptr)
{
    free(ptr);
}

char *attune_strdup(const char *text)
{
    if (!text) {
        return NULL;
    }
    size_t n = strlen(text) + 1;
    char *copy = attune_alloc(n, 1);
    return copy ? memcpy(copy, text, n) : NULL;
}

int attune_grow(void **items, size_t *capacity, size_t n_used, size_t size)
{
    if (n_used < *capacity) {
        return 1;
    }
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *grown = attune_resize(*items, wanted, size);
    if (!grown) {
        return 0;
    }
    *items = grown;
    *capacity = wanted;
    return 1;
}

enum { ARENA_ALIGN = ALIGNMENT, ARENA_BLOCK = 1 << 20 };

struct attune_arena_block {
    struct attune_arena_block *next;
    size_t size; /* bytes of payload */
    _Alignas(ARENA_ALIGN) unsigned char bytes[];
};

static struct attune_arena_block *new_block(size_t size)
{
    size_t total;
    if (__builtin_add_overflow(size, sizeof(struct attune_arena_block), &total) ||
        __builtin_add_overflow(total, (size_t)ARENA_ALIGN - 1, &total) || injected_fault()) {
        return NULL;
    }
    total &= ~((size_t)ARENA_ALIGN - 1);
    struct attune_arena_block *block = aligned_alloc(ARENA_ALIGN, total);
    if (block) {
        block->next = NULL;
        block->size = size;
    }
    return block;
}

void *attune_arena_alloc(struct attune_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, (size_t)ARENA_ALIGN - 1, &bytes)) {
        return NULL;
    }
    bytes &= ~((size_t)ARENA_ALIGN - 1);
    bytes = bytes ? bytes : ARENA_ALIGN;

    /* Walk on to the first kept block with room; blocks passed over stay unused until the reset. */
    while (arena->current && arena->current->size - arena->used < bytes && arena->current->next) {
        arena->current = arena->current->next;
        arena->used = 0;
    }
    if (!arena->current || arena->current->size - arena->used < bytes) {
        struct attune_arena_block *block = new_block(bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK);
        if (!block) {
            return NULL;
        }
        if (arena->current) {
            arena->current->next = block;
        } else {
            arena->first = block;
        }
        arena->current = block;
        arena->used = 0;
    }
    void *ptr = arena->current->bytes + arena->used;
    arena->used += bytes;
    return memset(ptr, 0, bytes);
}

char *attune_arena_strdup(struct attune_arena *arena, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = attune_arena_alloc(arena, n, 1);
    return copy ? memcpy(copy, text, n) : NULL;
}

void attune_arena_reset(struct attune_arena *arena)
{
    arena->current = arena->first;
    arena->used = 0;
}

void attune_arena_release(struct attune_arena *arena)
{
    struct attune_arena_block *block = arena->first;
    while (block) {
        struct attune_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct attune_arena)ATTUNE_ARENA_INIT;
}

size_t attune_arena_size(const struct attune_arena *arena)
{
    size_t total = 0;
    for (const struct attune_arena_block *b = arena->first; b; b = b->next) {
        total += b->size;
    }
    return total;
}
