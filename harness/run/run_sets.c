/* Metrics of whole sets: what each model's finished samples are worth together, seen through every
 * embedding of the suite and held against every reference.
 *
 * Runs once all samples are there. A value is found again by the key of all that decides it (the
 * samples by content, the reference by content, embedding, metric version, options), so unchanged
 * samples cost nothing and changed ones are always computed. The first embedding and the first
 * reference give the plain id, the others show in it: set.fad, set.fad@pop, set.fad:clap,
 * set.fad@pop:clap. */
#include <math.h>

#include "base/text.h"
#include "harness/run/run_state.h"
#include "harness/sets/set_source.h"
#include "harness/store/set_scores.h"
#include "metrics/set/set_metric.h"

/* All finished samples of the run, by model, prompt, seed. */
struct samples {
    struct attune_run_state *r;
    struct attune_embed_item *items; /* (n,) */
    uint32_t *prompt;                /* (n,) index in the suite */
    size_t *first;                   /* (n_models + 1,) where each model's begin */
    size_t n, capacity, prompt_capacity;
    struct attune_arena text;
    bool out_of_memory;
};

/* A value of one model under one metric, one reference, one embedding. */
struct outcome {
    struct attune_set_score score;
    const struct attune_set_metric *metric;
    size_t embedding, reference; /* indices; reference n_references: none */
    char identity[ATTUNE_HASH_SIZE];
};

struct work {
    struct attune_run_state *r;
    struct samples samples;
    struct attune_set_options options;
    struct outcome *outcomes;
    size_t n_outcomes, capacity;
    char (*reference_hash)[ATTUNE_HASH_SIZE]; /* (n_references,) of the embedding at hand */
    struct attune_arena text;                 /* what outcomes point to */
};

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for metrics of sets");
}

/* ---- samples */

static char *keep_text(struct attune_arena *arena, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = attune_arena_alloc(arena, n, 1);
    return copy ? memcpy(copy, text, n) : NULL;
}

static size_t model_index(const struct attune_suite *suite, const char *name)
{
    size_t i = 0;
    while (i < suite->n_models && strcmp(suite->models[i].spec.name, name) != 0) {
        i++;
    }
    return i;
}

static size_t prompt_index(const struct attune_suite *suite, const char *id, size_t guess)
{
    const size_t n = suite->prompts.n;
    for (size_t k = 0; k < n; k++) {
        const size_t i = (guess + k) % n; /* rows come in the order of the prompts */
        if (strcmp(suite->prompts.items[i].id, id) == 0) {
            return i;
        }
    }
    return n;
}

static bool take_sample(void *context, const struct attune_sample_row *row)
{
    struct samples *s = context;
    const struct attune_suite *suite = s->r->suite;
    if (strcmp(row->status, "ok") != 0) {
        return true;
    }
    const size_t model = model_index(suite, row->model);
    const size_t prompt =
        prompt_index(suite, row->prompt, s->n > 0 ? s->prompt[s->n - 1] : 0);
    if (model == suite->n_models || prompt == suite->prompts.n) {
        return true;
    }
    const char *path = keep_text(&s->text, row->path);
    s->out_of_memory =
        !path ||
        !attune_grow((void **)&s->items, &s->capacity, s->n, sizeof *s->items) ||
        !attune_grow((void **)&s->prompt, &s->prompt_capacity, s->n, sizeof *s->prompt);
    if (s->out_of_memory) {
        return false;
    }
    struct attune_embed_item *item = &s->items[s->n];
    *item = (struct attune_embed_item){.path = path, .prompt = &suite->prompts.items[prompt]};
    snprintf(item->hash, sizeof item->hash, "%s", row->hash);
    s->prompt[s->n++] = (uint32_t)prompt;
    for (size_t m = model + 1; m <= suite->n_models; m++) {
        s->first[m] = s->n;
    }
    return true;
}

