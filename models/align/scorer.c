#include "models/align/scorer.h"

#include <pthread.h>

#include "base/mem.h"
#include "base/text.h"

struct attune_scorer {
    struct attune_analysis *analysis;
    const struct attune_metric *metric;
    struct attune_midi midi; /* of the piece scored last; the analysis borrows it */
    struct attune_scorer *next;
};

struct attune_scorer_pool {
    const struct attune_metric *metric;
    pthread_mutex_t lock;
    struct attune_scorer *idle;
};

enum attune_code attune_reward_metric(const char *id, const struct attune_metric **out,
                                      struct attune_err *err)
{
    const struct attune_metric *metric = attune_metric_find(id);
    if (!metric) {
        enum attune_code code = attune_fail(err, ATTUNE_E_INPUT, "no metric '%s'", id);
        const char **ids = attune_alloc(attune_n_metrics, sizeof *ids);
        for (size_t i = 0; ids && i < attune_n_metrics; i++) {
            ids[i] = attune_metrics[i]->id;
        }
        const char *near = ids ? attune_nearest(id, ids, attune_n_metrics) : NULL;
        if (near) {
            attune_err_hint(err, "did you mean '%s'?", near);
        }
        attune_release(ids);
        return code;
    }
    if (!(metric->inputs & ATTUNE_SYMBOLIC)) {
        return attune_fail(err, ATTUNE_E_INPUT, "metric '%s' is not defined on notes", id);
    }
    if (metric->direction == ATTUNE_NONE) {
        return attune_fail(err, ATTUNE_E_INPUT,
                           "metric '%s' only describes: it has no better or worse", id);
    }
    *out = metric;
    return ATTUNE_OK;
}

enum attune_code attune_scorer_pool_new(struct attune_scorer_pool **out, const char *metric_id,
                                        struct attune_err *err)
{
    const struct attune_metric *metric = NULL;
    enum attune_code code = attune_reward_metric(metric_id, &metric, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    struct attune_scorer_pool *pool = attune_alloc(1, sizeof *pool);
    if (!pool) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for scorers");
    }
    pool->metric = metric;
    pthread_mutex_init(&pool->lock, NULL);
    *out = pool;
    return ATTUNE_OK;
}

const struct attune_metric *attune_scorer_pool_metric(const struct attune_scorer_pool *pool)
{
    return pool->metric;
}

static void free_scorer(struct attune_scorer *scorer)
{
    attune_analysis_free(scorer->analysis);
    attune_midi_release(&scorer->midi);
    attune_release(scorer);
}

void attune_scorer_pool_free(struct attune_scorer_pool *pool)
{
    if (!pool) {
        return;
    }
    while (pool->idle) {
        struct attune_scorer *scorer = pool->idle;
        pool->idle = scorer->next;
        free_scorer(scorer);
    }
    pthread_mutex_destroy(&pool->lock);
    attune_release(pool);
}

struct attune_scorer *attune_scorer_borrow(struct attune_scorer_pool *pool, struct attune_err *err)
{
    pthread_mutex_lock(&pool->lock);
    struct attune_scorer *scorer = pool->idle;
    if (scorer) {
        pool->idle = scorer->next;
    }
    pthread_mutex_unlock(&pool->lock);
    if (scorer) {
        return scorer;
    }
    scorer = attune_alloc(1, sizeof *scorer);
    if (!scorer) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a scorer");
        return NULL;
    }
    scorer->metric = pool->metric;
    scorer->analysis = attune_analysis_new(err);
    if (!scorer->analysis) {
        attune_release(scorer);
        return NULL;
    }
    return scorer;
}

void attune_scorer_return(struct attune_scorer_pool *pool, struct attune_scorer *scorer)
{
    if (!scorer) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    scorer->next = pool->idle;
    pool->idle = scorer;
    pthread_mutex_unlock(&pool->lock);
}

enum attune_code attune_scorer_score(struct attune_scorer *scorer, const struct attune_piece *piece,
                                     const struct attune_prompt *prompt,
                                     struct attune_value *reward, struct attune_err *err)
{
    attune_midi_release(&scorer->midi);
    scorer->midi = (struct attune_midi){0};
    enum attune_code code = attune_piece_to_midi(piece, &scorer->midi, err);
    if (code == ATTUNE_OK) {
        code = attune_analysis_load_midi(scorer->analysis, &scorer->midi, err);
    }
    if (code != ATTUNE_OK) {
        return code;
    }
    attune_analysis_set_prompt(scorer->analysis, prompt);
    return attune_scorer_also(scorer, scorer->metric, reward, err);
}

enum attune_code attune_scorer_also(struct attune_scorer *scorer,
                                    const struct attune_metric *metric, struct attune_value *reward,
                                    struct attune_err *err)
{
    *reward = attune_metric_eval(metric, scorer->analysis);
    if (attune_analysis_out_of_memory(scorer->analysis)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory scoring a piece");
    }
    if (metric->direction == ATTUNE_DOWN) {
        reward->v = -reward->v;
    } else if (metric->direction == ATTUNE_TARGET) {
        reward->v = -fabs(reward->v - metric->target);
    }
    return ATTUNE_OK;
}
