/* What the parts of `attune reward` share: votes, features, and what a model says of samples. */
#include "base/mem.h"
#include "cli/reward.h"
#include "harness/prefs/prefs_store.h"

bool attune_reward_word(const char *list, size_t n, char *out, size_t size)
{
    for (; n > 0 && list; n--) {
        list = strchr(list, ',');
        list = list ? list + 1 : NULL;
    }
    const size_t length = list ? strcspn(list, ",") : 0;
    snprintf(out, size, "%.*s", (int)length, list ? list : "");
    return length > 0;
}

enum attune_code attune_reward_votes(const struct attune_common *common,
                                     const struct attune_reward_options *o, char **files,
                                     int n_files, struct attune_vote_table *votes,
                                     struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct attune_prefs_account account;
    for (int i = 0; i < n_files && !code; i++) {
        code = attune_prefs_read(files[i], o->from, attune_vote_table_take, votes, &account, err);
    }
    if (n_files == 0) {
        struct attune_store *store = NULL;
        code = attune_store_open(&store, common->db, ATTUNE_STORE_READ, err);
        if (!code) {
            code = attune_prefs_each(store, attune_vote_table_take, votes, err);
            attune_store_close(store);
        }
    }
    if (!code && votes->n == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "no votes%s%s", o->axis ? " on axis " : "",
                           o->axis ? o->axis : "");
    }
    return code;
}

enum attune_code attune_reward_items(const struct attune_common *common,
                                     const struct attune_reward_options *o,
                                     const struct attune_names *names,
                                     const struct attune_reward_model *model, const char *more,
                                     struct attune_items *items, struct attune_err *err)
{
    struct attune_buf metrics = ATTUNE_BUF_INIT;
    if (model) {
        attune_reward_model_metrics(model, &metrics);
    } else if (o->metrics) {
        attune_buf_add(&metrics, o->metrics);
    }
    if (more) {
        attune_buf_addf(&metrics, "%s%s", metrics.n_bytes ? "," : "", more);
    }
    const struct attune_item_source source = {
        .table = o->features,
        .embeddings = o->embeddings,
        .folder = o->folder,
        .metrics = metrics.n_bytes ? attune_buf_text(&metrics) : NULL,
        .n_threads = common->jobs,
    };
    enum attune_code code = attune_items_load(items, names, &source, err);
    attune_buf_release(&metrics);
    return code;
}

struct attune_reward_voice attune_reward_voice_of(const struct attune_reward_options *o)
{
    return (struct attune_reward_voice){strcmp(o->ensemble, "worst") == 0 ? ATTUNE_ENSEMBLE_WORST
                                        : strcmp(o->ensemble, "cautious") == 0
                                            ? ATTUNE_ENSEMBLE_CAUTIOUS
                                            : ATTUNE_ENSEMBLE_MEAN,
                                        o->lambda};
}

static size_t axis_of(const struct attune_reward_model *m, const char *axis)
{
    const size_t k = axis ? attune_names_find(&m->axes, axis) : SIZE_MAX;
    return k != SIZE_MAX ? k : m->axes.n == 1 ? 0 : SIZE_MAX;
}

enum attune_code attune_reward_rate(const struct attune_common *common,
                                    const struct attune_reward_options *o, const char *path,
                                    const char *axis, const struct attune_names *names,
                                    const char *more, struct attune_items *items, double *reward,
                                    struct attune_err *err)
{
    struct attune_reward_model model = {0};
    const struct attune_reward_voice voice = attune_reward_voice_of(o);
    enum attune_code code = attune_reward_model_load(&model, path, err);
    const size_t k = code ? 0 : axis_of(&model, axis);
    if (k == SIZE_MAX) {
        code = attune_fail(err, ATTUNE_E_INPUT, "'%s' has no head for axis '%s'", path,
                           axis ? axis : "");
    }
    code = code ? code : attune_reward_items(common, o, names, &model, more, items, err);
    code = code ? code : attune_reward_model_score(&model, k, &voice, items, reward, err);
    attune_reward_model_release(&model);
    return code;
}
