/* attune power: how many prompts a study needs, before it is run. */
#include <math.h>

#include "cli/report_common.h"
#include "metrics/stats/effect.h"
#include "metrics/stats/order.h"
#include "reports/sheets/contrast_sheet.h"

struct options {
    const char *metrics, *format, *run;
    double alpha, power;
    uint64_t comparisons;
};

static const struct options defaults = {
    .format = "table", .alpha = 0.05, .power = 0.8, .comparisons = 1};

static const struct attune_opt options_table[] = {
    {"alpha", ATTUNE_OPT_NUMBER, offsetof(struct options, alpha), .metavar = "X", .lo = 1e-6,
     .hi = 0.5, .help = "two-sided level over all comparisons together (default: 0.05)"},
    {"power", ATTUNE_OPT_NUMBER, offsetof(struct options, power), .metavar = "X", .lo = 0.5,
     .hi = 0.999, .help = "chance to show an effect that is there (default: 0.8)"},
    {"comparisons", ATTUNE_OPT_COUNT, offsetof(struct options, comparisons), .metavar = "N",
     .lo = 1, .hi = 100000, .help = "tests that share alpha, without a pilot (default: 1)"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "with a pilot: metrics (default: all that have a direction)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "the pilot (default: the latest run)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown", .help = "table, json, csv or markdown (default: table)"},
    {NULL},
};

/* Without a pilot: prompts by size of the effect in standard deviations of the paired
 * differences. */
static void general(const struct options *o, struct attune_sheet *sheet)
{
    static const double effects[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.8, 1.0, 1.5};
    char text[200];
    snprintf(text, sizeof text, "prompts needed, paired two-sided test at %.3g over %llu %s",
             o->alpha, (unsigned long long)o->comparisons,
             o->comparisons == 1 ? "comparison" : "comparisons");
    sheet->caption = attune_sheet_text(sheet, text);
    attune_sheet_add_column(
        sheet, (struct attune_sheet_column){
                   .title = "effect (d)", .id = "effect", .right = true, .n_decimals = 1});
    snprintf(text, sizeof text, "power %.3g", o->power);
    attune_sheet_add_column(sheet,
                            (struct attune_sheet_column){.title = text, .id = "n", .right = true});
    attune_sheet_add_column(
        sheet, (struct attune_sheet_column){.title = "power 0.95", .id = "n_95", .right = true});
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            return;
        }
        const double alpha = o->alpha / (double)o->comparisons;
        attune_cell_value(&cells[0], effects[i]);
        attune_cell_value(&cells[1], attune_prompts_needed(effects[i], alpha, o->power));
        attune_cell_value(&cells[2], attune_prompts_needed(effects[i], alpha, 0.95));
    }
    attune_sheet_note(
        sheet,
        "d: mean of the differences by prompt over their standard deviation; Holm's first step "
        "shares alpha among the comparisons");
}

/* The smallest effect that n prompts show with this power. */
static double detectable(double n, double alpha, double power)
{
    double low = 0.0, high = 100.0;
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        *(attune_power(middle, n, alpha) < power ? &low : &high) = middle;
    }
    return high < 99.0 ? high : NAN;
}

/* With a pilot of two models: what its prompts can show, and what more would. */
static void from_pilot(const struct options *o, const struct attune_contrasts *contrasts,
                       const char *a, const char *b, struct attune_sheet *sheet)
{
    char text[400];
    snprintf(text, sizeof text,
             "pilot %s against %s, %zu prompts; two-sided %.3g over %zu metrics, power %.3g", a, b,
             contrasts->n_prompts, o->alpha, contrasts->n_compared, o->power);
    sheet->caption = attune_sheet_text(sheet, text);
    static const char *const titles[] = {
        "metric",    "seen",     "shown by the pilot", "needed for what was seen",
        "for d 0.5", "for d 0.2"};
    static const char *const ids[] = {"metric", "difference", "detectable",
                                      "n_seen", "n_medium",   "n_small"};
    for (size_t c = 0; c < 6; c++) {
        attune_sheet_add_column(
            sheet, (struct attune_sheet_column){.title = titles[c], .id = ids[c], .right = c > 0});
    }
    const double alpha = o->alpha / fmax(1.0, (double)contrasts->n_compared);
    for (size_t i = 0; i < contrasts->n; i++) {
        const struct attune_contrast *c = &contrasts->items[i];
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            return;
        }
        attune_cell_text(sheet, &cells[0], c->title);
        if (c->skipped || c->n < 2) {
            continue;
        }
        const double sd = attune_sd(c->better, c->n);
        struct attune_buf number = ATTUNE_BUF_INIT;
        attune_difference_text(&number, c->difference, NAN, NAN);
        attune_cell_text(sheet, &cells[1], attune_buf_text(&number));
        attune_buf_reset(&number);
        attune_buf_addf(&number, "%.3g", sd * detectable((double)c->n, alpha, o->power));
        attune_cell_text(sheet, &cells[2], attune_buf_text(&number));
        attune_buf_release(&number);
        attune_cell_value(&cells[3], attune_prompts_needed(c->dz, alpha, o->power));
        attune_cell_value(&cells[4], attune_prompts_needed(0.5, alpha, o->power));
        attune_cell_value(&cells[5], attune_prompts_needed(0.2, alpha, o->power));
    }
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_store *store = NULL;
    struct attune_contrasts contrasts = {0};
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code = ATTUNE_OK;
    if (n_args == 1) {
        return attune_fail(err, ATTUNE_E_USAGE, "a pilot needs two models, A and B");
    }
    if (n_args == 0) {
        general(o, &sheet);
    } else {
        struct attune_side a = {.model = args[0]}, b = {.model = args[1]};
        const struct attune_contrast_options how = {.globs = o->metrics,
                                                    .alpha = o->alpha,
                                                    .seed = common->seed,
                                                    .n_threads = common->jobs};
        code = attune_store_open_read(&store, common->db, err);
        if (!code) {
            code = attune_read_run_id(store, o->run, &a.run, err);
            b.run = a.run;
        }
        if (!code) {
            code = attune_contrasts_read(&contrasts, store, a, b, &how, err);
        }
        if (!code) {
            from_pilot(o, &contrasts, args[0], args[1], &sheet);
        }
    }
    if (!code) {
        code = attune_print_sheet(common, &sheet, o->format, NULL, err);
    }
    attune_sheet_release(&sheet);
    attune_contrasts_release(&contrasts);
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_power = {
    .name = "power",
    .usage = "[A B]",
    .summary = "how many prompts a comparison needs",
    .details = "Without models: prompts by size of the effect. With two models of a pilot run: the "
               "smallest\n"
               "difference that its prompts can show, and the prompts that the differences seen "
               "would need.\n\n"
               "Examples:\n"
               "  attune power --comparisons 10\n"
               "  attune power base base-dpo --db pilot.db --metrics 'harmonic.*'",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .max_args = 2,
    .run = run,
};
