/* Interquartile means in place of means. */
#include <math.h>

#include "metrics/stats/aggregate.h"
#include "reports/board.h"

/* All defined values of one model and metric, prompt after prompt; n_values (n_prompts,). */
static void gather(const struct attune_score_table *t, size_t model, size_t metric, double *value,
                   size_t *n_values)
{
    size_t n = 0;
    for (size_t p = 0; p < t->prompts.n; p++) {
        n_values[p] = 0;
        for (size_t s = 0; s < t->n_seeds; s++) {
            const size_t at = attune_score_cell(t, model, metric, p, s);
            if (t->state[at] == ATTUNE_CELL_OK) {
                value[n++] = t->value[at];
                n_values[p]++;
            }
        }
    }
}

enum attune_code attune_board_interquartile(struct attune_board *board, struct attune_store *store,
                                            const char *globs, uint64_t seed, size_t n_threads,
                                            struct attune_err *err)
{
    if (board->by_method) {
        return attune_fail(err, ATTUNE_E_USAGE, "interquartile means are by model, not by method");
    }
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.seed = seed;
    how.n_threads = n_threads;
    struct attune_score_table scores = {0};
    enum attune_code code = attune_read_scores(store, board->run->id, globs, &scores, err);
    double *value = attune_alloc(scores.prompts.n * scores.n_seeds, sizeof *value);
    size_t *n_values = attune_alloc(scores.prompts.n, sizeof *n_values);
    if (!code && (!value || !n_values)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a leaderboard");
    }
    for (size_t k = 0; k < scores.metrics.n && !code; k++) {
        size_t on_board = 0; /* sets have standings, but no scores */
        while (on_board < board->metrics.n &&
               strcmp(board->metrics.items[on_board].name, scores.metrics.items[k].name) != 0) {
            on_board++;
        }
        for (size_t m = 0; on_board < board->metrics.n && m < scores.models.n && !code; m++) {
            struct attune_standing *s = &board->standing[on_board * board->n_rows + m];
            struct attune_interval interval;
            gather(&scores, m, k, value, n_values);
            code = attune_bootstrap_stratified_iqm(&how, value, n_values, scores.prompts.n,
                                                   &s->mean, &interval, err);
            s->ci_low = interval.why ? NAN : interval.low;
            s->ci_high = interval.why ? NAN : interval.high;
        }
    }
    attune_release(value);
    attune_release(n_values);
    attune_score_table_release(&scores);
    return code;
}
