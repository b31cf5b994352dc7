/* What the votes leave open of a ranking. */
#ifndef ATTUNE_HARNESS_RANK_INTERVALS_H
#define ATTUNE_HARNESS_RANK_INTERVALS_H

#include "harness/prefs/prefs_rank.h"

/* Fills intervals, rank intervals and failed replicates of out, whose rows are in order. replicates
 * (o->n_replicates, n) ratings, NULL: from the fit's sandwich. model_of (n,) row to model; sample
 * (o->n_replicates,) scratch. */
void attune_rank_intervals(const struct attune_bt_fit *fit, const double *replicates,
                           const struct attune_rank_options *o, const size_t *model_of,
                           double *sample, struct attune_ranking *out);

#endif
