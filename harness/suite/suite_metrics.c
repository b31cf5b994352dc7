/* What a suite measures and ranks by: globs over the registered metrics, groups and pillars. */
#include "base/text.h"
#include "harness/suite/suite_load.h"
#include "metrics/set/set_metric.h"

static const char *const metric_groups[] = {
    "harmonic.*",  "temporal.*", "quality.*", "symbolic.*",
    "adherence.*", "reward.*",   "set.*",     "scorer.*",
};
enum { N_GROUPS = sizeof metric_groups / sizeof *metric_groups };

static const char *const pillars[] = {
    "harmony", "coherence", "quality", "adherence", "reward", "diversity",
};
enum { N_PILLARS = sizeof pillars / sizeof *pillars };

static bool matches_a_metric(const char *glob)
{
    for (size_t i = 0; i < attune_n_metrics; i++) {
        if (attune_metric_chosen(glob, attune_metrics[i]->id)) {
            return true;
        }
    }
    return false;
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Metric ids and what else is allowed there, for "did you mean". */
static enum attune_code no_such_metric(struct attune_load *l, const char *key, long line,
                                       const char *given, const char *const *words, size_t n_words)
{
    const char **names = attune_alloc(attune_n_metrics + n_words, sizeof *names);
    attune_fail_at(l->err, ATTUNE_E_INPUT, l->suite->path, line, "%s: '%s' matches no metric", key,
                   given);
    if (!names) {
        return attune_load_out_of_memory(l);
    }
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++) {
        names[n++] = words[i];
    }
    for (size_t i = 0; i < attune_n_metrics; i++) {
        names[n++] = attune_metrics[i]->id;
    }
    const char *near = attune_nearest(given, names, n);
    if (near) {
        attune_err_hint(l->err, "did you mean '%s'?", near);
    } else {
        attune_err_hint(l->err, "`attune list metrics` shows all");
    }
    attune_release((void *)names);
    return ATTUNE_E_INPUT;
}

/* "reward.NAME" or "reward.NAME.AXIS", NAME a reward model of the suite. */
static bool is_reward(const struct attune_load *l, const char *word)
{
    for (size_t i = 0; i < l->raw->reward_models_count; i++) {
        const char *name = l->raw->reward_models[i].name;
        const size_t n = strlen(name);
        if (strncmp(word, "reward.", 7) == 0 && strncmp(word + 7, name, n) == 0 &&
            (word[7 + n] == '\0' || word[7 + n] == '.')) {
            return true;
        }
    }
    return false;
}

enum attune_code attune_load_check_word(struct attune_load *l, const char *key, long line,
                                        const char *word)
{
    return is_one_of(word, pillars, N_PILLARS) || matches_a_metric(word) || is_reward(l, word) ||
                   strncmp(word, "scorer.", 7) == 0 || strncmp(word, "set.", 4) == 0 ||
                   is_one_of(word, metric_groups, N_GROUPS)
               ? ATTUNE_OK
               : no_such_metric(l, key, line, word, pillars, N_PILLARS);
}

/* A pattern over metrics of whole sets; one that names a metric needs what that needs. */
static enum attune_code check_set_metric(struct attune_load *l, size_t index, const char *glob)
{
    enum { MAX = 64 };
    const char *names[MAX];
    size_t n_matching = 0, n = 0;
    for (; n < attune_n_set_metrics && n < MAX; n++) {
        names[n] = attune_set_metrics[n]->id;
        n_matching += attune_glob(glob, names[n]);
    }
    const struct attune_set_metric *one = attune_set_metric_find(glob);
    if (one && one->needs_reference && l->suite->n_references == 0) {
        FAIL_AT(l, "metrics", index, NULL,
                "metrics: '%s' compares with a reference, none is given", glob);
        attune_err_hint(l->err, "references: [{name: corpus, path: FOLDER or FILE.npy}]");
        return ATTUNE_E_INPUT;
    }
    if (n_matching > 0) {
        return ATTUNE_OK;
    }
    FAIL_AT(l, "metrics", index, NULL, "metrics: '%s' matches no metric", glob);
    const char *near = attune_nearest(glob, names, n);
    attune_err_hint(l->err, near ? "did you mean '%s'?" : "`attune list metrics` shows all", near);
    return ATTUNE_E_INPUT;
}

