/* The gate's verdict as a table, as JUnit XML and as Markdown. */
#include <math.h>

#include "reports/sheets/contrast_sheet.h"
#include "reports/escape.h"
#include "reports/gate.h"

static void describe_margin(struct attune_buf *out, const struct attune_gate_row *row)
{
    if (row->exact) {
        attune_buf_add(out, "exact");
    } else {
        attune_buf_addf(out, "%.3g", row->margin);
    }
}

/* What the verdict rests on, in one line. */
static void explain(struct attune_buf *out, const struct attune_gate *gate,
                    const struct attune_gate_row *row)
{
    const struct attune_contrast *c = row->contrast;
    if (row->verdict == ATTUNE_GATE_SKIPPED) {
        attune_buf_add(out, c->skipped ? c->skipped : "descriptive: no direction is worse");
        return;
    }
    if (c->n == 0) {
        attune_buf_add(out, "no common value");
        return;
    }
    attune_difference_text(out, c->difference, c->ci_low, c->ci_high);
    attune_buf_add(out, strcmp(c->unit, "1") == 0 ? "" : " ");
    attune_buf_add(out, strcmp(c->unit, "1") == 0 ? "" : c->unit);
    attune_buf_addf(out, " over %zu prompts, margin ", c->n);
    describe_margin(out, row);
    if (row->verdict == ATTUNE_GATE_INCONCLUSIVE && row->n_needed > (double)c->n &&
        isfinite(row->n_needed)) {
        attune_buf_addf(out, "; about %.0f more prompts needed", row->n_needed - (double)c->n);
    }
    for (size_t i = 0; row->verdict == ATTUNE_GATE_REGRESS && i < row->n_worst; i++) {
        attune_buf_addf(out, "%s%s (%.3g)", i ? ", " : "; worst on ",
                        gate->contrasts.prompts[c->prompt[row->worst[i]]],
                        c->better[row->worst[i]]);
    }
}

void attune_gate_sheet(const struct attune_gate *gate, const char *candidate, const char *baseline,
                       struct attune_sheet *out)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "%s against baseline %s: %s (%zu pass, %zu regress, %zu inconclusive)",
                    candidate, baseline, attune_gate_word(gate->verdict), gate->n_pass,
                    gate->n_regress, gate->n_inconclusive);
    out->caption = attune_sheet_text(out, attune_buf_text(&text));
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "metric"});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "verdict"});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "change", .right = true});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "margin", .right = true});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "n", .right = true});
    attune_sheet_add_column(out, (struct attune_sheet_column){.title = "needed", .right = true});
    for (size_t i = 0; i < gate->n; i++) {
        const struct attune_gate_row *row = &gate->rows[i];
        const struct attune_contrast *c = row->contrast;
        struct attune_sheet_cell *cells = attune_sheet_add_row(out);
        if (!cells) {
            break;
        }
        const struct attune_sheet_column column = {.direction = c->direction, .target = c->target};
        attune_buf_reset(&text);
        attune_buf_addf(&text, "%s ", c->title);
        attune_column_arrow(&text, &column);
        attune_cell_text(out, &cells[0], attune_buf_text(&text));
        attune_cell_text(out, &cells[1], attune_gate_word(row->verdict));
        cells[1].marks = row->verdict == ATTUNE_GATE_PASS      ? ATTUNE_MARK_GOOD
                         : row->verdict == ATTUNE_GATE_REGRESS ? ATTUNE_MARK_BAD
                                                               : 0;
        if (row->verdict == ATTUNE_GATE_SKIPPED || c->n == 0) {
            attune_buf_reset(&text);
            explain(&text, gate, row);
            cells[1].note = attune_sheet_note(out, attune_buf_text(&text));
            continue;
        }
        attune_buf_reset(&text);
        attune_difference_text(&text, c->difference, c->ci_low, c->ci_high);
        attune_cell_text(out, &cells[2], attune_buf_text(&text));
        attune_buf_reset(&text);
        describe_margin(&text, row);
        attune_cell_text(out, &cells[3], attune_buf_text(&text));
        attune_cell_value(&cells[4], (double)c->n);
        if (row->verdict == ATTUNE_GATE_INCONCLUSIVE && row->n_needed > (double)c->n) {
            attune_cell_value(&cells[5], row->n_needed);
        }
        if (row->verdict == ATTUNE_GATE_REGRESS) {
            attune_buf_reset(&text);
            explain(&text, gate, row);
            cells[1].note = attune_sheet_note(out, attune_buf_text(&text));
        }
    }
    attune_buf_release(&text);
}

