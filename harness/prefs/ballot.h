/* Votes on their way to a ranking: models are numbered, equal votes merged, what is to be held
 * constant between the two clips kept beside them. */
#ifndef ATTUNE_HARNESS_BALLOT_H
#define ATTUNE_HARNESS_BALLOT_H

#include "harness/prefs/elo_history.h"
#include "harness/prefs/names.h"
#include "harness/prefs/prefs.h"
#include "metrics/stats/votes.h"

enum { ATTUNE_MAX_CONTROLS = 8, ATTUNE_CONTROL_NAME = 64 };

/* A sample's value of the n-th control, where the votes do not carry it; NAN: unknown. */
typedef double attune_sample_value_fn(void *context, const char *sample, size_t control);

/* Preferences of one axis. Zero-initialised but for the choices; release when done. */
struct attune_ballot {
    const char *axis;     /* only this axis, or NULL: all, and more than one is an error */
    bool both_bad_is_tie; /* else both-bad votes are dropped and counted */
    /* Whose differences become covariates (z-scored). The votes may carry length, loudness and
     * density; everything else comes from value. */
    char control[ATTUNE_MAX_CONTROLS][ATTUNE_CONTROL_NAME];
    size_t n_controls;
    attune_sample_value_fn *value; /* may be NULL */
    void *value_context;
    struct attune_elo_history *history; /* keeps every vote ranked, with its time; NULL: nobody */
    struct attune_votes votes;
    struct attune_names models;
    size_t n_merge; /* rows at which equal votes are merged, so that memory is that of pairings */
    double *differences; /* (votes.n_rows, n_controls) a - b */
    size_t difference_capacity;
    /* comparisons ranked, and ties and both-bad among all */
    uint64_t n_comparisons, n_ties, n_both_bad;
    uint64_t n_without_control; /* left out: a controlled value is unknown */
    char axis_seen[64];         /* the axis of the votes taken */
};

void attune_ballot_release(struct attune_ballot *ballot);

/* An attune_preference_fn: context is the ballot. */
enum attune_code attune_ballot_take(void *context, const struct attune_preference *preference,
                                    struct attune_err *err);

/* Makes the votes ready for a fit, once all are taken: equal ones merged, or with covariates.
 * ATTUNE_E_INPUT: a control is the same, or unknown, in every comparison. */
enum attune_code attune_ballot_close(struct attune_ballot *ballot, struct attune_err *err);

#endif
