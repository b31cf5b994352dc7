/* Values of set metrics: found by the key of all that decides them or computed, then stored. */
#include <math.h>

#include "harness/run/run_sets.h"

/* ---- values */

static struct attune_set_outcome *add_outcome(struct attune_sets_work *w,
                                              const struct attune_set_metric *metric,
                                              const struct attune_embedder *embedder, size_t e,
                                              size_t ref)
{
    if (!attune_grow((void **)&w->outcomes, &w->capacity, w->n_outcomes, sizeof *w->outcomes)) {
        return NULL;
    }
    const struct attune_suite *suite = w->r->suite;
    const bool alone = ref == suite->n_references;
    struct attune_set_outcome *o = &w->outcomes[w->n_outcomes];
    *o = (struct attune_set_outcome){.metric = metric, .embedding = e, .reference = ref};
    o->score = (struct attune_set_score){
        .base = metric->id,
        .reference = alone ? "" : suite->references[ref].name,
        .reference_hash = alone ? "" : attune_arena_strdup(&w->text, w->reference_hash[ref]),
        .value = NAN,
        .ci_low = NAN,
        .ci_high = NAN};
    if (!o->score.reference_hash) {
        return NULL;
    }
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "prompts resampled\n%s %s %s\n%s\n%s %d\n%zu %d %g %zu %g %llu\n",
                    attune_embedder_name(embedder), attune_embedder_version(embedder),
                    attune_embedder_identity(embedder), o->score.reference_hash, metric->id,
                    metric->version, w->options.k, (int)w->options.bandwidth,
                    w->options.bandwidth_value, w->options.n_replicates, w->options.level,
                    (unsigned long long)w->options.seed);
    attune_hash_bytes(attune_buf_text(&text), text.n_bytes, o->identity);
    const bool failed = text.failed;
    attune_buf_release(&text);
    w->n_outcomes += !failed;
    return failed ? NULL : o;
}

static enum attune_code take_value(const struct attune_set_value *v, struct attune_set_score *score,
                                   struct attune_err *err)
{
    struct attune_buf details = ATTUNE_BUF_INIT;
    const bool defined = v->value.state == ATTUNE_DEFINED;
    attune_buf_add(&details, "{");
    for (size_t i = 0; i < v->n_details; i++) {
        attune_buf_addf(&details, "%s\"%s\": ", i ? ", " : "", v->detail[i].key);
        attune_buf_add_double(&details, v->detail[i].v);
    }
    attune_buf_add(&details, "}");
    score->value = defined ? v->value.v : NAN;
    score->ci_low = defined && !v->ci_why ? v->ci_low : NAN;
    score->ci_high = defined && !v->ci_why ? v->ci_high : NAN;
    score->why = defined ? NULL : attune_strdup(v->value.why ? v->value.why : "undefined");
    score->details = attune_strdup(attune_buf_text(&details));
    const bool failed = details.failed || !score->details || (!defined && !score->why);
    attune_buf_release(&details);
    return failed ? attune_sets_oom(err) : ATTUNE_OK;
}

/* Why a model has no value whatever the metric, or NULL. */
static const char *no_set(const struct attune_model_rows *c, const struct attune_set *reference)
{
    return c->rows.n_rows == 0 ? "no set of embeddings"
           : reference->d > 0 && reference->d != c->rows.n_cols
               ? "samples and reference have embeddings of different sizes: one is audio, the "
                 "other notes?"
               : NULL;
}

static enum attune_code compute(struct attune_sets_work *w, struct attune_comparison *c,
                                struct attune_set_outcome *o, struct attune_err *err)
{
    const struct attune_matrix *rows = &c->candidate->rows;
    struct attune_set_value value = {.value = attune_undefined("no value")};
    enum attune_code code = ATTUNE_OK;
    const char *why = no_set(c->candidate, &c->view);
    if (why) {
        value.value = attune_undefined(why);
    } else {
        const struct attune_set set = {
            .rows = rows->v, .n = rows->n_rows, .d = rows->n_cols, .group = c->candidate->group};
        if (!c->pair) {
            code = attune_set_pair_new(&c->pair, &c->view, &set, &w->options, err);
        }
        if (!code) {
            code = attune_set_metric_eval(o->metric, c->pair, &value, err);
        }
    }
    if (!code) {
        code = take_value(&value, &o->score, err);
    }
    struct attune_buf warnings = ATTUNE_BUF_INIT;
    attune_buf_add(&warnings, attune_buf_text(&c->candidate->warnings));
    attune_buf_add(&warnings, c->warnings);
    o->score.n = (int64_t)rows->n_rows;
    o->score.n_reference = (int64_t)c->view.n;
    o->score.n_dims = (int64_t)rows->n_cols;
    o->score.warnings = attune_strdup(attune_buf_text(&warnings));
    const bool failed = warnings.failed || !o->score.warnings;
    attune_buf_release(&warnings);
    return code ? code : failed ? attune_sets_oom(err) : ATTUNE_OK;
}

