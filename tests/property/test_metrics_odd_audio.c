/* Audio with defects: what every metric makes of silence, bad samples and a constant offset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/metric.h"
#include "tests/support/signals.h"

enum { MAX_METRICS = 512, RATE_HZ = 44100 };

static void measure(struct attune_analysis *a, const float *x, uint64_t n_frames,
                    struct attune_value *values)
{
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    attune_audio_from_memory(&source, x, n_frames, 2, RATE_HZ);
    if (attune_analysis_load_audio(a, &source, ATTUNE_NEED_ALL & ~ATTUNE_NEED_COMPAT, &err)) {
        fail_msg("%s", err.message);
    }
    for (size_t i = 0; i < attune_n_metrics; i++) {
        values[i] = attune_metric_eval(attune_metrics[i], a);
    }
}

static int starts_with(const char *id, const char *group)
{
    return strncmp(id, group, strlen(group)) == 0;
}

/* Nothing can be said about the harmony and time of nothing, but how much of it there is. */
static void silence_has_no_harmony_and_no_time(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    const uint64_t n = 20 * RATE_HZ;
    float *x = attune_alloc(n * 2, sizeof *x);
    struct attune_value values[MAX_METRICS];
    measure(a, x, n, values);
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const char *id = attune_metrics[i]->id;
        const int musical = starts_with(id, "harmonic.") || starts_with(id, "temporal.");
        if (musical && strcmp(id, "temporal.dead_air") != 0 && values[i].state == ATTUNE_DEFINED) {
            fail_msg("%s of digital silence is %g", id, values[i].v);
        }
    }
    const size_t dead_air = attune_metric_index(attune_metric_find("temporal.dead_air"));
    assert_int_equal(values[dead_air].state, ATTUNE_DEFINED);
    assert_float_equal(values[dead_air].v, 1.0, 1e-9);
    attune_release(x);
    attune_analysis_free(a);
}

/* NaN and infinite samples are read as zeros: every value is the one with zeros, bit for bit. */
static void bad_samples_count_as_zeros(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    uint64_t n;
    float *bad = test_audio_song(12.0, RATE_HZ, &n);
    float *zeroed = attune_alloc(n * 2, sizeof *zeroed);
    memcpy(zeroed, bad, n * 2 * sizeof *bad);
    for (uint64_t i = 1000; i < n * 2; i += 9973) {
        bad[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
        zeroed[i] = 0.0f;
    }
    struct attune_value with_bad[MAX_METRICS], with_zeros[MAX_METRICS];
    measure(a, bad, n, with_bad);
    measure(a, zeroed, n, with_zeros);
    for (size_t i = 0; i < attune_n_metrics; i++) {
        if (with_bad[i].state != with_zeros[i].state ||
            memcmp(&with_bad[i].v, &with_zeros[i].v, sizeof(double)) != 0) {
            fail_msg("%s: %.17g with NaN, %.17g with zeros", attune_metrics[i]->id, with_bad[i].v,
                     with_zeros[i].v);
        }
    }
    attune_release(bad);
    attune_release(zeroed);
    attune_analysis_free(a);
}

/* A constant offset is no tone: harmony stays, and the metric made for it sees it. Levels hear the
 * offset, and with them the choice between beats and every other beat: what is counted per beat may
 * double. */
static void an_offset_is_no_music(void **state)
{
    struct attune_analysis *a = attune_analysis_new(NULL);
    uint64_t n;
    float *x = test_audio_song(12.0, RATE_HZ, &n);
    struct attune_value plain[MAX_METRICS], offset[MAX_METRICS];
    measure(a, x, n, plain);
    for (uint64_t i = 0; i < n * 2; i++) {
        x[i] += 0.1f;
    }
    measure(a, x, n, offset);
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const struct attune_metric *m = attune_metrics[i];
        const double tolerance = 0.02 * (1.0 + fabs(plain[i].v));
        /* Not by chords per beat: the step into the offset is an onset, and may tip the tempo to
         * its double. */
        if (starts_with(m->id, "harmonic.") && strcmp(m->id, "harmonic.chord_change_rate") != 0 &&
            (plain[i].state != offset[i].state || fabs(plain[i].v - offset[i].v) > tolerance)) {
            fail_msg("%s: %g without, %g with an offset", m->id, plain[i].v, offset[i].v);
        }
    }
    const size_t dc = attune_metric_index(attune_metric_find("quality.dc_offset"));
    assert_float_equal(offset[dc].v - plain[dc].v, 0.1, 0.01);
    attune_release(x);
    attune_analysis_free(a);
}

/* A piece that begins later hangs together no less. The frames and blocks of the features fall
 * elsewhere, so that the values move a little; tolerances are ARBITRARY. */
static void silence_before_the_music_is_no_music(void **state)
{
    static const struct {
        const char *id;
        double tolerance;
    } kept[] = {{"temporal.pulse_clarity", 0.03},      {"temporal.groove_consistency", 0.03},
                {"temporal.groove_similarity", 0.03},  {"temporal.stagnation", 0.05},
                {"temporal.structure_short", 0.05},    {"temporal.tempo_bpm", 1.0},
                {"harmonic.key_clarity", 0.01},        {"pillar.coherence", 6.0}};
    static const double delays_s[] = {0.3, 0.5, 1.0, 2.0, 3.7};
    struct attune_analysis *a = attune_analysis_new(NULL);
    uint64_t n;
    float *song = test_audio_song(24.0, RATE_HZ, &n);
    struct attune_value before[MAX_METRICS], after[MAX_METRICS];
    measure(a, song, n, before);
    for (size_t d = 0; d < sizeof delays_s / sizeof *delays_s; d++) {
        const uint64_t delay = (uint64_t)(delays_s[d] * RATE_HZ);
        float *later = attune_alloc((n + delay) * 2, sizeof *later);
        memcpy(later + 2 * delay, song, n * 2 * sizeof *song);
        measure(a, later, n + delay, after);
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
            const size_t i = attune_metric_index(attune_metric_find(kept[k].id));
            assert_int_equal(before[i].state, ATTUNE_DEFINED);
            assert_int_equal(after[i].state, ATTUNE_DEFINED);
            if (!(fabs(after[i].v - before[i].v) <= kept[k].tolerance)) {
                fail_msg("%s: %g, %g after %g s of silence", kept[k].id, before[i].v, after[i].v,
                         delays_s[d]);
            }
        }
        attune_release(later);
    }
    attune_release(song);
    attune_analysis_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_has_no_harmony_and_no_time),
        cmocka_unit_test(bad_samples_count_as_zeros),
        cmocka_unit_test(an_offset_is_no_music),
        cmocka_unit_test(silence_before_the_music_is_no_music),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
