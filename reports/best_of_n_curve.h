/* Best-of-n from the candidates that a selecting model kept: the unbiased estimator over each
 * prompt's pool (all seeds), then means and intervals over prompts. */
#ifndef ATTUNE_REPORTS_BEST_OF_N_CURVE_H
#define ATTUNE_REPORTS_BEST_OF_N_CURVE_H

#include "models/align/overoptimisation.h"
#include "reports/gains.h"

enum { ATTUNE_CURVE_POINTS = 17 }; /* n = 1, 2, 4 ... 65536 */

struct attune_best_of_n_curve {
    size_t n_points, n_prompts;
    size_t smallest_pool, largest_pool; /* candidates per prompt */
    double n[ATTUNE_CURVE_POINTS];      /* powers of two up to the largest n that was drawn */
    double d[ATTUNE_CURVE_POINTS];      /* sqrt(KL) of best-of-n, nats^.5 */
    struct attune_gain proxy[ATTUNE_CURVE_POINTS], gold[ATTUNE_CURVE_POINTS];
};

/* Candidates without proxy or gold are left out of the pool. ATTUNE_E_INPUT with a hint where the
 * model kept none. */
enum attune_code attune_best_of_n_curve_read(struct attune_best_of_n_curve *out,
                                             struct attune_store *store, int64_t run,
                                             const char *model, uint64_t seed, size_t n_threads,
                                             struct attune_err *err);

/* Gao's form through the gains over n = 1. ATTUNE_E_INCONCLUSIVE for fewer than 3 points beyond
 * it. */
enum attune_code attune_best_of_n_curve_fit(const struct attune_best_of_n_curve *curve,
                                            const struct attune_gain *rewards,
                                            struct attune_overopt_fit *fit, struct attune_err *err);

#endif
