/* Losses of preference optimisation and their derivatives, on sequence log-probabilities in nats.
 *
 * D = (log pi_w - log ref_w) - (log pi_l - log ref_l), w the preferred sample of a pair, l the
 * other.
 *
 *     DPO   -log sigma(beta D)                                               Rafailov et al. 2023
 *     IPO   (D - 1/(2 beta))^2                                               Azar et al. 2023
 *     DPOP  -log sigma(beta (D - lambda max(0, log ref_w - log pi_w)))       Pal et al. 2024
 *     KTO   desired 1 - sigma(beta (r - z)), else 1 - sigma(beta (z - r)),   Ethayarajh et al. 2024
 *           r = log pi - log ref, z an estimate of KL(pi || ref), not differentiated
 */
#ifndef ATTUNE_MODELS_PREFERENCE_LOSS_H
#define ATTUNE_MODELS_PREFERENCE_LOSS_H

#include <stdbool.h>
#include <stddef.h>

enum attune_pair_objective { ATTUNE_DPO, ATTUNE_IPO, ATTUNE_DPOP };

struct attune_pair_logprobs {
    double w, l;         /* policy */
    double ref_w, ref_l; /* reference policy */
};

struct attune_pair_loss {
    double loss;
    double d_w, d_l; /* derivatives by log pi_w and log pi_l */
};

/* lambda is used by DPOP alone. */
struct attune_pair_loss attune_pair_loss(enum attune_pair_objective objective,
                                         struct attune_pair_logprobs p, double beta, double lambda);

struct attune_kto_loss {
    double loss, d_logprob;
};
struct attune_kto_loss attune_kto_loss(double log_ratio, bool desired, double kl, double beta);

/* Group-relative advantages (Shao et al. 2024): (r - mean)/(sd + epsilon), sd with n - 1; 0 for n
 * = 1. epsilon is 1e-4 in the method. */
void attune_group_advantages(const double *reward, size_t n, double epsilon, double *advantage);

/* Schulman's k3: a non-negative, unbiased estimate of KL(pi || ref) from one sample of pi. */
double attune_kl_k3(double logprob, double ref_logprob);

/* Diffusion preference optimisation on denoising losses m (smaller is better), in the form of
 * TangoFlux (Hung et al. 2024): inside = -beta/2 ((m_w - m_l) - (ref_w - ref_l)), loss = -log
 * sigma(inside) + m_w. */
struct attune_diffusion_loss {
    double inside, loss;
    double d_w, d_l; /* derivatives by m_w and m_l */
};
struct attune_diffusion_loss attune_diffusion_pair_loss(double m_w, double m_l, double ref_w,
                                                        double ref_l, double beta);

#endif
