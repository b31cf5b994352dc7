/* Metrics of whole sets in the database: found again by the key of all that decides them, written
 * for a run as a whole. */
#ifndef ATTUNE_HARNESS_SET_SCORES_H
#define ATTUNE_HARNESS_SET_SCORES_H

#include "base/hash.h"
#include "harness/store/store.h"

/* One value on its way into the database. */
struct attune_set_score {
    int64_t model, metric, embedding; /* database ids */
    char key[ATTUNE_HASH_SIZE];       /* "": not to be found again */
    const char *base, *reference, *reference_hash;
    double value, ci_low, ci_high; /* NaN where there is none */
    char *why, *details, *warnings; /* heap; why NULL when there is a value */
    int64_t n, n_reference, n_dims;
};
void attune_set_score_release(struct attune_set_score *score);

/* Fills value .. n_dims from a stored score of the same key. *found tells whether there is one. */
enum attune_code attune_set_score_find(struct attune_store *store, struct attune_set_score *score,
                                       bool *found, struct attune_err *err);

/* Forgets the run's scores of sets and their metrics; inside the caller's transaction. */
enum attune_code attune_set_scores_clear(struct attune_store *store, int64_t run,
                                         struct attune_err *err);
enum attune_code attune_set_score_put(struct attune_store *store, int64_t run,
                                      const struct attune_set_score *score, struct attune_err *err);

#endif
