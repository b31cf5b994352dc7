/* Set metrics: small sets whose values are known in closed form, degenerate sets, threads, failed
 * memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/set/frechet.h"
#include "metrics/set/points.h"
#include "metrics/set/set_metric.h"

static struct attune_set_value evaluate(const char *id, const struct attune_set *a,
                                        const struct attune_set *b,
                                        struct attune_set_options options)
{
    struct attune_set_pair *pair;
    struct attune_set_value value;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_set_pair_new(&pair, a, b, &options, &err), ATTUNE_OK);
    if (attune_set_metric_eval(attune_set_metric_find(id), pair, &value, &err)) {
        fail_msg("%s: %s", id, err.message);
    }
    attune_set_pair_free(pair);
    return value;
}

static const struct attune_set_options plain = {.k = 1, .level = 0.95, .seed = 1, .n_threads = 1};

static double value_of(const char *id, const struct attune_set *a, const struct attune_set *b)
{
    const struct attune_set_value value = evaluate(id, a, b, plain);
    if (value.value.state != ATTUNE_DEFINED) {
        fail_msg("%s: %s", id, value.value.why);
    }
    return value.value.v;
}

static void assert_close(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * fmax(1.0, fabs(wanted)))) {
        fail_msg("%.12g, expected %.12g", got, wanted);
    }
}

/* Gaussian rows (n, d), one stream per set. */
static float *noise(size_t n, size_t d, uint64_t stream)
{
    float *v = attune_alloc(n * d, sizeof *v);
    struct attune_rng rng;
    attune_rng_init(&rng, 5, stream);
    for (size_t i = 0; i < n * d; i++) {
        v[i] = (float)attune_rng_normal(&rng);
    }
    return v;
}

/* One dimension: (m1 - m2)^2 + (s1 - s2)^2. {0, 2}: mean 1, variance 2; {3, 7}: mean 5, variance 8.
 */
static void frechet_by_hand(void **state)
{
    const float a[] = {0, 2}, b[] = {3, 7};
    const struct attune_set x = {.rows = a, .n = 2, .d = 1}, y = {.rows = b, .n = 2, .d = 1};
    assert_close(value_of("set.fad", &x, &y), 16.0 + 2.0);
    assert_close(value_of("set.fad", &x, &x), 0.0);
    const double mean[] = {1}, variance[] = {2};
    const struct attune_set moments = {.d = 1, .mean = mean, .cov = variance};
    assert_close(value_of("set.fad", &moments, &y), 18.0);
    assert_int_equal(evaluate("set.kad", &moments, &y, plain).value.state, ATTUNE_UNDEFINED);
}

/* Rows or covariance, whichever is smaller: both sides of n = d, and rank-deficient covariances,
 * agree with the distance after a padding that changes nothing. */
static void frechet_forms_agree(void **state)
{
    enum { D = 12, WIDE = 40, N = 30, M = 25 };
    float *a = noise(N, D, 1), *b = noise(M, D, 2);
    float *wide_a = attune_alloc(N * WIDE, sizeof(float)),
          *wide_b = attune_alloc(M * WIDE, sizeof(float));
    for (size_t j = 0; j < D; j++) {
        for (size_t i = 0; i < N; i++) {
            wide_a[i * WIDE + 2 * j] = a[i * D + j];
        }
        for (size_t i = 0; i < M; i++) {
            wide_b[i * WIDE + 2 * j] = b[i * D + j];
        }
    }
    const struct attune_set x = {.rows = a, .n = N, .d = D}, y = {.rows = b, .n = M, .d = D};
    const struct attune_set u = {.rows = wide_a, .n = N, .d = WIDE},
                            v = {.rows = wide_b, .n = M, .d = WIDE};
    const double distance = value_of("set.fad", &x, &y);
    assert_close(value_of("set.fad", &u, &v), distance); /* n < d: rows as factors */
    assert_close(value_of("set.fad", &y, &x), distance);

    /* columns that repeat double the covariance's trace and leave it singular */
    float *doubled_a = attune_alloc(N * 2 * D, sizeof(float)),
          *doubled_b = attune_alloc(M * 2 * D, sizeof(float));
    for (size_t i = 0; i < N; i++) {
        memcpy(doubled_a + i * 2 * D, a + i * D, D * sizeof(float));
        memcpy(doubled_a + i * 2 * D + D, a + i * D, D * sizeof(float));
    }
    for (size_t i = 0; i < M; i++) {
        memcpy(doubled_b + i * 2 * D, b + i * D, D * sizeof(float));
        memcpy(doubled_b + i * 2 * D + D, b + i * D, D * sizeof(float));
    }
    const struct attune_set p = {.rows = doubled_a, .n = N, .d = 2 * D};
    const struct attune_set q = {.rows = doubled_b, .n = M, .d = 2 * D};
    const struct attune_set_value value = evaluate("set.fad", &p, &q, plain);
    assert_close(value.value.v, 2.0 * distance);
    assert_string_equal(value.detail[1].key, "rank_reference");
    assert_int_equal((int)value.detail[1].v, D);
    attune_release(a);
    attune_release(b);
    attune_release(wide_a);
    attune_release(wide_b);
    attune_release(doubled_a);
    attune_release(doubled_b);
}

