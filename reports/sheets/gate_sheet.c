/* The gate's verdict for people: a table, and what to listen to. */
#include <math.h>

#include "reports/escape.h"
#include "reports/gate.h"
#include "reports/sheets/contrast_sheet.h"

const char *attune_gate_path(const struct attune_gate_names *names, const char *path)
{
    const size_t n = names->folder ? strlen(names->folder) : 0;
    return n && strncmp(path, names->folder, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static void describe_margin(struct attune_buf *out, const struct attune_gate_row *row)
{
    if (row->exact) {
        attune_buf_add(out, "exact");
    } else {
        attune_buf_addf(out, "%.3g", row->margin);
    }
}

void attune_gate_explain(struct attune_buf *out, const struct attune_gate_row *row)
{
    const struct attune_contrast *c = row->contrast;
    if (row->verdict == ATTUNE_GATE_SKIPPED) {
        attune_buf_add(out, c->skipped ? c->skipped : "descriptive: no direction is worse");
        return;
    }
    if (row->exact && c->n_samples) {
        attune_buf_addf(out, "%zu of %zu samples moved, none may", c->n_moved, c->n_samples);
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
}

void attune_gate_sheet(const struct attune_gate *gate, const struct attune_gate_names *names,
                       struct attune_sheet *out)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_addf(&text, "%s against baseline %s: %s (%zu pass, %zu regress, %zu inconclusive)",
                    names->candidate, names->baseline, attune_gate_word(gate->verdict),
                    gate->n_pass, gate->n_regress, gate->n_inconclusive);
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
            attune_gate_explain(&text, row);
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
    }
    attune_buf_release(&text);
}

static void add_file(struct attune_buf *out, const struct attune_gate_names *names,
                     const char *label, const char *path)
{
    if (path) {
        attune_buf_addf(out, "      %s  ", label);
        attune_escape_terminal(out, attune_gate_path(names, path));
        attune_buf_add(out, "\n");
    }
}

void attune_gate_listen(const struct attune_gate *gate, const struct attune_gate_names *names,
                        struct attune_buf *out)
{
    for (size_t i = 0; i < gate->n; i++) {
        const struct attune_gate_row *row = &gate->rows[i];
        if (row->verdict != ATTUNE_GATE_REGRESS || !row->n_worst) {
            continue;
        }
        attune_buf_add(out, "worst on ");
        attune_escape_terminal(out, row->contrast->title);
        attune_buf_add(out, ":\n");
        for (size_t k = 0; k < row->n_worst; k++) {
            const struct attune_gate_prompt *worst = &row->worst[k];
            attune_buf_add(out, "  ");
            attune_escape_terminal(out, worst->name);
            attune_buf_addf(out, " (%.3g)\n", worst->change);
            add_file(out, names, "now   ", worst->path);
            add_file(out, names, "before", worst->before);
        }
    }
}
