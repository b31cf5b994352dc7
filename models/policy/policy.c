/* Logits, probabilities, gradients and sampling of the log-linear policy. */
#include "models/policy/policy.h"

#include <math.h>

#include "base/err.h"
#include "base/mem.h"
#include "models/policy/loglinear.h"

struct attune_policy {
    struct attune_feature_maps maps;
    float *w; /* (n_params,) */
};

struct attune_policy *attune_policy_new(void)
{
    struct attune_policy *policy = attune_alloc(1, sizeof *policy);
    float *w = attune_alloc(attune_policy_n_params(), sizeof *w);
    if (!policy || !w) {
        attune_release(policy);
        attune_release(w);
        return NULL;
    }
    policy->w = w;
    attune_feature_maps_init(&policy->maps);
    return policy;
}

struct attune_policy *attune_policy_copy(const struct attune_policy *policy)
{
    struct attune_policy *copy = attune_policy_new();
    if (copy) {
        memcpy(copy->w, policy->w, attune_policy_n_params() * sizeof *copy->w);
    }
    return copy;
}

void attune_policy_free(struct attune_policy *policy)
{
    if (policy) {
        attune_release(policy->w);
        attune_release(policy);
    }
}

size_t attune_policy_n_params(void)
{
    return attune_features_n_params();
}

float *attune_policy_params(struct attune_policy *policy)
{
    return policy->w;
}

/* The features and probabilities of a cell. */
static void normalise(const struct attune_policy *policy, const struct attune_piece *piece,
                      struct attune_cell cell, struct attune_factor *f)
{
    f->n_tokens = attune_voice_tokens(cell.voice);
    f->n_features = attune_features_of(&policy->maps, piece, cell, f->features);
    attune_factor_normalise(f, policy->w);
}

double attune_policy_logprob(const struct attune_policy *policy, const struct attune_piece *piece)
{
    struct attune_factor f;
    struct attune_cell cell = {0};
    double logprob = 0.0;
    do {
        normalise(policy, piece, cell, &f);
        logprob += log(f.p[attune_piece_token(piece, cell)]);
    } while (attune_cell_next(&piece->setting, &cell));
    return logprob;
}

double attune_policy_accumulate(const struct attune_policy *policy,
                                const struct attune_piece *piece, double weight, double *gradient)
{
    struct attune_factor f;
    struct attune_cell cell = {0};
    double logprob = 0.0;
    do {
        int token = attune_piece_token(piece, cell);
        normalise(policy, piece, cell, &f);
        logprob += log(f.p[token]);
        attune_factor_gradient(&f, token, weight, gradient);
    } while (attune_cell_next(&piece->setting, &cell));
    return logprob;
}

void attune_policy_cell_logprobs(const struct attune_policy *policy,
                                 const struct attune_piece *piece, double *logprobs)
{
    struct attune_factor f;
    struct attune_cell cell = {0};
    do {
        normalise(policy, piece, cell, &f);
        *logprobs++ = log(f.p[attune_piece_token(piece, cell)]);
    } while (attune_cell_next(&piece->setting, &cell));
}

void attune_policy_accumulate_cells(const struct attune_policy *policy,
                                    const struct attune_piece *piece, const double *weights,
                                    double *gradient)
{
    struct attune_factor f;
    struct attune_cell cell = {0};
    do {
        normalise(policy, piece, cell, &f);
        attune_factor_gradient(&f, attune_piece_token(piece, cell), *weights++, gradient);
    } while (attune_cell_next(&piece->setting, &cell));
}

double attune_policy_extend(const struct attune_policy *policy, struct attune_piece *piece,
                            int from, int to, struct attune_rng *rng)
{
    struct attune_factor f;
    struct attune_cell cell = {.bar = from};
    double logprob = 0.0;
    do {
        normalise(policy, piece, cell, &f);
        size_t token = attune_rng_choice(rng, f.p, (size_t)f.n_tokens);
        logprob += log(f.p[token]);
        *attune_piece_at(piece, cell) = (uint8_t)token;
    } while (attune_cell_next(&piece->setting, &cell) && cell.bar < to);
    return logprob;
}

double attune_policy_sample(const struct attune_policy *policy,
                            const struct attune_setting *setting, struct attune_piece *piece,
                            struct attune_rng *rng)
{
    *piece = (struct attune_piece){.setting = *setting};
    return attune_policy_extend(policy, piece, 0, setting->n_bars, rng);
}
