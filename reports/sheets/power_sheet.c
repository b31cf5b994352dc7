/* Power as tables. */
#include "reports/sheets/power_sheet.h"

#include <math.h>

#include "metrics/stats/calibration.h"
#include "metrics/stats/effect.h"
#include "metrics/stats/order.h"
#include "reports/sheets/contrast_sheet.h"

/* Without a pilot: prompts by size of the effect in standard deviations of the paired
 * differences. */
void attune_power_sheet(const struct attune_power_question *o, struct attune_sheet *sheet)
{
    static const double effects[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.8, 1.0, 1.5};
    char text[200];
    snprintf(text, sizeof text, "prompts needed, paired two-sided test at %.3g over %zu %s",
             o->alpha, o->n_comparisons, o->n_comparisons == 1 ? "comparison" : "comparisons");
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
        const double alpha = o->alpha / (double)o->n_comparisons;
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
void attune_power_pilot_sheet(const struct attune_power_question *o,
                              const struct attune_contrasts *contrasts, const char *a,
                              const char *b, struct attune_sheet *sheet)
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

void attune_gate_trials_sheet(const struct attune_gate_world *world,
                              const struct attune_gate_trial *trials, size_t n,
                              struct attune_sheet *sheet)
{
    char text[200];
    snprintf(text, sizeof text, "the gate at alpha %.3g over %zu metrics, %zu %s weeks each",
             world->alpha, world->pilot ? world->pilot->n_compared : world->n_metrics,
             n ? trials[0].n_repetitions : 0, world->pilot ? "resampled" : "invented");
    sheet->caption = attune_sheet_text(sheet, text);
    static const struct attune_sheet_column columns[] = {
        {.title = "prompts", .id = "n_prompts", .right = true},
        {.title = "loss (sd)", .id = "loss", .right = true, .n_decimals = 1},
        {.title = "regress", .id = "regress", .right = true, .n_decimals = 4, .compact = true},
        {.title = "inconclusive",
         .id = "inconclusive",
         .right = true,
         .n_decimals = 4,
         .compact = true},
        {.title = "pass", .id = "pass", .right = true, .n_decimals = 4, .compact = true},
    };
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        attune_sheet_add_column(sheet, columns[c]);
    }
    for (size_t i = 0; i < n; i++) {
        static const enum attune_gate_verdict shown[] = {
            ATTUNE_GATE_REGRESS, ATTUNE_GATE_INCONCLUSIVE, ATTUNE_GATE_PASS};
        const double total = (double)trials[i].n_repetitions;
        struct attune_sheet_cell *cells = attune_sheet_add_row(sheet);
        if (!cells) {
            return;
        }
        attune_cell_value(&cells[0], (double)trials[i].n_prompts);
        attune_cell_value(&cells[1], trials[i].loss);
        for (size_t k = 0; k < 3; k++) {
            const double count = (double)trials[i].count[shown[k]];
            attune_cell_value(&cells[2 + k], count / total);
            attune_wilson(count, total, 1.959964, &cells[2 + k].low, &cells[2 + k].high);
        }
    }
    attune_sheet_note(sheet, "loss: of one metric, in standard deviations of the baseline's prompt "
                             "means; regress at loss 0.0 is the false-alarm rate");
    char text_error[120];
    snprintf(text_error, sizeof text_error,
             "a share of 0.05 is known to +-%.4f (95 %%); csv and json hold Wilson's intervals",
             n ? 1.96 * sqrt(0.05 * 0.95 / (double)trials[0].n_repetitions) : 0.0);
    attune_sheet_note(sheet, text_error);
}
