/* Many tests at once: adjusted p-values, and the ranks that paired tests allow. */
#ifndef ATTUNE_METRICS_STATS_MULTIPLICITY_H
#define ATTUNE_METRICS_STATS_MULTIPLICITY_H

#include "base/err.h"

/* Adjusted p-values in place of p (n,): reject where adjusted <= alpha. Holm (1979) bounds the
 * chance of any false rejection, Benjamini & Hochberg (1995) the expected share of false ones.
 * ATTUNE_E_MEMORY. */
enum attune_code attune_holm(double *p, size_t n, struct attune_err *err);
enum attune_code attune_benjamini_hochberg(double *p, size_t n, struct attune_err *err);

#endif
