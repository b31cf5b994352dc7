/* The shared library through its public header: values, settings, errors, sessions on threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/mem.h"
#include "lib/attune.h"
#include "tests/support/signals.h"

#define RATE 44100
#define N_FRAMES (2 * RATE)

static struct attune_session *session;
static float sine[2 * N_FRAMES]; /* (N_FRAMES, 2), half scale */

static int begin(void **state)
{
    for (size_t i = 0; i < N_FRAMES; i++) {
        const double x = 0.5 * sin(2.0 * 3.14159265358979323846 * 1000.0 * (double)i / RATE);
        sine[2 * i] = sine[2 * i + 1] = (float)x;
    }
    session = attune_session_new();
    return session ? 0 : -1;
}

static int end(void **state)
{
    attune_session_free(session);
    attune_session_free(NULL);
    return 0;
}

static const struct attune_result *result_of(const struct attune_session *s, const char *name)
{
    size_t n;
    const struct attune_result *results = attune_session_results(s, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(results[i].name, name) == 0) {
            return &results[i];
        }
    }
    fail_msg("no result %s", name);
    return NULL;
}

static double value_of(const struct attune_session *s, const char *name)
{
    const struct attune_result *result = result_of(s, name);
    if (result->why) {
        fail_msg("%s is undefined: %s", name, result->why);
    }
    assert_true(result->n == 1);
    return result->values[0];
}

static void assert_fails(enum attune_status got, enum attune_status want, const char *words)
{
    size_t n;
    assert_int_equal(got, want);
    if (!strstr(attune_session_error(session), words)) {
        fail_msg("'%s' does not say '%s'", attune_session_error(session), words);
    }
    attune_session_results(session, &n);
    assert_int_equal(n, 0);
}

static void assert_ok(enum attune_status status)
{
    assert_string_equal(attune_session_error(session), "");
    assert_int_equal(status, ATTUNE_STATUS_OK);
}

/* A sine's crest factor is sqrt 2; equal channels correlate fully. */
static void test_audio(void **state)
{
    assert_ok(attune_session_choose(session, "quality.*", 0));
    assert_ok(attune_session_audio(session, sine, N_FRAMES, 2, RATE));
    assert_string_equal(attune_session_modality(session), "audio");
    assert_true(attune_session_duration(session) == 2.0);
    assert_true(fabs(value_of(session, "quality.crest_db") - 10.0 * log10(2.0)) < 1e-3);
    assert_true(fabs(value_of(session, "quality.stereo_correlation") - 1.0) < 1e-9);
    assert_true(isnan(result_of(session, "quality.crest_db")->ci_low));
}

static void test_audio_that_is_not_finite(void **state)
{
    float odd[2 * RATE] = {0};
    odd[100] = NAN;
    odd[200] = INFINITY;
    assert_ok(attune_session_choose(session, "quality.silence_ratio", 0));
    assert_ok(attune_session_audio(session, odd, 2 * RATE, 1, RATE));
    assert_true(value_of(session, "quality.silence_ratio") == 1.0);
}

static void test_audio_out_of_range(void **state)
{
    assert_fails(attune_session_audio(session, sine, 1, 0, RATE), ATTUNE_STATUS_USAGE, "1 .. 64");
    assert_fails(attune_session_audio(session, sine, 1, 65, RATE), ATTUNE_STATUS_USAGE, "65");
    assert_fails(attune_session_audio(session, sine, 1, 1, 0), ATTUNE_STATUS_USAGE, "0 Hz");
    assert_fails(attune_session_audio(session, sine, 0, 1, RATE), ATTUNE_STATUS_INPUT,
                 "no samples");
    assert_string_equal(attune_session_modality(session), "");
    assert_true(attune_session_duration(session) == 0.0);
}