enum attune_code attune_load_metrics(struct attune_load *l)
{
    struct attune_buf samples = ATTUNE_BUF_INIT, sets = ATTUNE_BUF_INIT;
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < l->raw->metrics_count; i++) {
        const char *glob = l->raw->metrics[i];
        if (strchr(glob, ',')) {
            code = FAIL_AT(l, "metrics", i, NULL, "metrics: '%s' holds a comma; one glob per entry",
                           glob);
            goto out;
        }
        if (strncmp(glob, "set.", 4) == 0) {
            code = check_set_metric(l, i, glob);
            if (code) {
                goto out;
            }
            attune_buf_addf(&sets, "%s%s", sets.n_bytes ? "," : "", glob);
        } else if (matches_a_metric(glob)) {
            attune_buf_addf(&samples, "%s%s", samples.n_bytes ? "," : "", glob);
        } else if (!is_one_of(glob, metric_groups, N_GROUPS) &&
                   strncmp(glob, "scorer.", 7) != 0 && !is_reward(l, glob)) {
            code = no_such_metric(l, "metrics", attune_yaml_line(&l->yaml, "metrics", i, NULL),
                                  glob, metric_groups, N_GROUPS);
            goto out;
        }
    }
    l->suite->set_metrics = attune_load_keep_text(l, attune_buf_text(&sets));
    if (sets.failed || samples.failed || !l->suite->set_metrics) {
        code = attune_load_out_of_memory(l);
    } else if (samples.n_bytes || !l->raw->metrics_count) {
        code = attune_selection_init(&l->suite->metrics,
                                     samples.n_bytes ? attune_buf_text(&samples) : NULL, l->err);
    }
out:
    attune_buf_release(&samples);
    attune_buf_release(&sets);
    return code;
}

enum attune_code attune_load_rank_by(struct attune_load *l)
{
    for (size_t i = 0; i < l->raw->rank_by_count; i++) {
        enum attune_code code = attune_load_check_word(
            l, "rank_by", attune_yaml_line(&l->yaml, "rank_by", i, NULL), l->raw->rank_by[i]);
        if (code) {
            return code;
        }
    }
    l->suite->n_rank_by = l->raw->rank_by_count;
    l->suite->rank_by = attune_load_keep_list(l, l->raw->rank_by, l->raw->rank_by_count);
    return l->suite->rank_by ? ATTUNE_OK : attune_load_out_of_memory(l);
}

/* The metrics that a mapping's keys name. */
static enum attune_code check_keys(struct attune_load *l, const yaml_node_t *mapping,
                                   const char *key)
{
    if (!mapping) {
        return ATTUNE_OK;
    }
    for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start;
         p < mapping->data.mapping.pairs.top; p++) {
        const yaml_node_t *node = yaml_document_get_node(&l->yaml.document, p->key);
        enum attune_code code =
            attune_load_check_word(l, key, attune_yaml_node_line(node), attune_yaml_text(node));
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_load_gate(struct attune_load *l)
{
    struct attune_gate_rules rules;
    enum attune_code code = attune_gate_rules_take(&rules, &l->yaml, l->err);
    yaml_node_t *gate = attune_yaml_get(&l->yaml, attune_yaml_root(&l->yaml), "gate"), *item;
    yaml_node_t *metrics = attune_yaml_get(&l->yaml, gate, "metrics");
    for (size_t i = 0; !code && (item = attune_yaml_item(&l->yaml, metrics, i)) != NULL; i++) {
        code = attune_load_check_word(l, "gate.metrics", attune_yaml_node_line(item),
                                      attune_yaml_text(item));
    }
    code = code ? code : check_keys(l, attune_yaml_get(&l->yaml, gate, "margins"), "gate.margins");
    return code ? code
                : check_keys(l, attune_yaml_get(&l->yaml, gate, "directions"), "gate.directions");
}
