#include "reports/tax.h"

#include <math.h>

#include "metrics/stats/order.h"
#include "reports/contrast.h"
#include "reports/gains.h"

static const double alpha = 0.05;

static void fill(struct attune_tax_cell *cell, const struct attune_contrast *c)
{
    if (c->skipped || c->verdict == ATTUNE_VERDICT_NO_DATA) {
        return;
    }
    const double better = attune_mean(c->better, c->n);
    *cell = (struct attune_tax_cell){
        .state = ATTUNE_TAX_MEASURED,
        .change = c->difference,
        .low = c->ci_low,
        .high = c->ci_high,
        .standard = c->sd_b > 0.0 ? better / c->sd_b : (better > 0.0) - (better < 0.0),
        .verdict = (c->verdict == ATTUNE_VERDICT_A) - (c->verdict == ATTUNE_VERDICT_B),
        .p_holm = c->p_holm};
}

/* One model against its base under the metrics that it was not optimised on. */
static enum attune_code fill_row(struct attune_tax *tax, const struct attune_board *board,
                                 const struct attune_score_table *scores, size_t i, uint64_t seed,
                                 size_t n_threads, struct attune_err *err)
{
    const struct attune_board_row *row = &board->rows[tax->rows[i]];
    struct attune_tax_cell *cells = tax->cells + i * tax->n_metrics;
    struct attune_buf globs = ATTUNE_BUF_INIT;
    for (size_t k = 0; k < tax->n_metrics; k++) {
        const char *name = board->metrics.items[tax->metrics[k]].name;
        cells[k] = (struct attune_tax_cell){.state = ATTUNE_TAX_NO_DATA};
        if (attune_row_is_proxy(row, name)) {
            cells[k].state = ATTUNE_TAX_OPTIMISED;
        } else {
            attune_buf_addf(&globs, "%s%s", globs.n_bytes ? "," : "", name);
        }
    }
    const struct attune_contrast_options how = {
        .globs = attune_buf_text(&globs), .alpha = alpha, .seed = seed, .n_threads = n_threads};
    struct attune_contrasts contrasts;
    enum attune_code code =
        globs.n_bytes
            ? attune_contrasts_of(&contrasts, scores, row->name, scores, row->base, &how, err)
            : ATTUNE_OK;
    if (!code && globs.n_bytes) {
        for (size_t c = 0; c < contrasts.n; c++) {
            for (size_t k = 0; k < tax->n_metrics; k++) {
                if (strcmp(contrasts.items[c].metric, board->metrics.items[tax->metrics[k]].name) ==
                    0) {
                    fill(&cells[k], &contrasts.items[c]);
                }
            }
        }
        attune_contrasts_release(&contrasts);
    }
    attune_buf_release(&globs);
    return code;
}

/* All models' scores, read once, under the metrics that are looked at. */
static enum attune_code fill_rows(struct attune_tax *tax, const struct attune_board *board,
                                  struct attune_store *store, uint64_t seed, size_t n_threads,
                                  struct attune_err *err)
{
    struct attune_buf globs = ATTUNE_BUF_INIT;
    struct attune_score_table scores = {0};
    for (size_t k = 0; k < tax->n_metrics; k++) {
        attune_buf_addf(&globs, "%s%s", k ? "," : "", board->metrics.items[tax->metrics[k]].name);
    }
    enum attune_code code =
        tax->n_metrics
            ? attune_read_scores(store, board->run->id, attune_buf_text(&globs), &scores, err)
            : ATTUNE_OK;
    for (size_t i = 0; i < tax->n_rows && tax->n_metrics && !code; i++) {
        code = fill_row(tax, board, &scores, i, seed, n_threads, err);
    }
    attune_score_table_release(&scores);
    attune_buf_release(&globs);
    return code;
}

/* Metrics better and worse than the base, of all that are looked at. */
static void count_verdicts(struct attune_tax *tax)
{
    for (size_t i = 0; i < tax->n_rows; i++) {
        tax->n_better[i] = tax->n_worse[i] = 0;
        for (size_t k = 0; k < tax->n_metrics; k++) {
            const int verdict = tax->cells[i * tax->n_metrics + k].verdict;
            tax->n_better[i] += verdict > 0;
            tax->n_worse[i] += verdict < 0;
        }
    }
}

