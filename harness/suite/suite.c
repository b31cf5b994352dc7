/* Loading a suite: libcyaml fills the structs of suite_schema.h, then every entry is checked
 * against the registries and turned into what the run needs. */
#include "harness/suite/suite.h"

#include <limits.h>

#include "base/io/file.h"
#include "base/text.h"
#include "harness/suite/suite_schema.h"
#include "harness/suite/suite_yaml.h"
#include "models/drivers/process.h"

enum { MAX_SUITE_BYTES = 16 << 20 };
static const double default_timeout_s = 600.0;

static const char *const metric_groups[] = {
    "harmonic.*",  "temporal.*", "quality.*", "symbolic.*",
    "adherence.*", "reward.*",   "set.*",     "scorer.*",
};
enum { N_GROUPS = sizeof metric_groups / sizeof *metric_groups };

static const char *const pillars[] = {
    "harmony", "coherence", "quality", "adherence", "reward", "diversity",
};
enum { N_PILLARS = sizeof pillars / sizeof *pillars };

/* What all steps of loading share. */
struct load {
    struct attune_suite *suite;
    struct attune_yaml yaml;
    struct attune_yaml_suite *raw;
    struct attune_err *err;
};

static enum attune_code out_of_memory(struct load *l)
{
    return attune_fail(l->err, ATTUNE_E_MEMORY, "out of memory");
}

static void *keep(struct load *l, size_t count, size_t size)
{
    return attune_arena_alloc(&l->suite->text_arena, count, size);
}

static const char *keep_text(struct load *l, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = keep(l, n, 1);
    return copy ? memcpy(copy, text, n) : NULL;
}

/* A NULL-terminated copy of a list of texts. */
static const char *const *keep_list(struct load *l, const char **items, size_t n)
{
    const char **copy = keep(l, n + 1, sizeof *copy);
    for (size_t i = 0; copy && i < n; i++) {
        if (!(copy[i] = keep_text(l, items[i]))) {
            return NULL;
        }
    }
    return copy;
}

/* A path of the suite, seen from the suite's folder. */
static const char *keep_path(struct load *l, const char *path)
{
    struct attune_buf joined = ATTUNE_BUF_INIT;
    attune_path_join(&joined, l->suite->folder, path);
    const char *copy = joined.failed ? NULL : keep_text(l, attune_buf_text(&joined));
    attune_buf_release(&joined);
    return copy;
}

#define FAIL_AT(l, section, index, key, ...)                                                       \
    attune_fail_at((l)->err, ATTUNE_E_INPUT, (l)->suite->path,                                     \
                   attune_yaml_line(&(l)->yaml, section, index, key), __VA_ARGS__)

/* ---- models */

/* The options of a model: every key that is not in the schema must be one the generator knows. */
static enum attune_code take_option(struct load *l, size_t index, const char *name,
                                    yaml_node_t *value, struct attune_suite_model *model)
{
    enum { MAX = 64 };
    const char *known[MAX];
    size_t n = 0;
    bool found = false;
    for (const char *const *o = model->generator->options; o && *o && n < MAX; o++) {
        known[n++] = *o;
        found = found || strcmp(*o, name) == 0;
    }
    if (!found) {
        for (const cyaml_schema_field_t *f = attune_suite_model_fields; f->key && n < MAX; f++) {
            known[n++] = f->key;
        }
        FAIL_AT(l, "models", index, name, "unknown key '%.60s' of model '%s' (generator '%s')",
                name, model->spec.name, model->generator->name);
        const char *near = attune_nearest(name, known, n);
        if (near) {
            attune_err_hint(l->err, "did you mean '%s'?", near);
        }
        return ATTUNE_E_INPUT;
    }
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_add(&text, attune_yaml_text(value) ? attune_yaml_text(value) : "");
    yaml_node_t *item;
    for (size_t i = 0; (item = attune_yaml_item(&l->yaml, value, i)) != NULL; i++) {
        attune_buf_addf(&text, "%s%s", i ? "," : "", attune_yaml_text(item));
    }
    struct attune_option *options = (struct attune_option *)model->spec.options;
    struct attune_option *option = &options[model->spec.n_options++];
    option->name = keep_text(l, name);
    option->value = text.failed ? NULL : keep_text(l, attune_buf_text(&text));
    attune_buf_release(&text);
    return option->name && option->value ? ATTUNE_OK : out_of_memory(l);
}