static void test_choice(void **state)
{
    size_t n;
    assert_ok(attune_session_choose(session, "quality.crest_db", 0));
    assert_fails(attune_session_choose(session, "quality.crestdb", 0), ATTUNE_STATUS_USAGE,
                 "quality.crest_db");
    assert_ok(attune_session_audio(session, sine, N_FRAMES, 2, RATE)); /* the choice stayed */
    attune_session_results(session, &n);
    assert_int_equal(n, 1);
    assert_ok(attune_session_choose(session, "quality.crest_db", 1));
    assert_ok(attune_session_audio(session, sine, N_FRAMES, 2, RATE));
    assert_int_equal(result_of(session, "compat.librosa.mfcc_mean")->n, 20);
    assert_ok(attune_session_choose(session, NULL, 0));
}

static void test_files(void **state)
{
    assert_fails(attune_session_file(session, "missing.wav"), ATTUNE_STATUS_IO, "missing.wav");
    assert_fails(attune_session_file(session, "/"), ATTUNE_STATUS_INPUT, "regular file");
    assert_fails(attune_session_midi(session, "MThd", 4), ATTUNE_STATUS_INPUT, "4 of 14 bytes");
}

static void test_embedding(void **state)
{
    const float *row;
    size_t d;
    struct attune_session *fresh = attune_session_new();
    assert_int_equal(attune_session_embedding(fresh, &row, &d), ATTUNE_STATUS_USAGE);
    attune_session_free(fresh);
    uint64_t n_frames;
    float *song = test_audio_song(6.0, RATE, &n_frames);
    assert_ok(attune_session_choose(session, "quality.crest_db", 0));
    assert_ok(attune_session_audio(session, song, n_frames, 2, RATE));
    assert_int_equal(attune_session_embedding(session, &row, &d), ATTUNE_STATUS_USAGE);
    assert_non_null(strstr(attune_session_error(session), "set.*"));
    assert_ok(attune_session_choose(session, "set.*", 0));
    assert_ok(attune_session_audio(session, song, n_frames, 2, RATE));
    assert_ok(attune_session_embedding(session, &row, &d));
    assert_true(d > 8);
    for (size_t i = 0; i < d; i++) {
        assert_true(isfinite(row[i]));
    }
    attune_release(song);
    assert_ok(attune_session_choose(session, NULL, 0));
}

static void test_prompt(void **state)
{
    assert_fails(attune_session_prompt(session, "x", "{"), ATTUNE_STATUS_INPUT, "not JSON");
    assert_fails(attune_session_prompt(session, "x", "{\"tempo_bpm\": \"fast\"}"),
                 ATTUNE_STATUS_INPUT, "tempo_bpm");
    assert_ok(attune_session_prompt(session, "a waltz at 90 BPM", NULL));
    assert_ok(attune_session_prompt(session, NULL, NULL));
}

static void test_soundfont(void **state)
{
    assert_fails(attune_session_soundfont(session, "/nowhere.sf2"), ATTUNE_STATUS_MISSING,
                 "/nowhere.sf2");
    assert_ok(attune_session_soundfont(session, NULL));
}

static void test_metrics(void **state)
{
    struct attune_metric_text text;
    const size_t n = attune_metric_count();
    size_t n_of_sets = 0;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(attune_metric_about(i, &text), ATTUNE_STATUS_OK);
        assert_non_null(strchr(text.id, '.'));
        assert_true(text.version > 0 && text.summary[0] && text.direction[0]);
        n_of_sets += strncmp(text.id, "set.", 4) == 0;
        assert_true((strncmp(text.id, "set.", 4) == 0) == (!text.audio && !text.symbolic));
    }
    assert_true(n_of_sets > 5 && n_of_sets < n);
    assert_int_equal(attune_metric_about(n, &text), ATTUNE_STATUS_USAGE);
    assert_true(attune_library_version()[0] >= '0');
}

