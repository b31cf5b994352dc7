/* Files to vectors on several threads, with what is known already taken from the database. */
#include "harness/sets/embedder.h"

#include "base/fft.h"
#include "base/mem.h"
#include "base/thread.h"
#include "harness/evaluate.h"
#include "harness/sets/embedding_worker.h"
#include "metrics/set/embedding.h"
#include "metrics/set/set.h"
#include "models/drivers/fingerprint.h"

enum { BATCH_PER_THREAD = 16 }; /* files between two commits */
static const double start_timeout_s = 600.0; /* for loading weights */

struct attune_embedder {
    struct attune_embedder_spec spec;
    char version[64], identity[ATTUNE_HASH_SIZE];
    struct attune_store *store;
    struct attune_vectors *vectors; /* NULL: nothing is kept */
    int64_t row;
    struct attune_pool *pool;       /* of a worker */
    bool met;                       /* the worker has told its version */
    struct attune_evaluator **evaluators; /* (n_evaluators,) built in; made when first needed */
    size_t n_evaluators;
};

/* ---- what it is */

/* The built-in's values depend on how MIDI becomes sound and, in their last bits, on the FFT. */
static enum attune_code identify_builtin(struct attune_embedder *e, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    char soundfont[ATTUNE_HASH_SIZE] = "";
    enum attune_code code =
        e->spec.soundfont ? attune_hash_file(e->spec.soundfont, soundfont, err) : ATTUNE_OK;
    attune_buf_addf(&text, "%s %s %s %s %s", ATTUNE_EMBEDDING_NAME, ATTUNE_EMBEDDING_VERSION,
                    attune_fft_backend(), soundfont, e->spec.raw ? "raw" : "");
    attune_hash_bytes(attune_buf_text(&text), text.n_bytes, e->identity);
    if (!code && text.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    attune_buf_release(&text);
    snprintf(e->version, sizeof e->version, "%s", ATTUNE_EMBEDDING_VERSION);
    return code;
}

static enum attune_code open_worker(struct attune_embedder *e, struct attune_err *err)
{
    e->pool = attune_pool_new(
        &(struct attune_channel_spec){
            .name = e->spec.name, .argv = e->spec.worker, .folder = e->spec.folder,
            .role = "embedder", .limits = e->spec.limits,
            .start_timeout_s = start_timeout_s},
        e->spec.n_workers);
    return e->pool ? attune_identify_argv(e->spec.worker, e->spec.folder, e->identity, err)
                   : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
}

enum attune_code attune_embedder_new(struct attune_embedder **out,
                                     const struct attune_embedder_spec *spec,
                                     struct attune_store *store, struct attune_err *err)
{
    struct attune_embedder *e = attune_alloc(1, sizeof *e);
    if (!e) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an embedder");
    }
    e->spec = *spec;
    e->spec.name = spec->name ? spec->name : spec->worker ? "worker" : ATTUNE_EMBEDDING_NAME;
    e->store = store;
    enum attune_code code = spec->worker ? open_worker(e, err) : identify_builtin(e, err);
    if (!code && store) {
        code = attune_vectors_new(&e->vectors, store, err);
    }
    if (!code && store && spec->worker) {
        code = attune_vectors_last_version(e->vectors, e->spec.name, e->identity, e->version,
                                           sizeof e->version, err);
    }
    if (code) {
        attune_embedder_free(e);
        return code;
    }
    *out = e;
    return ATTUNE_OK;
}

void attune_embedder_free(struct attune_embedder *e)
{
    if (e) {
        for (size_t i = 0; i < e->n_evaluators; i++) {
            attune_evaluator_free(e->evaluators[i]);
        }
        attune_release(e->evaluators);
        attune_vectors_free(e->vectors);
        attune_pool_free(e->pool);
        attune_release(e);
    }
}

const char *attune_embedder_name(const struct attune_embedder *e)
{
    return e->spec.name;
}

const char *attune_embedder_version(const struct attune_embedder *e)
{
    return e->version;
}

const char *attune_embedder_identity(const struct attune_embedder *e)
{
    return e->identity;
}

int64_t attune_embedder_row(const struct attune_embedder *e)
{
    return e->row;
}

/* ---- one batch */

struct batch {
    struct attune_embedder *e;
    struct attune_embed_item **items; /* those to compute */
    enum attune_code *code;           /* (n,) errors that end the work */
    struct attune_err *err;           /* (n,) */
    const atomic_bool *cancelled;
};

static const struct attune_selection only_features = {.needs = ATTUNE_EMBEDDING_NEEDS};

/* A row that attune_set_clean would drop is no row. */
static void drop_unusable(struct attune_vector *vector)
{
    if (vector->v && !attune_set_row_usable(vector->v, vector->d)) {
        attune_vector_release(vector);
        vector->why = attune_strdup("the embedding holds NaN, infinite or huge values");
    }
}

