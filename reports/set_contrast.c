/* Distribution tests of two models, and their table. */
#include "reports/set_contrast.h"

#include <math.h>

#include "metrics/stats/multiplicity.h"
#include "reports/sheets/contrast_sheet.h"

/* Rows of b with the prompt and seed of each row of a; both are sorted by (prompt, seed). */
static uint32_t *match_rows(const struct attune_vector_table *a,
                            const struct attune_vector_table *b)
{
    uint32_t *pair = attune_alloc(a->n, sizeof *pair);
    size_t j = 0;
    for (size_t i = 0; pair && i < a->n; i++) {
        while (j < b->n && (b->prompt[j] < a->prompt[i] ||
                            (b->prompt[j] == a->prompt[i] && b->seed[j] < a->seed[i]))) {
            j++;
        }
        const bool found =
            j < b->n && b->prompt[j] == a->prompt[i] && b->seed[j] == a->seed[i];
        pair[i] = found ? (uint32_t)j : UINT32_MAX;
    }
    return pair;
}

static enum attune_code test_embedding(struct attune_store *store, struct attune_side a,
                                       struct attune_side b,
                                       const struct attune_embedding_info *embedding,
                                       const struct attune_contrast_options *options,
                                       struct attune_set_contrast *out, struct attune_err *err)
{
    struct attune_vector_table of_a = {0}, of_b = {0};
    uint32_t *pair = NULL;
    enum attune_code code =
        attune_read_vectors(store, a.run, a.model, embedding->id, &of_a, err);
    if (!code) {
        code = attune_read_vectors(store, b.run, b.model, embedding->id, &of_b, err);
    }
    if (!code) {
        pair = match_rows(&of_a, &of_b);
        code = pair ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a test");
    }
    *out = (struct attune_set_contrast){.embedding = embedding->name, .n_a = of_a.n, .n_b = of_b.n,
                                        .n_dims = of_a.d};
    if (!code && of_a.n > 0 && of_b.n > 0 && of_a.d != of_b.d) {
        out->test.why = "one side is audio, the other notes";
    } else if (!code) {
        struct attune_two_sample_options how = ATTUNE_TWO_SAMPLE_OPTIONS_INIT;
        how.seed = options->seed;
        how.n_threads = options->n_threads;
        code = attune_two_sample_test(
            &(struct attune_set){.rows = of_a.v, .n = of_a.n, .d = of_a.d},
            &(struct attune_set){.rows = of_b.v, .n = of_b.n, .d = of_a.d}, pair, &how, &out->test,
            err);
    }
    attune_release(pair);
    attune_vector_table_release(&of_a);
    attune_vector_table_release(&of_b);
    return code;
}

/* The p that the verdict is made of. */
static double sharper_p(const struct attune_two_sample *test, int statistic)
{
    return isnan(test->of[statistic].p_pairs) ? test->of[statistic].p
                                              : test->of[statistic].p_pairs;
}

static enum attune_code correct(struct attune_set_contrasts *out, struct attune_err *err)
{
    double *p = attune_alloc(out->n * ATTUNE_N_TWO_SAMPLE, sizeof *p);
    size_t n = 0;
    if (!p) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a test");
    }
    for (size_t i = 0; i < out->n; i++) {
        for (int k = 0; k < ATTUNE_N_TWO_SAMPLE && !out->items[i].test.why; k++) {
            p[n++] = sharper_p(&out->items[i].test, k);
        }
    }
    enum attune_code code = attune_holm(p, n, err);
    n = 0;
    for (size_t i = 0; i < out->n && !code; i++) {
        for (int k = 0; k < ATTUNE_N_TWO_SAMPLE && !out->items[i].test.why; k++) {
            out->items[i].p_holm[k] = p[n++];
        }
    }
    attune_release(p);
    return code;
}

static enum attune_code check_model(struct attune_store *store, struct attune_side side,
                                    struct attune_err *err)
{
    struct attune_model_list models = {0};
    size_t position;
    enum attune_code code = attune_read_models(store, side.run, &models, err);
    if (!code) {
        code = attune_contrast_model(&models, side.model, &position, err);
    }
    attune_model_list_release(&models);
    return code;
}

