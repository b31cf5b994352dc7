#include "models/align/preference_loss.h"

#include <math.h>

static double sigmoid(double x)
{
    return x >= 0.0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x));
}

/* -log sigma(x), without overflow. */
static double softplus_minus(double x)
{
    return x >= 0.0 ? log1p(exp(-x)) : -x + log1p(exp(x));
}

struct attune_pair_loss attune_pair_loss(enum attune_pair_objective objective,
                                         struct attune_pair_logprobs p, double beta, double lambda)
{
    double d = (p.w - p.ref_w) - (p.l - p.ref_l);
    if (objective == ATTUNE_IPO) {
        double distance = d - 1.0 / (2.0 * beta);
        return (struct attune_pair_loss){
            .loss = distance * distance, .d_w = 2.0 * distance, .d_l = -2.0 * distance};
    }
    bool penalised = objective == ATTUNE_DPOP && p.ref_w > p.w;
    double inside = beta * (d - (penalised ? lambda * (p.ref_w - p.w) : 0.0));
    double slope = -beta * sigmoid(-inside);
    return (struct attune_pair_loss){
        .loss = softplus_minus(inside),
        .d_w = slope * (penalised ? 1.0 + lambda : 1.0),
        .d_l = -slope,
    };
}

struct attune_kto_loss attune_kto_loss(double log_ratio, bool desired, double kl, double beta)
{
    double sign = desired ? 1.0 : -1.0, s = sigmoid(sign * beta * (log_ratio - kl));
    return (struct attune_kto_loss){.loss = 1.0 - s, .d_logprob = -sign * beta * s * (1.0 - s)};
}

void attune_group_advantages(const double *reward, size_t n, double epsilon, double *advantage)
{
    double mean = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += reward[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        square += (reward[i] - mean) * (reward[i] - mean);
    }
    double sd = n > 1 ? sqrt(square / (double)(n - 1)) : 0.0;
    for (size_t i = 0; i < n; i++) {
        advantage[i] = sd + epsilon > 0.0 ? (reward[i] - mean) / (sd + epsilon) : 0.0;
    }
}

double attune_kl_k3(double logprob, double ref_logprob)
{
    double d = ref_logprob - logprob;
    return expm1(d) - d;
}

struct attune_diffusion_loss attune_diffusion_pair_loss(double m_w, double m_l, double ref_w,
                                                        double ref_l, double beta)
{
    double inside = -0.5 * beta * ((m_w - m_l) - (ref_w - ref_l));
    double slope = 0.5 * beta * sigmoid(-inside);
    return (struct attune_diffusion_loss){
        .inside = inside, .loss = softplus_minus(inside) + m_w, .d_w = slope + 1.0, .d_l = -slope};
}
