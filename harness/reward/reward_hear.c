/* A reward model at work beside others: on one file, and in the experiment's database. */
#include <math.h>

#include "base/mem.h"
#include "base/text.h"
#include "harness/reward/reward_model.h"
#include "harness/store/store.h"
#include "metrics/metric.h"

enum attune_code attune_reward_model_check(const struct attune_reward_model *m, const char *path,
                                           struct attune_err *err)
{
    for (size_t k = 0; k < m->features.n; k++) {
        const struct attune_metric *metric = attune_metric_find(m->features.name[k]);
        if (!metric) {
            return attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                                  "it hears '%s', which is no metric of attune",
                                  m->features.name[k]);
        }
        if (metric->version != m->version[k]) {
            return attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                                  "it hears version %d of '%s', this attune has %d",
                                  m->version[k], m->features.name[k], metric->version);
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_reward_model_hear(const struct attune_reward_model *m,
                                          const struct attune_reward_voice *voice,
                                          const char *path, double *reward, char *why,
                                          size_t why_size, struct attune_err *err)
{
    struct attune_names names = {0};
    struct attune_items items = {0};
    struct attune_buf metrics = ATTUNE_BUF_INIT;
    attune_reward_model_metrics(m, &metrics);
    const struct attune_item_source source = {.metrics = attune_buf_text(&metrics),
                                              .n_threads = 1};
    enum attune_code code = !metrics.failed && attune_names_add(&names, path) != SIZE_MAX
                                ? attune_items_load(&items, &names, &source, err)
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rewards");
    for (size_t axis = 0; axis < m->axes.n && !code; axis++) {
        code = attune_reward_model_score(m, axis, voice, &items, reward + axis, err);
    }
    snprintf(why, why_size, "a metric that the model hears is undefined");
    for (size_t k = 0; k < items.features.n && !code; k++) {
        if (!isfinite(items.x[k])) {
            snprintf(why, why_size, "'%.100s', which the model hears, is undefined",
                     items.features.name[k]);
            break;
        }
    }
    attune_buf_release(&metrics);
    attune_items_release(&items);
    attune_names_release(&names);
    return code;
}

enum attune_code attune_reward_model_record(const struct attune_reward_model *m,
                                            struct attune_store *store, const char *name,
                                            const char *path, struct attune_err *err)
{
    char now[32];
    attune_utc_now(now);
    json_t *list = json_array();
    for (size_t k = 0; k < m->features.n; k++) {
        json_array_append_new(list, json_pack("{s:s, s:i}", "name", m->features.name[k],
                                              "version", m->version[k]));
    }
    char *features = json_dumps(list, JSON_COMPACT);
    char *trained = json_dumps(m->training, JSON_COMPACT | JSON_SORT_KEYS);
    enum attune_code code =
        features && trained
            ? attune_store_exec(
                  store, err,
                  "INSERT INTO reward_model (name, kind, path, hash, features, trained, created)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name, hash) DO UPDATE SET"
                  " path = excluded.path",
                  "ttttttt", name, m->heads[0].n_layers > 1 ? "mlp" : "linear", path, m->hash,
                  features, trained, now)
            : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a reward model");
    free(features);
    free(trained);
    json_decref(list);
    return code;
}
