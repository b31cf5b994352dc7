/* Votes in memory, one row per comparison with everything that a test may group by:
 * what reward models are trained and tested on. */
#ifndef ATTUNE_HARNESS_VOTE_TABLE_H
#define ATTUNE_HARNESS_VOTE_TABLE_H

#include <stdbool.h>

#include "harness/prefs/names.h"
#include "harness/prefs/prefs.h"

struct attune_vote_row {
    long line;
    uint32_t item_a, item_b, model_a, model_b, prompt, rater, axis; /* indices into the names */
    int outcome;                 /* 1 a, -1 b, 0 tie */
    double confidence;           /* NAN: none */
    double length_a, length_b;   /* seconds; NAN: unknown */
    int month;                   /* months since January 1970; -1: unknown */
};

/* Zero-initialised but for the choices; release when done. */
struct attune_vote_table {
    const char *axis;        /* only this axis, or NULL: all, and more than one is an error ... */
    bool all_axes;           /* ... unless this is set */
    struct attune_names items, models, prompts, raters, axes;
    struct attune_vote_row *rows; /* (n,) in the file's order */
    size_t n, capacity;
    uint64_t n_both_bad;     /* left out */
};

void attune_vote_table_release(struct attune_vote_table *table);

/* An attune_preference_fn: context is the table. Items without a name of their own are named after
 * their line. */
enum attune_code attune_vote_table_take(void *context, const struct attune_preference *preference,
                                        struct attune_err *err);

/* "2025-07-03T..." or a Unix time in seconds: months since January 1970, else -1. */
int attune_month_of(const char *time);

#endif