static enum attune_code find_or_compute(struct attune_sets_work *w, struct attune_comparison *c,
                                        const struct attune_set_metric *metric,
                                        struct attune_err *err)
{
    struct attune_set_outcome *o = add_outcome(w, metric, c->embedder, c->embedding, c->reference);
    bool found = false;
    char text[2 * ATTUNE_HASH_SIZE + 2];
    if (!o) {
        return attune_sets_oom(err);
    }
    o->score.model = w->r->models[c->model].id;
    o->score.embedding = attune_embedder_row(c->embedder);
    const int n = snprintf(text, sizeof text, "%s %s", o->identity, c->candidate->content);
    attune_hash_bytes(text, (size_t)n, o->score.key);
    enum attune_code code = attune_set_score_find(w->r->store, &o->score, &found, err);
    if (!code && !found) {
        code = compute(w, c, o, err);
    }
    return code;
}

/* All wanted metrics of one comparison. */
enum attune_code attune_sets_compare(struct attune_sets_work *w, struct attune_comparison *c,
                                     struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    const bool alone = c->reference == w->r->suite->n_references;
    for (size_t i = 0; i < attune_n_set_metrics && !code; i++) {
        const struct attune_set_metric *metric = attune_set_metrics[i];
        /* Features of the notes are not kept with samples: those metrics belong to `distance`. */
        if (metric->needs_reference != alone && !metric->needs_features &&
            attune_glob_list(w->r->suite->set_metrics, metric->id)) {
            code = find_or_compute(w, c, metric, err);
        }
        const atomic_bool *interrupted = w->r->options->interrupted;
        if (!code && interrupted && atomic_load(interrupted)) {
            code = attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted");
        }
    }
    attune_set_pair_free(c->pair);
    c->pair = NULL;
    return code;
}

/* ---- into the database */

/* "set.fad@pop:clap", "Frechet distance (pop, clap)" */
static void name_metric(const struct attune_sets_work *w, const struct attune_set_outcome *o,
                        struct attune_buf *id, struct attune_buf *title)
{
    const struct attune_suite *suite = w->r->suite;
    const bool alone = o->reference == suite->n_references, others = suite->n_embeddings > 1;
    const char *embedding = suite->embeddings[o->embedding].name;
    attune_buf_add(id, o->metric->id);
    attune_buf_add(title, o->metric->title);
    if (!alone && o->reference > 0) {
        attune_buf_addf(id, "@%s", o->score.reference);
    }
    if (o->embedding > 0) {
        attune_buf_addf(id, ":%s", embedding);
    }
    if (!alone || others) {
        attune_buf_addf(title, " (%s%s%s)", o->score.reference, !alone && others ? ", " : "",
                        others ? embedding : "");
    }
}

static enum attune_code put_outcome(struct attune_sets_work *w, struct attune_set_outcome *o,
                                    struct attune_err *err)
{
    struct attune_buf id = ATTUNE_BUF_INIT, title = ATTUNE_BUF_INIT;
    name_metric(w, o, &id, &title);
    struct attune_run_metric metric = {
        .view = attune_set_metric_view(o->metric), .inputs = "sets", .identity = o->identity};
    metric.view.id = attune_buf_text(&id);
    metric.view.title = attune_buf_text(&title);
    /* Behind all others, by metric; scorers get their places while the run goes on. */
    size_t place = 0;
    while (attune_set_metrics[place] != o->metric) {
        place++;
    }
    const struct attune_suite *suite = w->r->suite;
    metric.position =
        (int64_t)(1000000 +
                  (place * suite->n_embeddings + o->embedding) * (suite->n_references + 1) +
                  o->reference);
    enum attune_code code =
        id.failed || title.failed
            ? attune_sets_oom(err)
            : attune_run_register_metric(w->r->store, w->r->run, &metric, &o->score.metric, err);
    if (!code) {
        code = attune_set_score_put(w->r->store, w->r->run, &o->score, err);
    }
    attune_buf_release(&id);
    attune_buf_release(&title);
    return code;
}

enum attune_code attune_sets_put(struct attune_sets_work *w, struct attune_err *err)
{
    enum attune_code code = attune_store_begin(w->r->store, err);
    if (!code) {
        code = attune_set_scores_clear(w->r->store, w->r->run, err);
    }
    for (size_t i = 0; i < w->n_outcomes && !code; i++) {
        code = put_outcome(w, &w->outcomes[i], err);
    }
    if (!code) {
        return attune_store_commit(w->r->store, err);
    }
    attune_store_rollback(w->r->store);
    return code;
}