static enum attune_code embed_here(struct attune_embedder *e, struct attune_evaluator *evaluator,
                                   struct attune_embed_item *item, struct attune_err *err)
{
    struct attune_err reason = ATTUNE_ERR_INIT;
    enum attune_code code =
        attune_evaluate_file(evaluator, item->path, NULL, &only_features, NULL, &reason);
    if (code == ATTUNE_E_MEMORY) {
        *err = reason;
        return code;
    }
    const char *why = code ? reason.message : NULL;
    if (!why) {
        struct attune_analysis *analysis = attune_evaluator_analysis(evaluator);
        item->vector.d = attune_embedding_size(attune_analysis_modality(analysis));
        item->vector.v = attune_alloc(item->vector.d, sizeof *item->vector.v);
        if (!item->vector.v) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an embedding");
        }
        why = attune_embedding_compute(analysis, e->spec.raw, item->vector.v);
    }
    if (why) {
        attune_vector_release(&item->vector);
        item->vector.why = attune_strdup(why);
    }
    return ATTUNE_OK;
}

static void embed_item(void *context, size_t i, size_t worker)
{
    struct batch *b = context;
    struct attune_embedder *e = b->e;
    if (b->cancelled && atomic_load(b->cancelled)) {
        b->code[i] = attune_fail(&b->err[i], ATTUNE_E_INTERRUPTED, "interrupted");
    } else if (e->pool) {
        b->code[i] = attune_embedding_worker_ask(e->pool, e->spec.timeout_s, b->cancelled,
                                                 b->items[i], &b->err[i]);
    } else {
        b->code[i] = embed_here(e, e->evaluators[worker], b->items[i], &b->err[i]);
    }
    drop_unusable(&b->items[i]->vector);
}

/* Vectors are kept, and what the built-in cannot embed; a worker may do better the next time. */
static enum attune_code keep_batch(struct attune_embedder *e, struct batch *b, size_t n,
                                   struct attune_err *err)
{
    if (!e->vectors) {
        return ATTUNE_OK;
    }
    enum attune_code code = attune_store_begin(e->store, err);
    for (size_t i = 0; i < n && !code; i++) {
        const struct attune_vector *vector = &b->items[i]->vector;
        if (vector->v || (vector->why && !e->pool)) {
            code = attune_vectors_put(e->vectors, b->items[i]->hash, vector, err);
        }
    }
    if (!code) {
        return attune_store_commit(e->store, err);
    }
    attune_store_rollback(e->store);
    return code;
}

static enum attune_code run_batch(struct batch *b, size_t n, size_t n_threads,
                                  struct attune_err *err)
{
    memset(b->code, 0, n * sizeof *b->code);
    attune_parallel_for(n, n_threads, embed_item, b);
    enum attune_code code = keep_batch(b->e, b, n, err);
    for (size_t i = 0; i < n && !code; i++) {
        if (b->code[i]) {
            *err = b->err[i];
            code = b->code[i];
        }
    }
    return code;
}

/* ---- the whole list */

