/* Running an audit: pieces over threads, rows into their places. */
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "harness/audit/audit_internal.h"

const struct attune_audit_cell *attune_audit_clean(const struct attune_audit *audit, size_t piece,
                                                   enum attune_modality modality)
{
    return attune_audit_row(audit, piece, attune_audit_row_of_clean(modality));
}

const struct attune_audit_cell *attune_audit_damaged(const struct attune_audit *audit,
                                                     size_t piece, size_t series, int level)
{
    return level == 0 ? attune_audit_clean(audit, piece, audit->series[series].seen_as)
                      : attune_audit_row(audit, piece, attune_audit_row_of_series(series, level));
}

const struct attune_audit_cell *attune_audit_checked(const struct attune_audit *audit,
                                                     size_t piece, size_t check)
{
    return attune_audit_row(audit, piece, attune_audit_row_of_check(audit, check));
}

const struct attune_audit_cell *attune_audit_null(const struct attune_audit *audit, size_t null,
                                                  size_t draw)
{
    return audit->null_cells + (null * ATTUNE_AUDIT_NULL_DRAWS + draw) * audit->selection.n;
}

void attune_audit_report_progress(struct attune_audit_job *job)
{
    pthread_mutex_lock(&job->lock);
    job->n_done++;
    if (job->options->progress) {
        job->options->progress(job->options->context, job->n_done, job->n_total);
    }
    pthread_mutex_unlock(&job->lock);
}

/* Each pattern must match a damage, so that a typing error is not an empty table. */
static enum attune_code check_globs(const char *globs, struct attune_err *err)
{
    for (const char *p = globs; p && *p;) {
        char pattern[64];
        const char *ids[64];
        const size_t length = strcspn(p, ",");
        size_t n = 0;
        bool found = false;
        snprintf(pattern, sizeof pattern, "%.*s", (int)length, p);
        for (; n < attune_n_damages && n < 64; n++) {
            ids[n] = attune_damages[n].id;
            found = found || attune_glob(pattern, ids[n]);
        }
        if (!found) {
            attune_fail(err, ATTUNE_E_USAGE, "no damage matches '%s'", pattern);
            const char *near = attune_nearest(pattern, ids, n);
            if (near) {
                attune_err_hint(err, "did you mean '%s'?", near);
            }
            return ATTUNE_E_USAGE;
        }
        p += length + (p[length] == ',');
    }
    return ATTUNE_OK;
}

/* The series and nulls of the chosen damages and modalities, and room for all rows. */
static enum attune_code lay_out(struct attune_audit *audit,
                                const struct attune_audit_corpus *corpus,
                                const struct attune_audit_options *options, struct attune_err *err)
{
    audit->modalities = options->modalities;
    audit->checks = options->checks;
    audit->n_pieces = corpus->n;
    audit->series = attune_alloc(2 * attune_n_damages, sizeof *audit->series);
    audit->nulls = attune_alloc(2 * attune_n_nulls, sizeof *audit->nulls);
    if (!audit->series || !audit->nulls) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an audit");
    }
    for (unsigned seen_as = ATTUNE_AUDIO; seen_as <= ATTUNE_SYMBOLIC; seen_as <<= 1) {
        for (size_t i = 0; i < attune_n_damages && (options->modalities & seen_as); i++) {
            const struct attune_damage_spec *damage = &attune_damages[i];
            if ((damage->modality == seen_as ||
                 (damage->modality == ATTUNE_SYMBOLIC && options->rendered)) &&
                attune_glob_list(options->damages, damage->id)) {
                audit->series[audit->n_series++] =
                    (struct attune_audit_series){damage, (enum attune_modality)seen_as};
            }
        }
        for (size_t i = 0; i < attune_n_nulls && options->nulls && (options->modalities & seen_as);
             i++) {
            if (attune_nulls[i].modality == seen_as ||
                attune_nulls[i].modality == ATTUNE_SYMBOLIC) {
                audit->nulls[audit->n_nulls++] =
                    (struct attune_audit_null){&attune_nulls[i], (enum attune_modality)seen_as};
            }
        }
    }
    audit->n_rows = 2 + audit->n_series * ATTUNE_AUDIT_N_LEVELS + attune_audit_n_checks;
    audit->cells = attune_alloc(audit->n_pieces * audit->n_rows,
                                (audit->selection.n + 1) * sizeof *audit->cells);
    audit->null_cells = attune_alloc((audit->n_nulls + 1) * ATTUNE_AUDIT_NULL_DRAWS,
                                     (audit->selection.n + 1) * sizeof *audit->null_cells);
    if (!audit->cells || !audit->null_cells) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an audit of %zu pieces",
                           audit->n_pieces);
    }
    if (audit->selection.n == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "no metric to audit");
    }
    return ATTUNE_OK;
}

