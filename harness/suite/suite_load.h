/* Inside the room: what the steps of loading a suite share. Everything kept lives as long as the
 * suite. */
#ifndef ATTUNE_HARNESS_SUITE_LOAD_H
#define ATTUNE_HARNESS_SUITE_LOAD_H

#include "harness/suite/gate_rules.h"
#include "harness/suite/suite.h"
#include "harness/suite/suite_schema.h"
#include "harness/suite/suite_yaml.h"

#define ATTUNE_DEFAULT_TIMEOUT_S 600.0

struct attune_load {
    struct attune_suite *suite;
    struct attune_yaml yaml;
    struct attune_yaml_suite *raw;
    struct attune_err *err;
};

/* NULL when out of memory. */
void *attune_load_keep(struct attune_load *l, size_t count, size_t size);
const char *attune_load_keep_text(struct attune_load *l, const char *text);
/* A NULL-terminated copy of a list of texts. */
const char *const *attune_load_keep_list(struct attune_load *l, const char **items, size_t n);
/* A path of the suite, seen from the suite's folder. */
const char *attune_load_keep_path(struct attune_load *l, const char *path);

enum attune_code attune_load_out_of_memory(struct attune_load *l);

/* Fails with the line of section[index].key (see attune_yaml_line). */
#define FAIL_AT(l, section, index, key, ...)                                                       \
    attune_fail_at((l)->err, ATTUNE_E_INPUT, (l)->suite->path,                                     \
                   attune_yaml_line(&(l)->yaml, section, index, key), __VA_ARGS__)

/* What an entry says of its processes, checked; has_worker: GPUs can be dealt out. */
struct attune_suite_processes {
    unsigned n_workers;
    double timeout_s;
    struct attune_process_limits limits;
};
enum attune_code attune_load_processes(struct attune_load *l, const char *section, size_t i,
                                       bool has_worker, const struct attune_yaml_processes *raw,
                                       struct attune_suite_processes *out);

/* Entry i of a list that the suite has room for. */
enum attune_code attune_load_model(struct attune_load *l, size_t i);
enum attune_code attune_load_scorer(struct attune_load *l, size_t i);
/* Reward model i becomes the suite's next scorer. */
enum attune_code attune_load_reward_model(struct attune_load *l, size_t i);
enum attune_code attune_load_embedding(struct attune_load *l, size_t i);
enum attune_code attune_load_reference(struct attune_load *l, size_t i);

/* Fails unless reports can speak of the word: a metric, group, pillar, scorer, set metric or reward
 * model. */
enum attune_code attune_load_check_word(struct attune_load *l, const char *key, long line,
                                        const char *word);

enum attune_code attune_load_metrics(struct attune_load *l);
enum attune_code attune_load_rank_by(struct attune_load *l);
enum attune_code attune_load_gate(struct attune_load *l);

/* The section `gate` of a document that was checked against the schema. */
enum attune_code attune_gate_rules_take(struct attune_gate_rules *out,
                                        const struct attune_yaml *yaml, struct attune_err *err);

#endif
