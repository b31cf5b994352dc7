/* Standardised rows of the complete samples, and pairs of them. */
#include "harness/reward/reward_data.h"

#include <math.h>

#include "base/mem.h"

void attune_reward_data_release(struct attune_reward_data *data)
{
    attune_release(data->x);
    attune_release(data->mean);
    attune_release(data->sd);
    attune_release(data->pairs);
    attune_release(data->vote);
    *data = (struct attune_reward_data){0};
}

static void standardise(struct attune_reward_data *data)
{
    const double n = (double)data->n_items;
    for (size_t k = 0; k < data->d; k++) {
        double sum = 0.0, squares = 0.0;
        for (size_t i = 0; i < data->n_items; i++) {
            sum += data->x[i * data->d + k];
        }
        const double mean = sum / n;
        for (size_t i = 0; i < data->n_items; i++) {
            const double x = data->x[i * data->d + k] - mean;
            squares += x * x;
        }
        const double sd = sqrt(squares / n);
        data->mean[k] = (float)mean;
        data->sd[k] = sd > 1e-9 * fabs(mean) && sd > 1e-30 ? (float)sd : 1.0f;
        for (size_t i = 0; i < data->n_items; i++) {
            data->x[i * data->d + k] = (data->x[i * data->d + k] - data->mean[k]) / data->sd[k];
        }
    }
}

/* row (votes->items.n,): place of each complete sample in x, or UINT32_MAX. */
static void fill(struct attune_reward_data *data, const struct attune_items *items, uint32_t *row)
{
    for (size_t i = 0; i < data->votes->items.n; i++) {
        row[i] = UINT32_MAX;
        if (attune_items_complete(items, i)) {
            memcpy(data->x + data->n_items * data->d, items->x + i * data->d,
                   data->d * sizeof *data->x);
            row[i] = (uint32_t)data->n_items++;
        }
    }
    standardise(data);
    for (size_t i = 0; i < data->votes->n; i++) {
        const struct attune_vote_row *v = &data->votes->rows[i];
        const uint32_t a = row[v->item_a], b = row[v->item_b];
        if (a == UINT32_MAX || b == UINT32_MAX) {
            data->n_without++;
            continue;
        }
        data->vote[data->n_pairs] = i;
        data->pairs[data->n_pairs++] =
            (struct attune_reward_pair){a, b, 0.5f + 0.5f * (float)v->outcome};
    }
}

enum attune_code attune_reward_data_init(struct attune_reward_data *data,
                                         const struct attune_vote_table *votes,
                                         const struct attune_items *items, struct attune_err *err)
{
    *data = (struct attune_reward_data){.votes = votes, .d = items->features.n};
    uint32_t *row = attune_alloc(votes->items.n, sizeof *row);
    data->x = attune_alloc_aligned(votes->items.n, data->d * sizeof *data->x);
    data->mean = attune_alloc(data->d, sizeof *data->mean);
    data->sd = attune_alloc(data->d, sizeof *data->sd);
    data->pairs = attune_alloc(votes->n, sizeof *data->pairs);
    data->vote = attune_alloc(votes->n, sizeof *data->vote);
    enum attune_code code = ATTUNE_OK;
    if (!row || !data->x || !data->mean || !data->sd || !data->pairs || !data->vote) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu comparisons", votes->n);
    } else {
        fill(data, items, row);
        if (data->n_pairs == 0) {
            code = attune_fail(err, ATTUNE_E_INPUT,
                               "no comparison has all features of both samples%s%s",
                               items->reason[0] ? "; the first missing: " : "", items->reason);
        }
    }
    attune_release(row);
    if (code) {
        attune_reward_data_release(data);
    }
    return code;
}
