/* Cliques of models. */
#include "metrics/stats/cliques.h"

#include <stdbool.h>

static bool alike_with_all(const size_t *order, const double *p, size_t n, double alpha,
                           size_t first, size_t next)
{
    for (size_t j = first; j < next; j++) {
        if (p[order[j] * n + order[next]] <= alpha) {
            return false;
        }
    }
    return true;
}

size_t attune_cliques(const size_t *order, const double *p, size_t n, double alpha,
                      struct attune_clique *out)
{
    size_t n_cliques = 0, reached = 0;
    for (size_t first = 0; first < n; first++) {
        size_t last = first;
        while (last + 1 < n && alike_with_all(order, p, n, alpha, first, last + 1)) {
            last++;
        }
        if (last > first && last > reached) { /* not within the clique before */
            out[n_cliques++] = (struct attune_clique){first, last};
            reached = last;
        }
    }
    return n_cliques;
}
