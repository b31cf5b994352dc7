/* RewardBench 2's score for prompts with several right answers (Malik et al. 2025): a model must
 * put every right answer above every wrong one, and must not tell right ones apart more than it
 * tells them from wrong ones.
 *
 * A subject is asked twice: a reference prompt with a single right answer, and a tied prompt with
 * several. Per subject
 *
 *     gap = least score of a right answer - largest score of a wrong one
 *     spread = largest - least score of the tied prompt's right answers
 *
 *     score = .30 mean(gap_tied > 0) + .30 mean(gap_ref > 0) + .20 mean(gap_tied > spread)
 *             + .20 mean(min(gap_ref, gap_tied) > spread)
 *             + .01 mean(tanh(min(gap_ref, gap_tied)/spread - 1))
 *
 * A spread of 0 makes the last term 1 where the gaps are positive, and -1 else.
 */
#ifndef ATTUNE_METRICS_STATS_TIES_SCORE_H
#define ATTUNE_METRICS_STATS_TIES_SCORE_H

#include <stddef.h>

struct attune_ties_subject {
    double gap_ref, gap_tied, spread;
};

/* NAN for n = 0. */
double attune_ties_score(const struct attune_ties_subject *subjects, size_t n);

/* The subject's gaps and spread: scores of right and of wrong answers, at least one each. */
double attune_ties_gap(const double *right, size_t n_right, const double *wrong, size_t n_wrong);
double attune_ties_spread(const double *right, size_t n_right);

#endif
