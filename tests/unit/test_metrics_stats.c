/* Statistics against published worked examples and against numbers computed by exhaustive
 * enumeration in another language. Each case names its source. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/distribution.h"
#include "metrics/stats/multiplicity.h"
#include "metrics/stats/order.h"
#include "metrics/stats/permutation.h"
#include "metrics/stats/ranks.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static void test_order(void **state)
{
    struct attune_rng rng;
    attune_rng_init(&rng, 4, 0);
    enum { N = 1000 };
    double x[N], sorted[N], scratch[N];
    for (size_t n = 1; n < N; n += 83) {
        for (size_t i = 0; i < n; i++) {
            x[i] = floor(20.0 * attune_rng_normal(&rng)) / 4.0; /* with ties and both signs */
            sorted[i] = x[i];
        }
        attune_sort_doubles(sorted, scratch, n);
        for (size_t i = 1; i < n; i++) {
            assert_true(sorted[i - 1] <= sorted[i]);
        }
        for (size_t k = 0; k < n; k += 37) {
            assert_true(attune_select(x, n, k) == sorted[k]);
        }
    }
    /* Hyndman & Fan type 7: position q (n - 1). */
    double four[] = {4, 1, 3, 2};
    assert_near(attune_quantile(four, 4, 0.25), 1.75, 1e-15);
    assert_near(attune_quantile(four, 4, 1.0), 4.0, 0);
    const double tied[] = {2, 1, 2, 5};
    double rank[4];
    size_t index[4];
    assert_near(attune_midranks(tied, 4, rank, index), 6.0, 0);
    assert_near(rank[0], 2.5, 0);
    assert_near(rank[1], 1.0, 0);
    assert_near(rank[3], 4.0, 0);
}

/* Tables in Abramowitz & Stegun (1964), chapter 26, and Demsar 2006, table 5 (critical values q
 * / sqrt 2). */
static void test_distributions(void **state)
{
    assert_near(attune_normal_cdf(1.96), 0.9750021048517795, 1e-15);
    assert_near(attune_normal_upper(10.0) / 7.61985302416e-24, 1.0, 1e-10);
    assert_near(attune_normal_quantile(0.975), 1.959963984540054, 1e-14);
    assert_near(attune_normal_quantile(1e-12), -7.034483825301131, 1e-10);
    assert_near(attune_chi2_upper(3.841458820694124, 1), 0.05, 1e-14);
    assert_near(attune_chi2_upper(18.307038053275146, 10), 0.05, 1e-13);
    assert_near(attune_t_upper(2.2281388519862757, 10), 0.025, 1e-13);
    assert_near(attune_t_quantile(0.975, 10), 2.2281388519862757, 1e-11);
    assert_near(attune_t_quantile(0.025, 3), -3.182446305284263, 1e-11);
    /* 10 fair coins: P(X >= 8) = 56/1024 */
    assert_near(attune_beta_cdf(0.5, 8, 3), 56.0 / 1024.0, 1e-15);
    const double critical[] = {1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164};
    for (int k = 2; k <= 10; k++) { /* the printed values are cut off, not rounded */
        assert_near(attune_range_quantile(0.95, k) / M_SQRT2, critical[k - 2], 1e-3);
    }
}

/* Darwin's maize, Fisher (1935), The Design of Experiments, section 21: of the 32,768 sums of
 * the 15 differences 863 reach 314. */
