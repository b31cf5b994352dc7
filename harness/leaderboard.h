/* The table `leaderboard`: means, intervals and rank intervals of a run, recomputed from its scores. */
#ifndef ATTUNE_HARNESS_LEADERBOARD_H
#define ATTUNE_HARNESS_LEADERBOARD_H

#include <stdint.h>

#include "base/err.h"
#include "harness/store_read.h"

/* Replaces the run's rows in one transaction. Deterministic: equal scores give equal rows for any number of
 * threads. seed: of the bootstrap. */
enum attune_code attune_leaderboard_refresh(struct attune_store *store, int64_t run, uint64_t seed,
                                            size_t n_threads, struct attune_err *err);

#endif
