/* Comparisons as tables. */
#include "reports/sheets/contrast_sheet.h"

#include <math.h>

void attune_cell_text(struct attune_sheet *sheet, struct attune_sheet_cell *cell, const char *text)
{
    cell->kind = ATTUNE_SHEET_TEXT;
    cell->text = attune_sheet_text(sheet, text);
}

void attune_cell_value(struct attune_sheet_cell *cell, double value)
{
    cell->kind = isfinite(value) ? ATTUNE_SHEET_NUMBER : ATTUNE_SHEET_MISSING;
    cell->value = value;
}

void attune_difference_text(struct attune_buf *out, double difference, double low, double high)
{
    const double half = 0.5 * (high - low);
    const double scale = half > 0.0 ? half : fabs(difference);
    int decimals = scale > 0.0 ? 1 - (int)floor(log10(scale)) : 2;
    decimals = decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
    struct attune_sheet_column column = {.n_decimals = decimals, .sign = true};
    attune_cell_number(out, &column, difference);
    if (half > 0.0) {
        column.sign = false;
        attune_buf_add(out, " \xc2\xb1");
        attune_cell_number(out, &column, half);
    }
}

void attune_p_text(struct attune_buf *out, double p)
{
    if (p < 0.001) {
        attune_buf_add(out, "<.001");
    } else if (p > 0.9995) {
        attune_buf_add(out, "1");
    } else {
        char text[16];
        snprintf(text, sizeof text, "%.3f", p);
        attune_buf_add(out, text + 1); /* without the leading zero, which carries nothing */
    }
}

static void add_caption(const struct attune_contrasts *contrasts, const char *name_a,
                        const char *name_b, struct attune_sheet *out)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "A = %s, B = %s: paired over %zu prompts", name_a, name_b,
                    contrasts->n_prompts);
    if (contrasts->n_prompts < contrasts->n_prompts_a ||
        contrasts->n_prompts < contrasts->n_prompts_b) {
        attune_buf_addf(&text, " in common (of %zu and %zu)", contrasts->n_prompts_a,
                        contrasts->n_prompts_b);
    }
    out->caption = attune_sheet_text(out, attune_buf_text(&text));
    attune_buf_release(&text);
}

void attune_contrast_sheet(const struct attune_contrasts *contrasts, const char *name_a,
                           const char *name_b, struct attune_sheet *out)
{
    add_caption(contrasts, name_a, name_b, out);
    out->origin = attune_sheet_text(out, "differences of prompt means; sign-change test, Holm over "
                                         "the metrics shown; 95 % bootstrap over prompts");
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "metric"});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "A - B", .right = true});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "p", .right = true});
    attune_sheet_add_column(out, (struct attune_sheet_column){
                                     .title = "d", .right = true, .n_decimals = 2, .sign = true});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "verdict"});
    bool open = false;
    for (size_t i = 0; i < contrasts->n; i++) {
        const struct attune_contrast *c = &contrasts->items[i];
        struct attune_sheet_cell *cells = attune_sheet_add_row(out);
        if (!cells) {
            return;
        }
        struct attune_buf text = ATTUNE_BUF_INIT;
        const struct attune_sheet_column column = {.direction = c->direction, .target = c->target};
        attune_buf_addf(&text, "%s ", c->title);
        attune_column_arrow(&text, &column);
        attune_cell_text(out, &cells[0], attune_buf_text(&text));
        if (!c->skipped && c->verdict != ATTUNE_VERDICT_NO_DATA) {
            const bool target = strcmp(c->direction, "target") == 0;
            attune_buf_reset(&text);
            attune_difference_text(&text, c->difference, target ? NAN : c->ci_low,
                                   target ? NAN : c->ci_high);
            attune_cell_text(out, &cells[1], attune_buf_text(&text));
            attune_buf_reset(&text);
            attune_p_text(&text, c->p_holm);
            attune_cell_text(out, &cells[2], attune_buf_text(&text));
            attune_cell_value(&cells[3], c->dz);
            if (c->n_left_out) {
                char note[80];
                snprintf(note, sizeof note, "%zu prompts without a value on one side left out",
                         c->n_left_out);
                cells[1].note = attune_sheet_note(out, note);
            }
        }
        attune_buf_release(&text);
        char words[128];
        attune_cell_text(out, &cells[4], attune_contrast_words(c, "A", "B", words, sizeof words));
        cells[4].marks = c->verdict == ATTUNE_VERDICT_A && !c->skipped   ? ATTUNE_MARK_GOOD
                         : c->verdict == ATTUNE_VERDICT_B && !c->skipped ? ATTUNE_MARK_BAD
                                                                         : 0;
        open = open || (c->verdict == ATTUNE_VERDICT_OPEN && !c->skipped);
    }
    if (open) {
        attune_sheet_note(out,
                          "open: not separated; so many more prompts would show this effect with "
                          "a chance of 80 %");
    }
}

void attune_contrast_data(const struct attune_contrasts *contrasts, const char *name_a,
                          const char *name_b, struct attune_sheet *out)
{
    static const char *const ids[] = {"metric",       "model_a",  "model_b",     "n",
                                      "n_left_out",   "mean_a",   "mean_b",      "difference",
                                      "ci_low",       "ci_high",  "p",           "p_holm",
                                      "p_wilcoxon",   "cohen_dz", "improvement", "margin",
                                      "p_equivalent", "n_needed", "verdict"};
    enum { N_IDS = sizeof ids / sizeof *ids };
    add_caption(contrasts, name_a, name_b, out);
    for (size_t i = 0; i < N_IDS; i++) {
        attune_sheet_add_column(out, (struct attune_sheet_column){.title = ids[i], .id = ids[i]});
    }
    for (size_t i = 0; i < contrasts->n; i++) {
        const struct attune_contrast *c = &contrasts->items[i];
        struct attune_sheet_cell *cells = attune_sheet_add_row(out);
        if (!cells) {
            return;
        }
        const bool none = c->skipped || c->verdict == ATTUNE_VERDICT_NO_DATA;
        const double numbers[] = {(double)c->n,
                                  (double)c->n_left_out,
                                  c->mean_a,
                                  c->mean_b,
                                  c->difference,
                                  c->ci_low,
                                  c->ci_high,
                                  c->p,
                                  c->p_holm,
                                  c->p_wilcoxon,
                                  c->dz,
                                  c->improvement,
                                  c->margin > 0.0 ? c->margin : NAN,
                                  c->margin > 0.0 ? c->p_equivalent : NAN,
                                  c->n_needed};
        attune_cell_text(out, &cells[0], c->metric);
        attune_cell_text(out, &cells[1], name_a);
        attune_cell_text(out, &cells[2], name_b);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            attune_cell_value(&cells[3 + k], none && k > 1 ? NAN : numbers[k]);
        }
        char words[128];
        attune_cell_text(out, &cells[N_IDS - 1],
                         attune_contrast_words(c, name_a, name_b, words, sizeof words));
    }
}
