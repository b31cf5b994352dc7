/* How well margins agree with votes: over all, and within strata of them. */
#ifndef ATTUNE_HARNESS_REWARD_TEST_H
#define ATTUNE_HARNESS_REWARD_TEST_H

#include "harness/prefs/vote_table.h"
#include "metrics/stats/calibration.h"
#include "metrics/stats/paired.h"

/* margin (votes->n,); votes with a NAN margin are left out. */
enum attune_code attune_margins_test(const struct attune_vote_table *votes, const double *margin,
                                     enum attune_tie_credit ties, struct attune_calibration *out,
                                     struct attune_err *err);

enum attune_stratum_kind {
    ATTUNE_BY_CONFIDENCE,
    ATTUNE_BY_MONTH,
    ATTUNE_BY_DURATION, /* mean of both clips, in four classes */
    ATTUNE_BY_MODEL,    /* a vote counts for both generators */
    ATTUNE_N_STRATUM_KINDS,
};
extern const char *const attune_stratum_names[ATTUNE_N_STRATUM_KINDS];

struct attune_stratum {
    enum attune_stratum_kind kind;
    char name[96];
    struct attune_calibration result;
};

/* All strata that hold votes, in order of kind and value; release *out with attune_release.
 * Kinds that the votes say nothing of have none. */
enum attune_code attune_margins_strata(const struct attune_vote_table *votes, const double *margin,
                                       enum attune_tie_credit ties, struct attune_stratum **out,
                                       size_t *n, struct attune_err *err);

/* Means over generators and the worst one, of the accuracies on their votes; NAN without any. */
void attune_strata_generators(const struct attune_stratum *strata, size_t n, double *mean,
                              const struct attune_stratum **worst);

/* McNemar's exact test of two margins on the decided votes where both have an opinion: of those
 * that only one got right. n_first, n_second: how many each. */
struct attune_test attune_margins_compare(const struct attune_vote_table *votes,
                                          const double *first, const double *second,
                                          size_t *n_first, size_t *n_second);

#endif
