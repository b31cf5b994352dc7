/* attune reward serve MODEL: a reward model as a scorer of suites, by the worker protocol: one JSON
 * object per line in, one out, in order. Its values become metrics "scorer.NAME.AXIS"; its version
 * is the hash of the model, so that another model is asked again. */
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "cli/reward.h"

static void answer(json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    puts(text ? text : "{}");
    fflush(stdout);
    free(text);
    json_decref(object);
}

static const char *axis_name(const struct attune_reward_model *m, size_t axis)
{
    return m->axes.name[axis][0] ? m->axes.name[axis] : "reward";
}

/* Rewards of one file on every axis; NULL and err when it has none. */
static json_t *rewards_of(const struct attune_reward_options *o,
                          const struct attune_reward_model *m, const char *path,
                          struct attune_err *err)
{
    const struct attune_reward_voice voice = attune_reward_voice_of(o);
    json_t *scores = json_object();
    double *reward = attune_alloc(m->axes.n, sizeof *reward);
    char why[256];
    enum attune_code code =
        scores && reward
            ? attune_reward_model_hear(m, &voice, path, reward, why, sizeof why, err)
            : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t axis = 0; axis < m->axes.n && !code; axis++) {
        if (!isfinite(reward[axis])) {
            code = attune_fail(err, ATTUNE_E_INPUT, "%s", why);
        } else {
            json_object_set_new(scores, axis_name(m, axis), json_real(reward[axis]));
        }
    }
    attune_release(reward);
    if (code) {
        json_decref(scores);
        return NULL;
    }
    return scores;
}

static void serve_line(const struct attune_reward_options *o, const struct attune_reward_model *m,
                       const char *line)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    json_error_t why;
    json_t *ask = json_loads(line, JSON_REJECT_DUPLICATES, &why);
    const char *path = json_string_value(json_object_get(ask, "path"));
    json_t *id = json_object_get(ask, "id");
    if (json_object_get(ask, "attune")) {
        answer(json_pack("{s:b, s:s, s:s}", "ready", 1, "name", "attune reward", "version",
                         m->hash));
    } else if (!id || !path) {
        answer(json_pack("{s:O?, s:s}", "id", id, "error", "'id' and 'path' are needed"));
    } else {
        json_t *scores = rewards_of(o, m, path, &err);
        answer(scores ? json_pack("{s:O, s:o}", "id", id, "scores", scores)
                      : json_pack("{s:O, s:s}", "id", id, "error", err.message));
    }
    json_decref(ask);
}

enum attune_code attune_reward_serve_command(const struct attune_reward_options *o,
                                             const char *path, struct attune_err *err)
{
    struct attune_reward_model model;
    char *line = NULL;
    size_t capacity = 0;
    enum attune_code code = attune_reward_model_load(&model, path, err);
    if (code) {
        return code;
    }
    if (model.embedding[0]) {
        code = attune_fail(err, ATTUNE_E_USAGE, "'%s' hears embeddings, which no worker makes",
                           path);
    }
    while (!code && getline(&line, &capacity, stdin) > 0) {
        serve_line(o, &model, line);
    }
    free(line);
    attune_reward_model_release(&model);
    return code;
}
