/* RewardBench 2's ties score. */
#include "metrics/stats/ties_score.h"

#include <math.h>

struct attune_ties_result attune_ties_measure(const struct attune_ties_subject *subjects, size_t n)
{
    struct attune_ties_result r = {0};
    double margin = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct attune_ties_subject *s = &subjects[i];
        const double gap = fmin(s->gap_ref, s->gap_tied);
        const double ratio = s->spread > 0.0 ? gap / s->spread : gap > 0.0 ? INFINITY : -INFINITY;
        r.tied_accuracy += s->gap_tied > 0.0;
        r.reference_accuracy += s->gap_ref > 0.0;
        r.tied_apart += s->gap_tied > s->spread;
        r.both_apart += gap > s->spread;
        margin += tanh(ratio - 1.0);
    }
    double *const means[] = {&r.tied_accuracy, &r.reference_accuracy, &r.tied_apart, &r.both_apart,
                             &margin};
    static const double weights[] = {0.30, 0.30, 0.20, 0.20, 0.01};
    for (size_t k = 0; k < 5; k++) {
        *means[k] = n ? *means[k] / (double)n : NAN;
        r.score += weights[k] * *means[k];
    }
    return r;
}

double attune_ties_score(const struct attune_ties_subject *subjects, size_t n)
{
    return attune_ties_measure(subjects, n).score;
}
