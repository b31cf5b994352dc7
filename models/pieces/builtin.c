#include "models/pieces/builtin.h"

#include "base/hash.h"
#include "base/mem.h"

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
