/* Many heads at once: every axis and member of a model, every fold of a cross-validation. */
#include "harness/reward/reward_train.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"

enum { NO_GROUP = -1, STOP_SHARE = 10, MIN_STOP_PAIRS = 20 };

/* One head to be trained: on the pairs of an axis that lie outside one group. */
struct fit {
    size_t axis;
    long left_out;  /* group, or NO_GROUP */
    uint64_t seed;
    bool resample;
    struct attune_head head;
    enum attune_code code;
    struct attune_err err;
};

struct work {
    const struct attune_reward_data *data;
    const struct attune_reward_recipe *recipe;
    const long (*group)[2]; /* (n_pairs, 2) groups of a pair; NULL: none */
    struct fit *fits;
};

static const struct attune_vote_row *vote_of(const struct attune_reward_data *data, size_t pair)
{
    return &data->votes->rows[data->vote[pair]];
}

static bool in_group(const struct work *w, size_t pair, long group)
{
    return w->group && group != NO_GROUP &&
           (w->group[pair][0] == group || w->group[pair][1] == group);
}

/* Prompts that stop the training; pairs of one prompt stay together. */
static bool stops(const struct work *w, const struct fit *fit, size_t pair)
{
    const uint32_t prompt = vote_of(w->data, pair)->prompt;
    const uint64_t unit = w->data->votes->prompts.n > 1 ? prompt : w->data->vote[pair];
    return attune_mix64(fit->seed ^ 0x73746f70, unit) % STOP_SHARE == 0;
}

/* The fit's own pairs, those that train first; returns their number and how many of them train. */
static size_t choose(const struct work *w, const struct fit *fit, struct attune_reward_pair *out,
                     size_t *n_train)
{
    size_t n = 0, n_stop = 0;
    for (size_t i = 0; i < w->data->n_pairs; i++) {
        n_stop += vote_of(w->data, i)->axis == fit->axis && !in_group(w, i, fit->left_out) &&
                  stops(w, fit, i);
    }
    const bool split = n_stop >= MIN_STOP_PAIRS;
    for (int held = 0; held <= (int)split; held++) {
        for (size_t i = 0; i < w->data->n_pairs; i++) {
            if (vote_of(w->data, i)->axis == fit->axis && !in_group(w, i, fit->left_out) &&
                (!split || stops(w, fit, i) == (held == 1))) {
                out[n++] = w->data->pairs[i];
            }
        }
        *n_train = held ? *n_train : n;
    }
    return n;
}

/* Draws the training pairs with replacement. */
static void resample(struct attune_reward_pair *pairs, const struct attune_reward_pair *from,
                     size_t n, uint64_t seed)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 1);
    for (size_t i = 0; i < n; i++) {
        pairs[i] = from[attune_rng_below(&rng, n)];
    }
}

static void train_one(void *context, size_t item, size_t worker)
{
    const struct work *w = context;
    struct fit *fit = &w->fits[item];
    const struct attune_reward_recipe *r = w->recipe;
    size_t size[ATTUNE_HEAD_MAX_LAYERS + 1] = {w->data->d}, n_train = 0;
    struct attune_reward_pair *pairs = attune_alloc(2 * w->data->n_pairs, sizeof *pairs);
    struct attune_head_training how = r->training;
    struct attune_head_log log;
    memcpy(size + 1, r->hidden, r->n_hidden * sizeof *size);
    size[r->n_hidden + 1] = 1;
    how.seed = fit->seed;
    if (!pairs) {
        fit->code = attune_fail(&fit->err, ATTUNE_E_MEMORY, "out of memory for pairs");
        return;
    }
    const size_t n = choose(w, fit, pairs, &n_train);
    const struct attune_reward_pair *held_out = pairs + n_train;
    struct attune_reward_pair *chosen = pairs;
    if (fit->resample) {
        chosen = pairs + w->data->n_pairs;
        resample(chosen, pairs, n_train, fit->seed);
    }
    fit->code = attune_head_init(&fit->head, size, r->n_hidden + 1, fit->seed, &fit->err);
    if (!fit->code) {
        fit->code = attune_head_train(&fit->head, w->data->x, chosen, n_train, held_out,
                                      n - n_train, &how, &log, &fit->err);
    }
    attune_release(pairs);
}

static enum attune_code train_fits(struct work *w, size_t n, struct attune_err *err)
{
    attune_parallel_for(n, w->recipe->n_threads, train_one, w);
    for (size_t i = 0; i < n; i++) {
        if (w->fits[i].code && w->fits[i].code != ATTUNE_E_INPUT) {
            *err = w->fits[i].err;
            return w->fits[i].code;
        }
    }
    return ATTUNE_OK;
}

static enum attune_code name_inputs(struct attune_reward_model *m,
                                    const struct attune_reward_data *data,
                                    const struct attune_items *items, struct attune_err *err)
{
    bool whole = true;
    m->version = attune_alloc(data->d, sizeof *m->version);
    m->mean = attune_alloc(data->d, sizeof *m->mean);
    m->sd = attune_alloc(data->d, sizeof *m->sd);
    m->heads = attune_alloc(data->votes->axes.n * m->n_members, sizeof *m->heads);
    if (!m->version || !m->mean || !m->sd || !m->heads) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a reward model");
    }
    for (size_t k = 0; k < data->d; k++) {
        m->version[k] = items->version[k];
        whole = whole && attune_names_add(&m->features, items->features.name[k]) != SIZE_MAX;
    }
    for (size_t i = 0; i < data->votes->axes.n; i++) {
        whole = whole && attune_names_add(&m->axes, data->votes->axes.name[i]) != SIZE_MAX;
    }
    memcpy(m->mean, data->mean, data->d * sizeof *m->mean);
    memcpy(m->sd, data->sd, data->d * sizeof *m->sd);
    return whole ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for names");
}

