/* RewardBench 2's ties score. */
#include "metrics/stats/ties_score.h"

#include <math.h>

double attune_ties_gap(const double *right, size_t n_right, const double *wrong, size_t n_wrong)
{
    double least = INFINITY, largest = -INFINITY;
    for (size_t i = 0; i < n_right; i++) {
        least = fmin(least, right[i]);
    }
    for (size_t i = 0; i < n_wrong; i++) {
        largest = fmax(largest, wrong[i]);
    }
    return least - largest;
}

double attune_ties_spread(const double *right, size_t n_right)
{
    double least = INFINITY, largest = -INFINITY;
    for (size_t i = 0; i < n_right; i++) {
        least = fmin(least, right[i]);
        largest = fmax(largest, right[i]);
    }
    return largest - least;
}

double attune_ties_score(const struct attune_ties_subject *subjects, size_t n)
{
    double score = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct attune_ties_subject *s = &subjects[i];
        const double gap = fmin(s->gap_ref, s->gap_tied);
        const double ratio = s->spread > 0.0 ? gap / s->spread : gap > 0.0 ? INFINITY : -INFINITY;
        score += 0.30 * (s->gap_tied > 0.0) + 0.30 * (s->gap_ref > 0.0) +
                 0.20 * (s->gap_tied > s->spread) + 0.20 * (gap > s->spread) +
                 0.01 * tanh(ratio - 1.0);
    }
    return n ? score / (double)n : NAN;
}