/* x = {0, 1}, y = {0, 2}, s = 1: k(1) = e^-.5, k(2) = e^-2; cross: 1, e^-2, e^-.5, e^-.5. */
/* A set of equal rows has no spread: what is left is the distance of the means and the other's
 * trace. */
static void frechet_of_equal_rows(void **state)
{
    const float x[] = {1, 1, 1, 1, 1, 1}, y[] = {0, 0, 2, 0, 1, 3};
    const struct attune_set a = {.rows = x, .n = 3, .d = 2}, b = {.rows = y, .n = 3, .d = 2};
    assert_close(value_of("set.fad", &a, &b), 0 + 1.0 + 3.0);
    assert_close(value_of("set.fad", &b, &a), 4.0);
    assert_close(value_of("set.fad", &a, &a), 0.0);
    (void)state;
}

static void mmd_by_hand(void **state)
{
    const float a[] = {0, 1}, b[] = {0, 2};
    const struct attune_set x = {.rows = a, .n = 2, .d = 1}, y = {.rows = b, .n = 2, .d = 1};
    const double expected =
        exp(-0.5) + exp(-2.0) - 2.0 * (1.0 + exp(-2.0) + exp(-0.5) + exp(-0.5)) / 4.0;
    assert_close(value_of("set.mmd2", &x, &y), expected); /* the reference's median distance is 1 */
    assert_close(value_of("set.kad", &x, &y), 100.0 * expected);
    const float same[] = {3, 3};
    const struct attune_set z = {.rows = same, .n = 2, .d = 1};
    assert_int_equal(evaluate("set.kad", &z, &y, plain).value.state, ATTUNE_UNDEFINED);
}

/* Reference {0, 1, 10}: radii 1, 1, 9. Candidates {0.5, 2, 3.5}: radii 1.5 each.
 * 0.5 is within 1 of 0 and 1: held by 2; 2: |2 - 1| = 1 is not below 1, |2 - 10| = 8 is below 9:
 * held by 1; 3.5: 6.5 < 9: held by 1. Covered: 0, 1 and 10. Recalled: 0 (.5) and 1 (.5), not 10. */
static void neighbours_by_hand(void **state)
{
    const float a[] = {0, 1, 10}, b[] = {0.5f, 2, 3.5f};
    const struct attune_set x = {.rows = a, .n = 3, .d = 1}, y = {.rows = b, .n = 3, .d = 1};
    assert_close(value_of("set.precision", &x, &y), 1.0);
    assert_close(value_of("set.density", &x, &y), 4.0 / 3.0);
    assert_close(value_of("set.coverage", &x, &y), 1.0);
    assert_close(value_of("set.recall", &x, &y), 2.0 / 3.0);
    struct attune_set_options wide = plain;
    wide.k = 3;
    assert_int_equal(evaluate("set.precision", &x, &y, wide).value.state, ATTUNE_UNDEFINED);
}

static void vendi_counts_directions(void **state)
{
    const float v[] = {1, 0, 0, 5, 2, 0, 0, 1}; /* two along x, two along y */
    const struct attune_set none = {.d = 2}, set = {.rows = v, .n = 4, .d = 2};
    /* orthogonal? (1 0 0 5) . (2 0 0 1) = 7 */
    const struct attune_set wide = {.rows = v, .n = 2, .d = 4};
    assert_close(value_of("set.vendi", &none, &set), 2.0);
    const double c = 7.0 / sqrt(26.0 * 5.0), p = (1.0 + c) / 2.0, q = (1.0 - c) / 2.0;
    assert_close(value_of("set.vendi", &(struct attune_set){.d = 4}, &wide),
                 exp(-p * log(p) - q * log(q)));
    const float zero[] = {0, 0, 1, 1};
    const struct attune_set flat = {.rows = zero, .n = 2, .d = 2};
    assert_int_equal(evaluate("set.vendi", &none, &flat, plain).value.state, ATTUNE_UNDEFINED);
    assert_int_equal(evaluate("set.fad", &none, &set, plain).value.state, ATTUNE_UNDEFINED);
}

/* Prompt 7: distances 3, 4, 5, mean 4; prompt 9: 2; prompt 1 alone. */
static void diversity_by_prompt(void **state)
{
    const float v[] = {0, 0, 9, 9, 3, 0, 0, 4, 9, 7, 5, 5};
    const uint32_t group[] = {7, 9, 7, 7, 9, 1};
    const struct attune_set none = {.d = 2}, set = {.rows = v, .n = 6, .d = 2, .group = group};
    assert_close(value_of("set.diversity_within_prompt", &none, &set), (4.0 + 2.0) / 2.0);
}

