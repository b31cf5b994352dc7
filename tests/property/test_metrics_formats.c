/* The same music in files of other sample formats, rates and channel counts, written by libsndfile,
 * against the 16-bit stereo file at 44.1 kHz: every metric that is defined there is defined here
 * and says the same within what the format allows.
 *
 * Tolerances are ARBITRARY, some three times what was measured; those of channels follow from the
 * channel weights of ITU-R BS.1770. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <sndfile.h>
#include <string.h>

#include "base/io/audio.h"
#include "base/mem.h"
#include "metrics/metric.h"
#include "tests/support/scratch.h"
#include "tests/support/signals.h"

enum { MAX_METRICS = 512 };

static const double SECONDS = 24.0;

static void write_file(const char *path, int format, uint32_t rate_hz, int n_channels)
{
    uint64_t n;
    float *song = test_audio_song(SECONDS, rate_hz, &n);
    float *x = attune_alloc(n * (uint64_t)n_channels, sizeof *x);
    for (uint64_t i = 0; i < n; i++) {
        for (int c = 0; c < n_channels; c++) { /* the left channel in all of them */
            x[i * (uint64_t)n_channels + (uint64_t)c] = song[2 * i];
        }
    }
    SF_INFO info = {.samplerate = (int)rate_hz, .channels = n_channels, .format = format};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    if (!file || sf_writef_float(file, x, (sf_count_t)n) != (sf_count_t)n) {
        fail_msg("%s: %s", path, sf_strerror(file));
    }
    sf_close(file);
    attune_release(x);
    attune_release(song);
}

static void measure(int format, uint32_t rate_hz, int n_channels, struct attune_value *values)
{
    const char *path = scratch("song");
    write_file(path, format, rate_hz, n_channels);
    struct attune_analysis *a = attune_analysis_new(NULL);
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_audio_open(&source, path, &err) ||
        attune_analysis_load_audio(a, &source, ATTUNE_NEED_ALL & ~ATTUNE_NEED_COMPAT, &err)) {
        fail_msg("%s", err.message);
    }
    attune_audio_close(&source);
    for (size_t i = 0; i < attune_n_metrics; i++) {
        values[i] = attune_metric_eval(attune_metrics[i], a);
    }
    attune_analysis_free(a);
}

struct fixture {
    struct attune_value expected[MAX_METRICS]; /* of 16 bits */
    struct attune_value found[MAX_METRICS];
};

static int is_one_of(const char *id, const char *const *ids)
{
    while (*ids && strcmp(*ids, id) != 0) {
        ids++;
    }
    return *ids != NULL;
}

/* All that is defined in both agrees within a share of the value, or of `least` where that is more.
 */
static void assert_same(const struct fixture *f, const char *const *except, double share,
                        double least)
{
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const char *id = attune_metrics[i]->id;
        const struct attune_value expected = f->expected[i], found = f->found[i];
        if (is_one_of(id, except)) {
            continue;
        }
        if (found.state != expected.state) {
            fail_msg("%s: %s", id, found.state == ATTUNE_DEFINED ? "defined" : found.why);
        }
        if (expected.state == ATTUNE_DEFINED &&
            !(fabs(found.v - expected.v) <= share * fmax(fabs(expected.v), least))) {
            fail_msg("%s is %.9g, of 16 bits at 44.1 kHz in stereo %.9g", id, found.v, expected.v);
        }
    }
}

static double difference(const struct fixture *f, const char *id)
{
    const size_t i = attune_metric_index(attune_metric_find(id));
    assert_int_equal(f->found[i].state, ATTUNE_DEFINED);
    return f->found[i].v - f->expected[i].v;
}

/* What is measured of the rounding to 16 bits itself. */
#define ROUNDING "quality.hiss_db", "quality.spectral_flatness"

static void finer_samples_say_the_same(void **state)
{
    static const int formats[] = {SF_FORMAT_WAV | SF_FORMAT_PCM_24,
                                  SF_FORMAT_FLAC | SF_FORMAT_PCM_24,
                                  SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    static const char *const except[] = {ROUNDING, NULL};
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
        measure(formats[k], 44100, 2, f->found);
        assert_same(f, except, 0.02, 0.1);
    }
}

/* Loudness: the filter has moved by .03 dB at the low end of this music. */
static void a_rate_of_96_khz_says_the_same(void **state)
{
    static const char *const except[] = {ROUNDING, NULL};
    struct fixture *f = *state;
    measure(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 96000, 2, f->found);
    assert_same(f, except, 0.02, 0.1);
}

/* 8 bits hiss at some 50 dB below full scale: pitch, time and level stay. */
static void eight_bits_keep_pitch_time_and_level(void **state)
{
    struct fixture *f = *state;
    measure(SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 44100, 2, f->found);
    static const struct {
        const char *id;
        double tolerance;
    } kept[] = {{"quality.loudness_lufs", 0.2},   {"quality.true_peak_dbtp", 0.2},
                {"temporal.tempo_bpm", 0.5},      {"temporal.pulse_clarity", 0.1},
                {"temporal.beat_stability", 0.1}, {"temporal.groove_similarity", 0.05},
                {"harmonic.key_clarity", 0.01},   {"harmonic.key_stability", 0.01},
                {"harmonic.chord_clarity", 0.01}, {"harmonic.tiv_dissonance", 0.02},
                {"harmonic.roughness", 0.03},     {"temporal.structure_short", 0.02}};
    for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
        const double d = difference(f, kept[k].id);
        if (!(fabs(d) <= kept[k].tolerance)) {
            fail_msg("%s moves by %g", kept[k].id, d);
        }
    }
}

/* The mean of equal channels is each of them: all the same to the last bit but for loudness, the
 * sum over channels weighted 1, 1, 1, 0 (effects), 1.41, 1.41, and for what takes two channels. */
static void channels_are_averaged(void **state)
{
    static const char *const except[] = {"quality.loudness_lufs", "quality.stereo_correlation",
                                         NULL};
    struct fixture *f = *state;
    measure(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 1, f->found);
    assert_same(f, except, 1e-9, 1.0);
    assert_float_equal(difference(f, "quality.loudness_lufs"), 10.0 * log10(0.5), 1e-6);
    measure(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 6, f->found);
    assert_same(f, except, 1e-9, 1.0);
    assert_float_equal(difference(f, "quality.loudness_lufs"), 10.0 * log10(5.82 / 2.0), 1e-6);
}

static struct fixture fixture;

static int make(void **state)
{
    if (scratch_make(state)) {
        return 1;
    }
    measure(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2, fixture.expected);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(finer_samples_say_the_same),
        cmocka_unit_test(a_rate_of_96_khz_says_the_same),
        cmocka_unit_test(eight_bits_keep_pitch_time_and_level),
        cmocka_unit_test(channels_are_averaged),
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tests[i].initial_state = &fixture;
    }
    return cmocka_run_group_tests(tests, make, scratch_remove);
}
