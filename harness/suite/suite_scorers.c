/* The outside scorers and the reference sets of a suite. */
#include "base/io/file.h"
#include "harness/suite/suite_load.h"

enum attune_code attune_load_scorer(struct attune_load *l, size_t i)
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
        .name = attune_load_keep_text(l, raw->name),
        .worker = attune_load_keep_list(l, raw->worker, raw->worker_count),
        .n_workers = raw->workers ? raw->workers : 1,
        .timeout_s = raw->timeout_s > 0.0 ? raw->timeout_s : ATTUNE_DEFAULT_TIMEOUT_S,
        .memory_bytes = raw->memory_mb << 20,
        .higher_is_better = raw->higher_is_better ? *raw->higher_is_better : true,
    };
    return l->suite->scorers[i].name && l->suite->scorers[i].worker ? ATTUNE_OK
                                                                    : attune_load_out_of_memory(l);
}

enum attune_code attune_load_reference(struct attune_load *l, size_t i)
{
    const struct attune_yaml_reference *raw = &l->raw->references[i];
    struct attune_suite_reference *reference = &l->suite->references[i];
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