static void copies_are_found(void **state)
{
    enum { N = 400, D = 6, COPIES = 100 };
    float *a = noise(N, D, 3), *b = noise(N, D, 4);
    const struct attune_set x = {.rows = a, .n = N, .d = D}, y = {.rows = b, .n = N, .d = D};
    const double honest = value_of("set.nearest_reference", &x, &y);
    assert_true(honest < 0.05);
    for (size_t i = 0; i < COPIES * D; i++) {
        b[i] = a[i] + 1e-3f;
    }
    const double copied = value_of("set.nearest_reference", &x, &y);
    assert_true(copied >= 0.25 && copied < 0.30);
    attune_release(a);
    attune_release(b);
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Against sorting all pairs: small sets take every distance, large ones the bracket. */
static void quantiles_are_order_statistics(void **state)
{
    const size_t sizes[] = {2, 3, 40, 900};
    enum { D = 5 };
    for (size_t s = 0; s < 4; s++) {
        const size_t n = sizes[s], n_pairs = n * (n - 1) / 2;
        float *v = noise(n, D, 10 + s);
        const double centre[D] = {0};
        struct attune_points points;
        assert_int_equal(attune_points_init(&points, v, n, D, centre, NULL), ATTUNE_OK);
        double *all = attune_alloc(n_pairs, sizeof *all);
        size_t at = 0;
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < i; j++) {
                all[at++] = sqrt(attune_points_square_distance(&points, i, &points, j));
            }
        }
        qsort(all, n_pairs, sizeof *all, by_value);
        const double shares[] = {0.0, 0.01, 0.5, 1.0};
        for (size_t q = 0; q < 4; q++) {
            double got;
            assert_int_equal(attune_points_quantile(&points, shares[q], 2, &got, NULL), ATTUNE_OK);
            const double wanted = all[(size_t)(shares[q] * (double)(n_pairs - 1))];
            /* single-precision distances of near points */
            if (!(fabs(got - wanted) <= 1e-3 * wanted)) {
                fail_msg("n = %zu, share %g: %g, expected %g", n, shares[q], got, wanted);
            }
        }
        attune_release(all);
        attune_release(v);
        attune_points_release(&points);
    }
}

/* Every metric gives the same bits on 1 and 3 threads, and its interval holds the value. */
static void threads_do_not_matter(void **state)
{
    enum { N = 700, M = 600, D = 8 };
    float *a = noise(N, D, 6), *b = noise(M, D, 7);
    uint32_t group[M];
    for (size_t i = 0; i < M; i++) {
        group[i] = (uint32_t)(i / 3);
        b[i * D] += 0.5f;
    }
    const struct attune_set x = {.rows = a, .n = N, .d = D},
                            y = {.rows = b, .n = M, .d = D, .group = group};
    struct attune_set_options one = ATTUNE_SET_OPTIONS_INIT, three = ATTUNE_SET_OPTIONS_INIT;
    one.n_replicates = three.n_replicates = 100;
    three.n_threads = 3;
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        const char *id = attune_set_metrics[i]->id;
        if (attune_set_metrics[i]->needs_features) {
            continue; /* test_metrics_set_features.c */
        }
        const struct attune_set_value p = evaluate(id, &x, &y, one),
                                      q = evaluate(id, &x, &y, three);
        if (p.value.state != ATTUNE_DEFINED || p.ci_why || p.value.v != q.value.v ||
            p.ci_low != q.ci_low || p.ci_high != q.ci_high) {
            fail_msg("%s: %.17g [%g, %g] and %.17g [%g, %g], %s %s", id, p.value.v, p.ci_low,
                     p.ci_high, q.value.v, q.ci_low, q.ci_high, p.value.why ? p.value.why : "",
                     p.ci_why ? p.ci_why : "");
        }
        assert_true(p.ci_low <= p.value.v && p.value.v <= p.ci_high);
        assert_true(p.value.v >= attune_set_metrics[i]->lo &&
                    p.value.v <= attune_set_metrics[i]->hi);
    }
    attune_release(a);
    attune_release(b);
}

/* Four nearly equal samples of each prompt hold no more than one: with prompts known, intervals are
 * about twice as long as those of 160 samples on their own. */
