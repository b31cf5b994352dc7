/* The outside scorers and the reference sets of a suite. */
#include "base/io/file.h"
#include "harness/suite/suite_load.h"
#include "metrics/metric.h"
#include "metrics/set/embedding.h"

/* A name becomes part of metric ids. */
static enum attune_code check_name(struct attune_load *l, const char *section, const char *what,
                                   const char *name, size_t i)
{
    if (name[strcspn(name, ",*?@: \t\n")] != '\0') {
        return FAIL_AT(l, section, i, "name",
                       "%s '%s': the name becomes part of metric ids, so no ',', '*', '?', '@', "
                       "':' or space",
                       what, name);
    }
    return ATTUNE_OK;
}

/* names: (i + 1,) structs of `size` bytes whose first member is the name. */
static enum attune_code check_once(struct attune_load *l, const char *section, const char *what,
                                   const void *names, size_t size, size_t i)
{
    const char *const *own = (const void *)((const char *)names + i * size);
    for (size_t k = 0; k < i; k++) {
        const char *const *other = (const void *)((const char *)names + k * size);
        if (strcmp(*other, *own) == 0) {
            return FAIL_AT(l, section, i, "name", "%s '%s' stands twice", what, *own);
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_load_scorer(struct attune_load *l, size_t i)
{
    const struct attune_yaml_scorer *raw = &l->raw->scorers[i];
    struct attune_suite_processes processes;
    enum attune_code code =
        check_once(l, "scorers", "scorer", l->raw->scorers, sizeof *raw, i);
    code = code ? code : check_name(l, "scorers", "scorer", raw->name, i);
    code = code ? code : attune_load_processes(l, "scorers", i, true, &raw->processes, &processes);
    if (code) {
        return code;
    }
    if ((raw->worker != NULL) == (raw->scores != NULL)) {
        return FAIL_AT(l, "scorers", i, NULL,
                       "scorer '%s' has %s of worker, scores; it needs exactly one", raw->name,
                       raw->worker ? "both" : "none");
    }
    struct attune_suite_scorer *scorer = &l->suite->scorers[i];
    *scorer = (struct attune_suite_scorer){
        .name = attune_load_keep_text(l, raw->name),
        .worker =
            raw->worker ? attune_load_keep_list(l, raw->worker, raw->worker_count) : NULL,
        .scores = raw->scores ? attune_load_keep_path(l, raw->scores) : NULL,
        .n_workers = processes.n_workers,
        .timeout_s = processes.timeout_s,
        .limits = processes.limits,
        .higher_is_better = raw->higher_is_better ? *raw->higher_is_better : true,
    };
    return scorer->name && (scorer->worker || scorer->scores) ? ATTUNE_OK
                                                              : attune_load_out_of_memory(l);
}

enum attune_code attune_load_reward_model(struct attune_load *l, size_t i)
{
    const struct attune_yaml_reward_model *raw = &l->raw->reward_models[i];
    enum attune_code code = check_once(l, "reward_models", "reward model", l->raw->reward_models,
                                       sizeof *raw, i);
    code = code ? code : check_name(l, "reward_models", "reward model", raw->name, i);
    if (code) {
        return code;
    }
    struct attune_buf id = ATTUNE_BUF_INIT;
    attune_buf_addf(&id, "reward.%s", raw->name);
    const bool taken = attune_metric_find(attune_buf_text(&id)) != NULL;
    attune_buf_release(&id);
    if (taken) {
        return FAIL_AT(l, "reward_models", i, "name", "'reward.%s' is a metric of attune's own",
                       raw->name);
    }
    struct attune_suite_scorer *scorer = &l->suite->scorers[l->suite->n_scorers];
    *scorer = (struct attune_suite_scorer){
        .name = attune_load_keep_text(l, raw->name),
        .reward = attune_load_keep_path(l, raw->path),
        .higher_is_better = true,
    };
    return scorer->name && scorer->reward ? ATTUNE_OK : attune_load_out_of_memory(l);
}

enum attune_code attune_load_embedding(struct attune_load *l, size_t i)
{
    const struct attune_yaml_embedding *raw = &l->raw->embeddings[i];
    struct attune_suite_processes processes;
    enum attune_code code =
        check_once(l, "embeddings", "embedding", l->raw->embeddings, sizeof *raw, i);
    code = code ? code : check_name(l, "embeddings", "embedding", raw->name, i);
    code = code ? code
                : attune_load_processes(l, "embeddings", i, raw->worker != NULL, &raw->processes,
                                        &processes);
    if (code) {
        return code;
    }
    const bool builtin = strcmp(raw->name, ATTUNE_EMBEDDING_NAME) == 0;
    if (builtin == (raw->worker != NULL)) {
        return FAIL_AT(l, "embeddings", i, "name",
                       builtin ? "embedding '%s' is built in and takes no worker"
                               : "embedding '%s' needs a worker; only " ATTUNE_EMBEDDING_NAME
                                 " is built in",
                       raw->name);
    }
    struct attune_suite_embedding *embedding = &l->suite->embeddings[i];
    *embedding = (struct attune_suite_embedding){
        .name = attune_load_keep_text(l, raw->name),
        .worker = raw->worker ? attune_load_keep_list(l, raw->worker, raw->worker_count) : NULL,
        .n_workers = processes.n_workers,
        .timeout_s = processes.timeout_s,
        .limits = processes.limits,
    };
    return embedding->name && (!raw->worker || embedding->worker) ? ATTUNE_OK
                                                                  : attune_load_out_of_memory(l);
}

enum attune_code attune_load_reference(struct attune_load *l, size_t i)
{
    const struct attune_yaml_reference *raw = &l->raw->references[i];
    struct attune_suite_reference *reference = &l->suite->references[i];
    enum attune_code code =
        check_once(l, "references", "reference", l->raw->references, sizeof *raw, i);
    code = code ? code : check_name(l, "references", "reference", raw->name, i);
    if (code) {
        return code;
    }
    reference->name = attune_load_keep_text(l, raw->name);
    reference->path = attune_load_keep_path(l, raw->path);
    if (!reference->name || !reference->path) {
        return attune_load_out_of_memory(l);
    }
    if (!attune_file_exists(reference->path) && !attune_dir_exists(reference->path)) {
        return FAIL_AT(l, "references", i, "path", "no such file or folder: '%s'", reference->path);
    }
    return ATTUNE_OK;
}
