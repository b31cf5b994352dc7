/* A run: generates and scores every item of a suite's plan that is not finished yet, and keeps each
 * as soon as it is done. Running the same suite on the same database again continues where it
 * stopped. */
#ifndef ATTUNE_HARNESS_RUN_H
#define ATTUNE_HARNESS_RUN_H

#include <stdatomic.h>

#include "harness/suite/plan.h"
#include "harness/store/store_read.h"

struct attune_run_status {
    size_t n_items;   /* planned here */
    size_t n_done;    /* finished, cached and failed ones included */
    size_t n_cached;  /* of those, found finished */
    size_t n_failed;  /* of those, failed */
    size_t n_unscored; /* samples that an outside scorer failed for */
    double elapsed_s, per_s, left_s; /* left_s < 0: unknown */
};

enum attune_item_state {
    ATTUNE_ITEM_NEW,
    ATTUNE_ITEM_CACHED,
    ATTUNE_ITEM_RESCORE,
    ATTUNE_ITEM_CHANGED,
    ATTUNE_ITEM_FAILED
};

struct attune_run_options {
    const char *db;
    struct attune_plan_options plan;
    size_t n_threads;
    uint64_t seed;    /* of the leaderboard's bootstrap */
    bool keep_failed; /* failed samples are not tried again */
    const atomic_bool *interrupted; /* set by a signal handler; may be NULL */
    void *context;
    /* From one thread, about ten times a second. May be NULL. */
    void (*progress)(void *context, const struct attune_run_status *status);
    /* One line that the user should see, before the work starts. May be NULL. */
    void (*notice)(void *context, const char *text);
};

struct attune_run_result {
    int64_t run;
    struct attune_run_status status;
    bool interrupted;
    bool too_many_failed; /* more than the suite's allow_failed */
    char files[4096];     /* folder of the samples */
    char first_failure[640]; /* "" when nothing failed */
};

/* ATTUNE_E_STORE, ATTUNE_E_INPUT, ATTUNE_E_IO, ATTUNE_E_MEMORY; a failed sample is no error. What
 * was finished before an error is kept. */
enum attune_code attune_run(const struct attune_suite *suite,
                            const struct attune_run_options *options,
                            struct attune_run_result *result, struct attune_err *err);

/* What attune_run would do, without doing it: calls each for every planned item in order. */
enum attune_code attune_run_preview(const struct attune_suite *suite,
                                    const struct attune_run_options *options,
                                    void (*each)(void *context, const struct attune_suite *suite,
                                                 const struct attune_plan_item *item,
                                                 enum attune_item_state state),
                                    void *context, struct attune_err *err);

#endif
