/* Set metrics against fadtk, kadtk, prdc and vendi-score (set_metrics.json of the goldens names
 * their versions). Tolerances: Frechet 1e-6 relative to the float64 reference, MMD 1e-6 absolute
 * before scaling (single-precision distances), Vendi 1e-6, neighbours exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/io/npy.h"
#include "metrics/set/compat.h"
#include "metrics/set/mauve.h"
#include "tests/support/goldens.h"

static json_t *goldens;

static struct attune_matrix read_set(const char *pair, const char *side)
{
    char path[512];
    struct attune_matrix m;
    struct attune_err err = ATTUNE_ERR_INIT;
    snprintf(path, sizeof path, "%s/sets/%s_%s.npy", ATTUNE_GOLDENS, pair, side);
    if (attune_npy_read(&m, path, &err)) {
        fail_msg("%s: %s", path, err.message);
    }
    return m;
}

static double value_of(struct attune_set_pair *pair, const char *id)
{
    struct attune_set_value value;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_set_metric_eval(attune_set_metric_find(id), pair, &value, &err)) {
        fail_msg("%s: %s", id, err.message);
    }
    assert_int_equal(value.value.state, ATTUNE_DEFINED);
    return value.value.v;
}

static double golden(const json_t *set, const char *group, const char *key)
{
    const json_t *object = group ? json_object_get(set, group) : set;
    const json_t *v = json_object_get(object, key);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static void expect(const char *what, double got, double wanted, double tolerance)
{
    if (!goldens_close(got, wanted, tolerance)) {
        fail_msg("%s: %.15g, expected %.15g", what, got, wanted);
    }
}

static struct attune_set_pair *make_pair(const struct attune_set *a, const struct attune_set *b,
                                         struct attune_set_options options)
{
    struct attune_set_pair *pair;
    options.n_replicates = 0;
    options.n_threads = 2;
    assert_int_equal(attune_set_pair_new(&pair, a, b, &options, NULL), ATTUNE_OK);
    return pair;
}

/* The divergence curve on the peer's own histograms; its clustering is not portable. */
static void check_curve(const json_t *mauve)
{
    enum { MAX_BUCKETS = 64 };
    const json_t *p = json_object_get(mauve, "p_hist"), *q = json_object_get(mauve, "q_hist");
    const size_t n = json_array_size(p);
    double left[MAX_BUCKETS], right[MAX_BUCKETS];
    assert_true(n > 0 && n <= MAX_BUCKETS && json_array_size(q) == n);
    for (size_t i = 0; i < n; i++) {
        left[i] = json_number_value(json_array_get(p, i));
        right[i] = json_number_value(json_array_get(q, i));
    }
    expect("mauve", attune_mauve_area(left, right, n), golden(mauve, NULL, "mauve"), 1e-9);
}

static void check_pair(const char *name, size_t n)
{
    static const char *const prdc[] = {"precision", "recall", "density", "coverage"};
    char key[64];
    snprintf(key, sizeof key, "%s_n%zu", name, n);
    const json_t *set = json_object_get(json_object_get(goldens, "sets"), key);
    assert_non_null(set);
    struct attune_matrix a = read_set(name, "A"), b = read_set(name, "B");
    const struct attune_set reference = {.rows = a.v, .n = n, .d = a.n_cols};
    const struct attune_set candidate = {.rows = b.v, .n = n, .d = b.n_cols};
    struct attune_set_options options = ATTUNE_SET_OPTIONS_INIT;

    struct attune_set_pair *pair = make_pair(&reference, &candidate, options);
    const double fad = golden(set, "fad", "ref_symmetric_float64");
    expect("set.fad", value_of(pair, "set.fad") / fad, 1.0, 1e-6);
    expect("set.mmd2", value_of(pair, "set.mmd2"),
           golden(set, NULL, "kad_gaussian_f64_bwRef") / 100.0, 1e-6);
    expect("set.kad", value_of(pair, "set.kad"), golden(set, NULL, "kad_gaussian_f64_bwRef"), 1e-4);
    expect("set.vendi", value_of(pair, "set.vendi"), golden(set, "vendi_B", "score_X"), 1e-6);
    struct attune_set_value legacy;
    assert_int_equal(attune_set_compat_fadtk(pair, &legacy, NULL), ATTUNE_OK);
    expect("compat.fadtk.fad", legacy.value.v / golden(set, "fad", "fadtk"), 1.0, 1e-9);
    assert_int_equal(attune_set_compat_kadtk(pair, &legacy, NULL), ATTUNE_OK);
    expect("compat.kadtk.kad", legacy.value.v, golden(set, NULL, "kad_gaussian_f32"), 1e-4);
    attune_set_pair_free(pair);

    pair = make_pair(&candidate, &reference, options); /* the candidates are A now */
    expect("set.vendi", value_of(pair, "set.vendi"), golden(set, "vendi_A", "score_X"), 1e-6);
    attune_set_pair_free(pair);

    options.bandwidth = ATTUNE_BANDWIDTH_CANDIDATE;
    pair = make_pair(&reference, &candidate, options);
    expect("kad of the candidate's bandwidth", value_of(pair, "set.kad"),
           golden(set, NULL, "kad_gaussian_f64"), 1e-4);
    attune_set_pair_free(pair);

    options.bandwidth = ATTUNE_BANDWIDTH_FIXED;
    options.bandwidth_value = 10.0;
    pair = make_pair(&reference, &candidate, options);
    expect("kad of bandwidth 10", value_of(pair, "set.kad"),
           golden(set, NULL, "kad_gaussian_f64_bw10"), 1e-4);
    attune_set_pair_free(pair);

    for (size_t k = 3; k <= 10; k += k == 3 ? 2 : 5) {
        char group[16], id[32];
        snprintf(group, sizeof group, "prdc_k%zu", k);
        options.k = k;
        pair = make_pair(&reference, &candidate, options);
        for (size_t i = 0; i < 4; i++) {
            snprintf(id, sizeof id, "set.%s", prdc[i]);
            expect(id, value_of(pair, id), golden(set, group, prdc[i]), 1e-12);
        }
        attune_set_pair_free(pair);
    }

    check_curve(json_object_get(set, "mauve"));

    const struct attune_set first = {.rows = a.v, .n = n / 2, .d = a.n_cols};
    const struct attune_set second = {
        .rows = a.v + n / 2 * a.n_cols, .n = n - n / 2, .d = a.n_cols};
    options.bandwidth = ATTUNE_BANDWIDTH_REFERENCE;
    pair = make_pair(&first, &second, options);
    const double halves = golden(set, "fad_split_half_A", "ref_symmetric_float64");
    expect("set.fad of halves", value_of(pair, "set.fad") / halves, 1.0, 1e-6);
    attune_set_pair_free(pair);
    attune_matrix_release(&a);
    attune_matrix_release(&b);
}

static void synthetic_sets(void **state)
{
    check_pair("synth_d128", 500);
    check_pair("synth_d128", 2000);
}

static void real_sets(void **state)
{
    check_pair("real_d128", 500);
    check_pair("real_d128", 2000);
}

int main(void)
{
    goldens_require();
    goldens = goldens_json("set_metrics.json");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(synthetic_sets),
        cmocka_unit_test(real_sets),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(goldens);
    return failed;
}
