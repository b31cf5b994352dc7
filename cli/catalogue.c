/* The catalogue of metrics: one section per group, one entry per metric, with the card of an audit
 * where one is given. */
#include "cli/catalogue.h"

#include "base/io/file.h"
#include "cli/audit_card.h"
#include "cli/metric_words.h"
#include "metrics/set/set_metric.h"

static void add_line(struct attune_buf *out, const char *label, const char *text)
{
    attune_buf_addf(out, "- **%s:** ", label);
    for (const char *p = text; *p; p++) { /* Markdown would take stars for emphasis, < for HTML */
        if (strchr("*_<|", *p)) {
            attune_buf_add(out, "\\");
        }
        attune_buf_add_bytes(out, *p == '\n' ? " " : p, 1);
    }
    attune_buf_add(out, "\n");
}

static void add_metric(struct attune_buf *out, const struct attune_metric *m)
{
    char direction[32], range[128];
    struct attune_buf responses = ATTUNE_BUF_INIT;
    snprintf(range, sizeof range, "%g to %g%s%s, version %d", m->lo, m->hi,
             strcmp(m->unit, "1") ? " " : "", strcmp(m->unit, "1") ? m->unit : "", m->version);
    attune_metric_responses(&responses, m);
    attune_buf_addf(out, "\n### `%s`: %s\n\n%s\n\n", m->id, m->title, m->summary);
    add_line(out, "formula", m->formula);
    add_line(out, "better", attune_direction_text(m, direction, sizeof direction));
    add_line(out, "range", range);
    add_line(out, "of", attune_metric_inputs(m));
    add_line(out, "undefined", m->undefined_when);
    if (m->inputs) {
        add_line(out, "responds to", attune_buf_text(&responses));
    }
    add_line(out, "source", m->source);
    attune_buf_release(&responses);
}

/* The picture lies in a folder beside the page. */
static enum attune_code add_card(struct attune_buf *out, const struct attune_metric *m,
                                 const json_t *card, const char *folder, struct attune_err *err)
{
    struct attune_buf pictures = ATTUNE_BUF_INIT;
    bool drawn = false;
    attune_path_join(&pictures, folder, "metrics");
    const enum attune_code code =
        attune_audit_card_picture(attune_buf_text(&pictures), m, card, &drawn, err);
    attune_buf_release(&pictures);
    if (drawn) {
        attune_buf_addf(out, "\n![%s over the dose of each damage](metrics/%s.svg)\n", m->title,
                        m->id);
    }
    attune_audit_card_text(out, m, card);
    return code;
}

/* A heading where the id's group ("harmonic") differs from the one before. */
static void add_group(struct attune_buf *out, const char *id, char group[32])
{
    const int n = (int)strcspn(id, ".");
    if (strncmp(group, id, (size_t)n) != 0 || group[n]) {
        snprintf(group, 32, "%.*s", n, id);
        attune_buf_addf(out, "\n## %s\n", group);
    }
}

enum attune_code attune_catalogue_make(struct attune_buf *out, const char *folder,
                                       const char *audit, struct attune_err *err)
{
    json_t *root = NULL;
    json_error_t error;
    char group[32] = "";
    if (audit && !(root = json_load_file(audit, JSON_REJECT_DUPLICATES, &error))) {
        return attune_fail_at(err, ATTUNE_E_INPUT, audit, error.line, "%s", error.text);
    }
    const json_t *cards = json_object_get(root, "metrics");
    attune_buf_add(out, "# The metrics\n\nMade by `attune manual`; `attune describe ID` says the "
                        "same of one metric.\n");
    if (cards) {
        attune_buf_addf(out,
                        "\nThe cards are from `attune audit` on %lld pieces: Kendall's tau between "
                        "dose and value, for every damage that the metric declares to respond to. "
                        "The pictures show the mean over the pieces, from no damage to the full "
                        "dose.\n",
                        (long long)json_integer_value(json_object_get(root, "pieces")));
    }
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < attune_n_metrics && !code; i++) {
        const struct attune_metric *m = attune_metrics[i];
        const json_t *card = json_object_get(cards, m->id);
        add_group(out, m->id, group);
        add_metric(out, m);
        code = card ? add_card(out, m, card, folder, err) : ATTUNE_OK;
    }
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        const struct attune_metric view = attune_set_metric_view(attune_set_metrics[i]);
        add_group(out, view.id, group);
        add_metric(out, &view);
    }
    json_decref(root);
    return !code && out->failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : code;
}
