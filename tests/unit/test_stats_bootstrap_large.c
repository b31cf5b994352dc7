/* The bootstrap at the sizes where it must be careful with memory and time: draws in batches,
 * columns in passes, and the expansion in place of draws. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/distribution.h"
#include "metrics/stats/order.h"

enum { DRAWN = 3900, LARGE = 5000 };

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", a, tolerance, b);
    }
}

static struct attune_interval interval_of(const double *value, const unsigned char *defined,
                                          size_t n, bool bca)
{
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.bca = bca;
    const struct attune_columns table = {value, defined, 1, n};
    struct attune_interval out;
    assert_int_equal(attune_bootstrap_means(&how, &table, &out, NULL), ATTUNE_OK);
    assert_null(out.why);
    return out;
}

/* The definition, one replicate after another, against several batches of draws. */
static void test_batches(void **state)
{
    static double value[DRAWN], count[DRAWN], mean[10000];
    static unsigned char defined[DRAWN];
    struct attune_rng rng;
    attune_rng_init(&rng, 4, 0);
    for (size_t u = 0; u < DRAWN; u++) {
        value[u] = attune_rng_normal(&rng);
        defined[u] = 1;
    }
    const struct attune_interval found = interval_of(value, defined, DRAWN, false);
    attune_rng_init(&rng, 1, DRAWN);
    for (size_t i = 0; i < 10000; i++) {
        memset(count, 0, sizeof count);
        for (size_t draw = 0; draw < DRAWN; draw++) {
            count[attune_rng_below(&rng, DRAWN)] += 1.0;
        }
        mean[i] = 0.0;
        for (size_t u = 0; u < DRAWN; u++) {
            mean[i] += count[u] * value[u] / DRAWN;
        }
    }
    assert_near(found.low, attune_quantile(mean, 10000, 0.025), 1e-12);
    assert_near(found.high, attune_quantile(mean, 10000, 0.975), 1e-12);
}

/* More columns than one pass takes: all the same, so all intervals are. */
static void test_passes(void **state)
{
    enum { COLUMNS = 300, UNITS = 21 };
    static double value[COLUMNS * UNITS];
    static unsigned char defined[COLUMNS * UNITS];
    static struct attune_interval out[COLUMNS];
    for (size_t i = 0; i < COLUMNS * UNITS; i++) {
        value[i] = sqrt((double)(i % UNITS));
        defined[i] = i % UNITS != 4;
    }
    const struct attune_columns table = {value, defined, COLUMNS, UNITS};
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.n_replicates = 998; /* no whole number of tiles */
    how.n_threads = 3;
    assert_int_equal(attune_bootstrap_means(&how, &table, out, NULL), ATTUNE_OK);
    for (size_t c = 1; c < COLUMNS; c++) {
        assert_true(out[c].low == out[0].low && out[c].high == out[0].high);
    }
    assert_true(out[0].low < out[0].high);
}

/* P(X <= x) of a binomial of n draws at real x, by its beta integral. */
static double binomial_cdf(double x, double n, double p)
{
    return attune_beta_cdf(1.0 - p, n - x, x + 1.0);
}

/* The bootstrap of zeros and ones is binomial; without the skewness the bounds would be off by
 * .0027 in probability. */
static void test_expansion_binomial(void **state)
{
    static double value[LARGE];
    static unsigned char defined[LARGE];
    for (size_t u = 0; u < LARGE; u++) {
        value[u] = u % 50 == 7; /* 100 ones */
        defined[u] = 1;
    }
    const struct attune_interval found = interval_of(value, defined, LARGE, false);
    assert_near(binomial_cdf(found.low * LARGE - 0.5, LARGE, 0.02), 0.025, 4e-4);
    assert_near(binomial_cdf(found.high * LARGE - 0.5, LARGE, 0.02), 0.975, 4e-4);
    /* BCa moves both bounds to the right by 2 z0 + a z^2 standard errors, to first order. */
    const struct attune_interval bca = interval_of(value, defined, LARGE, true);
    const double se = sqrt(0.02 * 0.98 / LARGE), g = 0.96 / sqrt(LARGE * 0.02 * 0.98);
    const double z = attune_normal_quantile(0.975);
    assert_near((bca.high - found.high) / se, g / 6.0 * (2.0 + z * z), 0.012);
    assert_near((bca.low - found.low) / se, g / 6.0 * (2.0 + z * z), 0.012);
}