void attune_gate_junit(const struct attune_gate *gate, const char *candidate, const char *baseline,
                       struct attune_buf *out)
{
    size_t n_skipped = 0;
    for (size_t i = 0; i < gate->n; i++) {
        n_skipped += gate->rows[i].verdict >= ATTUNE_GATE_INCONCLUSIVE;
    }
    attune_buf_add(out,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"");
    attune_escape_xml(out, candidate);
    attune_buf_add(out, " against ");
    attune_escape_xml(out, baseline);
    attune_buf_addf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
                    gate->n, gate->n_regress, n_skipped);
    for (size_t i = 0; i < gate->n; i++) {
        const struct attune_gate_row *row = &gate->rows[i];
        const char *dot = strchr(row->contrast->metric, '.');
        struct attune_buf why = ATTUNE_BUF_INIT;
        explain(&why, gate, row);
        attune_buf_add(out, "<testcase classname=\"");
        struct attune_buf family = ATTUNE_BUF_INIT;
        attune_buf_addf(&family, "attune.%.*s", dot ? (int)(dot - row->contrast->metric) : 0,
                        row->contrast->metric);
        attune_escape_xml(out, attune_buf_text(&family));
        attune_buf_release(&family);
        attune_buf_add(out, "\" name=\"");
        attune_escape_xml(out, row->contrast->metric);
        attune_buf_add(out, "\" time=\"0\">");
        if (row->verdict == ATTUNE_GATE_REGRESS) {
            attune_buf_add(out, "<failure type=\"regression\" message=\"");
            attune_escape_xml(out, attune_buf_text(&why));
            attune_buf_add(out, "\"/>");
        } else if (row->verdict != ATTUNE_GATE_PASS) {
            attune_buf_addf(out, "<skipped message=\"%s: ", attune_gate_word(row->verdict));
            attune_escape_xml(out, attune_buf_text(&why));
            attune_buf_add(out, "\"/>");
        } else {
            attune_buf_add(out, "<system-out>");
            attune_escape_xml(out, attune_buf_text(&why));
            attune_buf_add(out, "</system-out>");
        }
        attune_buf_add(out, "</testcase>\n");
        attune_buf_release(&why);
    }
    attune_buf_add(out, "</testsuite>\n</testsuites>\n");
}

void attune_gate_markdown(const struct attune_gate *gate, const char *candidate,
                          const char *baseline, struct attune_buf *out)
{
    static const enum attune_gate_verdict order[] = {ATTUNE_GATE_REGRESS, ATTUNE_GATE_INCONCLUSIVE,
                                                     ATTUNE_GATE_PASS, ATTUNE_GATE_SKIPPED};
    attune_buf_addf(out, "### attune: %s\n\n", attune_gate_word(gate->verdict));
    attune_escape_markdown(out, candidate);
    attune_buf_add(out, " against baseline ");
    attune_escape_markdown(out, baseline);
    attune_buf_addf(
        out,
        ": %zu pass, %zu regress, %zu inconclusive.\n\n| metric | verdict | |\n|:---|:---|:---|\n",
        gate->n_pass, gate->n_regress, gate->n_inconclusive);
    for (size_t v = 0; v < sizeof order / sizeof *order; v++) {
        for (size_t i = 0; i < gate->n; i++) {
            const struct attune_gate_row *row = &gate->rows[i];
            if (row->verdict != order[v]) {
                continue;
            }
            struct attune_buf why = ATTUNE_BUF_INIT;
            explain(&why, gate, row);
            attune_buf_add(out, "| ");
            attune_escape_markdown(out, row->contrast->metric);
            attune_buf_addf(out, " | %s%s%s | ", v == 0 ? "**" : "", attune_gate_word(row->verdict),
                            v == 0 ? "**" : "");
            attune_escape_markdown(out, attune_buf_text(&why));
            attune_buf_add(out, " |\n");
            attune_buf_release(&why);
        }
    }
    attune_buf_addf(
        out,
        "\nOne-sided paired tests over prompts at %.3g; regressions Holm-corrected over %zu "
        "metrics; margins in the metric's unit.\n",
        gate->alpha, gate->n_pass + gate->n_regress + gate->n_inconclusive);
}
