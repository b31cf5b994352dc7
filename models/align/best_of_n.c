#include "models/align/best_of_n.h"

#include <math.h>

#include "base/mem.h"
#include "models/pieces/builtin.h"

double attune_best_of_n_kl(double n)
{
    return log(n) - (n - 1.0) / n;
}

double attune_best_of_n_kl_estimate(double n, double epsilon)
{
    double none = pow(1.0 - epsilon, n), some = 1.0 - none;
    return none * (attune_best_of_n_kl(n) + (n - 1.0) * log1p(-epsilon)) +
           some * log(some / epsilon);
}

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

struct scored {
    double proxy, gold;
};

static int by_proxy(const void *a, const void *b)
{
    double x = ((const struct scored *)a)->proxy, y = ((const struct scored *)b)->proxy;
    return (x > y) - (x < y);
}

enum attune_code attune_best_of_n_estimate(const double *proxy, const double *gold,
                                           size_t n_samples, size_t n, double *estimate,
                                           struct attune_err *err)
{
    if (n < 1 || n > n_samples) {
        return attune_fail(err, ATTUNE_E_USAGE, "best-of-%zu from %zu samples: n must be 1..%zu", n,
                           n_samples, n_samples);
    }
    struct scored *s = attune_alloc(n_samples, sizeof *s);
    if (!s) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu samples", n_samples);
    }
    for (size_t i = 0; i < n_samples; i++) {
        s[i] = (struct scored){proxy[i], gold[i]};
    }
    qsort(s, n_samples, sizeof *s, by_proxy);
    for (size_t i = 0, end; i < n_samples; i = end) {
        double sum = 0.0;
        for (end = i; end < n_samples && s[end].proxy == s[i].proxy; end++) {
            sum += s[end].gold;
        }
        for (size_t k = i; k < end; k++) {
            s[k].gold = sum / (double)(end - i);
        }
    }
    /* weight(i) = C(i - 1, n - 1)/C(N, n): n/N for i = N, then times (i - n)/(i - 1) for each step
     * down. */
    double weight = (double)n / (double)n_samples, total = 0.0;
    for (size_t i = n_samples; i >= n; i--) {
        total += weight * s[i - 1].gold;
        weight *= i > 1 ? (double)(i - n) / (double)(i - 1) : 0.0;
    }
    attune_release(s);
    *estimate = total;
    return ATTUNE_OK;
}
