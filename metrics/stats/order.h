/* Sorting, selection, quantiles and mid-ranks: the order statistics under every test and interval.
 * Nothing here allocates; scratch comes from the caller. Input holds no NaN. */
#ifndef ATTUNE_METRICS_STATS_ORDER_H
#define ATTUNE_METRICS_STATS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Ascending; merge sort, scratch (n,). */
void attune_sort_keys(uint64_t *key, uint64_t *scratch, size_t n);
void attune_sort_doubles(double *x, double *scratch, size_t n);

/* The k-th smallest of x (k from 0); x is reordered. Expected time linear in n. */
double attune_select(double *x, size_t n, size_t k);

/* Quantile q in [0, 1] by linear interpolation of the order statistics (type 7 of Hyndman & Fan
 * 1996); x is reordered. n > 0. */
double attune_quantile(double *x, size_t n, double q);

/* Ranks from 1, ties share their mean rank. rank (n,), scratch (n,). Returns the tie term, the
 * sum of t^3 - t over groups of t tied values. */
double attune_midranks(const double *x, size_t n, double *rank, size_t *scratch);

/* Mean; compensated, so that a long column of nearly equal values keeps its digits. n > 0. */
double attune_mean(const double *x, size_t n);

/* Standard deviation with n - 1; 0 for n < 2. */
double attune_sd(const double *x, size_t n);

#endif
