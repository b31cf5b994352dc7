/* Cliques of models that no test separates, as the bars of a critical-difference diagram.
 *
 * Pairs are tested by Wilcoxon's signed-rank test with Holm's correction (attune_rank_columns);
 * a clique is a longest run of neighbouring mean ranks in which no pair is separated (Demsar 2006;
 * Benavoli et al. 2016 for Wilcoxon rather than Nemenyi; Ismail Fawaz et al. 2019 draw it so).
 * Small n: with fewer than 6 prompts nothing is separated and one clique holds all models. */
#ifndef ATTUNE_METRICS_STATS_CLIQUES_H
#define ATTUNE_METRICS_STATS_CLIQUES_H

#include <stddef.h>

struct attune_clique {
    size_t first, last; /* positions in the order, first < last */
};

/* order (n,): models by mean rank. p (n, n): corrected p-values by model. out (n,) receives the
 * cliques of two models or more from the best on; returns their number. */
size_t attune_cliques(const size_t *order, const double *p, size_t n, double alpha,
                      struct attune_clique *out);

#endif
