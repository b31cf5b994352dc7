/* Rank stability: tables of prompt means out of the scores, and the sheet made of the answers. */
#include "reports/stability.h"

#include <math.h>

#include "base/thread.h"
#include "harness/store/means.h"
#include "metrics/stats/kendall.h"
#include "reports/sheets/contrast_sheet.h"

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
    double *scratch = attune_alloc(t->models.n, ATTUNE_ORDER_SCRATCH * sizeof *scratch);
    enum attune_code code = ATTUNE_OK;
    if (!all.value || !all.defined || !one.value || !one.defined || !scratch) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rank stability");
    }
    for (size_t i = 0; i < t->metrics.n && !code; i++) {
        const struct attune_columns columns = fill(t, i, 0, t->n_seeds, &all);
        rows[i] = (struct attune_stability_row){.metric = t->metrics.items[i].name,
                                                .title = t->metrics.items[i].title,
                                                .n_seeds = t->n_seeds,
                                                .embedding_tau = NAN,
                                                .reference_tau = NAN};
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

struct halves {
    struct attune_stability_row *rows; /* of all metrics */
    uint64_t seed;
    size_t n_threads;
    /* Those at hand: */
    const struct attune_means *means;
    size_t first;
    enum attune_code *code; /* (n_metrics,) */
};

static void halve_metric(void *context, size_t k, size_t worker)
{
    const struct halves *h = context;
    struct attune_stability_row *row = &h->rows[h->first + k];
    const size_t at = attune_means_at(h->means, k);
    const struct attune_columns table = {h->means->value + at, h->means->defined + at,
                                         h->means->models->n, h->means->n_prompts};
    *row = (struct attune_stability_row){.metric = h->means->metrics[k].name,
                                         .title = h->means->metrics[k].title,
                                         .seed_tau = NAN,
                                         .embedding_tau = NAN,
                                         .reference_tau = NAN};
    h->code[k] = attune_rank_stability(&table, h->seed, &row->halves, NULL);
    row->unstable = !row->halves.why && row->halves.mean < ATTUNE_STABLE_TAU;
}

static enum attune_code halve_metrics(void *context, struct attune_means *means, size_t first,
                                      struct attune_err *err)
{
    struct halves *h = context;
    h->means = means;
    h->first = first;
    h->code = attune_alloc(means->n_metrics, sizeof *h->code);
    enum attune_code code = h->code ? ATTUNE_OK : ATTUNE_E_MEMORY;
    if (!code) {
        attune_parallel_for(means->n_metrics, h->n_threads, halve_metric, h);
    }
    for (size_t k = 0; k < means->n_metrics && !code; k++) {
        code = h->code[k];
    }
    attune_release(h->code);
    return code ? attune_fail(err, code, "out of memory for rank stability") : ATTUNE_OK;
}

enum attune_code attune_stability_halves(struct attune_store *store, int64_t run,
                                         const struct attune_model_list *models,
                                         const struct attune_metric_list *metrics, uint64_t seed,
                                         size_t n_threads, struct attune_stability_row *rows,
                                         struct attune_err *err)
{
    struct halves h = {.rows = rows, .seed = seed, .n_threads = n_threads};
    return attune_means_each(store, run, models, metrics, 0, halve_metrics, &h, err);
}

/* Kendall's tau between the models' values under two metrics of sets; NAN with fewer than 3 models
 * that have both. a, b: first rows of either in the list. */
static double set_agreement(const struct attune_set_score_list *scores, size_t a, size_t b)
{
    enum { MAX = 256 };
    double x[MAX], y[MAX], scratch[ATTUNE_KENDALL_SCRATCH(MAX)];
    size_t n = 0;
    const char *of_a = scores->items[a].metric, *of_b = scores->items[b].metric;
    for (size_t i = a; i < scores->n && strcmp(scores->items[i].metric, of_a) == 0; i++) {
        for (size_t j = b; j < scores->n && strcmp(scores->items[j].metric, of_b) == 0; j++) {
            if (strcmp(scores->items[i].model, scores->items[j].model) == 0 && n < MAX &&
                isfinite(scores->items[i].value) && isfinite(scores->items[j].value)) {
                x[n] = scores->items[i].value;
                y[n++] = scores->items[j].value;
            }
        }
    }
    return n < 3 ? NAN : attune_kendall_tau_b(x, y, n, scratch);
}

static bool is_first(const struct attune_set_score_list *scores, size_t i)
{
    return i == 0 || strcmp(scores->items[i].metric, scores->items[i - 1].metric) != 0;
}

/* The least agreement of metric a with its other forms: another embedding, or another reference. */
static void compare_forms(const struct attune_set_score_list *scores, size_t a,
                          struct attune_stability_row *row)
{
    const struct attune_set_score_info *own = &scores->items[a];
    row->embedding_tau = row->reference_tau = NAN;
    for (size_t b = 0; b < scores->n; b++) {
        const struct attune_set_score_info *other = &scores->items[b];
        const bool same_embedding = strcmp(own->embedding, other->embedding) == 0;
        const bool same_reference = strcmp(own->reference, other->reference) == 0;
        if (!is_first(scores, b) || strcmp(own->base, other->base) != 0 ||
            same_embedding == same_reference) {
            continue;
        }
        double *least = same_reference ? &row->embedding_tau : &row->reference_tau;
        *least = fmin(*least, set_agreement(scores, a, b)); /* fmin passes NAN over */
    }
    row->unstable =
        row->embedding_tau < ATTUNE_STABLE_TAU || row->reference_tau < ATTUNE_STABLE_TAU;
}

size_t attune_stability_set_rows(const struct attune_set_score_list *scores,
                                 struct attune_stability_row *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < scores->n; i++) {
        if (is_first(scores, i)) {
            if (rows) {
                rows[n] = (struct attune_stability_row){
                    .metric = scores->items[i].metric, .title = scores->items[i].metric,
                    .halves = {.why = "a value of the whole set"}, .seed_tau = NAN};
                compare_forms(scores, i, &rows[n]);
            }
            n++;
        }
    }
    return n;
}