static enum attune_code read_samples(struct samples *s, struct attune_run_state *r,
                                     struct attune_err *err)
{
    s->r = r;
    s->first = attune_alloc(r->suite->n_models + 1, sizeof *s->first);
    enum attune_code code =
        s->first ? attune_read_samples(r->store, r->run, NULL, take_sample, s, err)
                 : out_of_memory(err);
    return code ? code : s->out_of_memory ? out_of_memory(err) : ATTUNE_OK;
}

/* ---- warnings */

/* The lines of warnings, those on single files replaced by their number: "'pop': 3 of 70 ...". */
static void add_summary(struct attune_buf *out, const char *warnings, const char *name,
                        size_t n_files)
{
    size_t n_missing = 0;
    const char *first = "";
    for (const char *line = warnings; *line; line += strcspn(line, "\n") + 1) {
        const size_t n = strcspn(line, "\n");
        const char *mark = strstr(line, ATTUNE_NO_EMBEDDING);
        if (mark && mark < line + n) {
            first = n_missing++ == 0 ? line : first;
        } else {
            attune_buf_addf(out, "%.*s\n", (int)n, line);
        }
    }
    if (n_missing > 0) {
        attune_buf_addf(out, "%s: %zu of %zu files have no embedding; the first: %.*s\n", name,
                        n_missing, n_files, (int)strcspn(first, "\n"), first);
    }
}

/* ---- one model's set */

/* The rows of one model, with their prompts, and the warnings a reader needs. */
struct candidate {
    struct attune_matrix rows;
    uint32_t *group;           /* (n,) */
    struct attune_buf warnings;
    char content[ATTUNE_HASH_SIZE]; /* samples and prompts, in order */
};

static void candidate_release(struct candidate *c)
{
    attune_matrix_release(&c->rows);
    attune_release(c->group);
    attune_buf_release(&c->warnings);
}

static enum attune_code make_candidate(const struct work *w, size_t model, struct candidate *c,
                                       struct attune_err *err)
{
    const struct samples *s = &w->samples;
    const size_t first = s->first[model], n = s->first[model + 1] - first;
    struct attune_buf content = ATTUNE_BUF_INIT, missing = ATTUNE_BUF_INIT;
    size_t *index = NULL;
    *c = (struct candidate){0};
    struct attune_err mixed = ATTUNE_ERR_INIT;
    for (size_t i = first; i < first + n; i++) {
        if (s->items[i].vector.v) {
            attune_buf_addf(&content, "%s %s\n", w->r->prompt_hash[s->prompt[i]],
                            s->items[i].hash);
        }
    }
    attune_hash_bytes(attune_buf_text(&content), content.n_bytes, c->content);
    enum attune_code code =
        attune_embed_rows(&c->rows, &index, s->items + first, n, &missing, &mixed);
    if (code == ATTUNE_E_INPUT) {
        attune_buf_addf(&c->warnings, "samples: %s\n", mixed.message);
        code = ATTUNE_OK;
    } else if (code) {
        *err = mixed;
    } else {
        add_summary(&c->warnings, attune_buf_text(&missing), "samples", n);
    }
    if (!code) {
        c->group = attune_alloc(c->rows.n_rows, sizeof *c->group);
        code = c->group && !content.failed ? ATTUNE_OK : out_of_memory(err);
    }
    for (size_t i = 0; i < c->rows.n_rows && !code; i++) {
        c->group[i] = s->prompt[first + index[i]];
    }
    if (!code && c->rows.n_rows > 0) {
        attune_set_clean(&c->rows, c->group, "samples", &c->warnings);
    }
    attune_release(index);
    attune_buf_release(&content);
    attune_buf_release(&missing);
    return code;
}

/* ---- values */

