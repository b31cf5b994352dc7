/* attune reward train: heads on votes, cross-validated by prompt and by generator. */
#include <math.h>

#include "attune_version.h"
#include "base/mem.h"
#include "cli/reward.h"
#include "harness/reward/reward_test.h"
#include "harness/reward/reward_train.h"
#include "harness/store/store.h"

/* What an axis' cross-validation found. */
struct verdict {
    struct attune_calibration by_generator, by_prompt;
};

struct training {
    const struct attune_common *common;
    const struct attune_reward_options *o;
    struct attune_vote_table votes;
    struct attune_items items;
    struct attune_reward_data data;
    struct attune_reward_recipe recipe;
    struct attune_buf dropped;
    struct verdict *verdicts; /* (axes.n,) */
};

static enum attune_code parse_hidden(struct attune_reward_recipe *recipe, const char *text,
                                     struct attune_err *err)
{
    for (const char *at = text; *at;) {
        char *end;
        const unsigned long n = strtoul(at, &end, 10);
        if (end == at || n == 0 || n > 65536 || (*end && *end != ',') ||
            recipe->n_hidden == ATTUNE_REWARD_MAX_HIDDEN) {
            return attune_fail(err, ATTUNE_E_USAGE,
                               "--hidden '%s': 1 to %d numbers of units, such as 64,32", text,
                               ATTUNE_REWARD_MAX_HIDDEN);
        }
        recipe->hidden[recipe->n_hidden++] = n;
        at = *end ? end + 1 : end;
    }
    return ATTUNE_OK;
}

static enum attune_code make_recipe(struct training *t, const struct attune_common *common,
                                    struct attune_err *err)
{
    const struct attune_reward_options *o = t->o;
    const bool mlp = strcmp(o->head, "mlp") == 0;
    t->recipe = (struct attune_reward_recipe){.n_members = o->members,
                                              .n_threads = common->jobs,
                                              .training = {.seed = common->seed,
                                                           .batch = o->batch,
                                                           .max_epochs = o->epochs,
                                                           .patience = o->patience,
                                                           .rate = o->rate > 0.0 ? o->rate
                                                                   : mlp         ? 1e-3
                                                                                 : 1e-2,
                                                           .l2 = o->l2,
                                                           .margin = o->margin,
                                                           .smoothing = o->smoothing,
                                                           .centring = o->centring}};
    return mlp ? parse_hidden(&t->recipe, o->hidden ? o->hidden : "64,32", err) : ATTUNE_OK;
}

/* Margins of one way to hold out, turned into a test of them. */
static enum attune_code validate(struct training *t, size_t axis, enum attune_grouping grouping,
                                 struct attune_calibration *out, struct attune_err *err)
{
    double *margin = attune_alloc(t->data.n_pairs, sizeof *margin);
    double *by_vote = attune_alloc(t->votes.n, sizeof *by_vote);
    enum attune_code code = margin && by_vote
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for margins");
    code = code ? code
                : attune_reward_crossval(&t->data, axis, &t->recipe, grouping, t->o->folds, margin,
                                         err);
    for (size_t i = 0; i < t->votes.n && !code; i++) {
        by_vote[i] = NAN;
    }
    for (size_t i = 0; i < t->data.n_pairs && !code; i++) {
        by_vote[t->data.vote[i]] = margin[i];
    }
    code = code ? code : attune_margins_test(&t->votes, by_vote, ATTUNE_TIE_DROPPED, out, err);
    attune_release(margin);
    attune_release(by_vote);
    return code;
}

