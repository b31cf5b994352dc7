/* The votes of a ranking in the order of their time, and the Elo ratings after each. */
#ifndef ATTUNE_HARNESS_ELO_HISTORY_H
#define ATTUNE_HARNESS_ELO_HISTORY_H

#include "base/text.h"
#include "harness/prefs/names.h"
#include "metrics/stats/elo.h"

struct attune_timed_vote {
    uint32_t a, b; /* indices of models */
    enum attune_outcome outcome;
    size_t place;   /* among the votes as they were read */
    size_t time;    /* where its text begins in `times` */
    double seconds; /* of a time that is a number, else 0 */
};

/* Zero-initialised; release when done. */
struct attune_elo_history {
    struct attune_timed_vote *votes; /* (n,) */
    size_t n, capacity;
    struct attune_buf times; /* texts, each with its zero byte */
    enum { ATTUNE_TIME_NONE, ATTUNE_TIME_NUMBER, ATTUNE_TIME_DATE } clock; /* of all votes */
};

void attune_elo_history_release(struct attune_elo_history *history);

/* ATTUNE_E_INPUT: a time is neither a number nor a date, or not of the kind of the votes before. */
enum attune_code attune_elo_history_add(struct attune_elo_history *history, size_t a, size_t b,
                                        enum attune_outcome outcome, const char *time, long line,
                                        struct attune_err *err);

/* Sorts the votes by time, as read where times are equal or there are none; dates by their text, so
 * they are to be of one time zone. */
enum attune_code attune_elo_history_sort(struct attune_elo_history *history,
                                         struct attune_err *err);

/* Calls each for every vote, counted from 1 in the order they stand, with the ratings (n_models,)
 * after it. */
typedef void attune_elo_fn(void *context, size_t vote, const struct attune_timed_vote *v,
                           const double *rating);
enum attune_code attune_elo_history_replay(const struct attune_elo_history *history,
                                           size_t n_models, double k, attune_elo_fn *each,
                                           void *context, struct attune_err *err);

/* The text of a vote's time. */
const char *attune_elo_history_time(const struct attune_elo_history *history,
                                    const struct attune_timed_vote *vote);

/* Columns vote, time, model, rating: for every vote in the order they stand both models with their
 * new ratings. */
enum attune_code attune_elo_history_write(const struct attune_elo_history *history,
                                          const struct attune_names *models, double k,
                                          const char *path, struct attune_err *err);

#endif