/* Against drawn replicates: nested resampling of one value per unit always draws. */
static void test_expansion_drawn(void **state)
{
    static double value[2 * LARGE], packed[LARGE];
    static unsigned char defined[2 * LARGE];
    static size_t ones[LARGE];
    struct attune_rng rng;
    attune_rng_init(&rng, 12, 0);
    for (size_t u = 0; u < LARGE; u++) {
        packed[u] = exp(attune_rng_normal(&rng));
        ones[u] = 1;
        value[2 * u] = packed[u];
        value[2 * u + 1] = 1e9; /* not defined */
        defined[2 * u] = 1;
    }
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    struct attune_interval drawn;
    assert_int_equal(attune_bootstrap_nested(&how, packed, ones, LARGE, &drawn, NULL), ATTUNE_OK);
    const struct attune_interval found = interval_of(value, defined, 2 * LARGE, false);
    const double se = attune_sd(packed, LARGE) / sqrt(LARGE);
    assert_near(found.low, drawn.low, 0.1 * se); /* noise of 10,000 replicates: .027 */
    assert_near(found.high, drawn.high, 0.1 * se);
}

/* Three ones among 5000 are Poisson: far from normal, so they are drawn. All alike: one point. */
static void test_not_expanded(void **state)
{
    static double value[LARGE];
    static unsigned char defined[LARGE];
    memset(defined, 1, sizeof defined);
    value[3] = value[1234] = value[4999] = 1.0;
    struct attune_interval found = interval_of(value, defined, LARGE, false);
    assert_near(found.low * LARGE, 0.0, 1e-12);  /* P(X <= 0) = .050 */
    assert_near(found.high * LARGE, 7.0, 1e-12); /* P(X <= 6) = .966, P(X <= 7) = .988 */
    for (size_t u = 0; u < LARGE; u++) {
        value[u] = 3.25;
    }
    found = interval_of(value, defined, LARGE, true);
    assert_near(found.low, 3.25, 0.0);
    assert_near(found.high, 3.25, 0.0);
}

/* A run that has just begun: 30 of 5000 prompts, drawn as if there were no others; and none. */
static void test_few_defined(void **state)
{
    static double value[3 * LARGE];
    static unsigned char defined[3 * LARGE];
    double packed[60];
    unsigned char ones[60];
    for (size_t i = 0; i < 30; i++) {
        const size_t at = 100 * i + 3;
        packed[i] = value[at] = sin((double)i);
        packed[30 + i] = value[LARGE + at] = sqrt((double)i);
        defined[at] = defined[LARGE + at] = ones[i] = ones[30 + i] = 1;
    }
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    const struct attune_columns sparse = {value, defined, 3, LARGE}, dense = {packed, ones, 2, 30};
    struct attune_interval a[3], b[2];
    assert_int_equal(attune_bootstrap_means(&how, &sparse, a, NULL), ATTUNE_OK);
    assert_int_equal(attune_bootstrap_means(&how, &dense, b, NULL), ATTUNE_OK);
    for (size_t c = 0; c < 2; c++) {
        assert_true(a[c].low == b[c].low && a[c].high == b[c].high);
        assert_true(a[c].low < a[c].high);
    }
    assert_non_null(a[2].why);
    assert_true(isnan(a[2].low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_expansion_binomial),
        cmocka_unit_test(test_expansion_drawn),
        cmocka_unit_test(test_not_expanded),
        cmocka_unit_test(test_few_defined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