static enum attune_code cross_validate(struct training *t, struct attune_err *err)
{
    const struct attune_calibration none = {.accuracy = NAN};
    t->verdicts = attune_alloc(t->votes.axes.n, sizeof *t->verdicts);
    enum attune_code code =
        t->verdicts ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t axis = 0; axis < t->votes.axes.n && !code; axis++) {
        t->verdicts[axis] = (struct verdict){none, none};
        if (!t->o->no_generator_folds && t->votes.models.n > 2) {
            code = validate(t, axis, ATTUNE_BY_GENERATOR, &t->verdicts[axis].by_generator, err);
        }
        if (!code && t->o->folds > 1) {
            code = validate(t, axis, ATTUNE_BY_PROMPT, &t->verdicts[axis].by_prompt, err);
        }
    }
    return code;
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *verdict_json(const struct attune_calibration *c)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "n", (json_int_t)c->n, "accuracy",
                     number(c->accuracy), "accuracy_low", number(c->accuracy_low), "accuracy_high",
                     number(c->accuracy_high), "auc", number(c->auc), "nll", number(c->nll));
}

static json_t *file_json(const char *path)
{
    char hash[ATTUNE_HASH_SIZE] = "";
    attune_hash_file(path, hash, NULL);
    return json_pack("{s:s, s:s}", "file", path, "hash", hash);
}

/* What the samples were heard through. A folder has no hash of its own. */
static json_t *heard_json(const struct attune_reward_options *o)
{
    return o->features     ? file_json(o->features)
           : o->embeddings ? file_json(o->embeddings)
                           : json_pack("{s:s}", "folder", o->folder ? o->folder : ".");
}

/* Everything that a reader needs to judge the model or to train it again. */
static json_t *provenance(const struct training *t, char **files, int n_files)
{
    json_t *sources = json_array(), *results = json_array(), *hidden = json_array();
    for (int i = 0; i < n_files; i++) {
        json_array_append_new(sources, file_json(files[i]));
    }
    if (n_files == 0) {
        json_array_append_new(sources, json_pack("{s:s, s:I}", "database", t->common->db, "votes",
                                                 (json_int_t)t->votes.n));
    }
    for (size_t i = 0; i < t->recipe.n_hidden; i++) {
        json_array_append_new(hidden, json_integer((json_int_t)t->recipe.hidden[i]));
    }
    for (size_t i = 0; i < t->votes.axes.n; i++) {
        json_array_append_new(results,
                              json_pack("{s:s, s:o, s:o}", "axis", t->votes.axes.name[i],
                                        "by_generator", verdict_json(&t->verdicts[i].by_generator),
                                        "by_prompt", verdict_json(&t->verdicts[i].by_prompt)));
    }
    const struct attune_head_training *h = &t->recipe.training;
    return json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:s, s:o, s:I, s:f, s:f, s:f, s:f, s:f, s:I, "
                     "s:I, s:s, s:o}",
                     "attune", ATTUNE_VERSION, "votes", sources, "heard", heard_json(t->o), "pairs",
                     (json_int_t)t->data.n_pairs, "left_out", (json_int_t)t->data.n_without,
                     "samples", (json_int_t)t->data.n_items, "head", t->o->head, "hidden", hidden,
                     "seed", (json_int_t)h->seed, "rate", h->rate, "l2", h->l2, "margin", h->margin,
                     "smoothing", h->smoothing, "centring", h->centring, "max_epochs",
                     (json_int_t)h->max_epochs, "batch", (json_int_t)h->batch, "dropped_features",
                     attune_buf_text(&t->dropped), "results", results);
}

static void print_verdict(struct attune_buf *out, const struct training *t, const char *name,
                          const struct attune_calibration *c)
{
    if (c->n) {
        attune_buf_addf(out, "  %-24s %8.4f  %.4f..%.4f  %7.4f %7.4f %6zu\n", name, c->accuracy,
                        c->accuracy_low, c->accuracy_high, c->auc, c->nll, c->n);
    } else {
        attune_buf_addf(out, "  %-24s        -\n", name);
    }
}

