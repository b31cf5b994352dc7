/* Elo ratings, updated vote by vote:
 *
 *     E = 1 / (1 + 10^((R_b - R_a) / 400))
 *     R_a += K (S - E),  R_b -= K (S - E),  S = 1, 1/2, 0 for a win of a, a tie, a win of b
 *
 * The sum of ratings never changes. Unlike Bradley-Terry ratings these depend on the votes' order:
 * they show how a rating came about, not what all votes together say.
 *
 * Source: Elo 1978, The Rating of Chessplayers; K = 4 as in Chiang et al. 2024, Chatbot Arena.
 */
#ifndef ATTUNE_METRICS_STATS_ELO_H
#define ATTUNE_METRICS_STATS_ELO_H

#include "metrics/stats/votes.h"

#define ATTUNE_ELO_START 1000.0
#define ATTUNE_ELO_K 4.0

/* E: the expected score of rating a against b. */
double attune_elo_expectancy(double a, double b);

/* One vote. */
void attune_elo_update(double *a, double *b, enum attune_outcome outcome, double k);

#endif
