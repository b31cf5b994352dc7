/* What the files of the audit share. */
#ifndef ATTUNE_HARNESS_AUDIT_INTERNAL_H
#define ATTUNE_HARNESS_AUDIT_INTERNAL_H

#include <pthread.h>

#include "base/io/render.h"
#include "harness/audit/audit.h"

/* What one thread keeps from piece to piece. */
struct attune_audit_worker {
    struct attune_analysis *analysis;
    struct attune_renderer *renderer, *other_renderer; /* NULL where not needed */
};

struct attune_audit_job {
    struct attune_audit *audit;
    const struct attune_audit_corpus *corpus;
    const struct attune_audit_options *options;
    struct attune_audit_worker *workers; /* (options->n_threads,) */
    struct attune_err *errs;             /* one per item */
    size_t n_done, n_total;
    pthread_mutex_t lock; /* of n_done and the caller's progress */
};

/* The chosen metrics of a file or clip into a row of cells. */
enum attune_code attune_audit_eval_midi(const struct attune_audit *audit,
                                        struct attune_audit_worker *w,
                                        const struct attune_midi *midi,
                                        struct attune_audit_cell *cells, struct attune_err *err);
enum attune_code attune_audit_eval_clip(const struct attune_audit *audit,
                                        struct attune_audit_worker *w,
                                        const struct attune_clip *clip,
                                        struct attune_audit_cell *cells, struct attune_err *err);

/* Renders a whole file; release clip with attune_clip_release. */
enum attune_code attune_audit_render(struct attune_renderer *renderer,
                                     const struct attune_midi *midi, struct attune_clip *clip,
                                     struct attune_err *err);

/* Makes the change of one check to a piece and evaluates it. */
enum attune_code attune_audit_run_check(const struct attune_audit_job *job,
                                        struct attune_audit_worker *w,
                                        const struct attune_audit_check *check,
                                        const struct attune_score *score,
                                        const struct attune_midi *rendered,
                                        const struct attune_clip *clip,
                                        struct attune_audit_cell *cells, struct attune_err *err);

#endif