void attune_stability_sheet(const struct attune_stability_row *rows, size_t n,
                            struct attune_sheet *sheet)
{
    static const char *const titles[] = {"half the prompts", "worst 5 %", "one seed",
                                         "other embedding", "other reference"};
    static const char *const ids[] = {"tau_half", "tau_half_low", "tau_seed", "tau_embedding",
                                      "tau_reference"};
    enum { N_TAUS = sizeof ids / sizeof *ids };
    sheet->caption =
        "Kendall's tau between the order of the models and their order by half the prompts, "
        "by one seed, through another embedding or against another reference (the least)";
    attune_sheet_add_column(sheet, (struct attune_sheet_column){.title = "metric", .id = "metric"});
    for (size_t i = 0; i < N_TAUS; i++) {
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
        const double taus[N_TAUS] = {row->halves.why ? NAN : row->halves.mean,
                                     row->halves.why ? NAN : row->halves.low, row->seed_tau,
                                     row->embedding_tau, row->reference_tau};
        attune_cell_text(sheet, &cells[0], row->metric);
        for (size_t k = 0; k < N_TAUS; k++) {
            attune_cell_value(&cells[1 + k], taus[k]);
        }
        cells[1].note = row->halves.why ? attune_sheet_note(sheet, row->halves.why) : 0;
        const bool known = !row->halves.why || isfinite(row->embedding_tau) ||
                           isfinite(row->reference_tau);
        attune_cell_text(sheet, &cells[1 + N_TAUS],
                         !known          ? "undefined"
                         : row->unstable ? "unstable"
                                         : "stable");
        cells[1 + N_TAUS].marks = row->unstable ? ATTUNE_MARK_BAD : 0;
    }
}
