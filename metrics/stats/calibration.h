/* How well a reward model's scores predict who was preferred: accuracy, discrimination,
 * calibration.
 *
 * Each comparison contributes its margin m = score(a) - score(b) and its outcome. sigma(m) is read
 * as the probability that a is preferred (Bradley-Terry).
 *
 * Sources: Wilson 1927 (interval of a proportion); Hanley & McNeil 1982 (AUC); Brier 1950; Naeini
 * et al. 2015 (expected calibration error, here with 10 bins of n / 10 comparisons by |margin|, the
 * last one taking the rest); Lambert et al. 2024 (accuracy of a reward model on pairs).
 */
#ifndef ATTUNE_METRICS_STATS_CALIBRATION_H
#define ATTUNE_METRICS_STATS_CALIBRATION_H

#include "base/err.h"

struct attune_margin {
    double margin; /* score(a) - score(b), finite */
    int outcome;   /* 1 a preferred, -1 b preferred, 0 tie */
};

/* What a tie between the listeners counts in the accuracy. */
enum attune_tie_credit {
    ATTUNE_TIE_DROPPED,
    ATTUNE_TIE_HALF,    /* half a point whatever the margin */
    /* a point where the margin is among the smallest, as many as there are ties */
    ATTUNE_TIE_PARTIAL,
};

struct attune_calibration {
    size_t n;               /* comparisons that count in the accuracy */
    size_t n_ties;          /* listeners' ties among all */
    double n_right;         /* equal scores count half */
    double accuracy, accuracy_low, accuracy_high; /* Wilson, 95 % */
    /* The rest over decided comparisons only; NAN when there are none (AUC: none on one side). */
    double auc, nll, brier, ece;
};

enum { ATTUNE_CALIBRATION_BINS = 10 };

/* pairs (n,) are reordered. ATTUNE_E_MEMORY; n = 0 gives NANs. */
enum attune_code attune_calibrate(struct attune_margin *pairs, size_t n,
                                  enum attune_tie_credit ties, struct attune_calibration *out,
                                  struct attune_err *err);

/* Wilson's interval of k successes in n (k may be fractional), z standard deviations wide. n > 0.
 */
void attune_wilson(double k, double n, double z, double *low, double *high);

#endif
