#include "models/policy/policy_train.h"

#include <math.h>

#include "base/mem.h"
#include "models/policy/adam.h"
#include "models/policy/model_cache.h"
#include "models/pieces/corpus.h"

const struct attune_policy_training attune_policy_training_default = {
    .seed = 1, .n_pieces = 2000, .n_epochs = 3, .batch = 16, .rate = 0.1,
};

void attune_policy_origin(const struct attune_policy_training *t, char *text, size_t size)
{
    snprintf(text, size, "corpus %d features %zu seed %llu pieces %zu epochs %d batch %zu rate %g",
             ATTUNE_CORPUS_VERSION, attune_policy_n_params(), (unsigned long long)t->seed,
             t->n_pieces, t->n_epochs, t->batch, t->rate);
}

enum attune_code attune_policy_fit(struct attune_policy *policy, const struct attune_piece *pieces,
                                   const struct attune_policy_training *t,
                                   struct attune_training *cost, double *mean_nats,
                                   struct attune_err *err)
{
    struct attune_adam adam;
    enum attune_code code = attune_adam_init(&adam, attune_policy_n_params(), err);
    double seen = 0.0, total = (double)t->n_epochs * (double)t->n_pieces, sum = 0.0, cells = 0.0;
    for (int epoch = 0; code == ATTUNE_OK && epoch < t->n_epochs; epoch++) {
        sum = cells = 0.0;
        for (size_t i = 0; code == ATTUNE_OK && i < t->n_pieces; i += t->batch) {
            size_t end = i + t->batch < t->n_pieces ? i + t->batch : t->n_pieces;
            double n = 0.0;
            for (size_t k = i; k < end; k++) {
                n += (double)attune_piece_n_cells(&pieces[k].setting);
            }
            for (size_t k = i; k < end; k++) {
                sum += attune_policy_accumulate(policy, &pieces[k], 1.0 / n, adam.gradient);
            }
            cells += n;
            cost->n_processed += (uint64_t)n;
            cost->n_steps++;
            double rate = t->rate * (1.0 - 0.98 * seen / total);
            code = attune_adam_step(&adam, attune_policy_params(policy), rate, 0.0, err);
            seen += (double)(end - i);
            attune_training_tell(t->watcher, (struct attune_training_progress){
                                                 "maximum likelihood", (size_t)seen, (size_t)total,
                                                 NAN, NAN});
        }
    }
    if (code == ATTUNE_OK && mean_nats) {
        *mean_nats = -sum / cells;
    }
    attune_adam_release(&adam);
    return code;
}

static enum attune_code train(void *context, float *params, struct attune_training *cost,
                              struct attune_err *err)
{
    const struct attune_policy_training *t = &attune_policy_training_default;
    struct attune_policy *policy = context; /* params are its own */
    struct attune_piece *pieces = attune_corpus_pieces(t->seed, t->n_pieces, err);
    enum attune_code code =
        pieces ? attune_policy_fit(policy, pieces, t, cost, NULL, err) : ATTUNE_E_MEMORY;
    attune_release(pieces);
    return code;
}

enum attune_code attune_policy_base(struct attune_policy **out, struct attune_training *cost,
                                    struct attune_err *err)
{
    struct attune_checkpoint head = {.kind = "policy", .n_params = attune_policy_n_params()};
    attune_policy_origin(&attune_policy_training_default, head.origin, sizeof head.origin);
    struct attune_policy *policy = attune_policy_new();
    if (!policy) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a policy");
    }
    const struct attune_model_maker maker = {train, policy};
    enum attune_code code =
        attune_model_cached(&head, attune_policy_params(policy), &maker, cost, NULL, err);
    if (code != ATTUNE_OK) {
        attune_policy_free(policy);
        return code;
    }
    *out = policy;
    return ATTUNE_OK;
}