/* Keeps the metrics that got worse for most models, then those that moved for most, in their order.
 * weight: scratch (n_metrics,). */
static void keep_most_moved(struct attune_tax *tax, size_t most, size_t *weight)
{
    const size_t n = tax->n_metrics;
    for (size_t k = 0; k < n; k++) {
        weight[k] = 0;
        for (size_t i = 0; i < tax->n_rows; i++) {
            const int verdict = tax->cells[i * n + k].verdict;
            weight[k] += verdict < 0 ? tax->n_rows + 1 : (size_t)verdict;
        }
    }
    size_t n_kept = 0;
    for (size_t k = 0; k < n; k++) {
        size_t n_before = 0; /* metrics that go first: of more weight, or as much and earlier */
        for (size_t q = 0; q < n; q++) {
            n_before += weight[q] > weight[k] || (q < k && weight[q] == weight[k]);
        }
        if (n_before < most) {
            tax->metrics[n_kept] = tax->metrics[k];
            for (size_t i = 0; i < tax->n_rows; i++) {
                tax->cells[i * n + n_kept] = tax->cells[i * n + k];
            }
            n_kept++;
        }
    }
    for (size_t i = 1; i < tax->n_rows; i++) {
        memmove(tax->cells + i * n_kept, tax->cells + i * n, n_kept * sizeof *tax->cells);
    }
    tax->n_metrics = n_kept;
}

enum attune_code attune_tax_read(struct attune_tax *tax, const struct attune_board *board,
                                 struct attune_store *store, const size_t *rows, size_t n_rows,
                                 const size_t *metrics, size_t n_metrics, size_t most,
                                 uint64_t seed, size_t n_threads, struct attune_err *err)
{
    *tax = (struct attune_tax){0};
    tax->rows = attune_arena_alloc(&tax->arena, n_rows + 1, sizeof *tax->rows);
    tax->metrics = attune_arena_alloc(&tax->arena, n_metrics + 1, sizeof *tax->metrics);
    tax->cells =
        attune_arena_alloc(&tax->arena, (n_rows + 1) * (n_metrics + 1), sizeof *tax->cells);
    tax->n_better = attune_arena_alloc(&tax->arena, n_rows + 1, sizeof *tax->n_better);
    tax->n_worse = attune_arena_alloc(&tax->arena, n_rows + 1, sizeof *tax->n_worse);
    size_t *weight = attune_arena_alloc(&tax->arena, n_metrics + 1, sizeof *weight);
    enum attune_code code = ATTUNE_OK;
    if (!tax->rows || !tax->metrics || !tax->cells || !weight || !tax->n_better || !tax->n_worse) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an alignment tax");
        goto out;
    }
    for (size_t i = 0; i < n_rows && !board->by_method; i++) {
        if (attune_model_base(&board->models, rows[i]) != SIZE_MAX) {
            tax->rows[tax->n_rows++] = rows[i];
        }
    }
    for (size_t k = 0; k < n_metrics; k++) {
        if (!attune_metric_is_of_sets(&board->metrics.items[metrics[k]])) {
            tax->metrics[tax->n_metrics++] = metrics[k];
        }
    }
    tax->n_considered = tax->n_metrics;
    if (tax->n_rows == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "no model of run '%s' has its base in the run",
                           board->run->name);
        attune_err_hint(err, "`base: MODEL` in the suite says what a model was aligned from");
    }
    code = code ? code : fill_rows(tax, board, store, seed, n_threads, err);
    if (!code) {
        count_verdicts(tax);
    }
    if (!code && most > 0 && tax->n_metrics > most) {
        keep_most_moved(tax, most, weight);
    }
out:
    if (code) {
        attune_tax_release(tax);
    }
    return code;
}

void attune_tax_release(struct attune_tax *tax)
{
    attune_arena_release(&tax->arena);
    *tax = (struct attune_tax){0};
}

size_t attune_tax_metrics(const struct attune_board *board, size_t *index)
{
    size_t n = 0;
    for (size_t k = 0; k < board->metrics.n; k++) {
        if (strcmp(board->metrics.items[k].direction, "none") != 0) {
            index[n++] = k;
        }
    }
    return n;
}
