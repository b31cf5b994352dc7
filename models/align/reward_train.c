#include "models/align/reward_train.h"

#include <math.h>

#include "base/mem.h"
#include "models/align/align.h"
#include "models/pieces/training_prompts.h"

enum { MAX_DIM = 16, N = ATTUNE_N_REWARD_FEATURES };

const struct attune_reward_training attune_reward_training_default = {
    .seed = 1, .n_pairs = 4096, .ridge = 1.0, .n_threads = 1,
};

/* Solves h x = g in place by Cholesky's method (h symmetric positive definite, row-major). */
static bool solve(double *h, double *g, size_t dim)
{
    for (size_t i = 0; i < dim; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = h[i * dim + j];
            for (size_t k = 0; k < j; k++) {
                sum -= h[i * dim + k] * h[j * dim + k];
            }
            if (i == j && !(sum > 0.0)) {
                return false;
            }
            h[i * dim + j] = i == j ? sqrt(sum) : sum / h[j * dim + j];
        }
    }
    for (size_t i = 0; i < dim; i++) {
        for (size_t k = 0; k < i; k++) {
            g[i] -= h[i * dim + k] * g[k];
        }
        g[i] /= h[i * dim + i];
    }
    for (size_t i = dim; i-- > 0;) {
        for (size_t k = i + 1; k < dim; k++) {
            g[i] -= h[k * dim + i] * g[k];
        }
        g[i] /= h[i * dim + i];
    }
    return true;
}

enum attune_code attune_reward_newton(const double *d, size_t n, size_t dim, double ridge,
                                      double *weights, struct attune_err *err)
{
    double h[MAX_DIM * MAX_DIM], g[MAX_DIM];
    memset(weights, 0, dim * sizeof *weights);
    for (int iteration = 0; iteration < 50; iteration++) {
        double step = 0.0;
        for (size_t i = 0; i < dim; i++) {
            g[i] = -ridge * weights[i];
            for (size_t j = 0; j < dim; j++) {
                h[i * dim + j] = i == j ? ridge : 0.0;
            }
        }
        for (size_t p = 0; p < n; p++) {
            const double *x = d + p * dim;
            double margin = 0.0;
            for (size_t i = 0; i < dim; i++) {
                margin += weights[i] * x[i];
            }
            double wrong = 1.0 / (1.0 + exp(margin)), curve = wrong * (1.0 - wrong);
            for (size_t i = 0; i < dim; i++) {
                g[i] += wrong * x[i];
                for (size_t j = 0; j <= i; j++) {
                    h[i * dim + j] += curve * x[i] * x[j];
                }
            }
        }
        if (!solve(h, g, dim)) {
            return attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                               "the preferences do not determine the weights");
        }
        for (size_t i = 0; i < dim; i++) {
            weights[i] += g[i];
            step = fmax(step, fabs(g[i]));
        }
        if (step < 1e-12) {
            break;
        }
    }
    return ATTUNE_OK;
}

/* Features and gold of one rollout; false when one is undefined. */
static bool hear(struct attune_analysis *analysis, const struct attune_rollout *r,
                 const struct attune_prompt *prompt, double z[N], double *gold)
{
    struct attune_midi midi;
    if (attune_piece_to_midi(&r->piece, &midi, NULL) != ATTUNE_OK) {
        return false;
    }
    bool ok = attune_analysis_load_midi(analysis, &midi, NULL) == ATTUNE_OK;
    if (ok) {
        attune_analysis_set_prompt(analysis, prompt);
        struct attune_value v = attune_metric_eval(attune_metric_find("reward.gold"), analysis);
        *gold = v.v;
        ok = v.state == ATTUNE_DEFINED && !attune_reward_features_of(analysis, z);
    }
    attune_midi_release(&midi);
    return ok;
}

static void judge(const double *d, const double *gold, size_t n, struct attune_reward_fit *fit)
{
    double nll = 0.0, right = 0.0, gold_right = 0.0;
    for (size_t p = 0; p < n; p++) {
        double margin = 0.0;
        for (int k = 0; k < N; k++) {
            margin += fit->weights[k] * d[p * N + (size_t)k];
        }
        nll += margin > 0.0 ? log1p(exp(-margin)) : -margin + log1p(exp(margin));
        right += margin > 0.0;
        gold_right += (margin > 0.0) == (gold[p] > 0.0);
    }
    fit->nll = nll / (double)n;
    fit->accuracy = right / (double)n;
    fit->gold_accuracy = gold_right / (double)n;
}

enum attune_code attune_reward_train(const struct attune_policy *base,
                                     const struct attune_reward_training *t,
                                     struct attune_reward_fit *fit, struct attune_err *err)
{
    struct attune_prompt *prompts = attune_training_prompts_new(t->seed, t->n_pairs, err);
    struct attune_analysis *analysis = attune_analysis_new(err);
    struct attune_rollout *r = attune_alloc(2 * t->n_pairs, sizeof *r);
    double *d = attune_alloc(t->n_pairs * N, sizeof *d);
    double *gold = attune_alloc(t->n_pairs, sizeof *gold); /* winner minus loser */
    enum attune_code code = prompts && analysis && r && d && gold
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    struct attune_alignment a = {.ref = base, .prompts = prompts, .n_prompts = t->n_pairs,
                                 .seed = t->seed, .n_threads = t->n_threads};
    *fit = (struct attune_reward_fit){0};
    if (code == ATTUNE_OK) {
        code = attune_rollouts(&a, base, NULL, 0, 2, r, 2 * t->n_pairs, err);
    }
    for (size_t p = 0; p < t->n_pairs && code == ATTUNE_OK; p++) {
        double za[N], zb[N], ga = 0.0, gb = 0.0;
        struct attune_rng rng;
        attune_rng_init(&rng, attune_mix64(t->seed, 0x6c616265), p);
        if (!hear(analysis, &r[2 * p], &prompts[p], za, &ga) ||
            !hear(analysis, &r[2 * p + 1], &prompts[p], zb, &gb)) {
            continue;
        }
        double sign = attune_rng_uniform(&rng) < 1.0 / (1.0 + exp(gb - ga)) ? 1.0 : -1.0;
        for (size_t k = 0; k < N; k++) {
            d[fit->n_pairs * N + k] = sign * (za[k] - zb[k]);
        }
        gold[fit->n_pairs++] = sign * (ga - gb);
    }
    size_t n_train = fit->n_pairs - fit->n_pairs / 5;
    if (code == ATTUNE_OK && fit->n_pairs < 50) {
        code = attune_fail(err, ATTUNE_E_INCONCLUSIVE, "only %zu pairs could be labelled",
                           fit->n_pairs);
    }
    if (code == ATTUNE_OK) {
        code = attune_reward_newton(d, n_train, N, t->ridge, fit->weights, err);
    }
    if (code == ATTUNE_OK) {
        judge(d + n_train * N, gold + n_train, fit->n_pairs - n_train, fit);
    }
    attune_training_prompts_free(prompts, t->n_pairs);
    attune_analysis_free(analysis);
    attune_release(r);
    attune_release(d);
    attune_release(gold);
    return code;
}