enum attune_code attune_set_contrasts_read(struct attune_set_contrasts *out,
                                           struct attune_store *store, struct attune_side a,
                                           struct attune_side b,
                                           const struct attune_contrast_options *options,
                                           struct attune_err *err)
{
    *out = (struct attune_set_contrasts){.alpha = options->alpha};
    enum attune_code code = check_model(store, a, err);
    code = code ? code : check_model(store, b, err);
    if (!code) {
        code = attune_read_embeddings(store, a.run, &out->embeddings, err);
    }
    if (!code) {
        out->items = attune_alloc(out->embeddings.n, sizeof *out->items);
        code = out->items ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (; !code && out->n < out->embeddings.n; out->n++) {
        code = test_embedding(store, a, b, &out->embeddings.items[out->n], options,
                              &out->items[out->n], err);
    }
    if (!code) {
        code = correct(out, err);
    }
    if (code) {
        attune_set_contrasts_release(out);
    }
    return code;
}

void attune_set_contrasts_release(struct attune_set_contrasts *contrasts)
{
    attune_release(contrasts->items);
    attune_embedding_list_release(&contrasts->embeddings);
    *contrasts = (struct attune_set_contrasts){0};
}

/* ---- the table */

static const struct attune_sheet_column columns[] = {
    {.title = "embedding", .id = "embedding"},
    {.title = "distance of A from B", .id = "statistic"},
    {.title = "value", .id = "value", .right = true, .n_decimals = 4},
    {.title = "p", .id = "p", .right = true, .n_decimals = 3},
    {.title = "p within pairs", .id = "p_pairs", .right = true, .n_decimals = 3},
    {.title = "p, Holm", .id = "p_holm", .right = true, .n_decimals = 3},
    {.title = "verdict", .id = "verdict"},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void add_row(const struct attune_set_contrasts *contrasts,
                    const struct attune_set_contrast *c, int k, struct attune_sheet *out)
{
    static const char *const titles[ATTUNE_N_TWO_SAMPLE] = {
        "maximum mean discrepancy, squared", "energy distance", "Frechet distance"};
    struct attune_sheet_cell *cells = attune_sheet_add_row(out);
    if (!cells) {
        return;
    }
    const bool differ = c->p_holm[k] <= contrasts->alpha;
    attune_cell_text(out, &cells[0], c->embedding);
    attune_cell_text(out, &cells[1], titles[k]);
    if (c->test.why) {
        attune_cell_text(out, &cells[N_COLUMNS - 1], c->test.why);
        return;
    }
    const double values[] = {c->test.of[k].value, c->test.of[k].p, c->test.of[k].p_pairs,
                             c->p_holm[k]};
    for (size_t i = 0; i < 4; i++) {
        attune_cell_value(&cells[2 + i], values[i]);
    }
    if (isnan(c->test.of[k].p_pairs)) {
        cells[4].note = attune_sheet_note(out, "fewer than 5 samples of one prompt and seed");
    }
    attune_cell_text(out, &cells[N_COLUMNS - 1], differ ? "they differ" : "not told apart");
    cells[N_COLUMNS - 1].marks = differ ? ATTUNE_MARK_BAD : 0;
}

void attune_set_contrast_sheet(const struct attune_set_contrasts *contrasts, const char *name_a,
                               const char *name_b, struct attune_sheet *out)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "A = %s, B = %s as sets:", name_a, name_b);
    for (size_t i = 0; i < contrasts->n; i++) {
        const struct attune_set_contrast *c = &contrasts->items[i];
        attune_buf_addf(&text, "%s %zu and %zu samples in %zu dimensions, %zu pairs (%s)",
                        i ? ";" : "", c->n_a, c->n_b, c->n_dims, c->test.n_pairs, c->embedding);
    }
    attune_buf_add(&text, "; permutation tests");
    out->caption = attune_sheet_text(out, attune_buf_text(&text));
    attune_buf_release(&text);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        attune_sheet_add_column(out, columns[i]);
    }
    for (size_t i = 0; i < contrasts->n; i++) {
        for (int k = 0; k < ATTUNE_N_TWO_SAMPLE; k++) {
            add_row(contrasts, &contrasts->items[i], k, out);
        }
    }
}
