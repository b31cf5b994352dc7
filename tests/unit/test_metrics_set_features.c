/* set.overlap_area and set.kld: three pieces whose densities were integrated by hand, what a shift
 * and a change of scale do to them and to mgeval's own procedure, threads, failed memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/set/compat.h"
#include "metrics/symbolic/note_features.h"

enum { COLUMNS = ATTUNE_NOTE_FEATURE_COLUMNS, PITCH_RANGE = 4 };

static const float embedding[64]; /* what these metrics do not look at */

/* n pieces that have one feature only; features (n, COLUMNS). */
static struct attune_set pieces(float *features, const double *value, size_t n)
{
    for (size_t i = 0; i < n * COLUMNS; i++) {
        features[i] = NAN;
    }
    for (size_t i = 0; i < n; i++) {
        features[i * COLUMNS + PITCH_RANGE] = (float)value[i];
    }
    return (struct attune_set){.rows = embedding, .n = n, .d = 1, .features = features};
}

enum which { OVERLAP, KLD, MGEVAL_KLD, MGEVAL_OVERLAP };

static struct attune_set_value measure(enum which which, const struct attune_set *reference,
                                       const struct attune_set *candidate, size_t n_replicates,
                                       size_t n_threads)
{
    struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;
    options.n_replicates = n_replicates;
    options.n_threads = n_threads;
    struct attune_set_pair *pair;
    struct attune_set_value value[2];
    assert_int_equal(attune_set_pair_new(&pair, reference, candidate, &options, NULL), ATTUNE_OK);
    const char *id = which == OVERLAP ? "set.overlap_area" : "set.kld";
    if (which == OVERLAP || which == KLD) {
        assert_int_equal(
            attune_set_metric_eval(attune_set_metric_find(id), pair, &value[0], NULL), ATTUNE_OK);
    } else {
        assert_int_equal(attune_set_compat_mgeval(pair, &value[0], &value[1], NULL), ATTUNE_OK);
    }
    attune_set_pair_free(pair);
    return value[which == MGEVAL_OVERLAP];
}

static double of(enum which which, const double *candidate, size_t n, const double *reference,
                 size_t m)
{
    float a[8 * COLUMNS], b[8 * COLUMNS];
    const struct attune_set x = pieces(a, reference, m), y = pieces(b, candidate, n);
    const struct attune_set_value value = measure(which, &x, &y, 0, 1);
    assert_int_equal(value.value.state, ATTUNE_DEFINED);
    return value.value.v;
}

static void assert_near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance)) {
        fail_msg("%.9g, expected %.9g", got, wanted);
    }
}

/* Distances within 0, 1, 3: 1, 2, 3, each twice; to 2, 6: 2, 6, 1, 5, 1, 3. Densities summed term
 * by term on 20,000 points; binning to 1024 leaves 1e-4. */
static void by_hand(void **state)
{
    const double candidate[] = {0, 1, 3}, near[] = {2, 6}, far[] = {12, 16};
    assert_near(of(OVERLAP, candidate, 3, near, 2), 0.58147162, 2e-4);
    assert_near(of(KLD, candidate, 3, near, 2), 0.51290748, 5e-4);
    assert_near(of(MGEVAL_KLD, candidate, 3, near, 2), 0.01568364765, 1e-9);
    assert_near(of(MGEVAL_OVERLAP, candidate, 3, near, 2), 0.44542, 1e-4);
    assert_near(of(OVERLAP, candidate, 3, far, 2), 0.00236242, 5e-5);
    assert_near(of(KLD, candidate, 3, far, 2), 9.54630018, 0.01);
    assert_near(of(MGEVAL_KLD, candidate, 3, far, 2), 0.00419405345, 1e-9);
}

/* A reference further away, and one spread wider, both move the corrected divergence up and the
 * overlap down; mgeval's divergence calls the reference that is 100 away nearly equal. */