static struct outcome *add_outcome(struct work *w, const struct attune_set_metric *metric,
                                   const struct attune_embedder *embedder, size_t e, size_t ref)
{
    if (!attune_grow((void **)&w->outcomes, &w->capacity, w->n_outcomes, sizeof *w->outcomes)) {
        return NULL;
    }
    const struct attune_suite *suite = w->r->suite;
    const bool alone = ref == suite->n_references;
    struct outcome *o = &w->outcomes[w->n_outcomes];
    *o = (struct outcome){.metric = metric, .embedding = e, .reference = ref};
    o->score = (struct attune_set_score){
        .base = metric->id, .reference = alone ? "" : suite->references[ref].name,
        .reference_hash = alone ? "" : keep_text(&w->text, w->reference_hash[ref]),
        .value = NAN, .ci_low = NAN, .ci_high = NAN};
    if (!o->score.reference_hash) {
        return NULL;
    }
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "%s %s %s\n%s\n%s %d\n%zu %d %g %zu %g %llu\n",
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
    return failed ? out_of_memory(err) : ATTUNE_OK;
}

/* Why a model has no value whatever the metric, or NULL. */
static const char *no_set(const struct candidate *c, const struct attune_set *reference)
{
    return c->rows.n_rows == 0 ? "no set of embeddings"
           : reference->d > 0 && reference->d != c->rows.n_cols
               ? "samples and reference have embeddings of different sizes: one is audio, the "
                 "other notes?"
               : NULL;
}

/* Everything that one model, one reference (or none) and one embedding give. */
struct comparison {
    size_t model, embedding, reference;
    const struct attune_embedder *embedder;
    const struct candidate *candidate;
    struct attune_set view; /* of the reference; n = 0: none */
    const char *warnings;   /* of the reference */
    struct attune_set_pair *pair; /* made when first needed */
};

