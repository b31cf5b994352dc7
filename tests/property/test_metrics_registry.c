/* What holds for every metric of the registry, whatever it measures (style rule 17). A new metric
 * is taken up by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "metrics/metric.h"
#include "tests/support/signals.h"

enum { MAX_METRICS = 512 };

static unsigned all_needs(void)
{
    unsigned needs = 0;
    for (size_t i = 0; i < attune_n_metrics; i++) {
        needs |= attune_metrics[i]->needs;
    }
    return needs;
}

static enum attune_code load_samples(struct attune_analysis *a, const float *samples, uint64_t n,
                                     uint32_t channels, uint32_t rate, struct attune_err *err)
{
    struct attune_audio_source source;
    attune_audio_from_memory(&source, samples, n, channels, rate);
    return attune_analysis_load_audio(a, &source, all_needs(), err);
}

static void eval_all(struct attune_analysis *a, struct attune_value *values)
{
    for (size_t i = 0; i < attune_n_metrics; i++) {
        values[i] = attune_metric_eval(attune_metrics[i], a);
    }
}

/* Every value has a state that makes sense, with a reason where there is no number. */
static void check_sane(const struct attune_value *values, const char *what)
{
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const struct attune_metric *m = attune_metrics[i];
        const struct attune_value v = values[i];
        if (v.state == ATTUNE_DEFINED && !(isfinite(v.v) && v.v >= m->lo && v.v <= m->hi)) {
            fail_msg("%s on %s: %g outside [%g, %g]", m->id, what, v.v, m->lo, m->hi);
        }
        if (v.state != ATTUNE_DEFINED && (!v.why || !v.why[0])) {
            fail_msg("%s on %s: no value and no reason", m->id, what);
        }
        if (v.why && strncmp(v.why, "internal", 8) == 0) {
            fail_msg("%s on %s: %s", m->id, what, v.why);
        }
        if (v.why && strstr(v.why, "no finite number")) {
            fail_msg("%s on %s: %s", m->id, what, v.why);
        }
    }
}

static void descriptors_are_complete(void **state)
{
    assert_true(attune_n_metrics > 0 && attune_n_metrics <= MAX_METRICS);
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const struct attune_metric *m = attune_metrics[i];
        if (!m->id || !strchr(m->id, '.') || m->version < 1 || !m->title || !m->unit ||
            !m->summary || !m->formula || !m->source || !m->undefined_when || !m->eval ||
            !(m->lo < m->hi) || !m->inputs) {
            fail_msg("descriptor %zu (%s) is incomplete", i, m->id ? m->id : "?");
        }
        assert_ptr_equal(attune_metric_find(m->id), m);
        assert_int_equal(attune_metric_index(m), i);
    }
}

/* Samples from which little or nothing can be measured: a defined state, no crash. */
static void pillars_are_chosen_by_their_bare_names(void **state)
{
    (void)state;
    assert_true(attune_metric_chosen("harmony", "pillar.harmony"));
    assert_true(attune_metric_chosen("harmonic.*,coherence", "pillar.coherence"));
    assert_true(attune_metric_chosen(NULL, "pillar.quality"));
    assert_true(attune_metric_chosen("pillar.*", "pillar.quality"));
    assert_false(attune_metric_chosen("harmony", "pillar.coherence"));
    assert_false(attune_metric_chosen("key_clarity", "harmonic.key_clarity"));
}

static void degenerate_audio_has_defined_states(void **state)
{
    struct attune_value values[MAX_METRICS];
    struct attune_analysis *a = attune_analysis_new(NULL);
    assert_non_null(a);
    enum { N = 44100 * 6 };
    float *x = attune_alloc(N * 2, sizeof *x);
    assert_non_null(x);
    const struct {
        const char *what;
        float dc, impulse;
        uint64_t n_frames;
        uint32_t rate;
    } cases[] = {
        {"digital silence", 0.0f, 0.0f, N, 44100}, {"direct current", 0.5f, 0.0f, N, 44100},
        {"one impulse", 0.0f, 1.0f, N, 44100},     {"10 ms", 0.1f, 0.5f, 441, 44100},
        {"one frame", 0.25f, 0.25f, 1, 44100},     {"8 kHz silence", 0.0f, 0.0f, 8000, 8000},
        {"full scale", 1.0f, 1.0f, N, 48000},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (size_t i = 0; i < cases[c].n_frames * 2; i++) {
            x[i] = cases[c].dc;
        }
        x[cases[c].n_frames / 2 * 2] = cases[c].impulse;
        struct attune_err err = ATTUNE_ERR_INIT;
        if (load_samples(a, x, cases[c].n_frames, 2, cases[c].rate, &err) != ATTUNE_OK) {
            fail_msg("%s: %s", cases[c].what, err.message);
        }
        eval_all(a, values);
        check_sane(values, cases[c].what);
    }
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(load_samples(a, x, 0, 2, 44100, &err), ATTUNE_E_INPUT);
    attune_release(x);
    attune_analysis_free(a);
}