static void shift_and_scale_are_seen(void **state)
{
    const double candidate[] = {0, 1, 3, 4, 7};
    double before_kld = -1.0, before_overlap = 2.0;
    for (double shift = 0.0; shift <= 30.0; shift += 10.0) {
        const double reference[] = {shift, shift + 1, shift + 3, shift + 4, shift + 7};
        const double kld = of(KLD, candidate, 5, reference, 5);
        const double overlap = of(OVERLAP, candidate, 5, reference, 5);
        assert_true(kld > before_kld && overlap < before_overlap);
        before_kld = kld;
        before_overlap = overlap;
    }
    const double wide[] = {0, 10, 30, 40, 70}, near[] = {0, 1, 3, 4, 7};
    assert_true(of(KLD, candidate, 5, wide, 5) > 2.0 * of(KLD, candidate, 5, near, 5));
    assert_true(of(OVERLAP, candidate, 5, wide, 5) < of(OVERLAP, candidate, 5, near, 5));
    const double ten[] = {10, 11, 13, 14, 17}, hundred[] = {100, 101, 103, 104, 107};
    assert_near(of(MGEVAL_KLD, candidate, 5, ten, 5), of(MGEVAL_KLD, candidate, 5, hundred, 5),
                1e-6); /* blind */
    /* A common change of unit changes nothing. */
    const double fine[] = {0, 0.25, 0.75, 1, 1.75}, fine_wide[] = {0, 2.5, 7.5, 10, 17.5};
    assert_near(of(KLD, fine, 5, fine_wide, 5), of(KLD, candidate, 5, wide, 5), 1e-9);
}

static void undefined_with_a_reason(void **state)
{
    float a[3 * COLUMNS], b[3 * COLUMNS];
    const double same[] = {5, 5, 5}, two[] = {1, 2}, other[] = {1, 2, 4};
    const struct attune_set x = pieces(a, other, 3);
    struct attune_set y = pieces(b, same, 3);
    assert_int_equal(measure(OVERLAP, &x, &y, 0, 1).value.state, ATTUNE_UNDEFINED);
    y = pieces(b, two, 2); /* one distance */
    assert_int_equal(measure(KLD, &x, &y, 0, 1).value.state, ATTUNE_UNDEFINED);
    y = pieces(b, other, 3);
    y.features = NULL;
    const struct attune_set_value value = measure(KLD, &x, &y, 0, 1);
    assert_int_equal(value.value.state, ATTUNE_UNDEFINED);
    assert_non_null(strstr(value.value.why, "folders of MIDI"));
}

static float *random_features(size_t n, uint64_t stream)
{
    float *v = attune_alloc(n * COLUMNS, sizeof *v);
    struct attune_rng rng;
    attune_rng_init(&rng, 11, stream);
    for (size_t i = 0; i < n * COLUMNS; i++) {
        v[i] = (float)attune_rng_uniform(&rng);
    }
    return v;
}

static void threads_do_not_matter(void **state)
{
    enum { N = 20, M = 16 };
    float *a = random_features(N, 1), *b = random_features(M, 2);
    const struct attune_set x = {.rows = embedding, .n = N, .d = 1, .features = a},
                            y = {.rows = embedding, .n = M, .d = 1, .features = b};
    for (enum which which = OVERLAP; which <= KLD; which++) {
        const struct attune_set_value p = measure(which, &x, &y, 40, 1),
                                      q = measure(which, &x, &y, 40, 3);
        assert_true(p.value.state == ATTUNE_DEFINED && !p.ci_why);
        assert_true(p.value.v == q.value.v && p.ci_low == q.ci_low && p.ci_high == q.ci_high);
        assert_true(p.ci_low <= p.value.v && p.value.v <= p.ci_high);
        assert_int_equal(p.n_details, ATTUNE_N_NOTE_FEATURES);
    }
    attune_release(a);
    attune_release(b);
}

static void failed_allocations_are_errors(void **state)
{
    float *a = random_features(5, 3);
    const struct attune_set x = {.rows = embedding, .n = 5, .d = 1, .features = a};
    struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;
    options.n_replicates = 2;
    bool reached = true;
    for (uint64_t n = 1; reached; n++) {
        struct attune_set_pair *pair;
        struct attune_set_value value;
        assert_int_equal(attune_set_pair_new(&pair, &x, &x, &options, NULL), ATTUNE_OK);
        attune_mem_fail_after(n);
        const enum attune_code code =
            attune_set_metric_eval(attune_set_metric_find("set.kld"), pair, &value, NULL);
        reached = attune_mem_fault_happened();
        attune_mem_fail_after(0);
        attune_set_pair_free(pair);
        assert_int_equal(code, reached ? ATTUNE_E_MEMORY : ATTUNE_OK);
    }
    attune_release(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(shift_and_scale_are_seen),
        cmocka_unit_test(undefined_with_a_reason),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(failed_allocations_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
