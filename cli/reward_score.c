/* attune reward score: a reward per sample and axis, of a model or of several scores together. */
#include <math.h>

#include "base/mem.h"
#include "cli/collect.h"
#include "cli/reward.h"
#include "metrics/stats/composite.h"

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

static void print_csv(struct attune_buf *out, const struct attune_names *axes,
                      const struct attune_names *names, const double *reward)
{
    attune_buf_add(out, "path");
    for (size_t a = 0; a < axes->n; a++) {
        attune_buf_add(out, ",");
        attune_buf_add_csv(out, axes->name[a][0] ? axes->name[a] : "reward");
    }
    attune_buf_add(out, "\n");
    for (size_t i = 0; i < names->n; i++) {
        attune_buf_add_csv(out, names->name[i]);
        for (size_t a = 0; a < axes->n; a++) {
            attune_buf_add(out, ",");
            if (isfinite(reward[a * names->n + i])) {
                attune_buf_add_double(out, reward[a * names->n + i]);
            }
        }
        attune_buf_add(out, "\n");
    }
}

static void print_json(struct attune_buf *out, const struct attune_names *axes,
                       const struct attune_names *names, const double *reward)
{
    for (size_t i = 0; i < names->n; i++) {
        attune_buf_add(out, "{\"path\": ");
        attune_buf_add_json(out, names->name[i]);
        attune_buf_add(out, ", \"scores\": {");
        for (size_t a = 0; a < axes->n; a++) {
            attune_buf_add(out, a ? ", " : "");
            attune_buf_add_json(out, axes->name[a][0] ? axes->name[a] : "reward");
            attune_buf_add(out, ": ");
            attune_buf_add_double(out, reward[a * names->n + i]);
        }
        attune_buf_add(out, "}}\n");
    }
}

/* reward (axes->n, items->names->n) on stdout; on stderr how many are undefined. */
static void print(const struct attune_common *common, const struct attune_reward_options *o,
                  const struct attune_names *axes, const struct attune_items *items,
                  const double *reward)
{
    const struct attune_names *names = items->names;
    struct attune_buf out = ATTUNE_BUF_INIT;
    size_t n_undefined = 0;
    for (size_t i = 0; i < names->n; i++) {
        n_undefined += !isfinite(reward[i]);
    }
    if (n_undefined && !common->quiet) {
        fprintf(stderr, "attune: %zu of %zu samples have no reward: a feature is undefined%s%s\n",
                n_undefined, names->n, items->reason[0] ? "; " : "", items->reason);
    }
    if (o->format && strcmp(o->format, "json") == 0) {
        print_json(&out, axes, names, reward);
    } else {
        print_csv(&out, axes, names, reward);
    }
    fputs(attune_buf_text(&out), stdout);
    attune_buf_release(&out);
}

static enum attune_code score(const struct attune_common *common,
                              const struct attune_reward_options *o,
                              const struct attune_reward_model *m, struct attune_names *names,
                              struct attune_err *err)
{
    struct attune_items items = {0};
    const struct attune_reward_voice voice = attune_reward_voice_of(o);
    double *reward = attune_alloc(m->axes.n, names->n * sizeof *reward);
    enum attune_code code =
        reward ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rewards");
    code = code ? code : attune_reward_items(common, o, names, m, NULL, &items, err);
    for (size_t a = 0; a < m->axes.n && !code; a++) {
        code = attune_reward_model_score(m, a, &voice, &items, reward + a * names->n, err);
    }
    if (!code) {
        print(common, o, &m->axes, &items, reward);
    }
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

enum { MAX_SCORES = 32 };

/* What --composite names. */
struct composition {
    struct attune_names scores;
    double weight[MAX_SCORES];
};

/* "clap=.5,PQ=.5" */
static enum attune_code parse_composition(struct composition *c, const char *list,
                                          struct attune_err *err)
{
    for (const char *at = list; *at;) {
        char name[128], *end = NULL;
        const size_t n = strcspn(at, "=,");
        const size_t k = c->scores.n;
        if (n == 0 || n >= sizeof name || at[n] != '=' || k == MAX_SCORES) {
            goto bad;
        }
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        const double weight = strtod(at + n + 1, &end);
        if (end == at + n + 1 || (*end && *end != ',') || !isfinite(weight)) {
            goto bad;
        }
        const size_t index = attune_names_add(&c->scores, name);
        if (index == SIZE_MAX) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for names");
        }
        if (index != k) {
            return attune_fail(err, ATTUNE_E_USAGE, "--composite: '%s' is named twice", name);
        }
        c->weight[k] = weight;
        at = *end ? end + 1 : end;
    }
    if (c->scores.n > 0) {
        return ATTUNE_OK;
    }
bad:
    attune_fail(err, ATTUNE_E_USAGE, "--composite '%.80s': NAME=WEIGHT,... of at most %d scores",
                list, MAX_SCORES);
    attune_err_hint(err, "for example --composite clap=.5,PQ=.5");
    return ATTUNE_E_USAGE;
}

/* The named scores of all samples, (scores.n, names->n). */
static enum attune_code gather(const struct composition *c, const struct attune_items *items,
                               double *x, struct attune_err *err)
{
    const size_t n = items->names->n;
    for (size_t k = 0; k < c->scores.n; k++) {
        const size_t column = attune_names_find(&items->features, c->scores.name[k]);
        if (column == SIZE_MAX) {
            return attune_fail(err, ATTUNE_E_INPUT, "--composite: no score or metric '%s'",
                               c->scores.name[k]);
        }
        for (size_t i = 0; i < n; i++) {
            x[k * n + i] = items->x[i * items->features.n + column];
        }
    }
    return ATTUNE_OK;
}

static void say_best(const struct attune_names *names, const double *composite)
{
    size_t n_tied;
    const size_t best = attune_first_best(composite, names->n, &n_tied);
    if (n_tied > 1) {
        fprintf(stderr, "attune: best: '%s', the first of %zu that tie\n", names->name[best],
                n_tied);
    } else if (n_tied == 1) {
        fprintf(stderr, "attune: best: '%s'\n", names->name[best]);
    }
}

enum attune_code attune_reward_composite_command(const struct attune_common *common,
                                                 const struct attune_reward_options *o, char **args,
                                                 int n_args, struct attune_err *err)
{
    struct composition c = {0};
    struct attune_names names = {0}, axes = {0};
    struct attune_items items = {0};
    struct attune_buf wanted = ATTUNE_BUF_INIT;
    double *x = NULL;
    enum attune_code code = parse_composition(&c, o->composite, err);
    code = code ? code : name_samples(common, o, args, n_args, &names, err);
    for (size_t k = 0; k < c.scores.n; k++) {
        attune_buf_addf(&wanted, "%s%s", k ? "," : "", c.scores.name[k]);
    }
    if (!code) {
        x = attune_alloc(c.scores.n + 1, names.n * sizeof *x);
        const bool whole = x && attune_names_add(&axes, "composite") == 0 && !wanted.failed;
        code = whole ? attune_reward_items(common, o, &names, NULL, attune_buf_text(&wanted),
                                           &items, err)
                     : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for scores");
    }
    code = code ? code : gather(&c, &items, x, err);
    if (!code) {
        double *composite = x + c.scores.n * names.n;
        attune_composite(x, c.weight, c.scores.n, names.n, composite);
        print(common, o, &axes, &items, composite);
        if (!common->quiet) {
            say_best(&names, composite);
        }
    }
    attune_release(x);
    attune_buf_release(&wanted);
    attune_items_release(&items);
    attune_names_release(&axes);
    attune_names_release(&names);
    attune_names_release(&c.scores);
    return code;
}
