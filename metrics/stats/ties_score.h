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

/* The score and the means it is made of. */
struct attune_ties_result {
    double score;
    double tied_accuracy, reference_accuracy; /* mean(gap > 0) */
    double tied_apart, both_apart;            /* mean(gap > spread), of the tied and of either */
};

/* NAN for n = 0. */
struct attune_ties_result attune_ties_measure(const struct attune_ties_subject *subjects, size_t n);
double attune_ties_score(const struct attune_ties_subject *subjects, size_t n);

#endif
