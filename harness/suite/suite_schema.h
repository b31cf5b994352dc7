/* The suite file as libcyaml sees it: plain structs, and the schema that fills them and that
 * suite_yaml.h checks and explains. A member that stays 0 or NULL was not given. */
#ifndef ATTUNE_HARNESS_SUITE_SCHEMA_H
#define ATTUNE_HARNESS_SUITE_SCHEMA_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stdint.h>

/* How processes are kept: the same keys for models, scorers and embeddings. */
struct attune_yaml_processes {
    unsigned workers;
    double timeout_s;
    uint64_t memory_mb, file_mb;
    const char **gpus, **env;
    unsigned gpus_count, env_count;
};

struct attune_yaml_model {
    const char *name, *builtin, *base, *family, *samples, *if_installed;
    const char **command, **worker, **optimised_on;
    unsigned command_count, worker_count, optimised_on_count;
    int method; /* enum attune_method */
    struct attune_yaml_processes processes;
};

struct attune_yaml_scorer {
    const char *name, *scores;
    const char **worker;
    unsigned worker_count;
    struct attune_yaml_processes processes;
    bool *higher_is_better;
};

struct attune_yaml_reward_model {
    const char *name, *path;
};

struct attune_yaml_embedding {
    const char *name;
    const char **worker;
    unsigned worker_count;
    struct attune_yaml_processes processes;
};

struct attune_yaml_reference {
    const char *name, *path;
};

struct attune_yaml_gate {
    double alpha;
    const char *margin, **metrics;
    unsigned metrics_count;
};

struct attune_yaml_suite {
    const char *suite, *soundfont, *out;
    int64_t *seeds;
    unsigned seeds_count;
    struct attune_yaml_model *models;
    unsigned models_count;
    struct attune_yaml_scorer *scorers;
    unsigned scorers_count;
    struct attune_yaml_reward_model *reward_models;
    unsigned reward_models_count;
    struct attune_yaml_embedding *embeddings;
    unsigned embeddings_count;
    struct attune_yaml_reference *references;
    unsigned references_count;
    const char **metrics, **rank_by;
    unsigned metrics_count, rank_by_count;
    struct attune_yaml_gate gate; /* checked here, read by gate_rules.c */
    double allow_failed;
    bool render;
};

extern const cyaml_schema_value_t attune_suite_schema;
extern const cyaml_schema_field_t attune_suite_model_fields[]; /* open: options of the generator */

/* libcyaml on attune's memory, silent, without aliases. */
extern const cyaml_config_t attune_suite_yaml_config;

#endif