static void test_permutation(void **state)
{
    const double maize[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
    double *scratch = attune_alloc(attune_permutation_scratch(32), sizeof *scratch);
    struct attune_test test = attune_permutation_paired(maize, 15, 0, 1, scratch);
    assert_near(test.p, 2.0 * 863.0 / 32768.0, 1e-15);
    assert_near(test.statistic, 314.0 / 15.0, 1e-13);
    assert_int_equal(test.sign, 1);
    /* The same differences again, 30 and 32 of them: counted pattern by pattern through the
     * generating function of the sums, in exact integers elsewhere. */
    double again[45];
    for (size_t i = 0; i < 45; i++) {
        again[i] = maize[i % 15];
    }
    test = attune_permutation_paired(again, 30, 0, 1, scratch);
    assert_near(test.p, 2.0 * 2750683.0 / 1073741824.0, 1e-15);
    test = attune_permutation_paired(again, 32, 0, 1, scratch);
    assert_near(test.p, 2.0 * 24430488.0 / 4294967296.0, 1e-15);
    /* 45 of them, drawn at random: 9,815,341,382 of 2^45 patterns reach the sum. */
    const double p45 = 9815341382.0 / 35184372088832.0;
    test = attune_permutation_paired(again, 45, 400000, 7, scratch);
    assert_near(test.p, 2.0 * p45, 3.0 * 2.0 * sqrt(p45 / 400000.0));
    assert_true(test.p == attune_permutation_paired(again, 45, 400000, 7, scratch).p);
    /* Nothing to test. */
    assert_true(attune_permutation_paired(maize, 0, 0, 1, scratch).p == 1.0);
    const double zeros[3] = {0};
    assert_true(attune_permutation_paired(zeros, 3, 0, 1, scratch).p == 1.0);
    /* n = 1: both signs are as extreme. */
    assert_true(attune_permutation_paired(maize, 1, 0, 1, scratch).p == 1.0);
    attune_release(scratch);
}

/* Depression scale of nine patients, Hollander & Wolfe (1973), p. 29: V = 40, one-sided p =
 * .01953. */
static void test_wilcoxon(void **state)
{
    const double x[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    const double y[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double d[9], *scratch = attune_alloc(attune_wilcoxon_scratch(500), sizeof *scratch);
    for (size_t i = 0; i < 9; i++) {
        d[i] = x[i] - y[i];
    }
    struct attune_test test = attune_wilcoxon(d, 9, scratch);
    assert_near(test.statistic, 40.0, 0);
    assert_near(test.p, 2.0 * 10.0 / 512.0, 1e-15);
    /* Ties and zeros: all 1,024 sign patterns enumerated. */
    const double tied[] = {1, 1, -1, 2, 2, 3, -3, 4, 5, 5, 0, 0};
    test = attune_wilcoxon(tied, 12, scratch);
    assert_int_equal(test.n, 10);
    assert_near(test.statistic, 46.5, 0);
    assert_near(test.p, 0.060546875, 1e-15);
    /* Either side of the exact form's limit. */
    double many[51];
    for (size_t i = 0; i < 51; i++) {
        many[i] = (i % 3 ? 1.0 : -1.0) * (double)(i + 1);
    }
    const double exact = attune_wilcoxon(many, 50, scratch).p;
    const double approximate = attune_wilcoxon(many, 51, scratch).p;
    assert_near(exact, 0.03996834652842374, 1e-15);       /* counted in integers: V = 850 */
    assert_near(approximate, 0.02600089636093069, 1e-15); /* V = 901; exact .02511 */
    /* Five prompts never separate at .05, six can: 2 / 2^6. */
    assert_near(attune_wilcoxon((double[]){1, 2, 3, 4, 5}, 5, scratch).p, 0.0625, 0);
    assert_near(attune_wilcoxon((double[]){1, 2, 3, 4, 5, 6}, 6, scratch).p, 0.03125, 0);
    assert_true(attune_wilcoxon(d, 0, scratch).p == 1.0);
    attune_release(scratch);
}

/* Exact binomials: 8 of 10 is 56/1024 on one side, 6 of 6 is 1/64. */
static void test_mcnemar(void **state)
{
    assert_near(attune_mcnemar(8, 2).p, 2.0 * 56.0 / 1024.0, 1e-15);
    assert_near(attune_mcnemar(5, 5).p, 1.0, 0);
    assert_true(attune_mcnemar(0, 0).p == 1.0);
    assert_near(attune_mcnemar(0, 6).p, 2.0 / 64.0, 1e-15);
}

/* Benjamini & Hochberg (1995), section 4: 15 comparisons; Holm and Bonferroni reject 3 at .05,
 * BH rejects 4. */
static void test_multiplicity(void **state)
{
    const double published[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                                .0459, .3240, .4262, .5719, .6528, .7590, 1.0};
    double holm[15], bh[15];
    size_t n_holm = 0, n_bh = 0;
    for (size_t i = 0; i < 15; i++) {
        holm[i] = bh[14 - i] = published[i]; /* any order */
    }
    assert_int_equal(attune_holm(holm, 15, NULL), ATTUNE_OK);
    assert_int_equal(attune_benjamini_hochberg(bh, 15, NULL), ATTUNE_OK);
    for (size_t i = 0; i < 15; i++) {
        n_holm += holm[i] <= 0.05;
        n_bh += bh[i] <= 0.05;
    }
    assert_int_equal(n_holm, 3);
    assert_int_equal(n_bh, 4);
    assert_near(holm[0], 0.0015, 1e-15);
    assert_near(holm[3], 0.0095 * 12, 1e-15);
    assert_near(bh[14 - 3], 0.0095 * 15 / 4, 1e-15);
    assert_near(bh[14 - 4], 0.0201 * 15 / 5, 1e-15);
    assert_near(holm[14], 1.0, 0);
}

/* Mean and interval of a column whose resampling distribution is known: n values 0 and 1, half
 * each, is binomial. */
static void test_bootstrap(void **state)
{
    enum { UNITS = 100, COLUMNS = 11 };
    static double value[COLUMNS * UNITS];
    static unsigned char defined[COLUMNS * UNITS];
    for (size_t c = 0; c < COLUMNS; c++) {
        for (size_t u = 0; u < UNITS; u++) {
            value[c * UNITS + u] = (double)(u % 2);
            defined[c * UNITS + u] = 1;
        }
    }
    for (size_t u = 0; u < UNITS; u++) {
        defined[9 * UNITS + u] = u == 3;  /* one prompt */
        defined[10 * UNITS + u] = u < 40; /* 40 prompts, half of them 1 */
        value[10 * UNITS + u] = u < 40 ? value[10 * UNITS + u] : 1e9;
        value[8 * UNITS + u] = exp((double)u / 20.0); /* skewed to the right */
        value[7 * UNITS + u] = 3.25;
    }
    const struct attune_columns table = {value, defined, COLUMNS, UNITS};
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    struct attune_interval one[COLUMNS], four[COLUMNS];
    assert_int_equal(attune_bootstrap_means(&how, &table, one, NULL), ATTUNE_OK);
    how.n_threads = 4;
    assert_int_equal(attune_bootstrap_means(&how, &table, four, NULL), ATTUNE_OK);
    for (size_t c = 0; c < COLUMNS; c++) {
        assert_memory_equal(&one[c].low, &four[c].low, sizeof(double));
        assert_memory_equal(&one[c].high, &four[c].high, sizeof(double));
    }
    /* Binomial(100, 1/2): P(X <= 40) = .0284, P(X <= 39) = .0176, so the 2.5 % quantile is 40. */
    assert_near(one[0].low, 0.40, 1e-12);
    assert_near(one[0].high, 0.60, 1e-12);
    assert_non_null(one[9].why);
    assert_true(isnan(one[9].low));
    assert_null(one[10].why);
    assert_near(one[10].low, 0.5 - 1.96 * 0.5 / sqrt(40.0), 0.02);
    assert_near(one[7].low, 3.25, 0);
    assert_near(one[7].high, 3.25, 0);
    /* BCa lies to the right of the percentile interval where the data are skewed to the right
     * (Efron 1987). */
    how.bca = true;
    assert_int_equal(attune_bootstrap_means(&how, &table, four, NULL), ATTUNE_OK);
    assert_true(four[8].low > one[8].low && four[8].high > one[8].high);
    assert_near(four[0].low, one[0].low, 0.011);
    assert_near(four[7].low, 3.25, 0);
}

/* Coverage: of 400 samples of 30 normal numbers about 95 % of the intervals hold the mean
 * (percentile intervals of n = 30 cover about 94 %). */
static void test_bootstrap_coverage(void **state)
{
    enum { UNITS = 30, COLUMNS = 400 };
    static double value[COLUMNS * UNITS];
    static unsigned char defined[COLUMNS * UNITS];
    static struct attune_interval interval[COLUMNS];
    struct attune_rng rng;
    attune_rng_init(&rng, 11, 0);
    for (size_t i = 0; i < COLUMNS * UNITS; i++) {
        value[i] = attune_rng_normal(&rng);
        defined[i] = 1;
    }
    const struct attune_columns table = {value, defined, COLUMNS, UNITS};
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.n_replicates = 2000;
    assert_int_equal(attune_bootstrap_means(&how, &table, interval, NULL), ATTUNE_OK);
    size_t covered = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        covered += interval[c].low <= 0.0 && interval[c].high >= 0.0;
    }
    assert_in_range(covered, 364, 392); /* 91 % .. 98 % */
}

/* With one value per unit, nested resampling is the plain bootstrap; noise within units widens
 * it. */
static void test_bootstrap_nested(void **state)
{
    double flat[40], noisy[120];
    size_t ones[40], threes[40];
    for (size_t u = 0; u < 40; u++) {
        flat[u] = (double)(u % 2);
        ones[u] = 1;
        threes[u] = 3;
        for (size_t k = 0; k < 3; k++) {
            noisy[3 * u + k] = (double)(u % 2) + 3.0 * ((double)k - 1.0);
        }
    }
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    struct attune_interval plain, nested;
    assert_int_equal(attune_bootstrap_nested(&how, flat, ones, 40, &plain, NULL), ATTUNE_OK);
    assert_int_equal(attune_bootstrap_nested(&how, noisy, threes, 40, &nested, NULL), ATTUNE_OK);
    const double sd_plain = sqrt(0.25 / 40.0), sd_nested = sqrt((0.25 + 6.0 / 3.0) / 40.0);
    assert_near(plain.high - plain.low, 2 * 1.96 * sd_plain, 0.03);
    assert_near(nested.high - nested.low, 2 * 1.96 * sd_nested, 0.06);
}

/* Models 0 and 1 are alike, 2 is better than both, 3 has no value, 4 has too few prompts for any
 * test. */
static void test_ranks(void **state)
{
    enum { UNITS = 24, MODELS = 5 };
    double value[MODELS * UNITS];
    unsigned char defined[MODELS * UNITS];
    struct attune_rng rng;
    attune_rng_init(&rng, 5, 0);
    for (size_t u = 0; u < UNITS; u++) {
        const double prompt = 10.0 * attune_rng_normal(&rng); /* pairing removes this */
        for (size_t m = 0; m < MODELS; m++) {
            value[m * UNITS + u] = prompt + 0.3 * attune_rng_normal(&rng) + (m == 2 ? 1.0 : 0.0);
            defined[m * UNITS + u] = m == 3 ? 0 : m == 4 ? u < 4 : 1;
        }
    }
    const struct attune_columns table = {value, defined, MODELS, UNITS};
    struct attune_rank rank[MODELS];
    double p[MODELS * MODELS];
    assert_int_equal(attune_rank_columns(&table, false, 0.05, rank, p, NULL), ATTUNE_OK);
    const struct attune_rank expected[MODELS] = {{2, 4}, {2, 4}, {1, 2}, {0, 0}, {1, 4}};
    for (size_t m = 0; m < MODELS; m++) {
        assert_int_equal(rank[m].low, expected[m].low);
        assert_int_equal(rank[m].high, expected[m].high);
    }
    assert_true(p[0 * MODELS + 2] < 1e-4 && p[0 * MODELS + 1] > 0.05 && p[3 * MODELS + 0] == 1.0);
    assert_int_equal(attune_rank_columns(&table, true, 0.05, rank, NULL, NULL), ATTUNE_OK);
    assert_int_equal(rank[2].low, 3);
    assert_int_equal(rank[2].high, 4);
    assert_int_equal(rank[0].low, 1);
    assert_int_equal(rank[0].high, 3);
}

/* Every allocation that fails is an error, never a crash. */
static void test_out_of_memory(void **state)
{
    double value[20] = {1, 2, 3};
    unsigned char defined[20];
    for (size_t i = 0; i < 20; i++) {
        defined[i] = 1;
    }
    const struct attune_columns table = {value, defined, 2, 10};
    struct attune_interval interval[2];
    struct attune_rank rank[2];
    const struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    for (uint64_t n = 1; n <= 2; n++) {
        attune_mem_fail_after(n);
        assert_int_equal(attune_bootstrap_means(&how, &table, interval, NULL), ATTUNE_E_MEMORY);
    }
    for (uint64_t n = 1; n <= 6; n++) {
        attune_mem_fail_after(n);
        assert_int_equal(attune_rank_columns(&table, false, 0.05, rank, NULL, NULL),
                         ATTUNE_E_MEMORY);
    }
    attune_mem_fail_after(0);
    assert_int_equal(attune_rank_columns(&table, false, 0.05, rank, NULL, NULL), ATTUNE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_permutation),
        cmocka_unit_test(test_wilcoxon),
        cmocka_unit_test(test_mcnemar),
        cmocka_unit_test(test_multiplicity),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_bootstrap_coverage),
        cmocka_unit_test(test_bootstrap_nested),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
