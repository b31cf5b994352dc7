/* Rank intervals: the places that the data leave open.
 *
 * Every pair of models is tested by prompt (Wilcoxon's signed-rank test), Holm-corrected over the
 * pairs of one metric (Demsar 2006; Benavoli, Corani & Mangili 2016 for signed ranks rather than
 * mean ranks). Model a is better than b when the corrected p is at most alpha and the mean
 * difference points the same way as the test; where mean and ranks disagree, nothing is claimed.
 * Then
 *
 *     rank_low = 1 + models better than it,  rank_high = k - models worse than it
 *
 * Models that no test separates share their ranks. With fewer than 6 prompts in common nothing can
 * be separated.
 */
#ifndef ATTUNE_METRICS_STATS_RANKS_H
#define ATTUNE_METRICS_STATS_RANKS_H

#include "metrics/stats/bootstrap.h"

struct attune_rank {
    size_t low, high; /* from 1; 0 where the column has no value at all */
};

/* Ranks the columns of a table, small values first where smaller_is_better. out (n_columns,).
 * p: NULL or (n_columns, n_columns) for the corrected p-values, 1 on the diagonal. */
enum attune_code attune_rank_columns(const struct attune_columns *table, bool smaller_is_better,
                                     double alpha, struct attune_rank *out, double *p,
                                     struct attune_err *err);

#endif
