/* Standings of metrics of whole sets: their own intervals, and ranks made of those. */
#include <math.h>

#include "harness/store/leaderboard.h"

/* Whether the whole interval of a lies on the better side of that of b. */
static bool surely_better(const struct attune_standing *a, const struct attune_standing *b,
                          bool down)
{
    return down ? a->ci_high < b->ci_low : a->ci_low > b->ci_high;
}

/* One metric's row of standings, (n,). */
static void add_ranks(struct attune_standing *row, size_t n, bool down)
{
    for (size_t i = 0; i < n; i++) {
        int64_t n_before = 0, n_behind = 0;
        if (!row[i].present || isnan(row[i].ci_low)) {
            continue;
        }
        size_t n_ranked = 0;
        for (size_t j = 0; j < n; j++) {
            if (row[j].present && !isnan(row[j].ci_low)) {
                n_ranked++;
                n_before += surely_better(&row[j], &row[i], down);
                n_behind += surely_better(&row[i], &row[j], down);
            }
        }
        row[i].rank_low = 1 + n_before;
        row[i].rank_high = (int64_t)n_ranked - n_behind;
    }
}

void attune_set_standings(const struct attune_set_score_list *scores,
                          const struct attune_metric_list *metrics,
                          const struct attune_model_list *models, struct attune_standing *out)
{
    for (size_t k = 0; k < metrics->n; k++) {
        const struct attune_metric_info *metric = &metrics->items[k];
        struct attune_standing *row = out + k * models->n;
        for (size_t m = 0; m < models->n; m++) {
            row[m] = (struct attune_standing){.mean = NAN, .ci_low = NAN, .ci_high = NAN};
            for (size_t i = 0; i < scores->n; i++) {
                const struct attune_set_score_info *s = &scores->items[i];
                if (strcmp(s->metric, metric->name) == 0 &&
                    strcmp(s->model, models->items[m].name) == 0) {
                    row[m] = (struct attune_standing){.present = true, .mean = s->value,
                                                      .ci_low = s->ci_low, .ci_high = s->ci_high,
                                                      .n = s->n, .n_undefined = isnan(s->value)};
                }
            }
        }
        if (strcmp(metric->direction, "none") != 0) {
            add_ranks(row, models->n, strcmp(metric->direction, "down") == 0);
        }
    }
}
