/* A query whose rows fill one growing array. Not for others than the readers of the store. */
#ifndef ATTUNE_HARNESS_LIST_QUERY_H
#define ATTUNE_HARNESS_LIST_QUERY_H

#include "harness/store/store.h"

/* The current row; `failed` is set when an allocation fails anywhere. */
struct attune_list_query {
    sqlite3_stmt *stmt;
    struct attune_arena *text;
    bool failed;
};

/* Where the rows go: a growing array of items of one size. */
struct attune_list {
    void **items;
    size_t *n, *capacity, size;
    struct attune_arena *text;
    /* Only items whose name matches one of these globs are kept; NULL: all. */
    const char *globs;
    size_t name_at; /* offset of that const char * in the item */
};

typedef void attune_fill_fn(struct attune_list_query *q, void *item);

/* Text of a column, copied into the arena; NULL where the column is. */
const char *attune_text_at(struct attune_list_query *q, int column);
double attune_double_at(struct attune_list_query *q, int column, double missing);

/* Runs sql (with ?1 = run, if it has one) and appends one item per row. */
enum attune_code attune_read_list(struct attune_store *store, const char *sql, int64_t run,
                                  const struct attune_list *out, attune_fill_fn *fill,
                                  struct attune_err *err);

/* The list of a struct with items, n, capacity and text. */
#define ATTUNE_LIST(out) (&(const struct attune_list)ATTUNE_CHOSEN(out, 0, NULL))

/* The same for items chosen by the text at an offset in them. */
#define ATTUNE_CHOSEN(out, offset, names)                                                          \
    {                                                                                              \
        (void **)&(out)->items, &(out)->n, &(out)->capacity, sizeof *(out)->items, &(out)->text,   \
            names, offset                                                                          \
    }

#endif
