#include "models/pieces/builtin.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/io/file.h"
#include "models/option.h"
#include "models/policy/checkpoint.h"

uint64_t attune_request_seed(const struct attune_request *request)
{
    return attune_mix64(attune_mix64_text(request->prompt->text), request->seed);
}

bool attune_request_cancelled(const struct attune_request *request)
{
    return request->cancelled && atomic_load(request->cancelled);
}

enum attune_code attune_builtin_finish(const struct attune_piece *piece,
                                       const struct attune_request *request,
                                       struct attune_generation *out, struct attune_err *err)
{
    *out = (struct attune_generation){
        .n_candidates = 1,
        .n_tokens = attune_piece_n_cells(&piece->setting),
        .device_seconds = -1.0,
    };
    if (attune_request_cancelled(request)) {
        return attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted");
    }
    return attune_piece_write(piece, request->out, out->path, sizeof out->path, err);
}

enum attune_code attune_builtin_fingerprint(const char *name, int version, char *hash)
{
    char text[128];
    int n = snprintf(text, sizeof text, "%s %d", name, version);
    attune_hash_bytes(text, (size_t)n, hash);
    return ATTUNE_OK;
}

void attune_fingerprint_params(struct attune_buf *text, const float *params, size_t n)
{
    char hash[ATTUNE_HASH_SIZE];
    attune_hash_bytes(params, n * sizeof *params, hash);
    attune_buf_addf(text, " %s", hash);
}

void attune_fingerprint_add(struct attune_buf *text, const struct attune_metric *metric)
{
    if (metric) {
        attune_buf_addf(text, " %s %d", metric->id, metric->version);
    }
}

enum attune_code attune_fingerprint_finish(struct attune_buf *text, char *hash,
                                           struct attune_err *err)
{
    attune_hash_bytes(attune_buf_text(text), text->n_bytes, hash);
    const bool failed = text->failed;
    attune_buf_release(text);
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
}

enum attune_code attune_train_seeds(const struct attune_model_spec *spec, uint64_t *first,
                                    uint64_t *n, struct attune_err *err)
{
    enum attune_code code =
        attune_option_count(spec, "train_seed", 1, 0, (uint64_t)1 << 53, first, err);
    return code != ATTUNE_OK
               ? code
               : attune_option_count(spec, "train_seeds", 1, 1, ATTUNE_MAX_TRAIN_SEEDS, n, err);
}

enum attune_code attune_base_from_file(const struct attune_model_spec *spec, const char *kind,
                                       float *params, size_t n_params, bool *found,
                                       struct attune_err *err)
{
    const char *file = attune_option_get(spec, "checkpoint", NULL);
    struct attune_checkpoint head = {.n_params = n_params};
    struct attune_buf path = ATTUNE_BUF_INIT;
    *found = file != NULL;
    if (!file) {
        return ATTUNE_OK;
    }
    snprintf(head.kind, sizeof head.kind, "%s", kind);
    attune_path_join(&path, spec->folder ? spec->folder : ".", file);
    enum attune_code code = attune_checkpoint_load(attune_buf_text(&path), &head, params, err);
    attune_buf_release(&path);
    return code;
}

enum attune_code attune_builtin_open_stateless(const struct attune_model_spec *spec, void **state,
                                               struct attune_err *err)
{
    *state = NULL;
    return ATTUNE_OK;
}

void attune_builtin_close_stateless(void *state)
{
}

enum attune_code attune_builtin_open_spec(const struct attune_model_spec *spec, void **state,
                                          struct attune_err *err)
{
    struct attune_model_spec *copy = attune_alloc(1, sizeof *copy);
    if (!copy) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model '%s'", spec->name);
    }
    *copy = *spec;
    *state = copy;
    return ATTUNE_OK;
}

void attune_builtin_close_spec(void *state)
{
    attune_release(state);
}
