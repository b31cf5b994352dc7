/* Loading a suite: libcyaml fills the structs of suite_schema.h, then every entry is checked
 * against the registries and turned into what the run needs. */
#include "harness/suite/suite.h"

#include <limits.h>

#include "base/io/file.h"
#include "base/text.h"
#include "harness/suite/suite_load.h"
#include "metrics/set/embedding.h"

enum { MAX_SUITE_BYTES = 16 << 20 };

enum attune_code attune_load_out_of_memory(struct attune_load *l)
{
    return attune_fail(l->err, ATTUNE_E_MEMORY, "out of memory");
}

void *attune_load_keep(struct attune_load *l, size_t count, size_t size)
{
    return attune_arena_alloc(&l->suite->text_arena, count, size);
}

const char *attune_load_keep_text(struct attune_load *l, const char *text)
{
    return attune_arena_strdup(&l->suite->text_arena, text);
}

/* A NULL-terminated copy of a list of texts. */
const char *const *attune_load_keep_list(struct attune_load *l, const char **items, size_t n)
{
    const char **copy = attune_load_keep(l, n + 1, sizeof *copy);
    for (size_t i = 0; copy && i < n; i++) {
        if (!(copy[i] = attune_load_keep_text(l, items[i]))) {
            return NULL;
        }
    }
    return copy;
}

/* A path of the suite, seen from the suite's folder. */
const char *attune_load_keep_path(struct attune_load *l, const char *path)
{
    struct attune_buf joined = ATTUNE_BUF_INIT;
    attune_path_join(&joined, l->suite->folder, path);
    const char *copy = joined.failed ? NULL : attune_load_keep_text(l, attune_buf_text(&joined));
    attune_buf_release(&joined);
    return copy;
}

static enum attune_code take_seeds(struct attune_load *l)
{
    const size_t n = l->raw->seeds_count ? l->raw->seeds_count : 1;
    int64_t *seeds = attune_load_keep(l, n, sizeof *seeds);
    if (!seeds) {
        return attune_load_out_of_memory(l);
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

static enum attune_code take_prompts(struct attune_load *l)
{
    yaml_node_t *node = attune_yaml_get(&l->yaml, attune_yaml_root(&l->yaml), "prompts");
    const char *file = attune_yaml_text(node);
    if (file) {
        const char *path = attune_load_keep_path(l, file);
        if (!path) {
            return attune_load_out_of_memory(l);
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

static enum attune_code take_rest(struct attune_load *l)
{
    struct attune_suite *suite = l->suite;
    const struct attune_yaml_suite *raw = l->raw;
    suite->name = attune_load_keep_text(l, raw->suite);
    suite->render = raw->render;
    suite->soundfont = raw->soundfont ? attune_load_keep_path(l, raw->soundfont) : NULL;
    suite->out = raw->out ? attune_load_keep_path(l, raw->out) : NULL;
    suite->allow_failed = raw->allow_failed;
    if (!suite->name || (raw->soundfont && !suite->soundfont) || (raw->out && !suite->out)) {
        return attune_load_out_of_memory(l);
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

static enum attune_code take_lists(struct attune_load *l)
{
    struct attune_suite *suite = l->suite;
    const struct attune_yaml_suite *raw = l->raw;
    suite->models = attune_load_keep(l, raw->models_count, sizeof *suite->models);
    suite->scorers = attune_load_keep(l, raw->scorers_count + raw->reward_models_count,
                                      sizeof *suite->scorers);
    suite->references = attune_load_keep(l, raw->references_count, sizeof *suite->references);
    /* Without any there is still the built-in one. */
    suite->embeddings = attune_load_keep(l, raw->embeddings_count + 1, sizeof *suite->embeddings);
    if (!suite->models || !suite->scorers || !suite->references || !suite->embeddings) {
        return attune_load_out_of_memory(l);
    }
    enum attune_code code = ATTUNE_OK;
    for (; code == ATTUNE_OK && suite->n_models < raw->models_count; suite->n_models++) {
        code = attune_load_model(l, suite->n_models);
    }
    for (; code == ATTUNE_OK && suite->n_scorers < raw->scorers_count; suite->n_scorers++) {
        code = attune_load_scorer(l, suite->n_scorers);
    }
    for (size_t i = 0; code == ATTUNE_OK && i < raw->reward_models_count; i++, suite->n_scorers++) {
        code = attune_load_reward_model(l, i);
    }
    for (; code == ATTUNE_OK && suite->n_embeddings < raw->embeddings_count;
         suite->n_embeddings++) {
        code = attune_load_embedding(l, suite->n_embeddings);
    }
    if (suite->n_embeddings == 0) {
        suite->embeddings[suite->n_embeddings++] = (struct attune_suite_embedding){
            .name = ATTUNE_EMBEDDING_NAME, .n_workers = 1, .timeout_s = ATTUNE_DEFAULT_TIMEOUT_S};
    }
    for (; code == ATTUNE_OK && suite->n_references < raw->references_count;
         suite->n_references++) {
        code = attune_load_reference(l, suite->n_references);
    }
    return code;
}

static enum attune_code read_text(struct attune_load *l, const char *path)
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
    suite->path = attune_load_keep_text(l, path);
    suite->folder = attune_load_keep_text(l, attune_buf_text(&folder));
    suite->text = attune_load_keep_text(l, text);
    attune_hash_bytes(text, n_bytes, suite->hash);
    attune_buf_release(&folder);
    if (!suite->path || !suite->folder || !suite->text) {
        code = attune_load_out_of_memory(l);
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
    struct attune_load l = {.suite = suite, .err = err};
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
    enum attune_code (*const steps[])(struct attune_load *) = {
        take_rest,           take_seeds,       take_lists,   attune_load_metrics,
        attune_load_rank_by, attune_load_gate, take_prompts,
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
