/* Ratings against FastChat, Music Arena's code, statsmodels and an exact Newton solution (versions
 * and conventions in bradley_terry.json), on votes read through our own importers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "harness/prefs/prefs_rank.h"
#include "harness/prefs/record_reader.h"
#include "metrics/stats/calibration.h"
#include "tests/support/goldens.h"

static const char *const sets[] = {"small_120", "main_2000"};

static void vote_path(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/preferences/%s", ATTUNE_GOLDENS, name);
}

static void rank_file(const char *name, bool both_bad_is_tie, double ridge,
                      enum attune_bt_interval interval, struct attune_ballot *ballot,
                      struct attune_ranking *ranking)
{
    char path[4096];
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_prefs_account account;
    vote_path(name, path, sizeof path);
    *ballot = (struct attune_ballot){.both_bad_is_tie = both_bad_is_tie};
    if (attune_prefs_read(path, NULL, attune_ballot_take, ballot, &account, &err)) {
        fail_msg("%s", err.message);
    }
    const struct attune_rank_options options = {.model = {.ridge = ridge}, .interval = interval,
                                                .n_threads = 1};
    if (attune_rank(ballot, &options, ranking, &err)) {
        fail_msg("%s", err.message);
    }
}

static void compare(const struct attune_ranking *ranking, const json_t *want, double tolerance,
                    const char *what)
{
    assert_int_equal(json_object_size(want), ranking->n);
    for (size_t i = 0; i < ranking->n; i++) {
        const struct attune_ranked *row = &ranking->rows[i];
        const double expected = json_number_value(json_object_get(want, row->model));
        if (!(fabs(row->rating - expected) < tolerance)) {
            fail_msg("%s, %s: %.9f, expected %.9f", what, row->model, row->rating, expected);
        }
    }
}

/* No ridge, every tie and both-bad vote half a win: FastChat's convention, solved exactly. The
 * published L-BFGS solution itself is up to .007 Elo off, as the file says. */
static void exact_ratings(void **state)
{
    json_t *file = goldens_json("preferences/bradley_terry.json");
    for (size_t i = 0; i < 2; i++) {
        const json_t *set = json_object_get(json_object_get(file, "sets"), sets[i]);
        struct attune_ballot ballot;
        struct attune_ranking ranking;
        rank_file(json_string_value(json_object_get(set, "csv")), true, 0.0, ATTUNE_CI_SANDWICH,
                  &ballot, &ranking);
        compare(&ranking, json_object_get(set, "exact_mle_newton_elo_centred"), 1e-7, "exact");
        compare(&ranking, json_object_get(set, "fastchat_bt"), 0.01, "FastChat");
        assert_true(fabs(-ranking.log_likelihood -
                         json_number_value(json_object_get(set, "fastchat_neg_loglik"))) < 0.01);
        attune_ranking_release(&ranking);
        attune_ballot_release(&ballot);
    }
    json_decref(file);
}

/* Ridge .5, both-bad dropped: Music Arena's convention; its L-BFGS stops at a tolerance of 1e-4. */
static void music_arena_ratings(void **state)
{
    json_t *file = goldens_json("preferences/bradley_terry.json");
    for (size_t i = 0; i < 2; i++) {
        const json_t *set = json_object_get(json_object_get(file, "sets"), sets[i]);
        struct attune_ballot ballot;
        struct attune_ranking ranking;
        rank_file(json_string_value(json_object_get(set, "csv")), false, 0.5, ATTUNE_CI_SANDWICH,
                  &ballot, &ranking);
        compare(&ranking, json_object_get(set, "music_arena_score"), 0.02, "Music Arena");
        attune_ranking_release(&ranking);
        attune_ballot_release(&ballot);
    }
    json_decref(file);
}

/* 799 published votes on 11 systems: the ratings to three decimals. */
static void published_votes(void **state)
{
    static const struct {
        const char *model;
        double rating;
    } want[] = {
        {"lyria-3-pro-preview", 1199.665},   {"riffusion-fuzz-1-1", 1147.609},
        {"riffusion-fuzz-1-0", 1107.890},    {"sonauto-v3-preview", 1074.765},
        {"lyria-3-30s", 1018.680},           {"elevenlabs-music-v1", 998.710},
        {"musicgen-small", 945.825},         {"sonauto-v2-2", 939.702},
        {"acestep-1.5-turbo-1.7b", 902.021}, {"musicgen-medium", 838.473},
        {"magenta-rt-large", 826.659},
    };
    struct attune_ballot ballot;
    struct attune_ranking ranking;
    rank_file("music_arena_postcut_scored.csv", false, 0.5, ATTUNE_CI_SANDWICH, &ballot, &ranking);
    assert_int_equal(ballot.n_comparisons, 799);
    assert_int_equal(ranking.n, 11);
    for (size_t i = 0; i < 11; i++) {
        assert_string_equal(ranking.rows[i].model, want[i].model);
        assert_true(fabs(ranking.rows[i].rating - want[i].rating) < 1e-3);
    }
    attune_ranking_release(&ranking);
    attune_ballot_release(&ballot);
}

struct scored {
    struct attune_margin pairs[799];
    size_t n;
};

/* The reward model's scores on the same votes, by the published statistics. */
static void published_scores(void **state)
{
    static struct scored scored;
    char path[4096];
    bool has_record = true;
    struct attune_records *records;
    vote_path("music_arena_postcut_scored.csv", path, sizeof path);
    assert_int_equal(attune_records_open(&records, path, NULL), ATTUNE_OK);
    while (attune_records_next(records, &has_record, NULL) == ATTUNE_OK && has_record) {
        assert_true(scored.n < 799);
        scored.pairs[scored.n++] = (struct attune_margin){
            strtod(attune_records_get(records, "tj_a"), NULL) -
                strtod(attune_records_get(records, "tj_b"), NULL),
            attune_records_get(records, "preference")[0] == 'A' ? 1 : -1};
    }
    attune_records_close(records);
    struct attune_calibration c;
    assert_int_equal(attune_calibrate(scored.pairs, scored.n, ATTUNE_TIE_DROPPED, &c, NULL),
                     ATTUNE_OK);
    assert_int_equal((int)c.n_right, 429);
    assert_true(fabs(c.accuracy - .5369211514) < 1e-9);
    assert_true(fabs(c.auc - .551532) < 1e-6);
    assert_true(fabs(c.nll - .731513) < 1e-6);
    assert_true(fabs(c.brier - .263514) < 1e-6);
    assert_true(fabs(c.ece - .115748) < 1e-6);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_ratings),
        cmocka_unit_test(music_arena_ratings),
        cmocka_unit_test(published_votes),
        cmocka_unit_test(published_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
