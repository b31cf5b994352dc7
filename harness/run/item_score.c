/* Scores one sample: the metrics that are missing, then the outside scorers. */
#include <math.h>

#include "harness/run/run_item.h"
#include "models/drivers/process.h"

static struct attune_evaluator *evaluator_for(struct attune_task *t, bool rendered,
                                              struct attune_err *err)
{
    struct attune_evaluator **slot = rendered ? &t->lane->rendered : &t->lane->notes;
    if (!*slot) {
        *slot = attune_evaluator_new(err);
        if (*slot && rendered && attune_evaluator_render(*slot, t->r->soundfont, err)) {
            attune_evaluator_free(*slot);
            *slot = NULL;
        }
    }
    return *slot;
}

/* Evaluates the metrics that are missing and take `take` (enum attune_modality bits) but none of
 * `leave`. */
static enum attune_code evaluate(struct attune_task *t, bool rendered, unsigned take,
                                 unsigned leave, struct attune_err *err)
{
    const struct attune_run_state *r = t->r;
    struct attune_lane *lane = t->lane;
    struct attune_selection chosen = {.index = lane->chosen};
    for (size_t i = 0; i < r->suite->metrics.n; i++) {
        const struct attune_metric *m = attune_metrics[r->suite->metrics.index[i]];
        if (!lane->have[i] && (m->inputs & take) && !(m->inputs & leave)) {
            lane->chosen_at[chosen.n] = i;
            lane->chosen[chosen.n++] = r->suite->metrics.index[i];
            chosen.needs |= m->inputs & ATTUNE_AUDIO ? m->needs : 0;
        }
    }
    if (chosen.n == 0 && isfinite(t->record->duration_s)) {
        return ATTUNE_OK;
    }
    struct attune_evaluator *evaluator = evaluator_for(t, rendered, err);
    enum attune_code code = evaluator ? attune_evaluate_file(evaluator, t->record->path, t->prompt,
                                                             &chosen, lane->values, err)
                                      : ATTUNE_E_MEMORY;
    if (code) {
        return code;
    }
    t->record->duration_s = attune_analysis_duration_s(attune_evaluator_analysis(evaluator));
    for (size_t k = 0; k < chosen.n; k++) {
        const struct attune_value *value = &lane->values[k];
        const struct attune_record_score score = {
            .metric = r->metric_id[lane->chosen_at[k]],
            .value = value->v,
            .why = value->state == ATTUNE_DEFINED ? NULL
                   : value->why                   ? value->why
                                                  : "undefined",
        };
        if (value->state != ATTUNE_NOT_APPLICABLE && !attune_record_add(t->record, score)) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
    }
    return ATTUNE_OK;
}

static enum attune_code ask_scorers(struct attune_task *t, struct attune_err *err)
{
    struct attune_run_state *r = t->r;
    bool all = true;
    for (size_t i = 0; i < r->suite->n_scorers; i++) {
        if (t->lane->have_scorer[i]) {
            continue;
        }
        struct attune_err why = ATTUNE_ERR_INIT;
        atomic_store(&t->lane->cancelled, atomic_load(&r->stop));
        enum attune_code code = attune_scoring_ask(r->scoring, i, t->prompt, &t->lane->cancelled,
                                                   t->record, &why);
        if (code == ATTUNE_E_INTERRUPTED || code == ATTUNE_E_MEMORY) {
            *err = why;
            return code;
        }
        if (code) {
            /* The sample stays; its missing score is asked for again the next time. */
            all = false;
            pthread_mutex_lock(&r->lock);
            if (!r->first_failure[0]) {
                attune_err_text(&why, r->first_failure, sizeof r->first_failure);
            }
            pthread_mutex_unlock(&r->lock);
        }
    }
    if (!all) {
        atomic_fetch_add(&r->n_unscored, 1);
    }
    snprintf(t->record->scored, sizeof t->record->scored, "%s", all ? r->scored : "");
    return ATTUNE_OK;
}

enum attune_code attune_item_score(struct attune_task *t, struct attune_err *err)
{
    const double started = attune_now_s();
    const char *modality = attune_file_modality(t->record->path);
    if (!modality[0]) {
        return attune_fail_at(err, ATTUNE_E_INPUT, t->record->path, 0, "neither audio nor MIDI");
    }
    snprintf(t->record->modality, sizeof t->record->modality, "%s", modality);
    enum attune_code code = attune_item_look_up_scores(t, err);
    if (code) {
        return code;
    }
    const bool symbolic = strcmp(modality, "symbolic") == 0;
    if (symbolic && t->r->soundfont) {
        /* What hears is asked about the rendering, what only reads about the notes. */
        code = evaluate(t, true, ATTUNE_AUDIO, 0, err);
        code = code ? code : evaluate(t, false, ATTUNE_SYMBOLIC, ATTUNE_AUDIO, err);
    } else {
        code = evaluate(t, false, symbolic ? ATTUNE_SYMBOLIC : ATTUNE_AUDIO, 0, err);
    }
    if (code == ATTUNE_OK) {
        code = ask_scorers(t, err);
    }
    t->record->evaluate_s = attune_now_s() - started;
    return code;
}
