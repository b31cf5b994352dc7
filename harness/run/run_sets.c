/* Metrics of whole sets: what each model's finished samples are worth together, seen through every
 * embedding of the suite and held against every reference.
 *
 * Runs once all samples are there. A value is found again by the key of all that decides it (the
 * samples by content, the reference by content, embedding, metric version, options), so unchanged
 * samples cost nothing and changed ones are always computed. The first embedding and the first
 * reference give the plain id, the others show in it: set.fad, set.fad@pop, set.fad:clap,
 * set.fad@pop:clap. */
#include "harness/run/run_sets.h"

/* All models against one loaded reference, or alone. */
static enum attune_code compare_models(struct attune_sets_work *w, struct attune_comparison *c,
                                       const struct attune_model_rows *candidates,
                                       struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t m = 0; m < w->r->suite->n_models && !code; m++) {
        if (w->samples.first[m + 1] > w->samples.first[m]) {
            c->model = m;
            c->candidate = &candidates[m];
            code = attune_sets_compare(w, c, err);
        }
    }
    return code;
}

static enum attune_code compare_all(struct attune_sets_work *w, size_t e,
                                    struct attune_embedder *embedder,
                                    const struct attune_model_rows *candidates,
                                    struct attune_err *err)
{
    const struct attune_suite *suite = w->r->suite;
    const struct attune_run_options *options = w->r->options;
    const struct attune_set_loader loader = {embedder, options->n_threads, options->interrupted};
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i <= suite->n_references && !code; i++) {
        struct attune_comparison c = {
            .embedding = e, .reference = i, .embedder = embedder, .warnings = ""};
        struct attune_set_source source = {0};
        struct attune_buf warnings = ATTUNE_BUF_INIT, summary = ATTUNE_BUF_INIT;
        if (i < suite->n_references) {
            char name[160];
            snprintf(name, sizeof name, "reference '%.120s'", suite->references[i].name);
            code = attune_set_source_load(&source, suite->references[i].path, name, &loader,
                                          &warnings, err);
            memcpy(w->reference_hash[i], source.hash, sizeof source.hash);
            c.view = attune_set_source_view(&source);
            attune_add_file_summary(&summary, attune_buf_text(&warnings), name, source.files.n);
            c.warnings = attune_buf_text(&summary);
        }
        if (!code) {
            code = compare_models(w, &c, candidates, err);
        }
        attune_set_source_release(&source);
        attune_buf_release(&warnings);
        attune_buf_release(&summary);
    }
    return code;
}

/* A worker that failed for a sample counts as a scorer that did. */
static void count_unembedded(struct attune_sets_work *w)
{
    for (size_t i = 0; i < w->samples.n; i++) {
        const char *why = w->samples.items[i].vector.why;
        if (why) {
            atomic_fetch_add(&w->r->n_unscored, 1);
            if (!w->r->first_failure[0]) {
                snprintf(w->r->first_failure, sizeof w->r->first_failure, "%s: %s",
                         w->samples.items[i].path, why);
            }
        }
    }
}

/* A worker that cannot be started leaves out its metrics, not the run. */
static void leave_out(struct attune_sets_work *w, const struct attune_suite_embedding *spec,
                      const struct attune_err *why)
{
    struct attune_run_state *r = w->r;
    char text[640];
    attune_err_text(why, text, sizeof text);
    atomic_fetch_add(&r->n_unscored, w->samples.n);
    if (!r->first_failure[0]) {
        snprintf(r->first_failure, sizeof r->first_failure, "%s", text);
    }
    attune_store_event(r->store, r->run, "embedding-failed", spec->name, text, NULL);
}

static enum attune_code see_through(struct attune_sets_work *w, size_t e, struct attune_err *err)
{
    const struct attune_suite_embedding *spec = &w->r->suite->embeddings[e];
    const size_t n_models = w->r->suite->n_models;
    struct attune_embedder *embedder = NULL;
    struct attune_err why = ATTUNE_ERR_INIT;
    struct attune_model_rows *candidates = attune_alloc(n_models, sizeof *candidates);
    const struct attune_embedder_spec how = {.name = spec->name,
                                             .worker = spec->worker,
                                             .folder = w->r->suite->folder,
                                             .n_workers = spec->n_workers,
                                             .timeout_s = spec->timeout_s,
                                             .limits = spec->limits,
                                             .soundfont = w->r->soundfont};
    enum attune_code code = candidates ? ATTUNE_OK : attune_sets_oom(err);
    if (!code) {
        code = attune_embedder_new(&embedder, &how, w->r->store, err);
    }
    if (!code) {
        code = attune_embedder_run(embedder, w->samples.items, w->samples.n,
                                   w->r->options->n_threads, w->r->options->interrupted, &why);
        if (code == ATTUNE_E_CHILD) {
            leave_out(w, spec, &why);
            code = ATTUNE_OK;
            goto out;
        }
        if (code) {
            *err = why;
        }
    }
    if (!code && spec->worker) {
        count_unembedded(w);
    }
    for (size_t m = 0; m < n_models && !code; m++) {
        code = attune_model_rows_make(w, m, &candidates[m], err);
    }
    if (!code) {
        code = compare_all(w, e, embedder, candidates, err);
    }
out:
    for (size_t m = 0; candidates && m < n_models; m++) {
        attune_model_rows_release(&candidates[m]);
    }
    attune_release(candidates);
    attune_embedder_free(embedder);
    return code;
}

enum attune_code attune_run_sets(struct attune_run_state *r, struct attune_err *err)
{
    if (!r->suite->set_metrics[0]) {
        return ATTUNE_OK;
    }
    struct attune_sets_work w = {.r = r, .options = ATTUNE_SET_OPTIONS_INIT};
    w.options.seed = r->options->seed;
    w.options.n_threads = r->options->n_threads;
    w.reference_hash = attune_alloc(r->suite->n_references, sizeof *w.reference_hash);
    enum attune_code code =
        w.reference_hash ? attune_run_samples_read(&w.samples, r, err) : attune_sets_oom(err);
    for (size_t e = 0; e < r->suite->n_embeddings && !code && w.samples.n > 0; e++) {
        code = see_through(&w, e, err);
    }
    if (!code) {
        code = attune_sets_put(&w, err);
    }
    for (size_t i = 0; i < w.n_outcomes; i++) {
        attune_set_score_release(&w.outcomes[i].score);
    }
    attune_release(w.outcomes);
    attune_release(w.reference_hash);
    attune_embed_items_release(w.samples.items, w.samples.n);
    attune_release(w.samples.prompt);
    attune_release(w.samples.first);
    attune_arena_release(&w.samples.text);
    attune_arena_release(&w.text);
    return code;
}