/* Equal rows but for a shift: the Fréchet distance is the squared shift. */
static void test_distance(void **state)
{
    enum { N = 300, D = 4 };
    float reference[N * D], candidate[N * D];
    for (size_t i = 0; i < N * D; i++) {
        reference[i] = (float)sin(1.0 + 12.9898 * (double)i);
        candidate[i] = reference[i] + (i % D == 0 ? 0.5f : 0.0f);
    }
    assert_ok(attune_session_choose(session, "set.fad,set.vendi", 0));
    assert_ok(attune_session_distance(session, reference, N, candidate, N, D, 20, 1));
    const struct attune_result *fad = result_of(session, "set.fad");
    assert_true(fabs(fad->values[0] - 0.25) < 1e-5);
    assert_true(fad->ci_low <= fad->values[0] && fad->values[0] <= fad->ci_high);
    assert_ok(attune_session_distance(session, reference, N, candidate, N, D, 0, 1));
    assert_true(isnan(result_of(session, "set.fad")->ci_low));
    candidate[5] = NAN;
    assert_ok(attune_session_distance(session, NULL, 0, candidate, N, D, 0, 1));
    assert_non_null(result_of(session, "set.fad")->why);
    assert_true(value_of(session, "set.vendi") > 1.0);
    assert_non_null(strstr(attune_session_warnings(session), "candidate"));
    assert_fails(attune_session_distance(session, reference, N, candidate, 0, D, 0, 1),
                 ATTUNE_STATUS_USAGE, "0 candidates");
    assert_ok(attune_session_choose(session, NULL, 0));
}

static void test_rank(void **state)
{
    const char *const a[] = {"good", "good", "fair", "fair"};
    const char *const b[] = {"fair", "poor", "poor", "poor"};
    enum attune_verdict verdict[] = {ATTUNE_VERDICT_A, ATTUNE_VERDICT_A, ATTUNE_VERDICT_A,
                                     ATTUNE_VERDICT_TIE};
    const struct attune_rating *ratings;
    size_t n;
    assert_ok(attune_session_rank(session, a, b, verdict, 4, 20, 1, &ratings, &n));
    assert_int_equal(n, 3);
    assert_string_equal(ratings[0].model, "good");
    assert_string_equal(ratings[2].model, "poor");
    assert_true(ratings[0].rating > ratings[1].rating && ratings[0].rank == 1);
    assert_true(ratings[1].n == 3.0);
    verdict[2] = (enum attune_verdict)4;
    assert_fails(attune_session_rank(session, a, b, verdict, 4, 0, 1, &ratings, &n),
                 ATTUNE_STATUS_USAGE, "comparison 2");
    assert_true(!ratings && n == 0);
    assert_fails(attune_session_rank(session, a, a, verdict, 1, 0, 1, &ratings, &n),
                 ATTUNE_STATUS_INPUT, "itself");
}

struct job {
    const float *song;
    uint64_t n_frames;
    double values[256];
    size_t n;
};

static void *measure(void *argument)
{
    struct job *job = argument;
    struct attune_session *own = attune_session_new();
    size_t n = 0;
    if (own && !attune_session_audio(own, job->song, job->n_frames, 2, RATE)) {
        const struct attune_result *results = attune_session_results(own, &n);
        for (size_t i = 0; i < n && i < 256; i++) {
            job->values[i] = results[i].why ? -1e300 : results[i].values[0];
        }
        job->n = n;
    }
    attune_session_free(own);
    return NULL;
}

/* Sessions side by side do not disturb one another: the same bits on every thread. */
static void test_threads(void **state)
{
    enum { N_THREADS = 4 };
    static struct job jobs[N_THREADS];
    pthread_t threads[N_THREADS];
    uint64_t n_frames;
    float *song = test_audio_song(4.0, RATE, &n_frames);
    for (size_t i = 0; i < N_THREADS; i++) {
        jobs[i] = (struct job){.song = song, .n_frames = n_frames};
        assert_int_equal(pthread_create(&threads[i], NULL, measure, &jobs[i]), 0);
    }
    for (size_t i = 0; i < N_THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(jobs[i].n > 50 && jobs[i].n == jobs[0].n);
        assert_memory_equal(jobs[i].values, jobs[0].values, sizeof jobs[0].values);
    }
    attune_release(song);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audio),
        cmocka_unit_test(test_audio_that_is_not_finite),
        cmocka_unit_test(test_audio_out_of_range),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_embedding),
        cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_soundfont),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_rank),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
