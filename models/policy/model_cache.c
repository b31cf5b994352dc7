#include "models/policy/model_cache.h"

#include <jansson.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "models/drivers/process.h"

/* The members of the JSON beside a checkpoint. */
#define COUNTS(X)                                                                                  \
    X(n_generated, "tokens generated")                                                             \
    X(n_processed, "tokens processed")                                                             \
    X(n_rewards, "reward evaluations")                                                             \
    X(n_pairs, "pairs labelled")                                                                   \
    X(n_steps, "gradient steps")

static bool read_cost(const char *path, struct attune_training *cost)
{
    enum { MAX_BYTES = 4096 };
    char *bytes = NULL;
    size_t n_bytes = 0;
    if (attune_file_read(path, MAX_BYTES, &bytes, &n_bytes, NULL) != ATTUNE_OK) {
        return false;
    }
    json_t *json = json_loadb(bytes, n_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *seconds = json_object_get(json, "seconds");
    bool ok = json_is_real(seconds) && json_real_value(seconds) >= 0.0;
    *cost = (struct attune_training){.seconds = json_real_value(seconds)};
#define X(member, name)                                                                            \
    {                                                                                              \
        const json_t *count = json_object_get(json, name);                                         \
        ok = ok && json_is_integer(count) && json_integer_value(count) >= 0;                       \
        cost->member = (uint64_t)json_integer_value(count);                                        \
    }
    COUNTS(X)
#undef X
    json_decref(json);
    attune_release(bytes);
    return ok;
}

static void write_cost(const char *path, const char *origin, const struct attune_training *cost)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_buf_add(&text, "{\"made from\": ");
    attune_buf_add_json(&text, origin);
#define X(member, name)                                                                            \
    attune_buf_addf(&text, ",\n \"" name "\": %llu", (unsigned long long)cost->member);
    COUNTS(X)
#undef X
    attune_buf_addf(&text, ",\n \"seconds\": %.6f}\n", cost->seconds);
    if (!text.failed) {
        attune_file_write(path, attune_buf_text(&text), text.n_bytes, NULL);
    }
    attune_buf_release(&text);
}

/* The two files' paths; false where there is no cache folder. */
static bool find_files(const struct attune_checkpoint *head, const float *params,
                       struct attune_buf *checkpoint, struct attune_buf *cost)
{
    char start[ATTUNE_HASH_SIZE], hash[ATTUNE_HASH_SIZE], name[64];
    struct attune_buf key = ATTUNE_BUF_INIT;
    attune_hash_bytes(params, head->n_params * sizeof *params, start);
    attune_buf_addf(&key, "%s %s", head->origin, start);
    attune_hash_bytes(attune_buf_text(&key), key.n_bytes, hash);
    snprintf(name, sizeof name, "%s-%.16s.ckpt", head->kind, hash);
    bool ok = !key.failed && attune_cache_path(checkpoint, name, true, NULL) == ATTUNE_OK;
    snprintf(name, sizeof name, "%s-%.16s.json", head->kind, hash);
    ok = ok && attune_cache_path(cost, name, false, NULL) == ATTUNE_OK;
    attune_buf_release(&key);
    return ok;
}

enum attune_code attune_model_cached(struct attune_checkpoint *head, float *params,
                                     const struct attune_model_maker *maker,
                                     struct attune_training *cost, bool *cached,
                                     struct attune_err *err)
{
    struct attune_buf file = ATTUNE_BUF_INIT, cost_file = ATTUNE_BUF_INIT;
    struct attune_training spent = {0};
    enum attune_code code = ATTUNE_OK;
    const bool cache = find_files(head, params, &file, &cost_file);
    const bool found =
        cache && read_cost(attune_buf_text(&cost_file), &spent) &&
        attune_checkpoint_load(attune_buf_text(&file), head, params, NULL) == ATTUNE_OK;
    if (!found) {
        const double started = attune_now_s();
        spent = (struct attune_training){0};
        code = maker->make(maker->context, params, &spent, err);
        spent.seconds = attune_now_s() - started;
        if (code == ATTUNE_OK && cache &&
            attune_checkpoint_save(attune_buf_text(&file), head, params, NULL) == ATTUNE_OK) {
            write_cost(attune_buf_text(&cost_file), head->origin, &spent);
        }
    }
    attune_buf_release(&file);
    attune_buf_release(&cost_file);
    if (code == ATTUNE_OK && cost) {
        *cost = spent;
    }
    if (code == ATTUNE_OK && cached) {
        *cached = found;
    }
    return code;
}
