/* Rank stability: tables of prompt means out of the scores, and the sheet made of the answers. */
#include "reports/stability.h"

#include <math.h>

struct means {
    double *value;          /* (n_models, n_prompts) */
    unsigned char *defined; /* the same shape */
};

/* Prompt means of one metric over the seeds [from, to). */
static struct attune_columns fill(const struct attune_score_table *t, size_t metric, size_t from,
                                  size_t to, struct means *m)
{
    for (size_t model = 0; model < t->models.n; model++) {
        for (size_t prompt = 0; prompt < t->prompts.n; prompt++) {
            double sum = 0.0, n = 0.0;
            for (size_t seed = from; seed < to; seed++) {
                const size_t cell = attune_score_cell(t, model, metric, prompt, seed);
                if (t->state[cell] == ATTUNE_CELL_OK) {
                    sum += t->value[cell];
                    n += 1.0;
                }
            }
            m->value[model * t->prompts.n + prompt] = n > 0.0 ? sum / n : 0.0;
            m->defined[model * t->prompts.n + prompt] = n > 0.0;
        }
    }
    return (struct attune_columns){m->value, m->defined, t->models.n, t->prompts.n};
}

/* Mean agreement of one seed's order with that of all seeds. */
static double seed_agreement(const struct attune_score_table *t, size_t metric,
                             const struct attune_columns *all, struct means *one, double *scratch)
{
    double sum = 0.0, n = 0.0;
    for (size_t seed = 0; seed < t->n_seeds && t->n_seeds > 1; seed++) {
        const struct attune_columns columns = fill(t, metric, seed, seed + 1, one);
        const double tau = attune_order_agreement(all, &columns, scratch);
        if (isfinite(tau)) {
            sum += tau;
            n += 1.0;
        }
    }
    return n > 0.0 ? sum / n : NAN;
}

enum attune_code attune_stability_rows(const struct attune_score_table *t, uint64_t seed,
                                       struct attune_stability_row *rows, struct attune_err *err)
{
    const size_t n = t->models.n * t->prompts.n;
    struct means all = {attune_alloc(n, sizeof(double)), attune_alloc(n, 1)};
    struct means one = {attune_alloc(n, sizeof(double)), attune_alloc(n, 1)};
    double *scratch = attune_alloc(2 * t->models.n, sizeof *scratch);
    enum attune_code code = ATTUNE_OK;
    if (!all.value || !all.defined || !one.value || !one.defined || !scratch) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rank stability");
    }
    for (size_t i = 0; i < t->metrics.n && !code; i++) {
        const struct attune_columns columns = fill(t, i, 0, t->n_seeds, &all);
        rows[i] = (struct attune_stability_row){.metric = t->metrics.items[i].name,
                                                .title = t->metrics.items[i].title,
                                                .n_seeds = t->n_seeds};
        code = attune_rank_stability(&columns, seed, &rows[i].halves, err);
        rows[i].seed_tau = code ? NAN : seed_agreement(t, i, &columns, &one, scratch);
        rows[i].unstable = !rows[i].halves.why && rows[i].halves.mean < ATTUNE_STABLE_TAU;
    }
    attune_release(all.value);
    attune_release(all.defined);
    attune_release(one.value);
    attune_release(one.defined);
    attune_release(scratch);
    return code;
}

static struct attune_sheet_cell number(double value)
{
    return (struct attune_sheet_cell){.kind = ATTUNE_SHEET_NUMBER, .value = value, .low = NAN,
                                      .high = NAN};
}

void attune_stability_sheet(const struct attune_stability_row *rows, size_t n,
                            struct attune_sheet *sheet)
{
    static const char *const titles[] = {"half the prompts", "worst 5 %", "one seed"};
    static const char *const ids[] = {"tau_half", "tau_half_low", "tau_seed"};
    sheet->caption =
        "Kendall's tau between the order of the models and their order by half the prompts "
        "or by one seed";
    attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = "metric", .id = "metric"});
    for (size_t i = 0; i < 3; i++) {
        attune_sheet_add_column(
            sheet, (struct attune_sheet_column){
                       .title = titles[i], .id = ids[i], .right = true, .n_decimals = 2});
    }
    attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = "", .id = "verdict"});
    for (size_t i = 0; i < n; i++) {
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            return;
        }
        const struct attune_stability_row *row = &rows[i];
        const struct attune_sheet_cell missing = {.kind = ATTUNE_SHEET_MISSING};
        cells[0] = (struct attune_sheet_cell){.kind = ATTUNE_SHEET_TEXT,
                                              .text = attune_sheet_text(sheet, row->metric)};
        cells[1] = row->halves.why ? missing : number(row->halves.mean);
        cells[2] = row->halves.why ? missing : number(row->halves.low);
        cells[3] = isfinite(row->seed_tau) ? number(row->seed_tau) : missing;
        cells[1].note = row->halves.why ? attune_sheet_note(sheet, row->halves.why) : 0;
        cells[4] = (struct attune_sheet_cell){
            .kind = ATTUNE_SHEET_TEXT,
            .text = row->halves.why ? "undefined" : row->unstable ? "unstable" : "stable",
            .marks = row->unstable ? ATTUNE_MARK_BAD : 0,
        };
    }
}
