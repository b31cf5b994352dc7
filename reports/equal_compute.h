/* Methods at equal compute: what a piece costs when training is spread over the pieces served, and
 * where training overtakes inference-time search.
 *
 * Compute is counted in tokens, sampled or run through a model; a reward call counts as a stated
 * number of them. Training is what made a model from its base; the base's own is common to all.
 */
#ifndef ATTUNE_REPORTS_EQUAL_COMPUTE_H
#define ATTUNE_REPORTS_EQUAL_COMPUTE_H

#include "reports/board.h"

/* What training is spread over, and tokens per reward call, where nothing else is asked for. */
#define ATTUNE_SERVED 1000.0
#define ATTUNE_REWARD_TOKENS 1.0

/* One method: a family of models that differ in one knob, or a single model. */
struct attune_way {
    const char *name;
    bool trained;
    size_t *rows;   /* (n,) of the board, by cost */
    size_t n, best; /* best: the row of the best mean */
};

struct attune_equal_compute {
    const struct attune_board *board;
    size_t metric; /* of the board; larger is better */
    double served;
    double *training, *per_piece; /* (n_rows,) tokens; NaN: unknown */
    struct attune_way *ways;      /* (n_ways,) in the order of the suite; bases among them */
    size_t n_ways;
    struct attune_arena arena;
};

/* rows (n,) of the board: of these take part those that were made from a base, and their bases,
 * where mean and cost are known.
 * ATTUNE_E_USAGE for a metric that does not grow with quality, ATTUNE_E_INPUT where no cost is
 * known. */
enum attune_code attune_equal_compute_read(struct attune_equal_compute *out,
                                           const struct attune_board *board, size_t metric,
                                           const size_t *rows, size_t n, double served,
                                           double reward_tokens, struct attune_err *err);
void attune_equal_compute_release(struct attune_equal_compute *ec);

/* The metric that compute is compared by where none is named: reward.gold, else the first worth a
 * glance. index: scratch (board->metrics.n,). */
size_t attune_gold_metric(const struct attune_board *board, size_t *index);

/* Tokens per piece of a row, its training included. */
double attune_cost(const struct attune_equal_compute *ec, size_t row);
double attune_gold(const struct attune_equal_compute *ec, size_t row);

/* The row of a method with the highest mean that a budget per piece pays for; SIZE_MAX for none. */
size_t attune_way_within(const struct attune_equal_compute *ec, const struct attune_way *way,
                         double budget);

/* Tokens per piece at which an inference-time method, from its base on, reaches a mean; linear in
 * the logarithm of the cost between its settings. Infinite where it never does. */
double attune_way_reaches(const struct attune_equal_compute *ec, const struct attune_way *way,
                          double gold);

/* Where a trained model overtakes an inference-time method of the same base. */
struct attune_crossing {
    bool above;    /* the trained model is better than every setting of the other */
    double pieces; /* served from which on it is cheaper at its mean, or than the other's largest
                      setting where above; infinite: never */
};
/* False where they do not share a base. */
bool attune_crossing_find(const struct attune_equal_compute *ec, size_t row,
                          const struct attune_way *inference, struct attune_crossing *out);

/* The inference-time method with the most settings; NULL where there is none. */
const struct attune_way *attune_way_search(const struct attune_equal_compute *ec);

/* "overtakes best-of-n from 38 pieces on", "dearer than best-of-n however many are served". */
void attune_crossing_text(struct attune_buf *out, const struct attune_crossing *crossing,
                          const char *other);

#endif