enum attune_code attune_reward_train_all(struct attune_reward_model *model,
                                         const struct attune_reward_data *data,
                                         const struct attune_items *items,
                                         const struct attune_reward_recipe *recipe,
                                         struct attune_err *err)
{
    const size_t n = data->votes->axes.n * recipe->n_members;
    struct work w = {.data = data, .recipe = recipe};
    model->n_members = recipe->n_members;
    enum attune_code code = name_inputs(model, data, items, err);
    w.fits = attune_alloc(n, sizeof *w.fits);
    if (!code && !w.fits) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for heads");
    }
    for (size_t axis = 0; axis < data->votes->axes.n && !code; axis++) {
        for (size_t member = 0; member < recipe->n_members; member++) {
            const size_t i = axis * recipe->n_members + member;
            w.fits[i] = (struct fit){.axis = axis, .left_out = NO_GROUP,
                                     .seed = attune_mix64(recipe->training.seed, i),
                                     .resample = recipe->n_members > 1};
        }
    }
    code = code ? code : train_fits(&w, n, err);
    for (size_t i = 0; w.fits && i < n; i++) {
        if (!code && w.fits[i].code) {
            *err = w.fits[i].err;
            code = w.fits[i].code;
        }
        if (model->heads) {
            model->heads[i] = w.fits[i].head;
        }
    }
    attune_release(w.fits);
    return code;
}

/* ---- cross-validation */

static size_t assign_groups(const struct attune_reward_data *data, enum attune_grouping grouping,
                            size_t n_folds, uint64_t seed, long (*group)[2])
{
    for (size_t i = 0; i < data->n_pairs; i++) {
        const struct attune_vote_row *v = vote_of(data, i);
        const uint64_t unit = data->votes->prompts.n > 1 ? v->prompt : data->vote[i];
        if (grouping == ATTUNE_BY_GENERATOR) {
            group[i][0] = v->model_a;
            group[i][1] = v->model_b;
        } else {
            group[i][0] = group[i][1] =
                (long)(attune_mix64(seed ^ 0x666f6c64, unit) % (uint64_t)n_folds);
        }
    }
    return grouping == ATTUNE_BY_GENERATOR ? data->votes->models.n : n_folds;
}

/* Adds the margins of a fold's pairs, weighted so that a pair's groups average. */
static enum attune_code add_margins(const struct work *w, const struct fit *fit, double *reward,
                                    double *margin, struct attune_err *err)
{
    const struct attune_reward_data *data = w->data;
    enum attune_code code = attune_head_scores(&fit->head, data->x, data->n_items, reward, err);
    for (size_t i = 0; i < data->n_pairs && !code; i++) {
        if (vote_of(data, i)->axis == fit->axis && in_group(w, i, fit->left_out)) {
            const double weight = w->group[i][0] == w->group[i][1] ? 1.0 : 0.5;
            margin[i] += weight * (reward[data->pairs[i].a] - reward[data->pairs[i].b]);
        }
    }
    return code;
}

enum attune_code attune_reward_crossval(const struct attune_reward_data *data, size_t axis,
                                        const struct attune_reward_recipe *recipe,
                                        enum attune_grouping grouping, size_t n_folds,
                                        double *margin, struct attune_err *err)
{
    long(*group)[2] = attune_alloc(data->n_pairs, sizeof *group);
    double *reward = attune_alloc(data->n_items, sizeof *reward);
    struct work w = {.data = data, .recipe = recipe, .group = (const long(*)[2])group};
    enum attune_code code = ATTUNE_OK;
    size_t n = 0;
    if (group && reward) {
        n = assign_groups(data, grouping, n_folds, recipe->training.seed, group);
        w.fits = attune_alloc(n, sizeof *w.fits);
    }
    if (!w.fits) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a cross-validation");
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        w.fits[i] = (struct fit){.axis = axis, .left_out = (long)i,
                                 .seed = attune_mix64(recipe->training.seed + 1, i)};
    }
    code = train_fits(&w, n, err);
    for (size_t i = 0; i < data->n_pairs; i++) {
        margin[i] = vote_of(data, i)->axis == axis ? 0.0 : NAN;
    }
    for (size_t f = 0; f < n && !code; f++) {
        if (w.fits[f].code == ATTUNE_OK) {
            code = add_margins(&w, &w.fits[f], reward, margin, err);
            continue;
        }
        for (size_t i = 0; i < data->n_pairs; i++) { /* nothing was left to train on */
            margin[i] = in_group(&w, i, (long)f) ? NAN : margin[i];
        }
    }
out:
    for (size_t i = 0; w.fits && i < n; i++) {
        attune_head_release(&w.fits[i].head);
    }
    attune_release(w.fits);
    attune_release(group);
    attune_release(reward);
    return code;
}
