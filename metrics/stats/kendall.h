/* Kendall's tau-b (Kendall 1945) in n log n: sorted by x, the pairs that y orders the other way
 * round are the exchanges of a merge sort by y (Knight 1966, JASA 61). Ties are counted in runs.
 *
 *     tau-b = (concordant - discordant) / sqrt(untied_x untied_y)
 *
 * Input holds no NaN. scratch: ATTUNE_KENDALL_SCRATCH(n) doubles.
 */
#ifndef ATTUNE_METRICS_STATS_KENDALL_H
#define ATTUNE_METRICS_STATS_KENDALL_H

#include <stddef.h>

#define ATTUNE_KENDALL_SCRATCH(n) (4 * (n))

/* Numbers of pairs out of n(n-1)/2; exact up to 2^53 of them. */
struct attune_kendall {
    double concordant, discordant; /* untied in both */
    double untied_x, untied_y;
};

struct attune_kendall attune_kendall_count(const double *x, const double *y, size_t n,
                                           double *scratch);

/* tau-b; 0 when one row is constant or n < 2: such a row follows nothing. */
double attune_kendall_tau(const struct attune_kendall *pairs);
double attune_kendall_tau_b(const double *x, const double *y, size_t n, double *scratch);

#endif
