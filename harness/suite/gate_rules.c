/* Reading the rules of a gate. */
#include "harness/suite/gate_rules.h"

#include <math.h>

#include "base/text.h"
#include "harness/suite/suite_load.h"

enum { MAX_RULES = 64 };

static enum attune_code take_glob(char glob[128], const char *text, size_t n,
                                  struct attune_err *err)
{
    if (n >= 128) {
        return attune_fail(err, ATTUNE_E_USAGE, "'%.40s...' is too long for a metric", text);
    }
    memcpy(glob, text, n);
    glob[n] = '\0';
    return ATTUNE_OK;
}

/* ---- margins */

static enum attune_code take_amount(struct attune_gate_margin *out, const char *text,
                                    struct attune_err *err)
{
    char *end = NULL;
    *out = (struct attune_gate_margin){.kind = ATTUNE_MARGIN_EXACT};
    if (strcmp(text, "exact") == 0) {
        return ATTUNE_OK;
    }
    out->amount = strtod(text, &end);
    out->kind = strcmp(end, "sd") == 0  ? ATTUNE_MARGIN_SD
                : strcmp(end, "%") == 0 ? ATTUNE_MARGIN_SHARE
                                        : ATTUNE_MARGIN_UNITS;
    if (end == text || (out->kind == ATTUNE_MARGIN_UNITS && *end) || !(out->amount > 0.0) ||
        !isfinite(out->amount)) {
        attune_fail(err, ATTUNE_E_USAGE, "'%.60s' is no margin", text);
        attune_err_hint(err, "as in 0.3sd, 2%%, 0.05, exact, or 'temporal.*=0.2sd,quality.*=5%%'");
        return ATTUNE_E_USAGE;
    }
    out->amount /= out->kind == ATTUNE_MARGIN_SHARE ? 100.0 : 1.0;
    return ATTUNE_OK;
}

static enum attune_code add_margin(struct attune_margins *out, const char *glob, size_t n_glob,
                                   const char *amount, struct attune_err *err)
{
    if (out->n == MAX_RULES) {
        return attune_fail(err, ATTUNE_E_USAGE, "more than %d margins", MAX_RULES);
    }
    struct attune_gate_margin *margin = &out->items[out->n];
    enum attune_code code = take_amount(margin, amount, err);
    code = code ? code : take_glob(margin->glob, glob, n_glob, err);
    out->n += code == ATTUNE_OK;
    return code;
}

enum attune_code attune_margins_parse(struct attune_margins *out, const char *text,
                                      struct attune_err *err)
{
    while (*text) {
        const size_t n = strcspn(text, ",");
        char item[200];
        snprintf(item, sizeof item, "%.*s", (int)(n < sizeof item ? n : sizeof item - 1), text);
        const char *equals = strchr(item, '=');
        enum attune_code code = add_margin(out, item, equals ? (size_t)(equals - item) : 0,
                                           equals ? equals + 1 : item, err);
        if (code) {
            return code;
        }
        text += n + (text[n] == ',');
    }
    return ATTUNE_OK;
}

struct attune_gate_margin attune_margin_for(const struct attune_margins *margins,
                                            const char *metric)
{
    struct attune_gate_margin found = {.kind = ATTUNE_MARGIN_SD, .amount = 0.3};
    for (size_t i = 0; i < margins->n; i++) {
        if (!margins->items[i].glob[0] || attune_metric_chosen(margins->items[i].glob, metric)) {
            found = margins->items[i];
        }
    }
    return found;
}

/* ---- directions */

static enum attune_code add_direction(struct attune_directions *out, const char *glob,
                                      const char *text, struct attune_err *err)
{
    static const char *const words[] = {"up", "down", "none"};
    if (out->n == MAX_RULES) {
        return attune_fail(err, ATTUNE_E_USAGE, "more than %d directions", MAX_RULES);
    }
    struct attune_direction_rule *rule = &out->items[out->n];
    *rule = (struct attune_direction_rule){0};
    for (size_t i = 0; i < 3; i++) {
        rule->direction = strcmp(text, words[i]) == 0 ? words[i] : rule->direction;
    }
    if (!rule->direction) {
        char *end = NULL;
        rule->direction = "target";
        rule->target = strtod(text, &end);
        if (end == text || *end || !isfinite(rule->target)) {
            attune_fail(err, ATTUNE_E_USAGE, "'%.60s' is no direction", text);
            attune_err_hint(err, "up, down, none, or a number to come close to");
            return ATTUNE_E_USAGE;
        }
    }
    enum attune_code code = take_glob(rule->glob, glob, strlen(glob), err);
    out->n += code == ATTUNE_OK;
    return code;
}

