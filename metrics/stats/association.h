/* Association of two rows of numbers by rank. Input holds no NaN. */
#ifndef ATTUNE_METRICS_STATS_ASSOCIATION_H
#define ATTUNE_METRICS_STATS_ASSOCIATION_H

#include <stddef.h>

/* Kendall's tau-b (Kendall 1945): (concordant - discordant) / sqrt((n0 - n1)(n0 - n2)) with n0 =
 * n(n-1)/2 pairs, n1 and n2 those tied in x and in y. 0 when one row is constant or n < 2: such a
 * row follows nothing. Quadratic in n: for rows of tens to hundreds. */
double attune_kendall_tau_b(const double *x, const double *y, size_t n);

/* Area under the ROC curve: the probability that a value of `positive` is greater than one of
 * `negative`, ties count half (Mann-Whitney U over n m). 0.5 when one side is empty. */
double attune_auc(const double *positive, size_t n, const double *negative, size_t m);

#endif
