/* The finished samples of a run, and the rows that each model's samples have in one embedding. */
#include "harness/run/run_sets.h"

/* ---- samples */

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
    struct attune_run_samples *s = context;
    const struct attune_suite *suite = s->r->suite;
    if (strcmp(row->status, "ok") != 0) {
        return true;
    }
    const size_t model = model_index(suite, row->model);
    const size_t prompt = prompt_index(suite, row->prompt, s->n > 0 ? s->prompt[s->n - 1] : 0);
    if (model == suite->n_models || prompt == suite->prompts.n) {
        return true;
    }
    const char *path = attune_arena_strdup(&s->text, row->path);
    s->out_of_memory =
        !path || !attune_grow((void **)&s->items, &s->capacity, s->n, sizeof *s->items) ||
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

enum attune_code attune_run_samples_read(struct attune_run_samples *s, struct attune_run_state *r,
                                         struct attune_err *err)
{
    s->r = r;
    s->first = attune_alloc(r->suite->n_models + 1, sizeof *s->first);
    enum attune_code code = s->first
                                ? attune_read_samples(r->store, r->run, NULL, take_sample, s, err)
                                : attune_sets_oom(err);
    return code ? code : s->out_of_memory ? attune_sets_oom(err) : ATTUNE_OK;
}

/* ---- warnings */

void attune_add_file_summary(struct attune_buf *out, const char *warnings, const char *name,
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

void attune_model_rows_release(struct attune_model_rows *c)
{
    attune_matrix_release(&c->rows);
    attune_release(c->group);
    attune_buf_release(&c->warnings);
}

enum attune_code attune_model_rows_make(const struct attune_sets_work *w, size_t model,
                                        struct attune_model_rows *c, struct attune_err *err)
{
    const struct attune_run_samples *s = &w->samples;
    const size_t first = s->first[model], n = s->first[model + 1] - first;
    struct attune_buf content = ATTUNE_BUF_INIT, missing = ATTUNE_BUF_INIT;
    size_t *index = NULL;
    *c = (struct attune_model_rows){0};
    struct attune_err mixed = ATTUNE_ERR_INIT;
    for (size_t i = first; i < first + n; i++) {
        if (s->items[i].vector.v) {
            attune_buf_addf(&content, "%s %s\n", w->r->prompt_hash[s->prompt[i]], s->items[i].hash);
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
        attune_add_file_summary(&c->warnings, attune_buf_text(&missing), "samples", n);
    }
    if (!code) {
        c->group = attune_alloc(c->rows.n_rows, sizeof *c->group);
        code = c->group && !content.failed ? ATTUNE_OK : attune_sets_oom(err);
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
