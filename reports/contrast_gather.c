/* Collecting the paired values of two models under one metric. */
#include "reports/contrast_gather.h"

#include <math.h>

#include "harness/store/leaderboard.h"
#include "metrics/stats/order.h"

size_t attune_contrast_metric(const struct attune_metric_list *metrics, const char *name)
{
    for (size_t k = 0; k < metrics->n; k++) {
        if (strcmp(metrics->items[k].name, name) == 0) {
            return k;
        }
    }
    return SIZE_MAX;
}

/* The seeds of one prompt one by one: how many samples differ at all, and which lost most. */
static void compare_samples(const struct attune_contrast_pair *pair, size_t k_a, size_t k_b,
                            size_t prompt, double sense, double target, struct attune_contrast *c,
                            int64_t *worst_seed)
{
    const struct attune_score_table *a = pair->left, *b = pair->right;
    double lowest = INFINITY;
    for (size_t s = 0; s < a->n_seeds; s++) {
        size_t t = 0;
        while (t < b->n_seeds && b->seeds[t] != a->seeds[s]) {
            t++;
        }
        if (t == b->n_seeds) {
            continue;
        }
        const size_t at_a = attune_score_cell(a, pair->model_a, k_a, pair->prompt_a[prompt], s);
        const size_t at_b = attune_score_cell(b, pair->model_b, k_b, pair->prompt_b[prompt], t);
        const bool ok_a = a->state[at_a] == ATTUNE_CELL_OK, ok_b = b->state[at_b] == ATTUNE_CELL_OK;
        c->n_samples++;
        c->n_moved +=
            a->state[at_a] != b->state[at_b] || (ok_a && ok_b && a->value[at_a] != b->value[at_b]);
        if (ok_a && ok_b) {
            const double x = a->value[at_a], y = b->value[at_b];
            const double better =
                isnan(target) ? sense * (x - y) : sense * (fabs(x - target) - fabs(y - target));
            if (better < lowest) {
                lowest = better;
                *worst_seed = a->seeds[s];
            }
        }
    }
}

bool attune_contrast_gather(const struct attune_contrast_pair *pair, size_t k_a, size_t k_b,
                            struct attune_contrast *c)
{
    const struct attune_score_table *a = pair->left, *b = pair->right;
    double *value = attune_alloc(3 * (a->prompts.n + b->prompts.n), sizeof *value);
    unsigned char *defined = attune_alloc(2 * (a->prompts.n + b->prompts.n), 1);
    if (!value || !defined) {
        attune_release(value);
        attune_release(defined);
        return false;
    }
    /* Four columns: values and distances from the target, of either side. */
    const bool target = strcmp(c->direction, "target") == 0;
    const double sense = strcmp(c->direction, "down") == 0 || target ? -1.0 : 1.0;
    double *value_b = value + a->prompts.n, *far_a = value_b + b->prompts.n;
    double *far_b = far_a + a->prompts.n, *kept_b = far_b + b->prompts.n;
    unsigned char *defined_b = defined + a->prompts.n;
    attune_prompt_means(a, pair->model_a, k_a, false, value, defined);
    attune_prompt_means(b, pair->model_b, k_b, false, value_b, defined_b);
    attune_prompt_means(a, pair->model_a, k_a, target, far_a, defined);
    attune_prompt_means(b, pair->model_b, k_b, target, far_b, defined_b);
    double sum_a = 0.0, sum_b = 0.0;
    for (size_t p = 0; p < pair->out->n_prompts; p++) {
        const size_t i = pair->prompt_a[p], j = pair->prompt_b[p];
        int64_t worst_seed = a->n_seeds ? a->seeds[0] : 0;
        compare_samples(pair, k_a, k_b, p, sense, target ? c->target : NAN, c, &worst_seed);
        if (!defined[i] || !defined_b[j]) {
            c->n_left_out++;
            continue;
        }
        sum_a += value[i];
        sum_b += value_b[j];
        kept_b[c->n] = far_b[j];
        c->worst_seed[c->n] = worst_seed;
        c->better[c->n] = sense * (far_a[i] - far_b[j]);
        c->prompt[c->n++] = p;
    }
    c->mean_a = c->n ? sum_a / (double)c->n : NAN;
    c->mean_b = c->n ? sum_b / (double)c->n : NAN;
    c->difference = c->mean_a - c->mean_b;
    c->sd_b = attune_sd(kept_b, c->n);
    attune_release(value);
    attune_release(defined);
    return true;
}