static enum attune_code make_evaluators(struct attune_embedder *e, size_t n, struct attune_err *err)
{
    if (e->n_evaluators >= n) {
        return ATTUNE_OK;
    }
    struct attune_evaluator **more = attune_resize(e->evaluators, n, sizeof *more);
    if (!more) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an embedder");
    }
    e->evaluators = more;
    while (e->n_evaluators < n) {
        struct attune_evaluator *evaluator = attune_evaluator_new(err);
        if (!evaluator) {
            return ATTUNE_E_MEMORY;
        }
        e->evaluators[e->n_evaluators++] = evaluator;
        enum attune_code code = attune_evaluator_render(evaluator, e->spec.soundfont, err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

/* Takes from the database what is there; *n_missing items are left to compute. */
static enum attune_code look_up(struct attune_embedder *e, struct attune_embed_item *items,
                                size_t n, struct attune_embed_item **missing, size_t *n_missing,
                                struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct attune_err unreadable = ATTUNE_ERR_INIT;
    *n_missing = 0;
    if (e->vectors) {
        code = attune_vectors_select(e->vectors, e->spec.name, e->version, e->identity, &e->row,
                                     err);
    }
    for (size_t i = 0; i < n && !code; i++) {
        attune_vector_release(&items[i].vector);
        if (e->vectors && !items[i].hash[0] &&
            attune_hash_file(items[i].path, items[i].hash, &unreadable)) {
            items[i].vector.why = attune_strdup(unreadable.message);
        } else if (e->vectors) {
            code = attune_vectors_find(e->vectors, items[i].hash, &items[i].vector, err);
        }
        if (!items[i].vector.v && !items[i].vector.why) {
            missing[(*n_missing)++] = &items[i];
        }
    }
    return code;
}

/* Starts the worker and asks its version; *changed: what was found is of another one. */
static enum attune_code meet_worker(struct attune_embedder *e, const atomic_bool *cancelled,
                                    bool *changed, struct attune_err *err)
{
    char version[sizeof e->version];
    *changed = false;
    if (!e->pool || e->met) {
        return ATTUNE_OK;
    }
    enum attune_code code = attune_pool_version(e->pool, cancelled, version, sizeof version, err);
    if (!code) {
        e->met = true;
        *changed = strcmp(version, e->version) != 0;
        memcpy(e->version, version, sizeof version);
    }
    return code;
}

static enum attune_code run_missing(struct attune_embedder *e, struct attune_embed_item **missing,
                                    size_t n, size_t n_threads, const atomic_bool *cancelled,
                                    struct attune_err *err)
{
    const size_t most = BATCH_PER_THREAD * n_threads;
    struct batch b = {.e = e, .cancelled = cancelled,
                      .code = attune_alloc(most, sizeof *b.code),
                      .err = attune_alloc(most, sizeof *b.err)};
    enum attune_code code = b.code && b.err
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a batch");
    if (!code && !e->pool) {
        code = make_evaluators(e, n_threads < n ? n_threads : n, err);
    }
    for (size_t i = 0; i < n && !code; i += most) {
        b.items = missing + i;
        code = run_batch(&b, n - i < most ? n - i : most, n_threads, err);
    }
    attune_release(b.code);
    attune_release(b.err);
    return code;
}

enum attune_code attune_embedder_run(struct attune_embedder *e, struct attune_embed_item *items,
                                     size_t n, size_t n_threads, const atomic_bool *cancelled,
                                     struct attune_err *err)
{
    struct attune_embed_item **missing = attune_alloc(n, sizeof(struct attune_embed_item *));
    size_t n_missing = 0;
    bool changed = false;
    enum attune_code code =
        missing ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu files", n);
    n_threads = n_threads < 1 ? 1 : n_threads;
    if (!code) {
        code = look_up(e, items, n, missing, &n_missing, err);
    }
    if (!code && n_missing > 0) {
        code = meet_worker(e, cancelled, &changed, err);
    }
    if (!code && changed) {
        code = look_up(e, items, n, missing, &n_missing, err);
    }
    if (!code && n_missing > 0) {
        code = run_missing(e, missing, n_missing, n_threads, cancelled, err);
    }
    attune_release(missing);
    return code;
}

void attune_embed_items_release(struct attune_embed_item *items, size_t n)
{
    for (size_t i = 0; items && i < n; i++) {
        attune_vector_release(&items[i].vector);
    }
    attune_release(items);
}

/* ---- into a matrix */

static enum attune_code several_sizes(const struct attune_embed_item *a,
                                      const struct attune_embed_item *b, struct attune_err *err)
{
    attune_fail_at(err, ATTUNE_E_INPUT, b->path, 0,
                   "its embedding has %zu dimensions, that of '%s' has %zu", b->vector.d, a->path,
                   a->vector.d);
    attune_err_hint(err, "audio and MIDI in one set? their embeddings do not compare: keep them "
                         "apart, or render the MIDI files first");
    return ATTUNE_E_INPUT;
}

enum attune_code attune_embed_rows(struct attune_matrix *out, size_t **index,
                                   const struct attune_embed_item *items, size_t n,
                                   struct attune_buf *warnings, struct attune_err *err)
{
    size_t n_rows = 0, first = 0;
    *out = (struct attune_matrix){0};
    *index = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!items[i].vector.v) {
            attune_buf_addf(warnings, "%s" ATTUNE_NO_EMBEDDING "%s\n", items[i].path,
                            items[i].vector.why ? items[i].vector.why : "out of memory");
            continue;
        }
        first = n_rows++ == 0 ? i : first;
        if (items[i].vector.d != items[first].vector.d) {
            return several_sizes(&items[first], &items[i], err);
        }
    }
    if (n_rows == 0) {
        return ATTUNE_OK;
    }
    const size_t d = items[first].vector.d;
    *out = (struct attune_matrix){attune_alloc_aligned(n_rows * d, sizeof(float)), n_rows, d};
    *index = attune_alloc(n_rows, sizeof **index);
    if (!out->v || !*index) {
        attune_matrix_release(out);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu embeddings", n_rows);
    }
    for (size_t i = 0, row = 0; i < n; i++) {
        if (items[i].vector.v) {
            memcpy(out->v + row * d, items[i].vector.v, d * sizeof(float));
            (*index)[row++] = i;
        }
    }
    return ATTUNE_OK;
}