const struct attune_direction_rule *attune_direction_for(const struct attune_directions *directions,
                                                         const char *metric)
{
    const struct attune_direction_rule *found = NULL;
    for (size_t i = 0; directions && i < directions->n; i++) {
        if (attune_metric_chosen(directions->items[i].glob, metric)) {
            found = &directions->items[i];
        }
    }
    return found;
}

/* ---- the section of the suite */

/* Every pair of a mapping of texts. */
static enum attune_code read_pairs(const struct attune_yaml *yaml, yaml_node_t *gate,
                                   const char *key, struct attune_gate_rules *out,
                                   struct attune_err *err)
{
    yaml_node_t *mapping = attune_yaml_get(yaml, gate, key);
    if (!mapping) {
        return ATTUNE_OK;
    }
    if (mapping->type != YAML_MAPPING_NODE) {
        attune_fail_at(err, ATTUNE_E_INPUT, yaml->file, attune_yaml_node_line(mapping),
                       "key 'gate.%s' is not a mapping of metrics to %s", key, key);
        attune_err_hint(err, "as in `%s: {harmonic.key_clarity: %s}`", key,
                        strcmp(key, "margins") == 0 ? "0.02" : "up");
        return ATTUNE_E_INPUT;
    }
    for (yaml_node_pair_t *p = mapping->data.mapping.pairs.start;
         p < mapping->data.mapping.pairs.top; p++) {
        yaml_document_t *document = (yaml_document_t *)&yaml->document;
        const yaml_node_t *value = yaml_document_get_node(document, p->value);
        const char *glob = attune_yaml_text(yaml_document_get_node(document, p->key));
        const char *text = attune_yaml_text(value) ? attune_yaml_text(value) : "a list";
        glob = glob ? glob : "";
        enum attune_code code = strcmp(key, "margins") == 0
                                    ? add_margin(&out->margins, glob, strlen(glob), text, err)
                                    : add_direction(&out->directions, glob, text, err);
        if (code) {
            return attune_yaml_place(yaml, attune_yaml_node_line(value), err);
        }
    }
    return ATTUNE_OK;
}

static enum attune_code read_metrics(const struct attune_yaml *yaml, yaml_node_t *gate,
                                     struct attune_gate_rules *out, struct attune_err *err)
{
    yaml_node_t *list = attune_yaml_get(yaml, gate, "metrics"), *item;
    size_t used = 0;
    for (size_t i = 0; (item = attune_yaml_item(yaml, list, i)) != NULL; i++) {
        const char *text = attune_yaml_text(item);
        const int n = snprintf(out->metrics + used, sizeof out->metrics - used, "%s%s",
                               i ? "," : "", text ? text : "");
        used += n > 0 ? (size_t)n : 0;
        if (!text || strchr(text, ',') || used >= sizeof out->metrics) {
            return attune_fail_at(err, ATTUNE_E_INPUT, yaml->file, attune_yaml_node_line(item),
                                  "key 'gate.metrics': one short glob per entry is needed");
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_gate_rules_take(struct attune_gate_rules *out,
                                        const struct attune_yaml *yaml, struct attune_err *err)
{
    *out = (struct attune_gate_rules){0};
    yaml_node_t *gate = attune_yaml_get(yaml, attune_yaml_root(yaml), "gate");
    const yaml_node_t *alpha = attune_yaml_get(yaml, gate, "alpha");
    const yaml_node_t *margin = attune_yaml_get(yaml, gate, "margin");
    if (attune_yaml_text(alpha)) {
        out->alpha = strtod(attune_yaml_text(alpha), NULL);
        if (!(out->alpha > 0.0 && out->alpha <= 0.5)) {
            return attune_fail_at(err, ATTUNE_E_INPUT, yaml->file, attune_yaml_node_line(alpha),
                                  "gate.alpha %g: allowed are shares above 0 up to 0.5",
                                  out->alpha);
        }
    }
    if (attune_yaml_text(margin) &&
        add_margin(&out->margins, "", 0, attune_yaml_text(margin), err)) {
        return attune_yaml_place(yaml, attune_yaml_node_line(margin), err);
    }
    enum attune_code code = read_metrics(yaml, gate, out, err);
    code = code ? code : read_pairs(yaml, gate, "margins", out, err);
    return code ? code : read_pairs(yaml, gate, "directions", out, err);
}

enum attune_code attune_gate_rules_read(struct attune_gate_rules *out, const char *file,
                                        const char *text, struct attune_err *err)
{
    struct attune_yaml yaml = {0};
    enum attune_code code = attune_yaml_parse(&yaml, file, text, strlen(text), err);
    code = code ? code : attune_gate_rules_take(out, &yaml, err);
    attune_yaml_release(&yaml);
    return code;
}
