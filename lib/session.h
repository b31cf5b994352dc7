/* What a session holds; shared by the files behind attune.h. */
#ifndef ATTUNE_LIB_SESSION_H
#define ATTUNE_LIB_SESSION_H

#include "base/mem.h"
#include "base/text.h"
#include "harness/evaluate.h"
#include "harness/prefs/prefs_rank.h"
#include "harness/suite/prompts.h"
#include "lib/attune.h"

struct attune_session {
    struct attune_err err;
    char error[1024]; /* err in words */

    struct attune_selection selection; /* metrics of samples */
    char *set_globs;                   /* metrics of sets; NULL or "": all */
    bool compat;
    struct attune_prompt_set prompts;  /* none or one */
    struct attune_evaluator *evaluator;
    struct attune_value *values;       /* (attune_n_metrics,) scratch */

    struct attune_arena arena;         /* what the results point to */
    struct attune_result *results;     /* (n_results,) in the arena */
    size_t n_results, capacity;
    bool out_of_memory;                /* while results were added */
    const char *modality;
    double duration_s;

    struct attune_buf warnings;        /* of the last two sets */
    struct attune_ballot ballot;       /* of the last ranking; its names back the ratings */
};

/* Forgets the last error and results; every measuring call begins with it. */
void attune_session_begin(struct attune_session *session);

/* Turns what a call came to into its status, and session->err into words. */
enum attune_status attune_session_end(struct attune_session *session, enum attune_code code);

/* Appends a result; name, values and why are copied. Running out of memory is remembered. */
void attune_session_add(struct attune_session *session, const char *name, const double *values,
                        size_t n, double ci_low, double ci_high, const char *why);

#endif
