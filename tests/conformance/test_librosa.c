/* compat.librosa.* against librosa 0.11.0 (numpy 1.24.2) on eight clips.
 * Tolerances: what comes from the double-precision spectrum 1e-6 relative (librosa keeps magnitudes
 * and filter banks in single precision; 7e-8 was reached), counts 1e-9, the mel spectrum's rest on
 * single-precision transforms 1e-6, but for the mean of a coefficient that cancels to near 0
 * (mfcc: 9e-5 was reached); tempo the same tempogram bin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "metrics/compat/compat.h"
#include "tests/support/goldens.h"

static const struct {
    const char *ours, *theirs;
    double tolerance;
} pairs[] = {
    {"compat.librosa.chroma_stft_mean", "chroma_stft_t0", 1e-6},
    {"compat.librosa.mfcc_mean", "mfcc", 1e-4},
    {"compat.librosa.mfcc_std", "mfcc_std", 1e-6},
    {"compat.librosa.spectral_centroid_mean", "centroid", 1e-6},
    {"compat.librosa.spectral_centroid_std", "centroid_std", 1e-6},
    {"compat.librosa.spectral_bandwidth_mean", "bandwidth", 1e-6},
    {"compat.librosa.spectral_bandwidth_std", "bandwidth_std", 1e-6},
    {"compat.librosa.spectral_rolloff_mean", "rolloff", 1e-9},
    {"compat.librosa.spectral_rolloff_std", "rolloff_std", 1e-9},
    {"compat.librosa.spectral_flatness_mean", "flatness", 1e-6},
    {"compat.librosa.spectral_flatness_std", "flatness_std", 1e-6},
    {"compat.librosa.zero_crossing_rate_mean", "zcr", 1e-9},
    {"compat.librosa.zero_crossing_rate_std", "zcr_std", 1e-9},
    {"compat.librosa.rms_mean", "rms", 1e-6},
    {"compat.librosa.rms_std", "rms_std", 1e-6},
    {"compat.librosa.onset_strength_mean", "onset_strength", 1e-6},
    {"compat.librosa.tempo", "tempo", 1e-12},
    {"compat.librosa.tempo_feature", "tempo_feature", 1e-12},
};
enum { N_PAIRS = sizeof pairs / sizeof *pairs };

struct comparison {
    const char *clip;
    const json_t *expected;
    size_t n_seen;
};

static void on_vector(void *context, const char *name, const double *values, size_t n)
{
    struct comparison *c = context;
    for (size_t p = 0; p < N_PAIRS; p++) {
        if (strcmp(pairs[p].ours, name) != 0) {
            continue;
        }
        const json_t *expected = json_object_get(c->expected, pairs[p].theirs);
        assert_non_null(expected);
        for (size_t i = 0; i < n; i++) {
            const double theirs = json_number_value(
                json_is_array(expected) ? json_array_get(expected, i) : expected);
            if (!(fabs(values[i] - theirs) <= pairs[p].tolerance * fabs(theirs))) {
                fail_msg("%s: %s[%zu] is %.9g, expected %.9g", c->clip, name, i, values[i], theirs);
            }
        }
        c->n_seen++;
    }
}

static void on_scalar(void *context, const char *name, double value)
{
    on_vector(context, name, &value, 1);
}

static void on_undefined(void *context, const char *name, const char *why)
{
    fail_msg("%s: %s", name, why);
}

static void agrees_on_real_music(void **state)
{
    json_t *root = goldens_json("audio_librosa.json");
    struct attune_analysis *a = attune_analysis_new(NULL);
    const char *clip;
    json_t *expected;
    json_object_foreach(json_object_get(root, "clips"), clip, expected) {
        char path[1024];
        snprintf(path, sizeof path, "%s/audio/mono22/%s.flac", ATTUNE_GOLDENS, clip);
        struct attune_audio_source source;
        struct attune_err err = ATTUNE_ERR_INIT;
        if (attune_audio_open(&source, path, &err) ||
            attune_analysis_load_audio(a, &source, ATTUNE_NEED_COMPAT, &err)) {
            fail_msg("%s: %s", path, err.message);
        }
        attune_audio_close(&source);
        struct comparison c = {.clip = clip, .expected = expected};
        const struct attune_compat_sink sink = {&c, on_scalar, on_vector, on_undefined};
        attune_compat_librosa(a, &sink);
        assert_int_equal(c.n_seen, N_PAIRS);
    }
    attune_analysis_free(a);
    json_decref(root);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_on_real_music)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
