#include "cli/eval_reference.h"

#include <math.h>

#include "base/mem.h"
#include "cli/set_result.h"
#include "harness/sets/set_source.h"
#include "metrics/set/nearest.h"

struct against {
    struct attune_set_source reference;
    struct attune_matrix rows;
    size_t *file; /* (rows.n_rows,) in the list of files */
    struct attune_nearest *nearest; /* (rows.n_rows,) or NULL without reference rows */
    struct attune_set_result *results;
    size_t n_results;
    struct attune_buf warnings;
};

static void release(struct against *a)
{
    attune_set_source_release(&a->reference);
    attune_matrix_release(&a->rows);
    attune_release(a->file);
    attune_release(a->nearest);
    attune_release(a->results);
    attune_buf_release(&a->warnings);
}

/* The comma-separated globs that are over set metrics; "" where there is none. */
static void set_globs(struct attune_buf *out, const char *globs)
{
    for (const char *p = globs ? globs : ""; *p;) {
        const size_t n = strcspn(p, ",");
        if (strncmp(p, "set.", 4) == 0) {
            attune_buf_add(out, out->n_bytes ? "," : "");
            attune_buf_add_bytes(out, p, n);
        }
        p += n + (p[n] == ',');
    }
}

static enum attune_code embed(struct against *a, const struct attune_eval_reference *how,
                              const struct attune_file_list *files, size_t n_threads,
                              struct attune_err *err)
{
    struct attune_embedder *embedder = NULL;
    struct attune_embed_item *items = attune_alloc(files->n, sizeof *items);
    const struct attune_embedder_spec spec = {.soundfont = how->soundfont};
    enum attune_code code = items ? attune_embedder_new(&embedder, &spec, NULL, err)
                                  : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t i = 0; i < files->n && !code; i++) {
        items[i].path = files->paths[i];
    }
    if (!code) {
        code = attune_embedder_run(embedder, items, files->n, n_threads, NULL, err);
    }
    if (!code) {
        code = attune_embed_rows(&a->rows, &a->file, items, files->n, &a->warnings, err);
    }
    if (!code) {
        attune_set_clean(&a->rows, NULL, "files", &a->warnings);
        const struct attune_set_loader loader = {embedder, n_threads, NULL};
        code = attune_set_source_load(&a->reference, how->path, "reference", &loader, &a->warnings,
                                      err);
    }
    attune_embed_items_release(items, files->n);
    attune_embedder_free(embedder);
    return code;
}

static enum attune_code measure(struct against *a, const struct attune_common *common,
                                const char *globs, struct attune_err *err)
{
    struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;
    options.seed = common->seed;
    options.n_threads = common->jobs;
    const struct attune_set reference = attune_set_source_view(&a->reference);
    const struct attune_set files = {.rows = a->rows.v, .n = a->rows.n_rows, .d = a->rows.n_cols};
    struct attune_set_pair *pair = NULL;
    a->results = attune_alloc(attune_n_set_metrics, sizeof *a->results);
    enum attune_code code = a->results
                                ? attune_set_pair_new(&pair, &reference, &files, &options, err)
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    if (!code) {
        code = attune_set_results_evaluate(globs, pair, a->results, &a->n_results, err);
    }
    if (!code && reference.rows) {
        a->nearest = attune_alloc(files.n, sizeof *a->nearest);
        code = a->nearest ? attune_set_nearest(pair, a->nearest, err)
                          : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    attune_set_pair_free(pair);
    return code;
}

static const char *reference_name(const struct against *a, size_t row)
{
    return a->reference.file ? a->reference.files.paths[a->reference.file[row]] : NULL;
}

static void print_json(const struct against *a, const struct attune_eval_reference *how,
                       const struct attune_file_list *files, struct attune_buf *out)
{
    attune_buf_add(out, "{\"reference\": {\"path\": ");
    attune_buf_add_json(out, how->path);
    attune_buf_addf(out, ", \"n\": %zu, \"d\": %zu}, \"files\": {\"n\": %zu, \"d\": %zu}, ",
                    a->reference.rows.n_rows, a->reference.d, a->rows.n_rows, a->rows.n_cols);
    attune_set_results_json(out, a->results, a->n_results, a->reference.rows.n_rows,
                            a->rows.n_rows, " ");
    attune_buf_add(out, ", \"nearest_reference\": [");
    for (size_t i = 0; a->nearest && i < a->rows.n_rows; i++) {
        const char *name = reference_name(a, a->nearest[i].row);
        attune_buf_add(out, i ? ", {\"path\": " : "{\"path\": ");
        attune_buf_add_json(out, files->paths[a->file[i]]);
        attune_buf_addf(out, ", \"row\": %zu, \"reference\": ", a->nearest[i].row);
        if (name) {
            attune_buf_add_json(out, name);
        } else {
            attune_buf_add(out, "null");
        }
        attune_buf_add(out, ", \"distance\": ");
        attune_buf_add_double(out, a->nearest[i].distance);
        attune_buf_addf(out, ", \"near_copy\": %s}",
                        a->nearest[i].near_copy ? "true" : "false");
    }
    attune_buf_add(out, "], ");
    attune_set_warnings_json(out, attune_buf_text(&a->warnings));
    attune_buf_add(out, "}\n");
}

static void print_table(const struct against *a, const struct attune_eval_reference *how,
                        const struct attune_file_list *files, struct attune_buf *out)
{
    attune_buf_addf(out, "\n%zu files against %zu of %s, %zu dimensions\n", a->rows.n_rows,
                    a->reference.rows.n_rows, how->path, a->reference.d);
    attune_set_results_table(out, a->results, a->n_results);
    for (size_t i = 0; a->nearest && i < a->rows.n_rows; i++) {
        if (a->nearest[i].near_copy) {
            const char *name = reference_name(a, a->nearest[i].row);
            attune_buf_addf(out, "near copy: %s of %s", files->paths[a->file[i]],
                            name ? name : "row");
            if (!name) {
                attune_buf_addf(out, " %zu", a->nearest[i].row);
            }
            attune_buf_addf(out, ", distance %.4g\n", a->nearest[i].distance);
        }
    }
}

enum attune_code attune_eval_against(const struct attune_common *common,
                                     const struct attune_eval_reference *how,
                                     const struct attune_file_list *files, struct attune_err *err)
{
    struct against a = {.n_results = 0};
    struct attune_buf globs = ATTUNE_BUF_INIT, out = ATTUNE_BUF_INIT;
    set_globs(&globs, how->globs);
    enum attune_code code = embed(&a, how, files, common->jobs, err);
    if (!code && a.rows.n_rows == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "no file has an embedding to compare with '%s'",
                           how->path);
    }
    if (!code) {
        code = measure(&a, common, globs.n_bytes ? attune_buf_text(&globs) : NULL, err);
    }
    if (!code) {
        (how->json ? print_json : print_table)(&a, how, files, &out);
        fputs(attune_buf_text(&out), stdout);
        code = out.failed || globs.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                                          : ATTUNE_OK;
    }
    if (!how->json && !common->quiet) {
        fputs(attune_buf_text(&a.warnings), stderr);
    }
    attune_buf_release(&globs);
    attune_buf_release(&out);
    release(&a);
    return code;
}
