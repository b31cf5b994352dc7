/* compat.musdr.si_* against MusDr run on the same audio (goldens: audio_structure.json, libfmp
 * 1.3.0 and MusDr), within 1e-6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <unistd.h>

#include "base/io/audio.h"
#include "metrics/compat/compat.h"

#define GOLDEN ATTUNE_GOLDENS "/audio_structure.json"

struct found {
    double si[3];
    int n;
};

static void take(void *context, const char *name, double value)
{
    static const char *const names[3] = {"compat.musdr.si_short", "compat.musdr.si_mid",
                                         "compat.musdr.si_long"};
    struct found *found = context;
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            found->si[i] = value;
            found->n++;
        }
    }
}

static void take_nothing(void *context, const char *name, const char *why)
{
}

static double number(const json_t *clip, const char *key)
{
    return json_number_value(json_object_get(clip, key));
}

static void load(struct attune_analysis *analysis, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/audio/mono22/%s.flac", ATTUNE_GOLDENS, name);
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_audio_open(&source, path, &err), ATTUNE_OK);
    assert_int_equal(attune_analysis_load_audio(analysis, &source, ATTUNE_NEED_COMPAT, &err),
                     ATTUNE_OK);
    attune_audio_close(&source);
}

static void indicators_equal_musdrs(void **state)
{
    json_t *golden = json_load_file(GOLDEN, 0, NULL);
    assert_non_null(golden);
    struct attune_analysis *analysis = attune_analysis_new(NULL);
    const char *name;
    json_t *clip;
    json_object_foreach(json_object_get(golden, "clips"), name, clip) {
        load(analysis, name);
        struct found found = {.n = 0};
        const struct attune_compat_sink sink = {
            .context = &found, .scalar = take, .undefined = take_nothing};
        attune_compat_musdr_si(analysis, &sink);
        const double expected[3] = {number(clip, "SI_short_3_8"), number(clip, "SI_mid_8_15"),
                                    number(clip, "SI_long_15")};
        assert_int_equal(found.n, 3);
        for (int i = 0; i < 3; i++) {
            if (!(fabs(found.si[i] - expected[i]) < 1e-6)) {
                fail_msg("%s, range %d: %.9f, MusDr %.9f", name, i, found.si[i], expected[i]);
            }
        }
    }
    attune_analysis_free(analysis);
    json_decref(golden);
}

int main(void)
{
    if (access(GOLDEN, R_OK) != 0) {
        printf("skipped: no %s\n", GOLDEN);
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(indicators_equal_musdrs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
