/* Published ratings and votes: how far raters agree (computed by the krippendorff package), the
 * published correlations of songecho's features with its experts (scipy, three decimals), and a
 * reward model's means against Bradley-Terry on 799 public votes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "harness/prefs/rating_table.h"
#include "harness/prefs/record_reader.h"
#include "harness/reward/baselines.h"
#include "harness/reward/reward_test.h"
#include "metrics/stats/human_agreement.h"
#include "tests/support/goldens.h"

static const char *golden(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/preferences/%s", ATTUNE_GOLDENS, name);
    return path;
}

static void read_ratings(struct attune_rating_table *table, const char *name, const char *format)
{
    struct attune_ratings_account account;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_ratings_read(golden(name), format, attune_rating_table_take, table, &account,
                            &err)) {
        fail_msg("%s", err.message);
    }
}

static void raters_of_500_clips(void **state)
{
    static const struct {
        const char *axis;
        double alpha;
    } want[] = {{"Production_Quality", .290753}, {"Production_Complexity", .276262},
                {"Content_Enjoyment", .363245}, {"Content_Usefulness", .264744}};
    struct attune_rating_table table = {0};
    read_ratings(&table, "audiobox_aes_pam.jsonl", NULL);
    assert_int_equal(table.items.n, 500);
    assert_int_equal(table.systems.n, 5);
    struct attune_rated *units = attune_alloc(table.n, sizeof *units);
    for (size_t i = 0; i < 4; i++) {
        const size_t axis = attune_names_find(&table.axes, want[i].axis);
        const size_t n = attune_rating_units(&table, axis, units);
        assert_int_equal(n, 5000);
        assert_true(fabs(attune_krippendorff(units, n, ATTUNE_INTERVAL) - want[i].alpha) < 1e-6);
    }
    attune_release(units);
    attune_rating_table_release(&table);
}

/* One published row: an expert's dimension, a feature, Spearman's rho and its p. */
static void check_row(const struct attune_rating_table *table, struct attune_records *row)
{
    double label[64], value[64];
    struct attune_agreement agreement;
    const char *feature = attune_records_get(row, "metric");
    const size_t axis = attune_names_find(&table->axes, attune_records_get(row, "dimension"));
    const size_t k = attune_names_find(&table->axes, feature);
    assert_true(axis != SIZE_MAX);
    assert_int_equal(table->items.n, 30);
    if (k == SIZE_MAX) { /* derived from a feature by a rule that is not published */
        assert_string_equal(feature, "LUFS_dev");
        return;
    }
    attune_rating_means(table, axis, false, label);
    attune_rating_means(table, k, true, value);
    assert_int_equal(attune_agree_ratings(value, label, 30, &agreement, NULL), ATTUNE_OK);
    const double rho = strtod(attune_records_get(row, "rho"), NULL);
    const double p = strtod(attune_records_get(row, "p"), NULL);
    if (!(fabs(agreement.rho.value - rho) <= 5.1e-4 && fabs(agreement.p - p) <= 5.1e-4)) {
        fail_msg("%s: rho %.4f, p %.4f; published %.3f, %.3f", feature, agreement.rho.value,
                 agreement.p, rho, p);
    }
}

static void experts_of_30_covers(void **state)
{
    struct attune_rating_table table = {0};
    struct attune_records *rows;
    bool has_record = true;
    read_ratings(&table, "songecho/evaluation_scores.csv", "ratings");
    read_ratings(&table, "songecho/extracted_features.csv", "scores");
    assert_int_equal(attune_records_open(&rows, golden("songecho/spearman_table.csv"), NULL),
                     ATTUNE_OK);
    size_t n = 0;
    while (attune_records_next(rows, &has_record, NULL) == ATTUNE_OK && has_record) {
        check_row(&table, rows);
        n++;
    }
    assert_int_equal(n, 9);
    attune_records_close(rows);
    attune_rating_table_release(&table);
}

/* Adds both clips' rewards to their systems' sums. */
static void add_rewards(const struct attune_vote_table *votes, double *sum, double *count)
{
    struct attune_records *r;
    bool has_record = true;
    assert_int_equal(attune_records_open(&r, golden("music_arena_postcut_scored.csv"), NULL),
                     ATTUNE_OK);
    while (attune_records_next(r, &has_record, NULL) == ATTUNE_OK && has_record) {
        static const char *const fields[2][2] = {{"system_a", "tj_a"}, {"system_b", "tj_b"}};
        for (size_t side = 0; side < 2; side++) {
            const size_t system =
                attune_names_find(&votes->models, attune_records_get(r, fields[side][0]));
            sum[system] += strtod(attune_records_get(r, fields[side][1]), NULL);
            count[system] += 1.0;
        }
    }
    attune_records_close(r);
}

static void rewards_against_799_votes(void **state)
{
    struct attune_vote_table votes = {0};
    struct attune_prefs_account account;
    struct attune_calibration names;
    struct attune_agreement systems;
    double theta[11], sum[11] = {0}, count[11] = {0}, *margin;
    assert_int_equal(attune_prefs_read(golden("music_arena_postcut_scored.csv"), NULL,
                                       attune_vote_table_take, &votes, &account, NULL),
                     ATTUNE_OK);
    assert_int_equal(votes.n, 799);
    assert_int_equal(votes.models.n, 11);
    margin = attune_alloc(votes.n, sizeof *margin);
    attune_baseline_generator(&votes, margin, NULL);
    attune_margins_test(&votes, margin, ATTUNE_TIE_DROPPED, &names, NULL);
    assert_true(fabs(names.accuracy - .634543) < 1e-6);

    attune_baseline_ratings(&votes, theta, NULL);
    add_rewards(&votes, sum, count);
    for (size_t i = 0; i < 11; i++) {
        sum[i] /= count[i];
    }
    assert_int_equal(attune_agree_ratings(sum, theta, 11, &systems, NULL), ATTUNE_OK);
    assert_true(fabs(systems.rho.value - .545455) < 1e-6);
    assert_true(fabs(systems.tau.value - .381818) < 1e-6);
    attune_release(margin);
    attune_vote_table_release(&votes);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raters_of_500_clips),
        cmocka_unit_test(experts_of_30_covers),
        cmocka_unit_test(rewards_against_799_votes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
