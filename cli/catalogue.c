/* The catalogue of metrics: one section per group, one entry per metric, with the card of an audit
 * where one is given. */
#include "cli/catalogue.h"

#include <jansson.h>

#include "cli/metric_words.h"
#include "metrics/set/set_metric.h"

/* The mean over the doses as eight-step bars, lowest to highest. */
static void add_curve(struct attune_buf *out, const json_t *means)
{
    static const char *const steps[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double lo = INFINITY, hi = -INFINITY;
    size_t i;
    json_t *mean;
    json_array_foreach(means, i, mean) {
        if (json_is_number(mean)) {
            lo = fmin(lo, json_number_value(mean));
            hi = fmax(hi, json_number_value(mean));
        }
    }
    json_array_foreach(means, i, mean) {
        const double share = hi > lo ? (json_number_value(mean) - lo) / (hi - lo) : 0.0;
        attune_buf_add(out, json_is_number(mean) ? steps[(int)(7.0 * share + 0.5)] : " ");
    }
}

/* "pitch_noise" as "pitch noise". */
static void add_spaced(struct attune_buf *out, const char *name)
{
    for (const char *p = name; *p; p++) {
        attune_buf_add_bytes(out, *p == '_' ? " " : p, 1);
    }
}

/* The responses that a metric declares; those nobody promised say little about it. */
static void add_card(struct attune_buf *out, const json_t *card)
{
    bool begun = false;
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(card, "responses"), i, r) {
        const char *verdict = json_string_value(json_object_get(r, "verdict"));
        const char *damage = json_string_value(json_object_get(r, "damage"));
        const char *modality = json_string_value(json_object_get(r, "modality"));
        if (!verdict || !damage || !modality || strcmp(verdict, "not declared") == 0) {
            continue;
        }
        if (!begun) {
            attune_buf_add(out, "\n| damage | kind | tau [95 %] | dose 0 to 10 | verdict |\n"
                                "|---|---|---|---|---|\n");
            begun = true;
        }
        attune_buf_add(out, "| ");
        add_spaced(out, damage);
        attune_buf_addf(out, " | %s | %.2f [%.2f, %.2f] | ", modality,
                        json_number_value(json_object_get(r, "tau")),
                        json_number_value(json_object_get(r, "tau_low")),
                        json_number_value(json_object_get(r, "tau_high")));
        add_curve(out, json_object_get(r, "mean"));
        attune_buf_addf(out, " | %s |\n", verdict);
    }
}

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

static void add_metric(struct attune_buf *out, const struct attune_metric *m, const json_t *cards)
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
    add_card(out, json_object_get(cards, m->id));
    attune_buf_release(&responses);
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

enum attune_code attune_catalogue_write(struct attune_buf *out, const char *audit,
                                        struct attune_err *err)
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
                        "dose and value, for every damage that the metric declares to respond to, "
                        "and the mean over the doses from none (left) to full.\n",
                        (long long)json_integer_value(json_object_get(root, "pieces")));
    }
    for (size_t i = 0; i < attune_n_metrics; i++) {
        add_group(out, attune_metrics[i]->id, group);
        add_metric(out, attune_metrics[i], cards);
    }
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        const struct attune_metric view = attune_set_metric_view(attune_set_metrics[i]);
        add_group(out, view.id, group);
        add_metric(out, &view, cards);
    }
    json_decref(root);
    return out->failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
}
