/* Two one-sided tests. */
#include "metrics/stats/equivalence.h"

#include <math.h>

#include "metrics/stats/permutation.h"

struct attune_equivalence attune_equivalence_paired(const double *d, size_t n, double margin,
                                                    size_t n_draws, uint64_t seed, double *scratch)
{
    struct attune_equivalence out = {
        .p_not_lower = attune_permutation_upper(d, n, margin, n_draws, seed, scratch),
        .p_not_higher = attune_permutation_lower(d, n, -margin, n_draws, seed, scratch),
    };
    out.p = fmax(out.p_not_lower, out.p_not_higher);
    return out;
}
