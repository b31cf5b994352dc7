/* The gate's verdict for machines and pull requests: JUnit XML and Markdown. */
#include "reports/escape.h"
#include "reports/gate.h"

/* A line per prompt, in the body of a failure. */
static void junit_worst(struct attune_buf *out, const struct attune_gate_row *row,
                        const struct attune_gate_names *names)
{
    for (size_t k = 0; k < row->n_worst; k++) {
        const struct attune_gate_prompt *worst = &row->worst[k];
        attune_buf_add(out, k ? "\n" : "worst prompts:\n");
        attune_escape_xml(out, worst->name);
        attune_buf_addf(out, " (%.3g)", worst->change);
        for (int side = 0; side < 2; side++) {
            const char *path = side ? worst->before : worst->path;
            if (path) {
                attune_buf_add(out, side ? ", before " : ": now ");
                attune_escape_xml(out, attune_gate_path(names, path));
            }
        }
    }
}

/* As Jenkins and GitLab read them: files that can be opened from the test report. */
static void junit_attachments(struct attune_buf *out, const struct attune_gate_row *row,
                              const struct attune_gate_names *names)
{
    attune_buf_add(out, "<system-out>");
    for (size_t k = 0; k < row->n_worst; k++) {
        if (row->worst[k].path) {
            attune_buf_add(out, "[[ATTACHMENT|");
            attune_escape_xml(out, attune_gate_path(names, row->worst[k].path));
            attune_buf_add(out, "]]\n");
        }
    }
    attune_buf_add(out, "</system-out>");
}

void attune_gate_junit(const struct attune_gate *gate, const struct attune_gate_names *names,
                       struct attune_buf *out)
{
    size_t n_skipped = 0;
    for (size_t i = 0; i < gate->n; i++) {
        n_skipped += gate->rows[i].verdict >= ATTUNE_GATE_INCONCLUSIVE;
    }
    attune_buf_add(out,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"");
    attune_escape_xml(out, names->candidate);
    attune_buf_add(out, " against ");
    attune_escape_xml(out, names->baseline);
    attune_buf_addf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
                    gate->n, gate->n_regress, n_skipped);
    for (size_t i = 0; i < gate->n; i++) {
        const struct attune_gate_row *row = &gate->rows[i];
        const char *dot = strchr(row->contrast->metric, '.');
        struct attune_buf why = ATTUNE_BUF_INIT;
        attune_gate_explain(&why, row);
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
            attune_buf_add(out, "\">");
            junit_worst(out, row, names);
            attune_buf_add(out, "</failure>");
            junit_attachments(out, row, names);
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

static void add_link(struct attune_buf *out, const struct attune_gate_names *names,
                     const char *text, const char *path)
{
    attune_buf_add(out, "[");
    attune_escape_markdown(out, text);
    attune_buf_add(out, "](");
    attune_buf_add(out, names->url ? names->url : "");
    attune_escape_url(out, attune_gate_path(names, path));
    attune_buf_add(out, ")");
}

static void markdown_worst(const struct attune_gate *gate, const struct attune_gate_names *names,
                           struct attune_buf *out)
{
    bool first = true;
    for (size_t i = 0; i < gate->n; i++) {
        const struct attune_gate_row *row = &gate->rows[i];
        for (size_t k = 0; row->verdict == ATTUNE_GATE_REGRESS && k < row->n_worst; k++) {
            const struct attune_gate_prompt *worst = &row->worst[k];
            attune_buf_add(out, first ? "\n| worst on | prompt | change | listen |\n"
                                        "|:---|:---|---:|:---|\n"
                                      : "");
            first = false;
            attune_buf_add(out, "| ");
            attune_escape_markdown(out, row->contrast->metric);
            attune_buf_add(out, " | ");
            attune_escape_markdown(out, worst->name);
            attune_buf_addf(out, " | %.3g | ", worst->change);
            if (worst->path) {
                add_link(out, names, "now", worst->path);
            }
            if (worst->before) {
                attune_buf_add(out, worst->path ? ", " : "");
                add_link(out, names, "before", worst->before);
            }
            attune_buf_add(out, " |\n");
        }
    }
}

void attune_gate_markdown(const struct attune_gate *gate, const struct attune_gate_names *names,
                          struct attune_buf *out)
{
    static const enum attune_gate_verdict order[] = {ATTUNE_GATE_REGRESS, ATTUNE_GATE_INCONCLUSIVE,
                                                     ATTUNE_GATE_PASS, ATTUNE_GATE_SKIPPED};
    attune_buf_addf(out, "### attune: %s\n\n", attune_gate_word(gate->verdict));
    attune_escape_markdown(out, names->candidate);
    attune_buf_add(out, " against baseline ");
    attune_escape_markdown(out, names->baseline);
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
            attune_gate_explain(&why, row);
            attune_buf_add(out, "| ");
            attune_escape_markdown(out, row->contrast->metric);
            attune_buf_addf(out, " | %s%s%s | ", v == 0 ? "**" : "", attune_gate_word(row->verdict),
                            v == 0 ? "**" : "");
            attune_escape_markdown(out, attune_buf_text(&why));
            attune_buf_add(out, " |\n");
            attune_buf_release(&why);
        }
    }
    markdown_worst(gate, names, out);
    attune_buf_addf(
        out,
        "\nOne-sided paired tests over prompts at %.3g; regressions Holm-corrected over %zu "
        "metrics; margins in the metric's unit.\n",
        gate->alpha, gate->n_pass + gate->n_regress + gate->n_inconclusive);
}
