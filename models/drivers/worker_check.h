/* Does a worker keep to the protocol? Step by step, for `attune doctor --generator CMD` and
 * `--scorer CMD`. */
#ifndef ATTUNE_MODELS_WORKER_CHECK_H
#define ATTUNE_MODELS_WORKER_CHECK_H

#include "base/err.h"

enum attune_check_outcome {
    ATTUNE_CHECK_PASSED,
    ATTUNE_CHECK_WARNING, /* allowed, but results will be harder to trust or to repeat */
    ATTUNE_CHECK_FAILED,  /* later steps were not tried */
};

struct attune_check_step {
    const char *name;  /* what a worker has to do, as a sentence */
    enum attune_check_outcome outcome;
    char detail[480];  /* what it did; "" where there is nothing to say */
};

enum { ATTUNE_MAX_CHECK_STEPS = 12 };

struct attune_check_report {
    struct attune_check_step steps[ATTUNE_MAX_CHECK_STEPS];
    size_t n_steps;
};

/* Runs the worker argv (NULL-terminated) from `folder` (NULL: here) with files in a temporary
 * folder. role: "generator" or "scorer". ATTUNE_OK whenever the check could be made; what it found
 * is in the report. */
enum attune_code attune_worker_check(struct attune_check_report *report, const char *role,
                                     const char *const *argv, const char *folder, double timeout_s,
                                     struct attune_err *err);

/* Splits a command into arguments at blanks; '...' and "..." keep blanks, a backslash keeps the
 * next character. Nothing is expanded. Release each argument and the NULL-terminated vector with
 * attune_argv_release. */
enum attune_code attune_argv_split(const char *command, char ***argv, struct attune_err *err);
void attune_argv_release(char **argv);

#endif
