/* How the processes of a model, scorer or embedding are kept: number, time, memory, files, GPUs,
 * variables. */
#include "base/text.h"
#include "harness/suite/suite_load.h"

enum { MAX_GPU = 200 };

static enum attune_code check_numbers(struct attune_load *l, const char *section, size_t i,
                                      const struct attune_yaml_processes *raw)
{
    if (raw->timeout_s < 0.0 || raw->timeout_s > 1e6) {
        FAIL_AT(l, section, i, "timeout_s", "timeout_s %g: allowed are 0 (default) to 1e6 seconds",
                raw->timeout_s);
        if (raw->timeout_s > 1e6) {
            attune_err_hint(l->err, "milliseconds? the unit is seconds");
        }
        return ATTUNE_E_INPUT;
    }
    if (raw->workers > 256) {
        return FAIL_AT(l, section, i, "workers", "workers %u: allowed are 1 to 256", raw->workers);
    }
    if (raw->memory_mb > UINT64_MAX >> 20) {
        return FAIL_AT(l, section, i, "memory_mb", "memory_mb is too large");
    }
    if (raw->file_mb > UINT64_MAX >> 20) {
        return FAIL_AT(l, section, i, "file_mb", "file_mb is too large");
    }
    return ATTUNE_OK;
}

static enum attune_code check_lists(struct attune_load *l, const char *section, size_t i,
                                    bool has_worker, const struct attune_yaml_processes *raw)
{
    if (raw->gpus && !has_worker) {
        FAIL_AT(l, section, i, "gpus", "gpus are dealt out to workers, and there is none here");
        attune_err_hint(l->err, "a command can begin with env, CUDA_VISIBLE_DEVICES=0");
        return ATTUNE_E_INPUT;
    }
    static const char allowed[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-/:,";
    for (unsigned k = 0; raw->gpus && k < raw->gpus_count; k++) {
        const char *gpu = raw->gpus[k];
        if (strlen(gpu) > MAX_GPU || gpu[strspn(gpu, allowed)]) {
            return FAIL_AT(l, section, i, "gpus",
                           "gpu '%.60s': allowed are numbers (0), identifiers (GPU-..., MIG-...) "
                           "and several of them joined by commas",
                           gpu);
        }
    }
    for (unsigned k = 0; k < raw->env_count; k++) {
        if (strchr(raw->env[k], '=')) {
            FAIL_AT(l, section, i, "env", "env '%.60s': names of variables, without values",
                    raw->env[k]);
            attune_err_hint(l->err, "set it where attune is started; a suite is no place for keys");
            return ATTUNE_E_INPUT;
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_load_processes(struct attune_load *l, const char *section, size_t i,
                                       bool has_worker, const struct attune_yaml_processes *raw,
                                       struct attune_suite_processes *out)
{
    enum attune_code code = check_numbers(l, section, i, raw);
    code = code ? code : check_lists(l, section, i, has_worker, raw);
    if (code) {
        return code;
    }
    *out = (struct attune_suite_processes){
        .n_workers = raw->workers ? raw->workers : 1,
        .timeout_s = raw->timeout_s > 0.0 ? raw->timeout_s : ATTUNE_DEFAULT_TIMEOUT_S,
        .limits = {.memory_bytes = raw->memory_mb << 20,
                   .file_bytes = raw->file_mb << 20,
                   .gpus = raw->gpus ? attune_load_keep_list(l, raw->gpus, raw->gpus_count) : NULL,
                   .env = raw->env ? attune_load_keep_list(l, raw->env, raw->env_count) : NULL},
    };
    return (raw->gpus && !out->limits.gpus) || (raw->env && !out->limits.env)
               ? attune_load_out_of_memory(l)
               : ATTUNE_OK;
}
