/* Scores pieces in memory by one metric, as a reward: higher is better whatever the metric's
 * direction. A scorer keeps an analysis and is used by one thread at a time; a pool lends scorers
 * to threads. */
#ifndef ATTUNE_MODELS_SCORER_H
#define ATTUNE_MODELS_SCORER_H

#include "metrics/metric.h"
#include "models/pieces/piece.h"

struct attune_scorer_pool;

/* The metric of an id that can be a reward: symbolic, with a direction; ATTUNE_E_INPUT otherwise,
 * with the nearest id. */
enum attune_code attune_reward_metric(const char *metric_id, const struct attune_metric **out,
                                      struct attune_err *err);

/* metric_id as attune_reward_metric takes it. */
enum attune_code attune_scorer_pool_new(struct attune_scorer_pool **out, const char *metric_id,
                                        struct attune_err *err);
const struct attune_metric *attune_scorer_pool_metric(const struct attune_scorer_pool *pool);
void attune_scorer_pool_free(struct attune_scorer_pool *pool);

/* Borrowed by one thread; give back with attune_scorer_return. NULL with err when out of memory. */
struct attune_scorer *attune_scorer_borrow(struct attune_scorer_pool *pool, struct attune_err *err);
void attune_scorer_return(struct attune_scorer_pool *pool, struct attune_scorer *scorer);

/* Reward of a piece for a prompt: the metric's value, negated where lower is better, minus the
 * distance to the target where there is one. `why` of an undefined value lives until the next call.
 */
enum attune_code attune_scorer_score(struct attune_scorer *scorer, const struct attune_piece *piece,
                                     const struct attune_prompt *prompt,
                                     struct attune_value *reward, struct attune_err *err);

/* The piece scored last by another metric, for the price of what the two do not share. */
enum attune_code attune_scorer_also(struct attune_scorer *scorer,
                                    const struct attune_metric *metric, struct attune_value *reward,
                                    struct attune_err *err);

#endif
