/* Ratings in memory by item and axis, those of people and those of programs. */
#ifndef ATTUNE_HARNESS_RATING_TABLE_H
#define ATTUNE_HARNESS_RATING_TABLE_H

#include "harness/prefs/names.h"
#include "harness/prefs/ratings.h"
#include "metrics/stats/rater_agreement.h"

struct attune_rating_row {
    uint32_t item, axis;
    double value;
    bool is_score;
};

/* Zero-initialised; release when done. */
struct attune_rating_table {
    struct attune_names items, systems, axes;
    uint32_t *system; /* (items.n,) of each item; UINT32_MAX: unknown */
    size_t system_capacity;
    struct attune_rating_row *rows;
    size_t n, capacity;
};

void attune_rating_table_release(struct attune_rating_table *table);

/* An attune_rating_fn: context is the table. */
enum attune_code attune_rating_table_take(void *context, const struct attune_rating *rating,
                                          struct attune_err *err);

/* Mean of each item's ratings on an axis, by people or by programs; mean (items.n,), NAN where
 * there are none. Returns how many items have one. ATTUNE_E_MEMORY is told by SIZE_MAX. */
size_t attune_rating_means(const struct attune_rating_table *table, size_t axis, bool scores,
                           double *mean);

/* People's ratings of an axis as units and values; out (n,) holds room for all. Returns their
 * number. */
size_t attune_rating_units(const struct attune_rating_table *table, size_t axis,
                           struct attune_rated *out);

#endif
