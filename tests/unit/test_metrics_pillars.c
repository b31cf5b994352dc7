/* The pillars' tables and the arithmetic on them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metrics/pillars/pillar.h"

/* A pool of 0, 1, ... 20: the share below x is x / 20. */
static void shares_by_hand(void **state)
{
    double q[ATTUNE_PILLAR_QUANTILES];
    for (int i = 0; i < ATTUNE_PILLAR_QUANTILES; i++) {
        q[i] = i;
    }
    assert_float_equal(attune_pillar_share(q, -1.0), 0.0, 0.0);
    assert_float_equal(attune_pillar_share(q, 0.0), 0.0, 0.0);
    assert_float_equal(attune_pillar_share(q, 7.5), 0.375, 1e-15);
    assert_float_equal(attune_pillar_share(q, 20.0), 1.0, 0.0);
    assert_float_equal(attune_pillar_share(q, 25.0), 1.0, 0.0);
    for (int i = 5; i <= 15; i++) {
        q[i] = 5.0; /* half of the pool has one value: the middle of the run */
    }
    assert_float_equal(attune_pillar_share(q, 5.0), 0.5, 1e-15);
    assert_float_equal(attune_pillar_share(q, 4.5), 4.5 / 20, 1e-15);
    assert_float_equal(attune_pillar_share(q, 10.5), 15.5 / 20, 0.5 / 20);
}

static void guards_by_hand(void **state)
{
    const struct attune_pillar_guard low = {.at_zero = 0.0, .at_one = 2.0};
    assert_float_equal(attune_pillar_guard_factor(&low, 1.0), 0.5, 0.0);
    assert_float_equal(attune_pillar_guard_factor(&low, 3.0), 1.0, 0.0);
    assert_float_equal(attune_pillar_guard_factor(&low, -1.0), 0.0, 0.0);
    const struct attune_pillar_guard high = {.at_zero = 1.0, .at_one = 0.6};
    assert_float_equal(attune_pillar_guard_factor(&high, 0.8), 0.5, 1e-15);
    assert_float_equal(attune_pillar_guard_factor(&high, 0.1), 1.0, 0.0);
}

/* Tables name metrics that exist, in the version they were derived with, and weights that sum to 1.
 */
static void tables_fit_the_registry(void **state)
{
    double sum[ATTUNE_N_PILLARS][3] = {{0}};
    assert_true(attune_n_pillar_members > 0);
    for (size_t i = 0; i < attune_n_pillar_members; i++) {
        const struct attune_pillar_member *m = &attune_pillar_members[i];
        const struct attune_metric *metric = attune_metric_find(m->metric);
        if (!metric || metric->version != m->version || !(metric->inputs & m->modality)) {
            fail_msg("%s has changed: run attune audit --derive-pillars again", m->metric);
        }
        char id[64];
        snprintf(id, sizeof id, "pillar.%s", attune_pillar_names[m->pillar]);
        const struct attune_metric *pillar = attune_metric_find(id);
        assert_non_null(pillar);
        /* the front end keeps what members need */
        assert_int_equal(metric->needs & ~pillar->needs, 0);
        for (int q = 1; q < ATTUNE_PILLAR_QUANTILES; q++) {
            assert_true(m->quantiles[q - 1] <= m->quantiles[q]);
        }
        sum[m->pillar][m->modality] += m->weight;
    }
    for (int p = 0; p < ATTUNE_N_PILLARS; p++) {
        assert_float_equal(sum[p][ATTUNE_AUDIO], 1.0, 1e-3);
        if (p != ATTUNE_PILLAR_QUALITY) {
            assert_float_equal(sum[p][ATTUNE_SYMBOLIC], 1.0, 1e-3);
        }
    }
    for (size_t i = 0; i < attune_n_pillar_guards; i++) {
        assert_non_null(attune_metric_find(attune_pillar_guards[i].metric));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_by_hand),
        cmocka_unit_test(guards_by_hand),
        cmocka_unit_test(tables_fit_the_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
