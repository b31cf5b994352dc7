/* Loudness and peaks against ffmpeg 5.1 `ebur128=peak=true+sample` and libebur128 on real music.
 * Tolerances: integrated 0.1 LU and true peak 0.1 dB of ffmpeg (half a printed digit, 0.05, is
 * ffmpeg's rounding and within them), range 0.1 LU and integrated 0.01 LU of libebur128. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metrics/analysis/levels.h"
#include "tests/support/goldens.h"

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) {
        fail_msg("no number '%s'", key);
    }
    return json_number_value(value);
}

static void near(const char *file, const char *what, double ours, double theirs, double tolerance)
{
    if (!(fabs(ours - theirs) <= tolerance)) {
        fail_msg("%s: %s is %.4f, expected %.4f", file, what, ours, theirs);
    }
}

static void compare(struct attune_analysis *a, const char *folder, const char *clip,
                    const json_t *ffmpeg, const json_t *libebur128)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/audio/%s/%s.flac", ATTUNE_GOLDENS, folder, clip);
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_audio_open(&source, path, &err)) {
        return; /* some clips come without their 44.1 kHz original */
    }
    const unsigned needs = ATTUNE_NEED_LOUDNESS | ATTUNE_NEED_TRUE_PEAK;
    if (attune_analysis_load_audio(a, &source, needs, &err)) {
        fail_msg("%s: %s", path, err.message);
    }
    attune_audio_close(&source);
    const struct attune_levels *l = attune_analysis_levels(a);
    near(path, "integrated", l->integrated_lufs, number(ffmpeg, "integrated_lufs"), 0.1);
    near(path, "true peak", 20.0 * log10(l->true_peak), number(ffmpeg, "true_peak_dbfs"), 0.1);
    near(path, "sample peak", 20.0 * log10(l->sample_peak), number(ffmpeg, "sample_peak_dbfs"),
         0.051);
    near(path, "integrated", l->integrated_lufs, number(libebur128, "integrated"), 0.01);
    near(path, "range", l->range_lu, number(libebur128, "lra"), 0.1);
}

static void agrees_on_real_music(void **state)
{
    json_t *root = goldens_json("audio_ebur128.json");
    struct attune_analysis *a = attune_analysis_new(NULL);
    const char *clip;
    json_t *values;
    size_t n = 0;
    json_object_foreach(json_object_get(root, "clips"), clip, values) {
        compare(a, "flac44", clip, json_object_get(values, "flac"),
                json_object_get(values, "libebur128_flac"));
        compare(a, "mono22", clip, json_object_get(values, "mono22"),
                json_object_get(values, "libebur128_mono22"));
        n++;
    }
    assert_true(n >= 8);
    attune_analysis_free(a);
    json_decref(root);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_on_real_music)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
