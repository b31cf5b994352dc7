#include "models/align/best_of_n.h"

#include <math.h>

#include "base/mem.h"
#include "models/pieces/builtin.h"

/* Notes the candidate that was scored last, with the reward that only watches. */
static enum attune_code keep_candidate(struct attune_candidate_list *list,
                                       struct attune_scorer *scorer, struct attune_value proxy,
                                       const struct attune_metric *gold, struct attune_err *err)
{
    struct attune_value watched = {0};
    enum attune_code code = attune_scorer_also(scorer, gold, &watched, err);
    if (code == ATTUNE_OK &&
        !attune_grow((void **)&list->items, &list->capacity, list->n, sizeof *list->items)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu candidates", list->n);
    }
    if (code == ATTUNE_OK) {
        list->items[list->n++] = (struct attune_candidate){
            .proxy = proxy.state == ATTUNE_DEFINED ? proxy.v : NAN,
            .gold = watched.state == ATTUNE_DEFINED ? watched.v : NAN,
        };
    }
    return code;
}

enum attune_code attune_best_of_n(const struct attune_policy *policy,
                                  const struct attune_policy *ref, struct attune_scorer *scorer,
                                  const struct attune_metric *gold,
                                  const struct attune_request *request, size_t n,
                                  struct attune_piece *piece, struct attune_generation *out,
                                  struct attune_err *err)
{
    struct attune_setting setting;
    attune_setting_init(&setting, request->prompt);
    bool found = false;
    double best = 0.0, best_logprob = 0.0;
    char why[160] = "";
    for (size_t i = 0; i < n; i++) {
        struct attune_piece candidate;
        struct attune_value reward = {0};
        struct attune_rng rng;
        if (attune_request_cancelled(request)) {
            return attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted");
        }
        attune_rng_init(&rng, attune_request_seed(request), i);
        double logprob = attune_policy_sample(policy, &setting, &candidate, &rng);
        enum attune_code code =
            attune_scorer_score(scorer, &candidate, request->prompt, &reward, err);
        if (code == ATTUNE_OK && gold && request->candidates) {
            code = keep_candidate(request->candidates, scorer, reward, gold, err);
        }
        if (code != ATTUNE_OK) {
            return code;
        }
        if (reward.state != ATTUNE_DEFINED) {
            snprintf(why, sizeof why, "%s", reward.why ? reward.why : "not applicable");
        } else if (!found || reward.v > best) {
            found = true;
            best = reward.v;
            best_logprob = logprob;
            *piece = candidate;
        }
    }
    if (!found) {
        return attune_fail(err, ATTUNE_E_INPUT, "none of %zu candidates has a defined reward: %s",
                           n, why);
    }
    *out = (struct attune_generation){
        .n_candidates = n,
        .n_tokens = n * attune_piece_n_cells(&setting),
        .n_rewards = n,
        .has_logprob = true,
        .has_ref_logprob = true,
        .ref_logprob = attune_policy_logprob(ref, piece),
        /* The density of best-of-n is not known for one sample; its mean log-ratio to the policy
           is. */
        .logprob = best_logprob + attune_best_of_n_kl((double)n),
        .device_seconds = -1.0,
    };
    return ATTUNE_OK;
}