/* Audio needs a synthesiser per thread as soon as one piece is MIDI. */
static enum attune_code hire(struct attune_audit_job *job, struct attune_err *err)
{
    bool synthesise = false;
    for (size_t i = 0; i < job->corpus->n; i++) {
        synthesise = synthesise || job->corpus->pieces[i].is_midi;
    }
    synthesise = synthesise && (job->options->modalities & ATTUNE_AUDIO);
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < job->options->n_threads && !code; i++) {
        struct attune_audit_worker *w = &job->workers[i];
        w->analysis = attune_analysis_new(err);
        code = w->analysis ? ATTUNE_OK : ATTUNE_E_MEMORY;
        if (!code && synthesise) {
            code = attune_renderer_new(&w->renderer, job->options->soundfont, err);
        }
        if (!code && synthesise && job->options->other_soundfont) {
            code = attune_renderer_new(&w->other_renderer, job->options->other_soundfont, err);
        }
    }
    return code;
}

static void dismiss(struct attune_audit_job *job)
{
    for (size_t i = 0; job->workers && i < job->options->n_threads; i++) {
        attune_analysis_free(job->workers[i].analysis);
        attune_renderer_free(job->workers[i].renderer);
        attune_renderer_free(job->workers[i].other_renderer);
    }
    attune_release(job->workers);
}

/* The error of the first item that has one. */
static enum attune_code first_error(const struct attune_err *errs, size_t n, struct attune_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (errs[i].code) {
            if (err) {
                *err = errs[i];
            }
            return errs[i].code;
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_audit_run(struct attune_audit *audit,
                                  const struct attune_audit_corpus *corpus,
                                  const struct attune_audit_options *options,
                                  struct attune_err *err)
{
    *audit = (struct attune_audit){0};
    struct attune_audit_job job = {.audit = audit, .corpus = corpus, .options = options,
                                   .lock = PTHREAD_MUTEX_INITIALIZER};
    enum attune_code code = attune_selection_init(&audit->selection, options->metrics, err);
    if (!code) {
        code = check_globs(options->damages, err);
    }
    if (!code) {
        code = lay_out(audit, corpus, options, err);
    }
    if (code) {
        goto out;
    }
    const size_t n_null_items = audit->n_nulls * ATTUNE_AUDIT_NULL_DRAWS;
    const size_t n_items = corpus->n > n_null_items ? corpus->n : n_null_items;
    job.n_total = corpus->n + n_null_items;
    job.workers = attune_alloc(options->n_threads, sizeof *job.workers);
    job.errs = attune_alloc(n_items, sizeof *job.errs);
    if (!job.workers || !job.errs) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an audit");
        goto out;
    }
    code = hire(&job, err);
    if (!code) {
        attune_parallel_for(corpus->n, options->n_threads, attune_audit_run_piece, &job);
        code = first_error(job.errs, corpus->n, err);
    }
    if (!code) {
        attune_parallel_for(n_null_items, options->n_threads, attune_audit_run_null, &job);
        code = first_error(job.errs, n_null_items, err);
    }
out:
    dismiss(&job);
    attune_release(job.errs);
    if (code) {
        attune_audit_release(audit);
    }
    return code;
}

void attune_audit_release(struct attune_audit *audit)
{
    attune_selection_release(&audit->selection);
    attune_release(audit->series);
    attune_release(audit->nulls);
    attune_release(audit->cells);
    attune_release(audit->null_cells);
    *audit = (struct attune_audit){0};
}
