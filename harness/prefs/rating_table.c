/* Ratings as rows of indices, and their means. */
#include "harness/prefs/rating_table.h"

#include <math.h>

#include "base/mem.h"

void attune_rating_table_release(struct attune_rating_table *table)
{
    attune_names_release(&table->items);
    attune_names_release(&table->systems);
    attune_names_release(&table->axes);
    attune_release(table->system);
    attune_release(table->rows);
}

enum attune_code attune_rating_table_take(void *context, const struct attune_rating *rating,
                                          struct attune_err *err)
{
    struct attune_rating_table *t = context;
    const size_t n_items = t->items.n, item = attune_names_add(&t->items, rating->item);
    const size_t axis = attune_names_add(&t->axes, rating->axis);
    const size_t system =
        rating->system[0] ? attune_names_add(&t->systems, rating->system) : UINT32_MAX;
    void *rows = t->rows, *systems = t->system;
    if (item == SIZE_MAX || axis == SIZE_MAX || system == SIZE_MAX ||
        !attune_grow(&rows, &t->capacity, t->n, sizeof *t->rows)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
    }
    t->rows = rows;
    if (t->items.n > n_items) {
        if (!attune_grow(&systems, &t->system_capacity, n_items, sizeof *t->system)) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
        }
        t->system = systems;
        t->system[item] = UINT32_MAX;
    }
    if (system != UINT32_MAX) {
        t->system[item] = (uint32_t)system;
    }
    t->rows[t->n++] = (struct attune_rating_row){(uint32_t)item, (uint32_t)axis, rating->value,
                                                 rating->is_score};
    return ATTUNE_OK;
}

size_t attune_rating_means(const struct attune_rating_table *t, size_t axis, bool scores,
                           double *mean)
{
    uint32_t *count = attune_alloc(t->items.n, sizeof *count);
    size_t n = 0;
    if (!count) {
        return SIZE_MAX;
    }
    memset(mean, 0, t->items.n * sizeof *mean);
    for (size_t i = 0; i < t->n; i++) {
        if (t->rows[i].axis == axis && t->rows[i].is_score == scores) {
            mean[t->rows[i].item] += t->rows[i].value;
            count[t->rows[i].item]++;
        }
    }
    for (size_t i = 0; i < t->items.n; i++) {
        mean[i] = count[i] ? mean[i] / count[i] : NAN;
        n += count[i] > 0;
    }
    attune_release(count);
    return n;
}

size_t attune_rating_units(const struct attune_rating_table *t, size_t axis,
                           struct attune_rated *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->rows[i].axis == axis && !t->rows[i].is_score) {
            out[n++] = (struct attune_rated){t->rows[i].item, t->rows[i].value};
        }
    }
    return n;
}
