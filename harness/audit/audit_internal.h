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

/* Row 0 is the clean piece as notes, row 1 as audio; then the series, then the checks. */
enum { ATTUNE_AUDIT_N_LEVELS = ATTUNE_N_DOSES - 1 };

static inline size_t attune_audit_row_of_clean(enum attune_modality modality)
{
    return modality == ATTUNE_AUDIO;
}

static inline size_t attune_audit_row_of_series(size_t series, int level)
{
    return 2 + series * ATTUNE_AUDIT_N_LEVELS + (size_t)level - 1;
}

static inline size_t attune_audit_row_of_check(const struct attune_audit *audit, size_t check)
{
    return 2 + audit->n_series * ATTUNE_AUDIT_N_LEVELS + check;
}

static inline struct attune_audit_cell *attune_audit_row(const struct attune_audit *audit,
                                                         size_t piece, size_t index)
{
    return audit->cells + (piece * audit->n_rows + index) * audit->selection.n;
}

/* A piece, as notes and as audio. Empty where the modality is not wanted. */
struct attune_audit_subject {
    const struct attune_midi *midi; /* of the whole piece; NULL for audio files */
    struct attune_midi tail;        /* what is rendered */
    struct attune_score score, tail_score;
    struct attune_clip clip;
};

/* Takes a piece of the corpus; release it whatever the outcome. */
enum attune_code attune_audit_take_subject(const struct attune_audit_job *job,
                                           struct attune_audit_worker *w, size_t piece,
                                           struct attune_audit_subject *out,
                                           struct attune_err *err);
void attune_audit_release_subject(struct attune_audit_subject *subject);

/* Work items of attune_parallel_for, context a job: one piece, or one draw of one null. */
void attune_audit_run_piece(void *context, size_t piece, size_t worker);
void attune_audit_run_null(void *context, size_t item, size_t worker);

/* Counts an item as done and tells the caller. */
void attune_audit_report_progress(struct attune_audit_job *job);

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
