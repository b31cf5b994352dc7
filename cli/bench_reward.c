/* Training a reward head 2048-1024-512-256-128-1 on pairs of embeddings, against the floor: the
 * same matrix products with nothing around them. */
#include <time.h>

#include "base/linalg.h"
#include "base/mem.h"
#include "base/rng.h"
#include "cli/bench.h"
#include "metrics/reward/head.h"

enum { N_LAYERS = 5, N_ITEMS = 2048, BATCH = 128 };
static const size_t sizes[N_LAYERS + 1] = {2048, 1024, 512, 256, 128, 1};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Forward, weights' gradients and inputs' gradients of one batch of pairs. */
static void products(const float *a, const float *b, float *c)
{
    const size_t rows = 2 * BATCH;
    for (size_t l = 0; l < N_LAYERS; l++) {
        attune_product_nt_f(a, b, c, rows, sizes[l + 1], sizes[l]);
        attune_product_tn_f(a, b, c, sizes[l + 1], sizes[l], rows);
        if (l > 0) {
            attune_product_nn_f(a, b, c, rows, sizes[l], sizes[l + 1]);
        }
    }
}

static enum attune_code measure(const float *x, const struct attune_reward_pair *pairs,
                                float *scratch, struct attune_bench_stages *stages,
                                struct attune_err *err)
{
    const struct attune_head_training how = {.seed = 1, .batch = BATCH, .max_epochs = 1,
                                             .rate = 1e-4, .l2 = 1e-3, .centring = 0.01};
    const size_t n = sizes[0] * sizes[1];
    struct attune_head head;
    struct attune_head_log log;
    enum attune_code code = attune_head_init(&head, sizes, N_LAYERS, 1, err);
    double from = now();
    if (!code) {
        code = attune_head_train(&head, x, pairs, ATTUNE_BENCH_PAIRS, NULL, 0, &how, &log, err);
    }
    attune_bench_record(stages, "one epoch", now() - from);
    from = now();
    for (size_t i = 0; i < ATTUNE_BENCH_PAIRS; i += BATCH) {
        products(x, scratch, scratch + n);
    }
    attune_bench_record(stages, "bare products", now() - from);
    attune_head_release(&head);
    return code;
}

enum attune_code attune_bench_reward(uint64_t n_runs, struct attune_bench_stages *stages,
                                     struct attune_err *err)
{
    float *x = attune_alloc_aligned(N_ITEMS, sizes[0] * sizeof *x);
    float *scratch = attune_alloc_aligned(2 * sizes[0], sizes[1] * sizeof *scratch);
    struct attune_reward_pair *pairs = attune_alloc(ATTUNE_BENCH_PAIRS, sizeof *pairs);
    enum attune_code code = ATTUNE_OK;
    if (!x || !scratch || !pairs) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a reward head");
        goto out;
    }
    struct attune_rng rng;
    attune_rng_init(&rng, 1, 0);
    for (size_t i = 0; i < N_ITEMS * sizes[0]; i++) {
        x[i] = (float)(2.0 * attune_rng_uniform(&rng) - 1.0);
    }
    for (size_t i = 0; i < 2 * sizes[0] * sizes[1]; i++) {
        scratch[i] = x[i % (N_ITEMS * sizes[0])];
    }
    for (size_t i = 0; i < ATTUNE_BENCH_PAIRS; i++) {
        pairs[i] = (struct attune_reward_pair){(uint32_t)attune_rng_below(&rng, N_ITEMS),
                                               (uint32_t)attune_rng_below(&rng, N_ITEMS), 1.0f};
    }
    for (uint64_t run = 0; run < n_runs && !code; run++) {
        code = measure(x, pairs, scratch, stages, err);
    }
out:
    attune_release(x);
    attune_release(scratch);
    attune_release(pairs);
    return code;
}