static void prompts_are_resampled_whole(void **state)
{
    enum { PROMPTS = 40, SEEDS = 4, N = PROMPTS * SEEDS, D = 2 };
    float *a = noise(N, D, 12), *b = noise(PROMPTS, D, 13), rows[N * D];
    uint32_t group[N];
    for (size_t i = 0; i < N; i++) {
        group[i] = (uint32_t)(i / SEEDS);
        for (size_t j = 0; j < D; j++) {
            rows[i * D + j] = b[i / SEEDS * D + j] + 1e-3f * a[i * D + j];
        }
    }
    const struct attune_set reference = {.rows = a, .n = N, .d = D};
    struct attune_set candidate = {.rows = rows, .n = N, .d = D};
    struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;
    static const char *const ids[] = {"set.kad", "set.density"};
    for (size_t k = 0; k < sizeof ids / sizeof *ids; k++) {
        candidate.group = NULL;
        const struct attune_set_value alone = evaluate(ids[k], &reference, &candidate, options);
        candidate.group = group;
        const struct attune_set_value whole = evaluate(ids[k], &reference, &candidate, options);
        const double ratio = (whole.ci_high - whole.ci_low) / (alone.ci_high - alone.ci_low);
        const double least = k == 0 ? 1.2 : 1.5; /* kad: the reference has noise of its own */
        if (!(ratio > least && ratio < 2.8) || whole.value.v != alone.value.v) {
            fail_msg("%s: intervals %g times as long", ids[k], ratio);
        }
        assert_string_equal(whole.detail[whole.n_details - 1].key, "resampled_prompts");
        assert_true(whole.detail[whole.n_details - 1].v == PROMPTS);
    }
    attune_release(a);
    attune_release(b);
}

/* A failed allocation is an error without a leak (under the sanitizers), never a value. */
static void failed_allocations_are_errors(void **state)
{
    enum { N = 520, D = 3 };
    float *a = noise(N, D, 8), *b = noise(N, D, 9);
    const struct attune_set x = {.rows = a, .n = N, .d = D}, y = {.rows = b, .n = N, .d = D};
    struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;
    options.n_replicates = 20;
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        for (uint64_t n = 1;; n++) {
            struct attune_set_pair *pair;
            struct attune_set_value value;
            assert_int_equal(attune_set_pair_new(&pair, &x, &y, &options, NULL), ATTUNE_OK);
            attune_mem_fail_after(n);
            const enum attune_code code =
                attune_set_metric_eval(attune_set_metrics[i], pair, &value, NULL);
            const bool reached = attune_mem_fault_happened();
            attune_mem_fail_after(0);
            attune_set_pair_free(pair);
            assert_true(code == ATTUNE_OK || code == ATTUNE_E_MEMORY);
            if (!reached) {
                assert_int_equal(code, ATTUNE_OK);
                break;
            }
            assert_int_equal(code, ATTUNE_E_MEMORY);
        }
    }
    attune_release(a);
    attune_release(b);
}

static void bad_rows_are_named(void **state)
{
    struct attune_matrix m = {attune_alloc_aligned(10, sizeof(float)), 5, 2};
    const float v[] = {1, 2, NAN, 0, 3, 2, 1, INFINITY, 1, 2};
    uint32_t group[] = {0, 1, 2, 3, 4};
    memcpy(m.v, v, sizeof v);
    struct attune_buf warnings = ATTUNE_BUF_INIT;
    attune_set_clean(&m, group, "candidate", &warnings);
    assert_int_equal(m.n_rows, 3);
    assert_true(m.v[2] == 3.0f && group[1] == 2 && group[2] == 4);
    assert_string_equal(
        attune_buf_text(&warnings),
        "candidate: rows with NaN, infinite or huge values are left out: 1 3 (of 5, from 0)\n"
        "candidate: 1 of 3 rows repeat an earlier one\n"
        "candidate: 1 of 2 columns are constant\n");
    attune_buf_release(&warnings);
    attune_matrix_release(&m);
}

static void descriptors_are_sane(void **state)
{
    for (size_t i = 0; i < attune_n_set_metrics; i++) {
        const struct attune_set_metric *m = attune_set_metrics[i];
        assert_int_equal(strncmp(m->id, "set.", 4), 0);
        assert_true(m->version >= 1 && m->lo < m->hi && m->final);
        assert_true(m->title && m->unit && m->summary && m->formula && m->source &&
                    m->undefined_when);
        assert_ptr_equal(attune_set_metric_find(m->id), m);
    }
    assert_null(attune_set_metric_find("set.none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frechet_by_hand),
        cmocka_unit_test(frechet_forms_agree),
        cmocka_unit_test(frechet_of_equal_rows),
        cmocka_unit_test(mmd_by_hand),
        cmocka_unit_test(neighbours_by_hand),
        cmocka_unit_test(vendi_counts_directions),
        cmocka_unit_test(diversity_by_prompt),
        cmocka_unit_test(copies_are_found),
        cmocka_unit_test(quantiles_are_order_statistics),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(prompts_are_resampled_whole),
        cmocka_unit_test(failed_allocations_are_errors),
        cmocka_unit_test(bad_rows_are_named),
        cmocka_unit_test(descriptors_are_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
