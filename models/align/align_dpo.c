/* Preference optimisation without a reward model: pairs of reference samples of one prompt,
 * labelled by the simulated listener (P(a wins) = sigma(gold a - gold b)), then gradient descent on
 * the objective of the variant (preference_loss.h). KTO sees winners as desired and losers as
 * undesired samples, with the batch's mean log-ratio (not below 0) as its estimate of the KL. */
#include <math.h>

#include "base/mem.h"
#include "models/align/align.h"
#include "models/align/preference_loss.h"

const struct attune_dpo_options attune_dpo_default[4] = {
    [ATTUNE_DPO_PLAIN] = {ATTUNE_DPO_PLAIN, 4096, 2, 32, 0.05, 0.0, 0.01},
    [ATTUNE_DPO_IPO] = {ATTUNE_DPO_IPO, 4096, 2, 32, 0.05, 0.0, 0.01},
    [ATTUNE_DPO_DPOP] = {ATTUNE_DPO_DPOP, 4096, 2, 32, 0.05, 1.0, 0.01},
    [ATTUNE_DPO_KTO] = {ATTUNE_DPO_KTO, 4096, 2, 32, 0.05, 0.0, 0.01},
};

static const char *const names[4] = {"dpo", "ipo", "dpop", "kto"};

/* Orders each pair winner first; pairs with an undefined gold are left out. Returns the number
 * kept. */
static size_t label(struct attune_rollout *r, size_t n_pairs, uint64_t seed)
{
    size_t kept = 0;
    for (size_t i = 0; i < n_pairs; i++) {
        struct attune_rollout *a = &r[2 * i], *b = a + 1;
        if (!a->scored || !b->scored) {
            continue;
        }
        struct attune_rng rng;
        attune_rng_init(&rng, attune_mix64(seed, 0x70616972), i); /* the listener's own streams */
        bool a_wins = attune_rng_uniform(&rng) < 1.0 / (1.0 + exp(b->reward - a->reward));
        struct attune_rollout winner = a_wins ? *a : *b, loser = a_wins ? *b : *a;
        r[2 * kept] = winner;
        r[2 * kept + 1] = loser;
        kept++;
    }
    return kept;
}

struct batch {
    double *logprob;     /* (2 batch,) under the policy as it is now */
    double loss, margin; /* means */
};

static void pair_step(struct attune_alignment *a, const struct attune_dpo_options *o,
                      const struct attune_rollout *const *pairs, size_t n, struct batch *b,
                      struct attune_adam *adam)
{
    double kl = 0.0;
    for (size_t i = 0; i < 2 * n; i++) {
        const struct attune_rollout *r = pairs[i / 2] + i % 2;
        b->logprob[i] = attune_policy_logprob(a->policy, &r->piece);
        a->cost.n_processed += attune_piece_n_cells(&r->piece.setting);
        kl += (b->logprob[i] - r->ref_logprob) / (double)(2 * n);
    }
    kl = kl > 0.0 ? kl : 0.0;
    b->loss = b->margin = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct attune_rollout *w = pairs[i], *l = w + 1;
        double ratio_w = b->logprob[2 * i] - w->ref_logprob;
        double ratio_l = b->logprob[2 * i + 1] - l->ref_logprob;
        double d_w, d_l;
        if (o->variant == ATTUNE_DPO_KTO) {
            struct attune_kto_loss kw = attune_kto_loss(ratio_w, true, kl, o->beta);
            struct attune_kto_loss kl_loss = attune_kto_loss(ratio_l, false, kl, o->beta);
            b->loss += (kw.loss + kl_loss.loss) / (double)n;
            d_w = kw.d_logprob;
            d_l = kl_loss.d_logprob;
        } else {
            struct attune_pair_loss loss = attune_pair_loss(
                o->variant == ATTUNE_DPO_IPO    ? ATTUNE_IPO
                : o->variant == ATTUNE_DPO_DPOP ? ATTUNE_DPOP
                                                : ATTUNE_DPO,
                (struct attune_pair_logprobs){.w = b->logprob[2 * i], .l = b->logprob[2 * i + 1],
                                              .ref_w = w->ref_logprob, .ref_l = l->ref_logprob},
                o->beta, o->lambda);
            b->loss += loss.loss / (double)n;
            d_w = loss.d_w;
            d_l = loss.d_l;
        }
        b->margin += (ratio_w - ratio_l) / (double)n;
        attune_align_learn(a, &w->piece, -d_w / (double)n, adam);
        attune_align_learn(a, &l->piece, -d_l / (double)n, adam);
    }
}

enum attune_code attune_align_dpo(struct attune_alignment *a, const struct attune_dpo_options *o,
                                  struct attune_err *err)
{
    struct attune_adam adam = {0};
    struct attune_rollout *r = attune_alloc(2 * o->n_pairs, sizeof *r);
    size_t *order = attune_alloc(o->n_pairs, sizeof *order), n_pairs = 0, done = 0;
    const struct attune_rollout **pairs = attune_alloc(o->batch, sizeof *pairs);
    struct batch b = {.logprob = attune_alloc(2 * o->batch, sizeof *b.logprob)};
    enum attune_code code = r && order && pairs && b.logprob
                                ? attune_adam_init(&adam, attune_policy_n_params(), err)
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    if (code == ATTUNE_OK) {
        code = attune_rollouts(a, a->ref, a->listener, 0, 2, r, 2 * o->n_pairs, err);
    }
    if (code == ATTUNE_OK) {
        n_pairs = label(r, o->n_pairs, a->seed);
        a->cost.n_pairs += n_pairs;
        if (n_pairs < 2) {
            code = attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                               "the listener could label %zu of %zu pairs", n_pairs, o->n_pairs);
        }
    }
    size_t total = o->n_epochs * n_pairs;
    for (size_t epoch = 0; epoch < o->n_epochs && code == ATTUNE_OK; epoch++) {
        struct attune_rng rng;
        attune_rng_init(&rng, a->seed, SIZE_MAX - epoch);
        for (size_t i = 0; i < n_pairs; i++) {
            order[i] = i;
        }
        attune_rng_shuffle(&rng, order, n_pairs);
        for (size_t i = 0; i < n_pairs && code == ATTUNE_OK; i += o->batch) {
            size_t n = n_pairs - i < o->batch ? n_pairs - i : o->batch;
            for (size_t k = 0; k < n; k++) {
                pairs[k] = &r[2 * order[i + k]];
            }
            pair_step(a, o, pairs, n, &b, &adam);
            code = attune_align_step(a, &adam, o->rate, err);
            done += n;
            attune_align_report(a, names[o->variant], done, total, NAN, b.margin);
        }
    }
    attune_adam_release(&adam);
    attune_release(r);
    attune_release(order);
    attune_release(pairs);
    attune_release(b.logprob);
    return code;
}
