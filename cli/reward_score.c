/* attune reward score: a reward per sample and axis. */
#include <math.h>

#include "base/mem.h"
#include "cli/collect.h"
#include "cli/reward.h"

/* Files and folders are walked; with features from elsewhere the arguments are names of samples. */
static enum attune_code name_samples(const struct attune_common *common,
                                     const struct attune_reward_options *o, char **args, int n_args,
                                     struct attune_names *names, struct attune_err *err)
{
    struct attune_file_list files = {0};
    enum attune_code code = ATTUNE_OK;
    bool whole = true;
    if (o->features || o->embeddings) {
        for (int i = 0; i < n_args; i++) {
            whole = whole && attune_names_add(names, args[i]) != SIZE_MAX;
        }
    } else {
        code = attune_collect_files(common, args, n_args, &files, err);
        for (size_t i = 0; i < files.n && !code; i++) {
            whole = whole && attune_names_add(names, files.paths[i]) != SIZE_MAX;
        }
        attune_file_list_release(&files);
    }
    return !code && !whole ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for names") : code;
}

static void print_csv(struct attune_buf *out, const struct attune_reward_model *m,
                      const struct attune_names *names, const double *reward)
{
    attune_buf_add(out, "path");
    for (size_t a = 0; a < m->axes.n; a++) {
        attune_buf_add(out, ",");
        attune_buf_add_csv(out, m->axes.name[a][0] ? m->axes.name[a] : "reward");
    }
    attune_buf_add(out, "\n");
    for (size_t i = 0; i < names->n; i++) {
        attune_buf_add_csv(out, names->name[i]);
        for (size_t a = 0; a < m->axes.n; a++) {
            attune_buf_add(out, ",");
            if (isfinite(reward[a * names->n + i])) {
                attune_buf_add_double(out, reward[a * names->n + i]);
            }
        }
        attune_buf_add(out, "\n");
    }
}

static void print_json(struct attune_buf *out, const struct attune_reward_model *m,
                       const struct attune_names *names, const double *reward)
{
    for (size_t i = 0; i < names->n; i++) {
        attune_buf_add(out, "{\"path\": ");
        attune_buf_add_json(out, names->name[i]);
        attune_buf_add(out, ", \"scores\": {");
        for (size_t a = 0; a < m->axes.n; a++) {
            attune_buf_add(out, a ? ", " : "");
            attune_buf_add_json(out, m->axes.name[a][0] ? m->axes.name[a] : "reward");
            attune_buf_add(out, ": ");
            attune_buf_add_double(out, reward[a * names->n + i]);
        }
        attune_buf_add(out, "}}\n");
    }
}

static enum attune_code score(const struct attune_common *common,
                              const struct attune_reward_options *o,
                              const struct attune_reward_model *m, struct attune_names *names,
                              struct attune_err *err)
{
    struct attune_items items = {0};
    struct attune_buf out = ATTUNE_BUF_INIT;
    const struct attune_reward_voice voice = attune_reward_voice_of(o);
    double *reward = attune_alloc(m->axes.n, names->n * sizeof *reward);
    enum attune_code code =
        reward ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rewards");
    code = code ? code : attune_reward_items(common, o, names, m, NULL, &items, err);
    for (size_t a = 0; a < m->axes.n && !code; a++) {
        code = attune_reward_model_score(m, a, &voice, &items, reward + a * names->n, err);
    }
    if (!code) {
        size_t n_undefined = 0;
        for (size_t i = 0; i < names->n; i++) {
            n_undefined += !isfinite(reward[i]);
        }
        if (n_undefined && !common->quiet) {
            fprintf(stderr,
                    "attune: %zu of %zu samples have no reward: a feature is undefined%s%s\n",
                    n_undefined, names->n, items.reason[0] ? "; " : "", items.reason);
        }
        if (o->format && strcmp(o->format, "json") == 0) {
            print_json(&out, m, names, reward);
        } else {
            print_csv(&out, m, names, reward);
        }
        fputs(attune_buf_text(&out), stdout);
    }
    attune_buf_release(&out);
    attune_items_release(&items);
    attune_release(reward);
    return code;
}

enum attune_code attune_reward_score_command(const struct attune_common *common,
                                             const struct attune_reward_options *o, char **args,
                                             int n_args, struct attune_err *err)
{
    struct attune_reward_model model = {0};
    struct attune_names names = {0};
    enum attune_code code = attune_reward_model_load(&model, args[0], err);
    if (!code && model.embedding[0] && !o->embeddings) {
        code = attune_fail(err, ATTUNE_E_USAGE, "'%s' hears embeddings '%s'", args[0],
                           model.embedding);
        attune_err_hint(err, "name them with --embeddings");
    }
    code = code ? code : name_samples(common, o, args + 1, n_args - 1, &names, err);
    code = code ? code : score(common, o, &model, &names, err);
    attune_names_release(&names);
    attune_reward_model_release(&model);
    return code;
}
