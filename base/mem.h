/* Memory: the only way to the heap, and arenas for per-sample scratch.
 *
 * Every allocation of attune's own goes through attune_alloc/attune_resize, so that a test can make
 * the n-th one fail (attune_mem_fail_after) and can count them (attune_mem_count). Sizes are
 * products of count and element size, checked for overflow. Memory is zeroed.
 *
 * An arena hands out memory that lives until the arena is reset; it keeps its blocks across resets,
 * so a warm arena never calls the heap. Arenas are not shared between threads.
 */
#ifndef ATTUNE_BASE_MEM_H
#define ATTUNE_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* count * size zeroed bytes; NULL when out of memory or when the product overflows. 0 counts as 1.
 */
void *attune_alloc(size_t count, size_t size);

/* The same, aligned to 64 bytes for vector code; also freed by attune_release, but never resized.
 */
void *attune_alloc_aligned(size_t count, size_t size);

/* Grows or shrinks a block to count * size bytes; new bytes are NOT zeroed. On failure returns NULL
 * and leaves ptr as it was. */
void *attune_resize(void *ptr, size_t count, size_t size);

/* NULL-safe. */
void attune_release(void *ptr);

/* A heap copy of a string (release it), or NULL when out of memory. text may be NULL: returns NULL.
 */
char *attune_strdup(const char *text);

/* Makes the n-th allocation from now on (1 = the next one), and that one only, fail in this
 * process; 0 switches the fault off. For tests. */
void attune_mem_fail_after(uint64_t n);

/* Whether the allocation that attune_mem_fail_after chose has been asked for. */
int attune_mem_fault_happened(void);

/* Allocations made by this process so far. For tests that forbid allocation in hot loops. */
uint64_t attune_mem_count(void);

/* Makes room for one more element in a growing array of `size`-byte elements.
 * *items, *capacity are updated; returns 0 when out of memory (array unchanged), else 1. */
int attune_grow(void **items, size_t *capacity, size_t n_used, size_t size);

struct attune_arena {
    struct attune_arena_block *first, *current;
    size_t used; /* bytes used in current */
};

#define ATTUNE_ARENA_INIT {0}

/* count * size zeroed bytes, 64-byte aligned, or NULL when out of memory. */
void *attune_arena_alloc(struct attune_arena *arena, size_t count, size_t size);

/* Forgets everything handed out, keeps the memory for the next sample. */
void attune_arena_reset(struct attune_arena *arena);

/* A copy of a text, or NULL. */
char *attune_arena_strdup(struct attune_arena *arena, const char *text);

/* Gives the memory back; the arena can be used again. */
void attune_arena_release(struct attune_arena *arena);

/* Bytes the arena holds from the heap. */
size_t attune_arena_size(const struct attune_arena *arena);

#endif
