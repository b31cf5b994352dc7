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
    [ATTUNE_DPO_IPO] = {ATTUNE_DPO_IPO, 4096, 2, 32, 0.02, 0.0, 0.01},
    [ATTUNE_DPO_DPOP] = {ATTUNE_DPO_DPOP, 4096, 2, 32, 0.05, 0.2, 0.01},
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

double attune_pairs_loss(const struct attune_dpo_options *o,
                         const struct attune_rollout *const *pairs, size_t n,
                         const double *logprob, double kl, double *slope)
{
    static const enum attune_pair_objective objective[4] = {
        [ATTUNE_DPO_PLAIN] = ATTUNE_DPO, [ATTUNE_DPO_IPO] = ATTUNE_IPO,
        [ATTUNE_DPO_DPOP] = ATTUNE_DPOP,
    };
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct attune_rollout *w = pairs[i], *l = w + 1;
        const double *p = &logprob[2 * i];
        struct attune_pair_loss loss;
        if (o->variant == ATTUNE_DPO_KTO) {
            struct attune_kto_loss good = attune_kto_loss(p[0] - w->ref_logprob, true, kl, o->beta);
            struct attune_kto_loss bad = attune_kto_loss(p[1] - l->ref_logprob, false, kl, o->beta);
            loss = (struct attune_pair_loss){good.loss + bad.loss, good.d_logprob, bad.d_logprob};
        } else {
            loss = attune_pair_loss(objective[o->variant],
                                    (struct attune_pair_logprobs){.w = p[0], .l = p[1],
                                                                  .ref_w = w->ref_logprob,
                                                                  .ref_l = l->ref_logprob},
                                    o->beta, o->lambda);
        }
        sum += loss.loss;
        slope[2 * i] = loss.d_w / (double)n;
        slope[2 * i + 1] = loss.d_l / (double)n;
    }
    return sum / (double)n;
}

/* What one step needs of a batch of pairs. */
struct batch {
    const struct attune_rollout **pairs; /* (batch,) */
    double *logprob, *slope;             /* (2 batch,) winner, loser, winner, ... */
    double margin;                       /* mean log-ratio of winners minus that of losers */
};

/* The gradient downhill of the mean loss of n pairs. */
static void pair_step(struct attune_alignment *a, const struct attune_dpo_options *o, size_t n,
                      struct batch *b, double *gradient)
{
    double kl = 0.0;
    b->margin = 0.0;
    for (size_t i = 0; i < 2 * n; i++) {
        const struct attune_rollout *r = b->pairs[i / 2] + i % 2;
        b->logprob[i] = attune_policy_logprob(a->policy, &r->piece);
        double ratio = b->logprob[i] - r->ref_logprob;
        kl += ratio / (double)(2 * n);
        b->margin += (i % 2 == 0 ? ratio : -ratio) / (double)n;
    }
    attune_pairs_loss(o, b->pairs, n, b->logprob, kl > 0.0 ? kl : 0.0, b->slope);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct attune_rollout *r = b->pairs[i / 2] + i % 2;
        attune_policy_accumulate(a->policy, &r->piece, -b->slope[i], gradient);
        a->cost.n_processed += 2 * attune_piece_n_cells(&r->piece.setting);
    }
}

enum attune_code attune_align_dpo(struct attune_alignment *a, const struct attune_dpo_options *o,
                                  struct attune_err *err)
{
    struct attune_adam adam = {0};
    struct attune_rollout *r = attune_alloc(2 * o->n_pairs, sizeof *r);
    size_t *order = attune_alloc(o->n_pairs, sizeof *order), n_pairs = 0, done = 0;
    struct batch b = {.pairs = attune_alloc(o->batch, sizeof *b.pairs),
                      .logprob = attune_alloc(2 * o->batch, sizeof *b.logprob),
                      .slope = attune_alloc(2 * o->batch, sizeof *b.slope)};
    enum attune_code code = r && order && b.pairs && b.logprob && b.slope
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
                b.pairs[k] = &r[2 * order[i + k]];
            }
            pair_step(a, o, n, &b, adam.gradient);
            code = attune_align_step(a, &adam, o->rate, err);
            done += n;
            attune_training_tell(a->watcher, (struct attune_training_progress){
                                                 names[o->variant], done, total, NAN, b.margin});
        }
    }
    attune_adam_release(&adam);
    attune_release(r);
    attune_release(order);
    attune_release(b.pairs);
    attune_release(b.logprob);
    attune_release(b.slope);
    return code;
}