static void degenerate_midi_has_defined_states(void **state)
{
    struct attune_value values[MAX_METRICS];
    struct attune_analysis *a = attune_analysis_new(NULL);
    assert_non_null(a);
    for (int c = 0; c < 5; c++) {
        struct midi_builder t;
        midi_builder_init(&t, 1, 480);
        for (int i = 0; i < (c == 0 ? 0 : c == 1 ? 1 : 32); i++) {
            const int channel = c == 2 ? 9 : 0;
            const uint32_t at = c == 3 ? 0 : (uint32_t)i * 240;
            midi_builder_note(&t, 0, channel, at, c == 4 ? 0 : 240, c == 3 ? 40 + i : 60);
        }
        midi_builder_finish(&t);
        assert_int_equal(attune_analysis_load_midi(a, &t.midi, NULL), ATTUNE_OK);
        eval_all(a, values);
        static const char *const what[] = {"no notes", "one note", "drums only", "one cluster",
                                           "zero-length notes"};
        check_sane(values, what[c]);
        midi_builder_release(&t);
    }
    attune_analysis_free(a);
}

static void random_samples_stay_in_range(void **state)
{
    struct attune_value values[MAX_METRICS];
    struct attune_analysis *a = attune_analysis_new(NULL);
    assert_non_null(a);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct midi_builder t;
        test_midi_random(&t, seed, 20 + seed * 37, 16 + (uint32_t)seed * 4);
        assert_int_equal(attune_analysis_load_midi(a, &t.midi, NULL), ATTUNE_OK);
        eval_all(a, values);
        char what[64];
        snprintf(what, sizeof what, "random notes, seed %d", (int)seed);
        check_sane(values, what);
        midi_builder_release(&t);
    }
    for (uint64_t seed = 1; seed <= 4; seed++) {
        uint64_t n;
        float *x = test_audio_noise(3.0 * (double)seed, 22050 << (seed % 2), 0.3, seed, &n);
        assert_non_null(x);
        assert_int_equal(load_samples(a, x, n, 2, 22050 << (seed % 2), NULL), ATTUNE_OK);
        eval_all(a, values);
        char what[64];
        snprintf(what, sizeof what, "white noise, seed %d", (int)seed);
        check_sane(values, what);
        attune_release(x);
    }
    attune_analysis_free(a);
}

/* Evaluated after other samples, in a warm analysis, on any thread: the same bits. */
struct repeat {
    const float *samples;
    uint64_t n_frames;
    const struct attune_midi *midi;
    struct attune_value values[8][MAX_METRICS];
};

static void repeat_item(void *context, size_t item, size_t worker)
{
    struct repeat *r = context;
    struct attune_analysis *a = attune_analysis_new(NULL);
    if (item % 2) { /* warm it with another sample first */
        attune_analysis_load_midi(a, r->midi, NULL);
        eval_all(a, r->values[item]);
    }
    if (item < 4) {
        load_samples(a, r->samples, r->n_frames, 2, 44100, NULL);
    } else {
        attune_analysis_load_midi(a, r->midi, NULL);
    }
    eval_all(a, r->values[item]);
    for (size_t i = 0; i < attune_n_metrics; i++) {
        r->values[item][i].why = NULL; /* texts may live in the analysis */
    }
    attune_analysis_free(a);
}

static void values_do_not_depend_on_thread_or_history(void **state)
{
    static struct repeat r;
    struct midi_builder t;
    test_midi_song(&t, 0, 0, 1.0);
    r.midi = &t.midi;
    float *x = test_audio_song(12.0, 44100, &r.n_frames);
    assert_non_null(x);
    r.samples = x;
    attune_parallel_for(8, 4, repeat_item, &r);
    for (size_t item = 0; item < 8; item++) {
        const size_t first = item < 4 ? 0 : 4;
        for (size_t i = 0; i < attune_n_metrics; i++) {
            if (r.values[item][i].state != r.values[first][i].state ||
                memcmp(&r.values[item][i].v, &r.values[first][i].v, sizeof(double)) != 0) {
                fail_msg("%s differs between evaluations: %.17g, %.17g", attune_metrics[i]->id,
                         r.values[first][i].v, r.values[item][i].v);
            }
        }
    }
    attune_release(x);
    midi_builder_release(&t);
}

static void compare_invariant(const struct attune_value *before, const struct attune_value *after,
                              unsigned invariance, enum attune_modality modality, const char *what)
{
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const struct attune_metric *m = attune_metrics[i];
        if (!(m->invariant & invariance) || !(m->inputs & modality)) {
            continue;
        }
        /* ARBITRARY: float analysis chain */
        const double tolerance = 1e-4 * (1.0 + fabs(before[i].v));
        if (before[i].state != after[i].state || fabs(before[i].v - after[i].v) > tolerance) {
            fail_msg("%s is not invariant to %s: %.9g became %.9g", m->id, what, before[i].v,
                     after[i].v);
        }
    }
}