static void print_table(struct attune_buf *out, const struct training *t)
{
    attune_buf_addf(out,
                    "%zu pairs of %zu samples, %zu features; %zu votes without features, %llu "
                    "both bad\n\n",
                    t->data.n_pairs, t->data.n_items, t->data.d, t->data.n_without,
                    (unsigned long long)t->votes.n_both_bad);
    attune_buf_addf(out, "%-26s %8s  %-14s  %7s %7s %6s\n", "held out", "accuracy", "95 % interval",
                    "AUC", "NLL", "n");
    for (size_t i = 0; i < t->votes.axes.n; i++) {
        if (t->votes.axes.n > 1 || t->votes.axes.name[i][0]) {
            attune_buf_addf(out, "%s\n", t->votes.axes.name[i]);
        }
        print_verdict(out, t, "generator (headline)", &t->verdicts[i].by_generator);
        print_verdict(out, t, "prompt", &t->verdicts[i].by_prompt);
    }
    if (t->dropped.n_bytes) {
        attune_buf_addf(out, "\nleft out, undefined for more than 5 %% of the samples: %s\n",
                        attune_buf_text(&t->dropped));
    }
}

/* In the experiment's database, under the name of the file, so that the column of a run that it
 * scores can be traced to its data. */
static enum attune_code record(const struct training *t, const struct attune_reward_model *model,
                               struct attune_err *err)
{
    const char *slash = strrchr(t->o->out, '/'), *file = slash ? slash + 1 : t->o->out;
    const size_t n = strcspn(file, ".");
    struct attune_store *store = NULL;
    struct attune_buf name = ATTUNE_BUF_INIT;
    attune_buf_add_bytes(&name, file, n ? n : strlen(file));
    enum attune_code code = attune_store_open(&store, t->common->db, ATTUNE_STORE_CREATE, err);
    code = code ? code
                : attune_reward_model_record(model, store, attune_buf_text(&name), t->o->out, err);
    if (!code && !t->common->quiet) {
        fprintf(stderr, "attune: recorded in %s; `attune describe reward.%s --db %s` shows it\n",
                t->common->db, attune_buf_text(&name), t->common->db);
    }
    attune_store_close(store);
    attune_buf_release(&name);
    return code;
}

static enum attune_code save(struct training *t, char **files, int n_files, struct attune_err *err)
{
    struct attune_reward_model model = {0};
    if (t->o->embeddings) {
        snprintf(model.embedding, sizeof model.embedding, "%s",
                 t->o->embedding_name ? t->o->embedding_name : "embedding");
    }
    enum attune_code code = attune_reward_train_all(&model, &t->data, &t->items, &t->recipe, err);
    if (!code) {
        model.training = provenance(t, files, n_files);
        code = attune_reward_model_save(&model, t->o->out, err);
    }
    if (!code && (t->common->db_named || n_files == 0)) {
        code = record(t, &model, err);
    }
    attune_reward_model_release(&model);
    return code;
}

enum attune_code attune_reward_train_command(const struct attune_common *common,
                                             const struct attune_reward_options *o, char **files,
                                             int n_files, struct attune_err *err)
{
    struct training t = {.common = common, .o = o, .votes = {.axis = o->axis, .all_axes = true}};
    struct attune_buf out = ATTUNE_BUF_INIT;
    enum attune_code code = make_recipe(&t, common, err);
    code = code ? code : attune_reward_votes(common, o, files, n_files, &t.votes, err);
    code = code ? code : attune_reward_items(common, o, &t.votes.items, NULL, NULL, &t.items, err);
    if (!code) {
        attune_items_thin(&t.items, 0.95, &t.dropped);
        code = attune_reward_data_init(&t.data, &t.votes, &t.items, err);
    }
    code = code ? code : cross_validate(&t, err);
    if (!code && o->out) {
        code = save(&t, files, n_files, err);
    }
    if (!code && o->format && strcmp(o->format, "json") == 0) {
        json_t *json = provenance(&t, files, n_files);
        char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
        puts(text ? text : "{}");
        free(text);
        json_decref(json);
    } else if (!code) {
        print_table(&out, &t);
        fputs(attune_buf_text(&out), stdout);
    }
    attune_buf_release(&out);
    attune_buf_release(&t.dropped);
    attune_release(t.verdicts);
    attune_reward_data_release(&t.data);
    attune_items_release(&t.items);
    attune_vote_table_release(&t.votes);
    return code;
}
