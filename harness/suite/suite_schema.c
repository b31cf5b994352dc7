/* The tables behind suite_schema.h. */
#include "harness/suite/suite_schema.h"

#include "base/mem.h"
#include "models/generator.h"

enum { OPTIONAL = CYAML_FLAG_OPTIONAL, OPTIONAL_PTR = CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER };

static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, const char *, 1, CYAML_UNLIMITED),
};
static const cyaml_schema_value_t seed_entry = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int64_t)};

static const cyaml_strval_t methods[] = {
    {"none", ATTUNE_METHOD_NONE},           {"sft", ATTUNE_METHOD_SFT},
    {"rlhf", ATTUNE_METHOD_RLHF},           {"dpo", ATTUNE_METHOD_DPO},
    {"inference", ATTUNE_METHOD_INFERENCE}, {"other", ATTUNE_METHOD_OTHER},
};

#define TEXT(key, flags, type, member)                                                             \
    CYAML_FIELD_STRING_PTR(key, flags, type, member, 1, CYAML_UNLIMITED)
#define LIST(key, flags, type, member, entry)                                                      \
    CYAML_FIELD_SEQUENCE(key, flags, type, member, entry, 1, CYAML_UNLIMITED)

#define PROCESSES(type)                                                                            \
    CYAML_FIELD_UINT("workers", OPTIONAL, type, processes.workers),                                \
        CYAML_FIELD_FLOAT("timeout_s", OPTIONAL, type, processes.timeout_s),                       \
        CYAML_FIELD_UINT("memory_mb", OPTIONAL, type, processes.memory_mb),                        \
        CYAML_FIELD_UINT("file_mb", OPTIONAL, type, processes.file_mb),                            \
        LIST("gpus", OPTIONAL_PTR, type, processes.gpus, &text_entry),                             \
        LIST("env", OPTIONAL_PTR, type, processes.env, &text_entry)

const cyaml_schema_field_t attune_suite_model_fields[] = {
    TEXT("name", CYAML_FLAG_POINTER, struct attune_yaml_model, name),
    CYAML_FIELD_ENUM("method", OPTIONAL, struct attune_yaml_model, method, methods,
                     CYAML_ARRAY_LEN(methods)),
    TEXT("base", OPTIONAL_PTR, struct attune_yaml_model, base),
    TEXT("family", OPTIONAL_PTR, struct attune_yaml_model, family),
    TEXT("builtin", OPTIONAL_PTR, struct attune_yaml_model, builtin),
    LIST("command", OPTIONAL_PTR, struct attune_yaml_model, command, &text_entry),
    LIST("worker", OPTIONAL_PTR, struct attune_yaml_model, worker, &text_entry),
    TEXT("samples", OPTIONAL_PTR, struct attune_yaml_model, samples),
    LIST("optimised_on", OPTIONAL_PTR, struct attune_yaml_model, optimised_on, &text_entry),
    PROCESSES(struct attune_yaml_model),
    TEXT("if_installed", OPTIONAL_PTR, struct attune_yaml_model, if_installed),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t model_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct attune_yaml_model, attune_suite_model_fields),
};

static const cyaml_schema_field_t scorer_fields[] = {
    TEXT("name", CYAML_FLAG_POINTER, struct attune_yaml_scorer, name),
    LIST("worker", OPTIONAL_PTR, struct attune_yaml_scorer, worker, &text_entry),
    TEXT("scores", OPTIONAL_PTR, struct attune_yaml_scorer, scores),
    PROCESSES(struct attune_yaml_scorer),
    CYAML_FIELD_BOOL_PTR("higher_is_better", OPTIONAL_PTR, struct attune_yaml_scorer,
                         higher_is_better),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t scorer_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct attune_yaml_scorer, scorer_fields),
};

static const cyaml_schema_field_t reward_model_fields[] = {
    TEXT("name", CYAML_FLAG_POINTER, struct attune_yaml_reward_model, name),
    TEXT("path", CYAML_FLAG_POINTER, struct attune_yaml_reward_model, path),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t reward_model_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct attune_yaml_reward_model, reward_model_fields),
};

static const cyaml_schema_field_t embedding_fields[] = {
    TEXT("name", CYAML_FLAG_POINTER, struct attune_yaml_embedding, name),
    LIST("worker", OPTIONAL_PTR, struct attune_yaml_embedding, worker, &text_entry),
    PROCESSES(struct attune_yaml_embedding),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t embedding_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct attune_yaml_embedding, embedding_fields),
};

static const cyaml_schema_field_t reference_fields[] = {
    TEXT("name", CYAML_FLAG_POINTER, struct attune_yaml_reference, name),
    TEXT("path", CYAML_FLAG_POINTER, struct attune_yaml_reference, path),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t reference_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct attune_yaml_reference, reference_fields),
};

static const cyaml_schema_field_t gate_fields[] = {
    CYAML_FIELD_FLOAT("alpha", OPTIONAL, struct attune_yaml_gate, alpha),
    LIST("metrics", OPTIONAL_PTR, struct attune_yaml_gate, metrics, &text_entry),
    TEXT("margin", OPTIONAL_PTR, struct attune_yaml_gate, margin),
    CYAML_FIELD_IGNORE("margins", CYAML_FLAG_OPTIONAL), /* mappings from metrics */
    CYAML_FIELD_IGNORE("directions", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t suite_fields[] = {
    TEXT("suite", CYAML_FLAG_POINTER, struct attune_yaml_suite, suite),
    CYAML_FIELD_IGNORE("prompts", CYAML_FLAG_DEFAULT), /* a path or a list of texts */
    LIST("seeds", OPTIONAL_PTR, struct attune_yaml_suite, seeds, &seed_entry),
    LIST("models", CYAML_FLAG_POINTER, struct attune_yaml_suite, models, &model_entry),
    LIST("scorers", OPTIONAL_PTR, struct attune_yaml_suite, scorers, &scorer_entry),
    LIST("reward_models", OPTIONAL_PTR, struct attune_yaml_suite, reward_models,
         &reward_model_entry),
    LIST("embeddings", OPTIONAL_PTR, struct attune_yaml_suite, embeddings, &embedding_entry),
    LIST("references", OPTIONAL_PTR, struct attune_yaml_suite, references, &reference_entry),
    LIST("metrics", OPTIONAL_PTR, struct attune_yaml_suite, metrics, &text_entry),
    LIST("rank_by", OPTIONAL_PTR, struct attune_yaml_suite, rank_by, &text_entry),
    CYAML_FIELD_MAPPING("gate", OPTIONAL, struct attune_yaml_suite, gate, gate_fields),
    CYAML_FIELD_FLOAT("allow_failed", OPTIONAL, struct attune_yaml_suite, allow_failed),
    CYAML_FIELD_BOOL("render", OPTIONAL, struct attune_yaml_suite, render),
    TEXT("soundfont", OPTIONAL_PTR, struct attune_yaml_suite, soundfont),
    TEXT("out", OPTIONAL_PTR, struct attune_yaml_suite, out),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t attune_suite_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct attune_yaml_suite, suite_fields),
};

static void *yaml_memory(void *context, void *ptr, size_t size)
{
    if (size == 0) {
        attune_release(ptr);
        return NULL;
    }
    return attune_resize(ptr, size, 1);
}

const cyaml_config_t attune_suite_yaml_config = {
    .mem_fn = yaml_memory,
    .log_level = CYAML_LOG_ERROR,
    .flags = CYAML_CFG_IGNORE_UNKNOWN_KEYS | CYAML_CFG_NO_ALIAS,
};
