/* Set metrics on uniform noise, beside the bare library calls that they cannot do without:
 *
 *     kernel     one sgemm of all pairs of both sets and one exponential per pair
 *     Frechet    both covariances, both Cholesky factors, their product, its Gram matrix and the
 *                eigenvalues of that
 *     neighbours no floor: three passes over all pairs
 */
#include <math.h>

#include "base/linalg.h"
#include "base/mem.h"
#include "base/rng.h"
#include "cli/bench.h"
#include "metrics/set/exp2.h"
#include "metrics/set/set_metric.h"
#include "models/drivers/process.h"

enum { N = 10000, WIDE = 512, NARROW = 128, N_BOOTSTRAP = 2000, REPLICATES = 50, STRIP = 2000 };

/* The same numbers as fewer and longer rows, still more of them than columns. */
enum { WIDEST = 2048, N_WIDEST = N * WIDE / WIDEST };

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a benchmark");
}

static float *noise(size_t n, uint64_t stream)
{
    struct attune_rng rng;
    float *v = attune_alloc_aligned(n, sizeof *v);
    attune_rng_init(&rng, 1, stream);
    for (size_t i = 0; v && i < n; i++) {
        v[i] = (float)attune_rng_uniform(&rng) - 0.5f;
    }
    return v;
}

/* One metric of two sets, timed with all that it needs. */
static enum attune_code time_metric(const char *id, const char *name, const float *a,
                                    const float *b, size_t n, size_t d, size_t n_replicates,
                                    struct attune_bench_stages *stages, struct attune_err *err)
{
    struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;
    options.n_replicates = n_replicates;
    const struct attune_set x = {.rows = a, .n = n, .d = d}, y = {.rows = b, .n = n, .d = d};
    struct attune_set_pair *pair = NULL;
    struct attune_set_value value;
    const double start = attune_now_s();
    enum attune_code code = attune_set_pair_new(&pair, &x, &y, &options, err);
    if (!code) {
        code = attune_set_metric_eval(attune_set_metric_find(id), pair, &value, err);
    }
    attune_bench_record(stages, name, attune_now_s() - start);
    attune_set_pair_free(pair);
    return code;
}

/* The products and exponentials of N (2 N - 1) pairs, strip by strip. */
static enum attune_code time_kernel_floor(const float *a, const float *b,
                                          struct attune_bench_stages *stages,
                                          struct attune_err *err)
{
    float *strip = attune_alloc_aligned((size_t)STRIP * N, sizeof *strip);
    if (!strip) {
        return out_of_memory(err);
    }
    double products = 0.0, exponentials = 0.0;
    for (int half = 0; half < 2; half++) {
        for (size_t i = 0; i < N; i += STRIP) {
            const double start = attune_now_s();
            attune_product_nt_f(a + i * WIDE, b, strip, STRIP, N, WIDE);
            const double middle = attune_now_s();
            for (size_t k = 0; k < (size_t)STRIP * N; k++) {
                strip[k] = attune_exp2_negative(-fabsf(strip[k]));
            }
            products += middle - start;
            exponentials += attune_now_s() - middle;
        }
    }
    attune_bench_record(stages, "kernel floor: products", products);
    attune_bench_record(stages, "kernel floor: exponentials", exponentials);
    attune_release(strip);
    return ATTUNE_OK;
}

static enum attune_code time_frechet_floor(const float *a, size_t n, size_t d, const char *name,
                                           struct attune_bench_stages *stages,
                                           struct attune_err *err)
{
    double *rows = attune_alloc_aligned(n * d, sizeof *rows);
    double *m = attune_alloc_aligned(4 * d * d, sizeof *m), *w = attune_alloc(d, sizeof *w);
    enum attune_code code = rows && m && w ? ATTUNE_OK : out_of_memory(err);
    if (!code) {
        double *const s[4] = {m, m + d * d, m + 2 * d * d, m + 3 * d * d};
        size_t rank;
        for (size_t i = 0; i < n * d; i++) {
            rows[i] = a[i];
        }
        const double start = attune_now_s();
        for (int side = 0; side < 2 && !code; side++) {
            attune_gram_add(rows, n, d, s[side]);
            attune_symmetrise(s[side], d);
            code = attune_factor(s[side], d, s[2], &rank, err);
        }
        attune_product_nt(s[0], s[1], s[2], d, d, d);
        memset(s[3], 0, d * d * sizeof *m);
        attune_gram_add(s[2], d, d, s[3]);
        attune_symmetrise(s[3], d);
        code = code ? code : attune_eigenvalues(s[3], d, w, err);
        attune_bench_record(stages, name, attune_now_s() - start);
    }
    attune_release(rows);
    attune_release(m);
    attune_release(w);
    return code;
}

enum attune_code attune_bench_sets(uint64_t n_runs, struct attune_bench_stages *stages,
                                   struct attune_err *err)
{
    float *a = noise((size_t)N * WIDE, 1), *b = noise((size_t)N * WIDE, 2);
    enum attune_code code = a && b ? ATTUNE_OK : out_of_memory(err);
    for (uint64_t run = 0; run < n_runs && !code; run++) {
        code = time_metric("set.kad", "kernel, n = 10000, d = 512", a, b, N, WIDE, 0, stages, err);
        code = code ? code : time_kernel_floor(a, b, stages, err);
        code = code ? code
                    : time_metric("set.fad", "Frechet, n = 10000, d = 512", a, b, N, WIDE, 0,
                                  stages, err);
        code = code ? code
                    : time_frechet_floor(a, N, WIDE, "Frechet floor: bare calls", stages, err);
        code = code ? code
                    : time_metric("set.fad", "Frechet, n = 2500, d = 2048", a, b, N_WIDEST, WIDEST,
                                  0, stages, err);
        code = code ? code
                    : time_frechet_floor(a, N_WIDEST, WIDEST, "Frechet floor: d = 2048", stages,
                                         err);
        code = code ? code
                    : time_metric("set.coverage", "neighbours, n = 10000, d = 128", a, b, N, NARROW,
                                  0, stages, err);
        code = code ? code
                    : time_metric("set.fad", "50 replicates, n = 2000, d = 128", a, b, N_BOOTSTRAP,
                                  NARROW, REPLICATES, stages, err);
    }
    attune_release(a);
    attune_release(b);
    return code;
}
