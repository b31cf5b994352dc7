/* The training behind a column reward.NAME, from table reward_model. */
#include "cli/describe_reward.h"

#include <jansson.h>

#include "base/io/file.h"
#include "base/text.h"
#include "harness/store/store_read.h"

/* "votes.csv (0123...)", "database study.db (240 votes)", "folder x" */
static void add_source(struct attune_buf *out, const json_t *source)
{
    static const char *const kinds[] = {"file", "database", "folder"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = json_string_value(json_object_get(source, kinds[i]));
        if (path) {
            attune_buf_addf(out, "%s%s%s", i ? kinds[i] : "", i ? " " : "", path);
        }
    }
    const char *hash = json_string_value(json_object_get(source, "hash"));
    const json_t *votes = json_object_get(source, "votes");
    if (hash) {
        attune_buf_addf(out, " (%s)", hash);
    } else if (votes) {
        attune_buf_addf(out, " (%lld votes)", (long long)json_integer_value(votes));
    }
}

static void print_held_out(const json_t *result, const char *key, const char *label)
{
    const json_t *verdict = json_object_get(result, key);
    const json_t *accuracy = json_object_get(verdict, "accuracy");
    if (json_is_number(accuracy)) {
        printf("  %-14s%s%s%.4f [%.4f, %.4f], AUC %.4f, n %lld\n", label,
               json_string_value(json_object_get(result, "axis")),
               json_string_length(json_object_get(result, "axis")) ? ": " : "",
               json_number_value(accuracy),
               json_number_value(json_object_get(verdict, "accuracy_low")),
               json_number_value(json_object_get(verdict, "accuracy_high")),
               json_number_value(json_object_get(verdict, "auc")),
               (long long)json_integer_value(json_object_get(verdict, "n")));
    }
}

static void print_training(const struct attune_reward_model_info *m)
{
    json_t *trained = json_loads(m->trained, 0, NULL);
    struct attune_buf votes = ATTUNE_BUF_INIT, heard = ATTUNE_BUF_INIT;
    const json_t *source, *result;
    size_t i;
    json_array_foreach(json_object_get(trained, "votes"), i, source) {
        attune_buf_add(&votes, i ? ", " : "");
        add_source(&votes, source);
    }
    add_source(&heard, json_object_get(trained, "heard"));
    printf("reward.%s\n\n  %-14s%s\n  %-14s%s, %s\n  %-14s%s, scored in %lld run%s\n", m->name,
           "content", m->hash, "file", m->path, m->kind, "recorded", m->created,
           (long long)m->n_runs, m->n_runs == 1 ? "" : "s");
    printf("  %-14s%s\n  %-14s%s\n  %-14s%lld of %lld samples\n", "votes",
           attune_buf_text(&votes), "heard through", attune_buf_text(&heard), "pairs",
           (long long)json_integer_value(json_object_get(trained, "pairs")),
           (long long)json_integer_value(json_object_get(trained, "samples")));
    json_array_foreach(json_object_get(trained, "results"), i, result) {
        print_held_out(result, "by_generator", "new generator");
        print_held_out(result, "by_prompt", "new prompt");
    }
    char *all = json_dumps(trained, JSON_COMPACT | JSON_SORT_KEYS);
    printf("  %-14s%s\n\n", "everything", all ? all : m->trained);
    free(all);
    attune_buf_release(&votes);
    attune_buf_release(&heard);
    json_decref(trained);
}

enum attune_code attune_describe_reward(const struct attune_common *common, const char *id,
                                        bool *found, struct attune_err *err)
{
    static const char prefix[] = "reward.";
    const char *name = id + sizeof prefix - 1;
    struct attune_store *store = NULL;
    struct attune_reward_model_list list = {0};
    *found = false;
    if (strncmp(id, prefix, sizeof prefix - 1) != 0 || !attune_file_exists(common->db)) {
        return ATTUNE_OK;
    }
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    code = code ? code : attune_read_reward_models(store, &list, err);
    for (size_t i = 0; i < list.n && !code; i++) {
        const size_t n = strlen(list.items[i].name); /* an axis may follow: reward.NAME.AXIS */
        if (strncmp(list.items[i].name, name, n) == 0 && (name[n] == '\0' || name[n] == '.')) {
            print_training(&list.items[i]);
            *found = true;
        }
    }
    attune_reward_model_list_release(&list);
    attune_store_close(store);
    return code;
}