static void declared_invariances_hold_for_midi(void **state)
{
    struct attune_value before[MAX_METRICS], after[MAX_METRICS];
    struct attune_analysis *a = attune_analysis_new(NULL);
    assert_non_null(a);
    static const struct {
        unsigned invariance;
        const char *what;
        int transpose, bars_before;
        double velocity_scale;
    } cases[] = {
        {ATTUNE_INVARIANT_TRANSPOSE, "transposition by 5", 5, 0, 1.0},
        {ATTUNE_INVARIANT_TRANSPOSE, "transposition by -3", -3, 0, 1.0},
        {ATTUNE_INVARIANT_TIME_SHIFT, "two silent bars before", 0, 2, 1.0},
        {ATTUNE_INVARIANT_GAIN, "scaled velocities", 0, 0, 0.5},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct midi_builder t, u;
        test_midi_song(&t, 0, 0, 1.0);
        test_midi_song(&u, cases[c].transpose, cases[c].bars_before, cases[c].velocity_scale);
        attune_analysis_load_midi(a, &t.midi, NULL);
        eval_all(a, before);
        attune_analysis_load_midi(a, &u.midi, NULL);
        eval_all(a, after);
        compare_invariant(before, after, cases[c].invariance, ATTUNE_SYMBOLIC, cases[c].what);
        midi_builder_release(&t);
        midi_builder_release(&u);
    }
    attune_analysis_free(a);
}

static void declared_invariances_hold_for_audio(void **state)
{
    struct attune_value before[MAX_METRICS], after[MAX_METRICS];
    struct attune_analysis *a = attune_analysis_new(NULL);
    assert_non_null(a);
    uint64_t n;
    float *x = test_audio_song(20.0, 44100, &n), *y = attune_alloc(n * 2, sizeof *y);
    assert_true(x && y);
    assert_int_equal(load_samples(a, x, n, 2, 44100, NULL), ATTUNE_OK);
    eval_all(a, before);
    static const struct {
        unsigned invariance;
        const char *what;
        float gain;
    } cases[] = {
        {ATTUNE_INVARIANT_GAIN, "-12 dB", 0.25118864f},
        {ATTUNE_INVARIANT_POLARITY, "polarity", -1.0f},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (uint64_t i = 0; i < n * 2; i++) {
            y[i] = cases[c].gain * x[i];
        }
        assert_int_equal(load_samples(a, y, n, 2, 44100, NULL), ATTUNE_OK);
        eval_all(a, after);
        compare_invariant(before, after, cases[c].invariance, ATTUNE_AUDIO, cases[c].what);
    }
    attune_release(x);
    attune_release(y);
    attune_analysis_free(a);
}

/* The n-th allocation fails, for every n that a sample needs: an error or a failed sample, never a
 * crash (and, under the address sanitizer, never a leak). */
static void failed_allocations_are_survived(void **state)
{
    struct midi_builder t;
    test_midi_song(&t, 0, 0, 1.0);
    uint64_t n_frames;
    float *x = test_audio_song(9.0, 22050, &n_frames);
    assert_non_null(x);
    for (int audio = 0; audio < 2; audio++) {
        for (uint64_t n = 1;; n++) {
            struct attune_value values[MAX_METRICS];
            struct attune_err err = ATTUNE_ERR_INIT;
            const uint64_t before = attune_mem_count();
            attune_mem_fail_after(n);
            struct attune_analysis *a = attune_analysis_new(&err);
            enum attune_code code = ATTUNE_E_MEMORY;
            if (a) {
                code = audio ? load_samples(a, x, n_frames, 2, 22050, &err)
                             : attune_analysis_load_midi(a, &t.midi, &err);
            }
            if (a && code == ATTUNE_OK) {
                eval_all(a, values);
            }
            const bool reached = attune_mem_count() - before >= n;
            const bool noticed = code == ATTUNE_E_MEMORY || attune_analysis_out_of_memory(a);
            attune_mem_fail_after(0);
            attune_analysis_free(a);
            if (!reached) {
                assert_true(n > 1);
                break;
            }
            if (!noticed) {
                fail_msg("allocation %d of a%s sample failed and nobody noticed", (int)n,
                         audio ? "n audio" : " MIDI");
            }
        }
    }
    attune_release(x);
    midi_builder_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_are_complete),
        cmocka_unit_test(pillars_are_chosen_by_their_bare_names),
        cmocka_unit_test(degenerate_audio_has_defined_states),
        cmocka_unit_test(degenerate_midi_has_defined_states),
        cmocka_unit_test(random_samples_stay_in_range),
        cmocka_unit_test(values_do_not_depend_on_thread_or_history),
        cmocka_unit_test(declared_invariances_hold_for_midi),
        cmocka_unit_test(declared_invariances_hold_for_audio),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