static enum attune_code compute(struct work *w, struct comparison *c, struct outcome *o,
                                struct attune_err *err)
{
    const struct attune_matrix *rows = &c->candidate->rows;
    struct attune_set_value value = {.value = attune_undefined("no value")};
    enum attune_code code = ATTUNE_OK;
    const char *why = no_set(c->candidate, &c->view);
    if (why) {
        value.value = attune_undefined(why);
    } else {
        const struct attune_set set = {.rows = rows->v, .n = rows->n_rows, .d = rows->n_cols,
                                       .group = c->candidate->group};
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
    return code ? code : failed ? out_of_memory(err) : ATTUNE_OK;
}

static enum attune_code find_or_compute(struct work *w, struct comparison *c,
                                        const struct attune_set_metric *metric,
                                        struct attune_err *err)
{
    struct outcome *o = add_outcome(w, metric, c->embedder, c->embedding, c->reference);
    bool found = false;
    char text[2 * ATTUNE_HASH_SIZE + 2];
    if (!o) {
        return out_of_memory(err);
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
static enum attune_code compare(struct work *w, struct comparison *c, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    const bool alone = c->reference == w->r->suite->n_references;
    for (size_t i = 0; i < attune_n_set_metrics && !code; i++) {
        const struct attune_set_metric *metric = attune_set_metrics[i];
        if (metric->needs_reference != alone &&
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

/* All models against one loaded reference, or alone. */
static enum attune_code compare_models(struct work *w, struct comparison *c,
                                       const struct candidate *candidates, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t m = 0; m < w->r->suite->n_models && !code; m++) {
        if (w->samples.first[m + 1] > w->samples.first[m]) {
            c->model = m;
            c->candidate = &candidates[m];
            code = compare(w, c, err);
        }
    }
    return code;
}

static enum attune_code compare_all(struct work *w, size_t e, struct attune_embedder *embedder,
                                    const struct candidate *candidates, struct attune_err *err)
{
    const struct attune_suite *suite = w->r->suite;
    const struct attune_run_options *options = w->r->options;
    const struct attune_set_loader loader = {embedder, options->n_threads, options->interrupted};
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i <= suite->n_references && !code; i++) {
        struct comparison c = {.embedding = e, .reference = i, .embedder = embedder,
                               .warnings = ""};
        struct attune_set_source source = {0};
        struct attune_buf warnings = ATTUNE_BUF_INIT, summary = ATTUNE_BUF_INIT;
        if (i < suite->n_references) {
            char name[160];
            snprintf(name, sizeof name, "reference '%.120s'", suite->references[i].name);
            code = attune_set_source_load(&source, suite->references[i].path, name, &loader,
                                          &warnings, err);
            memcpy(w->reference_hash[i], source.hash, sizeof source.hash);
            c.view = attune_set_source_view(&source);
            add_summary(&summary, attune_buf_text(&warnings), name, source.files.n);
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
static void count_unembedded(struct work *w)
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
static void leave_out(struct work *w, const struct attune_suite_embedding *spec,
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

static enum attune_code see_through(struct work *w, size_t e, struct attune_err *err)
{
    const struct attune_suite_embedding *spec = &w->r->suite->embeddings[e];
    const size_t n_models = w->r->suite->n_models;
    struct attune_embedder *embedder = NULL;
    struct attune_err why = ATTUNE_ERR_INIT;
    struct candidate *candidates = attune_alloc(n_models, sizeof *candidates);
    const struct attune_embedder_spec how = {
        .name = spec->name, .worker = spec->worker, .folder = w->r->suite->folder,
        .n_workers = spec->n_workers, .timeout_s = spec->timeout_s,
        .memory_bytes = spec->memory_bytes, .soundfont = w->r->soundfont};
    enum attune_code code = candidates ? ATTUNE_OK : out_of_memory(err);
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
        code = make_candidate(w, m, &candidates[m], err);
    }
    if (!code) {
        code = compare_all(w, e, embedder, candidates, err);
    }
out:
    for (size_t m = 0; candidates && m < n_models; m++) {
        candidate_release(&candidates[m]);
    }
    attune_release(candidates);
    attune_embedder_free(embedder);
    return code;
}

/* ---- into the database */

/* "set.fad@pop:clap", "Frechet distance (pop, clap)" */
static void name_metric(const struct work *w, const struct outcome *o, struct attune_buf *id,
                        struct attune_buf *title)
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

static enum attune_code put_outcome(struct work *w, struct outcome *o, struct attune_err *err)
{
    struct attune_buf id = ATTUNE_BUF_INIT, title = ATTUNE_BUF_INIT;
    name_metric(w, o, &id, &title);
    struct attune_run_metric metric = {.view = attune_set_metric_view(o->metric),
                                       .inputs = "sets", .identity = o->identity};
    metric.view.id = attune_buf_text(&id);
    metric.view.title = attune_buf_text(&title);
    /* Behind all others, by metric; scorers get their places while the run goes on. */
    size_t place = 0;
    while (attune_set_metrics[place] != o->metric) {
        place++;
    }
    const struct attune_suite *suite = w->r->suite;
    metric.position = (int64_t)(1000000 + (place * suite->n_embeddings + o->embedding) *
                                              (suite->n_references + 1) + o->reference);
    enum attune_code code =
        id.failed || title.failed
            ? out_of_memory(err)
            : attune_run_register_metric(w->r->store, w->r->run, &metric, &o->score.metric, err);
    if (!code) {
        code = attune_set_score_put(w->r->store, w->r->run, &o->score, err);
    }
    attune_buf_release(&id);
    attune_buf_release(&title);
    return code;
}

static enum attune_code put_all(struct work *w, struct attune_err *err)
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

enum attune_code attune_run_sets(struct attune_run_state *r, struct attune_err *err)
{
    if (!r->suite->set_metrics[0]) {
        return ATTUNE_OK;
    }
    struct work w = {.r = r, .options = ATTUNE_SET_OPTIONS_INIT};
    w.options.seed = r->options->seed;
    w.options.n_threads = r->options->n_threads;
    w.reference_hash = attune_alloc(r->suite->n_references, sizeof *w.reference_hash);
    enum attune_code code = w.reference_hash ? read_samples(&w.samples, r, err)
                                             : out_of_memory(err);
    for (size_t e = 0; e < r->suite->n_embeddings && !code && w.samples.n > 0; e++) {
        code = see_through(&w, e, err);
    }
    if (!code) {
        code = put_all(&w, err);
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
