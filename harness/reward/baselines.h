/* What a reward model has to beat: margins made without listening, or by listening to one thing
 * only. Each fills margin (votes->n,), positive where clip a is expected to win, NAN where the
 * baseline has no opinion. */
#ifndef ATTUNE_HARNESS_BASELINES_H
#define ATTUNE_HARNESS_BASELINES_H

#include "harness/prefs/vote_table.h"

/* Who made the clip: Bradley-Terry on the generators' names, ridge .5, fitted on these votes. */
enum attune_code attune_baseline_generator(const struct attune_vote_table *votes, double *margin,
                                           struct attune_err *err);

/* Those ratings themselves: theta (models.n,) on the natural scale, 0 for a single model. */
enum attune_code attune_baseline_ratings(const struct attune_vote_table *votes, double *theta,
                                         struct attune_err *err);

/* The prompt alone: the side that won the other votes on the same prompt, or the other votes at all
 * where there are none, as log((a + .5)/(b + .5)), ties half. */
enum attune_code attune_baseline_prompt(const struct attune_vote_table *votes, double *margin,
                                        struct attune_err *err);

/* The longer clip. */
void attune_baseline_length(const struct attune_vote_table *votes, double *margin);

/* A number per item, such as its loudness; value (items.n,), NAN: unknown. */
void attune_baseline_value(const struct attune_vote_table *votes, const double *value,
                           double *margin);

/* The human ceiling: what the other votes on the same two clips say, as a share of them from -1 to
 * 1. NAN where nobody else voted. */
enum attune_code attune_baseline_raters(const struct attune_vote_table *votes, double *margin,
                                        struct attune_err *err);

#endif