static enum attune_code take_options(struct load *l, size_t index, struct attune_suite_model *model)
{
    yaml_node_t *node = attune_yaml_item(
        &l->yaml, attune_yaml_get(&l->yaml, attune_yaml_root(&l->yaml), "models"), index);
    const size_t n_pairs =
        (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    if (!(model->spec.options = keep(l, n_pairs, sizeof *model->spec.options))) {
        return out_of_memory(l);
    }
    for (size_t i = 0; i < n_pairs; i++) {
        const yaml_node_pair_t *pair = node->data.mapping.pairs.start + i;
        yaml_document_t *document = &l->yaml.document;
        const char *name = attune_yaml_text(yaml_document_get_node(document, pair->key));
        bool in_schema = false;
        for (const cyaml_schema_field_t *f = attune_suite_model_fields; f->key; f++) {
            in_schema = in_schema || strcmp(f->key, name) == 0;
        }
        if (!in_schema) {
            enum attune_code code =
                take_option(l, index, name, yaml_document_get_node(document, pair->value), model);
            if (code) {
                return code;
            }
        }
    }
    const char *selected = attune_option_get(&model->spec, "select", NULL);
    model->selected_on = selected ? selected : attune_option_get(&model->spec, "reward", NULL);
    return ATTUNE_OK;
}

static enum attune_code check_model(struct load *l, size_t i)
{
    const struct attune_yaml_model *raw = &l->raw->models[i];
    const int n_ways = (raw->builtin != NULL) + (raw->command != NULL) + (raw->worker != NULL) +
                       (raw->samples != NULL);
    if (n_ways != 1) {
        return FAIL_AT(
            l, "models", i, NULL,
            "model '%s' has %s of builtin, command, worker, samples; it needs exactly one",
            raw->name, n_ways == 0 ? "none" : "more than one");
    }
    for (size_t k = 0; k < i; k++) {
        if (strcmp(l->raw->models[k].name, raw->name) == 0) {
            return FAIL_AT(l, "models", i, "name", "model '%s' stands twice", raw->name);
        }
    }
    if (raw->timeout_s < 0.0 || raw->timeout_s > 1e6) {
        FAIL_AT(l, "models", i, "timeout_s", "timeout_s %g: allowed are 0 (default) to 1e6 seconds",
                raw->timeout_s);
        if (raw->timeout_s > 1e6) {
            attune_err_hint(l->err, "milliseconds? the unit is seconds");
        }
        return ATTUNE_E_INPUT;
    }
    if (raw->workers > 256) {
        return FAIL_AT(l, "models", i, "workers", "workers %u: allowed are 1 to 256", raw->workers);
    }
    if (raw->memory_mb > UINT64_MAX >> 20) {
        return FAIL_AT(l, "models", i, "memory_mb", "memory_mb is too large");
    }
    return ATTUNE_OK;
}

/* A base outside the suite is fine; one that looks like a mistyped model of the suite is not. */
static enum attune_code check_base(struct load *l, size_t i)
{
    enum { MAX = 256 };
    const char *names[MAX];
    size_t n = 0;
    const char *base = l->raw->models[i].base;
    for (size_t k = 0; k < l->raw->models_count && n < MAX; k++) {
        if (strcmp(l->raw->models[k].name, base) == 0) {
            if (k == i) {
                return FAIL_AT(l, "models", i, "base", "model '%s' is its own base", base);
            }
            return ATTUNE_OK;
        }
        if (k != i) {
            names[n++] = l->raw->models[k].name;
        }
    }
    const char *near = attune_nearest(base, names, n);
    if (near) {
        FAIL_AT(l, "models", i, "base", "base '%s' of model '%s' is no model of this suite", base,
                l->raw->models[i].name);
        attune_err_hint(l->err, "did you mean '%s'?", near);
        return ATTUNE_E_INPUT;
    }
    return ATTUNE_OK;
}

static enum attune_code take_model(struct load *l, size_t i)
{
    const struct attune_yaml_model *raw = &l->raw->models[i];
    struct attune_suite_model *model = &l->suite->models[i];
    enum attune_code code = check_model(l, i);
    if (code == ATTUNE_OK && raw->base) {
        code = check_base(l, i);
    }
    if (code) {
        return code;
    }
    struct attune_model_spec *spec = &model->spec;
    *spec = (struct attune_model_spec){
        .name = keep_text(l, raw->name),
        .method = (enum attune_method)raw->method,
        .base = raw->base ? keep_text(l, raw->base) : NULL,
        .builtin = raw->builtin ? keep_text(l, raw->builtin) : NULL,
        .command = raw->command ? keep_list(l, raw->command, raw->command_count) : NULL,
        .worker = raw->worker ? keep_list(l, raw->worker, raw->worker_count) : NULL,
        .samples = raw->samples ? keep_text(l, raw->samples) : NULL,
        .folder = l->suite->folder,
        .n_workers = raw->workers ? raw->workers : 1,
        .timeout_s = raw->timeout_s > 0.0 ? raw->timeout_s : default_timeout_s,
        .memory_bytes = raw->memory_mb << 20,
    };
    if (!spec->name || (raw->base && !spec->base) || (raw->builtin && !spec->builtin) ||
        (raw->command && !spec->command) || (raw->worker && !spec->worker) ||
        (raw->samples && !spec->samples)) {
        return out_of_memory(l);
    }
    code = attune_generator_for(spec, &model->generator, l->err);
    if (code) {
        l->err->line = attune_yaml_line(&l->yaml, "models", i, raw->builtin ? "builtin" : NULL);
        snprintf(l->err->file, sizeof l->err->file, "%s", l->suite->path);
        return code;
    }
    char found[PATH_MAX];
    if (raw->if_installed &&
        !attune_program_find(raw->if_installed, l->suite->folder, found, sizeof found)) {
        struct attune_buf why = ATTUNE_BUF_INIT;
        attune_buf_addf(&why, "program '%s' is not installed", raw->if_installed);
        model->left_out = keep_text(l, attune_buf_text(&why));
        attune_buf_release(&why);
    }
    return take_options(l, i, model);
}

/* ---- scorers, references */

static enum attune_code take_scorer(struct load *l, size_t i)
{
    const struct attune_yaml_scorer *raw = &l->raw->scorers[i];
    for (size_t k = 0; k < i; k++) {
        if (strcmp(l->raw->scorers[k].name, raw->name) == 0) {
            return FAIL_AT(l, "scorers", i, "name", "scorer '%s' stands twice", raw->name);
        }
    }
    if (raw->name[strcspn(raw->name, ",*? \t\n")] != '\0') {
        return FAIL_AT(
            l, "scorers", i, "name",
            "scorer '%s': the name becomes part of metric ids, so no ',', '*', '?' or space",
            raw->name);
    }
    if (raw->timeout_s < 0.0 || raw->timeout_s > 1e6 || raw->workers > 256 ||
        raw->memory_mb > UINT64_MAX >> 20) {
        return FAIL_AT(l, "scorers", i, NULL,
                       "scorer '%s': allowed are timeout_s up to 1e6 seconds and 1 to 256 workers",
                       raw->name);
    }
    l->suite->scorers[i] = (struct attune_suite_scorer){
        .name = keep_text(l, raw->name),
        .worker = keep_list(l, raw->worker, raw->worker_count),
        .n_workers = raw->workers ? raw->workers : 1,
        .timeout_s = raw->timeout_s > 0.0 ? raw->timeout_s : default_timeout_s,
        .memory_bytes = raw->memory_mb << 20,
        .higher_is_better = raw->higher_is_better ? *raw->higher_is_better : true,
    };
    return l->suite->scorers[i].name && l->suite->scorers[i].worker ? ATTUNE_OK : out_of_memory(l);
}

static enum attune_code take_reference(struct load *l, size_t i)
{
    const struct attune_yaml_reference *raw = &l->raw->references[i];
    struct attune_suite_reference *reference = &l->suite->references[i];
    reference->name = keep_text(l, raw->name);
    reference->path = keep_path(l, raw->path);
    if (!reference->name || !reference->path) {
        return out_of_memory(l);
    }
    if (!attune_file_exists(reference->path) && !attune_dir_exists(reference->path)) {
        return FAIL_AT(l, "references", i, "path", "no such file or folder: '%s'", reference->path);
    }
    return ATTUNE_OK;
}

/* ---- metrics and ranking */

static bool matches_a_metric(const char *glob)
{
    for (size_t i = 0; i < attune_n_metrics; i++) {
        if (attune_glob(glob, attune_metrics[i]->id)) {
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
static enum attune_code no_such_metric(struct load *l, const char *section, size_t index,
                                       const char *given, const char *const *words, size_t n_words)
{
    const char **names = attune_alloc(attune_n_metrics + n_words, sizeof *names);
    FAIL_AT(l, section, index, NULL, "%s: '%s' matches no metric", section, given);
    if (!names) {
        return out_of_memory(l);
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

static enum attune_code take_metrics(struct load *l)
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
            attune_buf_addf(&sets, "%s%s", sets.n_bytes ? "," : "", glob);
        } else if (matches_a_metric(glob)) {
            attune_buf_addf(&samples, "%s%s", samples.n_bytes ? "," : "", glob);
        } else if (!is_one_of(glob, metric_groups, N_GROUPS) && strncmp(glob, "scorer.", 7) != 0) {
            code = no_such_metric(l, "metrics", i, glob, metric_groups, N_GROUPS);
            goto out;
        }
    }
    l->suite->set_metrics = keep_text(l, attune_buf_text(&sets));
    if (sets.failed || samples.failed || !l->suite->set_metrics) {
        code = out_of_memory(l);
    } else if (samples.n_bytes || !l->raw->metrics_count) {
        code = attune_selection_init(&l->suite->metrics,
                                     samples.n_bytes ? attune_buf_text(&samples) : NULL, l->err);
    }
out:
    attune_buf_release(&samples);
    attune_buf_release(&sets);
    return code;
}

static enum attune_code take_rank_by(struct load *l)
{
    for (size_t i = 0; i < l->raw->rank_by_count; i++) {
        const char *word = l->raw->rank_by[i];
        if (!is_one_of(word, pillars, N_PILLARS) && !matches_a_metric(word) &&
            strncmp(word, "scorer.", 7) != 0 && strncmp(word, "set.", 4) != 0 &&
            !is_one_of(word, metric_groups, N_GROUPS)) {
            return no_such_metric(l, "rank_by", i, word, pillars, N_PILLARS);
        }
    }
    l->suite->n_rank_by = l->raw->rank_by_count;
    l->suite->rank_by = keep_list(l, l->raw->rank_by, l->raw->rank_by_count);
    return l->suite->rank_by ? ATTUNE_OK : out_of_memory(l);
}

/* ---- seeds, prompts, the rest */

static enum attune_code take_seeds(struct load *l)
{
    const size_t n = l->raw->seeds_count ? l->raw->seeds_count : 1;
    int64_t *seeds = keep(l, n, sizeof *seeds);
    if (!seeds) {
        return out_of_memory(l);
    }
    seeds[0] = 1;
    for (size_t i = 0; i < l->raw->seeds_count; i++) {
        seeds[i] = l->raw->seeds[i];
        if (seeds[i] < 0) {
            return FAIL_AT(l, "seeds", i, NULL, "seed %lld: allowed are whole numbers from 0",
                           (long long)seeds[i]);
        }
        for (size_t k = 0; k < i; k++) {
            if (seeds[k] == seeds[i]) {
                return FAIL_AT(l, "seeds", i, NULL, "seed %lld stands twice", (long long)seeds[i]);
            }
        }
    }
    l->suite->seeds = seeds;
    l->suite->n_seeds = n;
    return ATTUNE_OK;
}

static enum attune_code take_prompts(struct load *l)
{
    yaml_node_t *node = attune_yaml_get(&l->yaml, attune_yaml_root(&l->yaml), "prompts");
    const char *file = attune_yaml_text(node);
    if (file) {
        const char *path = keep_path(l, file);
        if (!path) {
            return out_of_memory(l);
        }
        if (!attune_file_exists(path)) {
            return FAIL_AT(l, "prompts", 0, NULL, "prompts: no such file: '%s'", path);
        }
        return attune_prompts_read(&l->suite->prompts, path, l->err);
    }
    if (node->type != YAML_SEQUENCE_NODE || !attune_yaml_item(&l->yaml, node, 0)) {
        return FAIL_AT(l, "prompts", 0, NULL,
                       "prompts: a file's path or a list of texts is needed");
    }
    yaml_node_t *item;
    for (size_t i = 0; (item = attune_yaml_item(&l->yaml, node, i)) != NULL; i++) {
        const char *text = attune_yaml_text(item);
        if (!text) {
            return FAIL_AT(l, "prompts", i, NULL, "prompts[%zu] is not a text", i + 1);
        }
        enum attune_code code =
            attune_prompts_add(&l->suite->prompts, NULL, text, NULL, l->suite->path,
                               attune_yaml_line(&l->yaml, "prompts", i, NULL), l->err);
        if (code) {
            return code;
        }
    }
    return attune_prompts_finish(&l->suite->prompts, l->suite->path, l->err);
}

static enum attune_code take_rest(struct load *l)
{
    struct attune_suite *suite = l->suite;
    const struct attune_yaml_suite *raw = l->raw;
    suite->name = keep_text(l, raw->suite);
    suite->render = raw->render;
    suite->soundfont = raw->soundfont ? keep_path(l, raw->soundfont) : NULL;
    suite->out = raw->out ? keep_path(l, raw->out) : NULL;
    suite->allow_failed = raw->allow_failed;
    if (!suite->name || (raw->soundfont && !suite->soundfont) || (raw->out && !suite->out)) {
        return out_of_memory(l);
    }
    if (!(suite->allow_failed >= 0.0 && suite->allow_failed <= 1.0)) {
        FAIL_AT(l, "allow_failed", 0, NULL, "allow_failed %g: allowed are shares from 0 to 1",
                suite->allow_failed);
        if (suite->allow_failed > 1.0) {
            attune_err_hint(l->err, "a percentage? write %g", suite->allow_failed / 100.0);
        }
        return ATTUNE_E_INPUT;
    }
    return ATTUNE_OK;
}

static enum attune_code take_lists(struct load *l)
{
    struct attune_suite *suite = l->suite;
    const struct attune_yaml_suite *raw = l->raw;
    suite->models = keep(l, raw->models_count, sizeof *suite->models);
    suite->scorers = keep(l, raw->scorers_count, sizeof *suite->scorers);
    suite->references = keep(l, raw->references_count, sizeof *suite->references);
    if (!suite->models || !suite->scorers || !suite->references) {
        return out_of_memory(l);
    }
    enum attune_code code = ATTUNE_OK;
    for (; code == ATTUNE_OK && suite->n_models < raw->models_count; suite->n_models++) {
        code = take_model(l, suite->n_models);
    }
    for (; code == ATTUNE_OK && suite->n_scorers < raw->scorers_count; suite->n_scorers++) {
        code = take_scorer(l, suite->n_scorers);
    }
    for (; code == ATTUNE_OK && suite->n_references < raw->references_count;
         suite->n_references++) {
        code = take_reference(l, suite->n_references);
    }
    return code;
}

static enum attune_code read_text(struct load *l, const char *path)
{
    struct attune_suite *suite = l->suite;
    char *text = NULL;
    size_t n_bytes = 0;
    enum attune_code code = attune_file_read(path, MAX_SUITE_BYTES, &text, &n_bytes, l->err);
    if (code) {
        return code;
    }
    char full[PATH_MAX];
    struct attune_buf folder = ATTUNE_BUF_INIT;
    attune_path_folder(&folder, realpath(path, full) ? full : path);
    suite->path = keep_text(l, path);
    suite->folder = keep_text(l, attune_buf_text(&folder));
    suite->text = keep_text(l, text);
    attune_hash_bytes(text, n_bytes, suite->hash);
    attune_buf_release(&folder);
    if (!suite->path || !suite->folder || !suite->text) {
        code = out_of_memory(l);
    } else if (memchr(text, '\0', n_bytes)) {
        code = attune_fail_at(l->err, ATTUNE_E_INPUT, path, 0, "not a text file");
    } else {
        code = attune_yaml_parse(&l->yaml, suite->path, suite->text, n_bytes, l->err);
    }
    attune_release(text);
    return code;
}

enum attune_code attune_suite_load(struct attune_suite *suite, const char *path,
                                   struct attune_err *err)
{
    *suite = (struct attune_suite){0};
    struct load l = {.suite = suite, .err = err};
    enum attune_code code = read_text(&l, path);
    if (code == ATTUNE_OK) {
        code = attune_yaml_check(&l.yaml, &attune_suite_schema, attune_suite_model_fields, err);
    }
    if (code) {
        goto out;
    }
    const cyaml_err_t yaml_code = cyaml_load_data((const uint8_t *)suite->text, strlen(suite->text),
                                                  &attune_suite_yaml_config, &attune_suite_schema,
                                                  (cyaml_data_t **)&l.raw, NULL);
    if (yaml_code != CYAML_OK) {
        code =
            attune_fail_at(err, yaml_code == CYAML_ERR_OOM ? ATTUNE_E_MEMORY : ATTUNE_E_INPUT,
                           suite->path, 0, "cannot read the suite: %s", cyaml_strerror(yaml_code));
        goto out;
    }
    enum attune_code (*const steps[])(struct load *) = {
        take_rest, take_seeds, take_lists, take_metrics, take_rank_by, take_prompts,
    };
    for (size_t i = 0; code == ATTUNE_OK && i < sizeof steps / sizeof *steps; i++) {
        code = steps[i](&l);
    }
out:
    cyaml_free(&attune_suite_yaml_config, &attune_suite_schema, l.raw, 0);
    attune_yaml_release(&l.yaml);
    if (code) {
        attune_suite_release(suite);
    }
    return code;
}

void attune_suite_release(struct attune_suite *suite)
{
    attune_prompts_release(&suite->prompts);
    attune_selection_release(&suite->metrics);
    attune_arena_release(&suite->text_arena);
    *suite = (struct attune_suite){0};
}
