/* Prompts with several acceptable answers, as RewardBench 2 asks them: what the ties score of
 * metrics/stats/ties_score.h is made from.
 *
 * A subject has a reference prompt (one right answer) and a tied prompt (several right answers that
 * nobody should tell apart), each with wrong answers. Two shapes of a file are read, CSV or JSON:
 *
 *     one answer per record     subject, set (ref or tied), right (1 or 0), path, scores ...
 *     one prompt per record     id "ref:SUBJECT" or "tied:SUBJECT", chosen and rejected: lists of
 *     (RewardBench 2's, JSON)   paths; scores: lists of numbers, chosen first
 */
#ifndef ATTUNE_HARNESS_GROUPS_H
#define ATTUNE_HARNESS_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "harness/prefs/names.h"
#include "metrics/stats/ties_score.h"

struct attune_answer {
    uint32_t subject, item; /* indices into the names */
    bool tied, right;
};

/* Zero-initialised but for the fields; release when done. */
struct attune_groups {
    struct attune_names fields; /* of the caller: scores to read, may be none */
    struct attune_names subjects, items;
    struct attune_answer *answers; /* (n,) in the file's order */
    double *score;                 /* (n, fields.n) */
    size_t n, capacity, score_capacity;
};

/* ATTUNE_E_INPUT with the line, also for a subject that lacks one of its prompts or answers. */
enum attune_code attune_groups_read(struct attune_groups *groups, const char *path,
                                    struct attune_err *err);
void attune_groups_release(struct attune_groups *groups);

/* Gaps and spread per subject from a score per answer (n,); subject (subjects.n,). known
 * (subjects.n,) is false where a score is not finite. */
enum attune_code attune_groups_gaps(const struct attune_groups *groups, const double *score,
                                    struct attune_ties_subject *subject, bool *known,
                                    struct attune_err *err);

#endif
