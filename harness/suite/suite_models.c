/* The models of a suite: how each is generated, its base, and the options of its generator. */
#include "base/text.h"
#include "harness/suite/suite_load.h"
#include "models/drivers/process.h"

#include <limits.h>

/* The options of a model: every key that is not in the schema must be one the generator knows. */
static enum attune_code take_option(struct attune_load *l, size_t index, const char *name,
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
    option->name = attune_load_keep_text(l, name);
    option->value = text.failed ? NULL : attune_load_keep_text(l, attune_buf_text(&text));
    attune_buf_release(&text);
    return option->name && option->value ? ATTUNE_OK : attune_load_out_of_memory(l);
}

/* An option that the generator knows but that does nothing for this method or algorithm. */
static enum attune_code check_applicable(struct attune_load *l, size_t index,
                                         const struct attune_suite_model *model)
{
    enum { MAX = 64 };
    const char *names[MAX];
    const struct attune_model_spec *spec = &model->spec;
    if (!model->generator->applicable || spec->n_options == 0) {
        return ATTUNE_OK;
    }
    const size_t n = model->generator->applicable(spec, names);
    for (size_t i = 0; i < spec->n_options; i++) {
        bool found = false;
        for (size_t k = 0; k < n; k++) {
            found = found || strcmp(names[k], spec->options[i].name) == 0;
        }
        if (!found) {
            const char *algorithm = attune_option_get(spec, "algorithm", NULL);
            FAIL_AT(l, "models", index, spec->options[i].name,
                    "'%s' does nothing for model '%s' (%s, method %s%s%s)", spec->options[i].name,
                    spec->name, model->generator->name, attune_method_names[spec->method],
                    algorithm ? ", algorithm " : "", algorithm ? algorithm : "");
            struct attune_buf list = ATTUNE_BUF_INIT;
            for (size_t k = 0; k < n; k++) {
                attune_buf_addf(&list, "%s%s", k ? ", " : "", names[k]);
            }
            attune_err_hint(l->err, "allowed are %s", attune_buf_text(&list));
            attune_buf_release(&list);
            return ATTUNE_E_INPUT;
        }
    }
    return ATTUNE_OK;
}

static enum attune_code take_options(struct attune_load *l, size_t index,
                                     struct attune_suite_model *model)
{
    yaml_node_t *node = attune_yaml_item(
        &l->yaml, attune_yaml_get(&l->yaml, attune_yaml_root(&l->yaml), "models"), index);
    const size_t n_pairs = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    if (!(model->spec.options = attune_load_keep(l, n_pairs, sizeof *model->spec.options))) {
        return attune_load_out_of_memory(l);
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
    return check_applicable(l, index, model);
}

/* What it was optimised or selected on: as its options tell, and as its makers do. Those that the
 * simulated listener taught, or what was trained on it, are marked. */
static enum attune_code take_selected_on(struct attune_load *l, size_t i,
                                         struct attune_suite_model *model)
{
    const struct attune_yaml_model *raw = &l->raw->models[i];
    const char *selected = attune_option_get(&model->spec, "select", NULL);
    selected = selected ? selected : attune_option_get(&model->spec, "reward", NULL);
    model->simulated = model->spec.builtin && (model->spec.method == ATTUNE_METHOD_RLHF ||
                                               model->spec.method == ATTUNE_METHOD_DPO ||
                                               (selected && strstr(selected, "reward")));
    struct attune_buf list = ATTUNE_BUF_INIT;
    attune_buf_add(&list, selected ? selected : "");
    enum attune_code code = ATTUNE_OK;
    for (unsigned k = 0; k < raw->optimised_on_count && !code; k++) {
        code = attune_load_check_word(
            l, "optimised_on", attune_yaml_line(&l->yaml, "models", i, "optimised_on"),
            raw->optimised_on[k]);
        attune_buf_addf(&list, "%s%s", list.n_bytes ? "," : "", raw->optimised_on[k]);
    }
    if (!code && list.n_bytes) {
        model->selected_on = list.failed ? NULL : attune_load_keep_text(l, attune_buf_text(&list));
        code = model->selected_on ? ATTUNE_OK : attune_load_out_of_memory(l);
    }
    attune_buf_release(&list);
    return code;
}

static enum attune_code check_model(struct attune_load *l, size_t i)
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
    return ATTUNE_OK;
}

/* A base outside the suite is fine; one that looks like a mistyped model of the suite is not. */
static enum attune_code check_base(struct attune_load *l, size_t i)
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

enum attune_code attune_load_model(struct attune_load *l, size_t i)
{
    const struct attune_yaml_model *raw = &l->raw->models[i];
    struct attune_suite_model *model = &l->suite->models[i];
    struct attune_suite_processes processes;
    enum attune_code code = check_model(l, i);
    code = code ? code
                : attune_load_processes(l, "models", i, raw->worker != NULL, &raw->processes,
                                        &processes);
    if (code == ATTUNE_OK && raw->base) {
        code = check_base(l, i);
    }
    if (code) {
        return code;
    }
    struct attune_model_spec *spec = &model->spec;
    *spec = (struct attune_model_spec){
        .name = attune_load_keep_text(l, raw->name),
        .method = (enum attune_method)raw->method,
        .base = raw->base ? attune_load_keep_text(l, raw->base) : NULL,
        .builtin = raw->builtin ? attune_load_keep_text(l, raw->builtin) : NULL,
        .command = raw->command ? attune_load_keep_list(l, raw->command, raw->command_count) : NULL,
        .worker = raw->worker ? attune_load_keep_list(l, raw->worker, raw->worker_count) : NULL,
        .samples = raw->samples ? attune_load_keep_text(l, raw->samples) : NULL,
        .folder = l->suite->folder,
        .n_workers = processes.n_workers,
        .timeout_s = processes.timeout_s,
        .limits = processes.limits,
    };
    if (!spec->name || (raw->base && !spec->base) || (raw->builtin && !spec->builtin) ||
        (raw->command && !spec->command) || (raw->worker && !spec->worker) ||
        (raw->samples && !spec->samples)) {
        return attune_load_out_of_memory(l);
    }
    if (raw->family && !(model->family = attune_load_keep_text(l, raw->family))) {
        return attune_load_out_of_memory(l);
    }
    code = attune_generator_for(spec, &model->generator, l->err);
    if (code) {
        return attune_yaml_place(
            &l->yaml, attune_yaml_line(&l->yaml, "models", i, raw->builtin ? "builtin" : NULL),
            l->err);
    }
    char found[PATH_MAX];
    if (raw->if_installed &&
        !attune_program_find(raw->if_installed, l->suite->folder, found, sizeof found)) {
        struct attune_buf why = ATTUNE_BUF_INIT;
        attune_buf_addf(&why, "program '%s' is not installed", raw->if_installed);
        model->left_out = attune_load_keep_text(l, attune_buf_text(&why));
        attune_buf_release(&why);
    }
    code = take_options(l, i, model);
    return code ? code : take_selected_on(l, i, model);
}
