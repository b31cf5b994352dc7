/* Audio damage in measured doses: finite, seeded, absent at dose 0, of the size it says; the nulls.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metrics/audit/damage.h"
#include "metrics/audit/nulls.h"

enum { SEED = 20 };

/* Six seconds of three partials and a little silence. */
static struct attune_clip test_clip(double hz)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_clip clip;
    assert_int_equal(attune_clip_init(&clip, 6 * 22050, 2, 22050, &err), ATTUNE_OK);
    for (uint64_t i = 2205; i < clip.n_frames; i++) {
        const double t = 2.0 * 3.14159265358979 * hz * (double)i / clip.rate_hz;
        const float v = (float)(0.2 * sin(t) + 0.1 * sin(2.0 * t) + 0.05 * sin(11.0 * t));
        clip.samples[2 * i] = v;
        clip.samples[2 * i + 1] = 0.8f * v;
    }
    return clip;
}

static struct attune_clip damaged_clip(const char *id, const struct attune_clip *clip,
                                       const struct attune_clip *donor, double dose)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_clip out;
    const struct attune_damage_spec *damage = attune_damage_find(id);
    assert_non_null(damage);
    assert_int_equal(attune_damage_clip(damage, clip, donor, dose, SEED, &out, &err), ATTUNE_OK);
    return out;
}

static double distance(const struct attune_clip *a, const struct attune_clip *b)
{
    double sum = 0.0;
    for (uint64_t i = 0; i < a->n_frames * a->n_channels && i < b->n_frames * b->n_channels; i++) {
        const double d = (double)a->samples[i] - b->samples[i];
        assert_true(isfinite(d));
        sum += d * d;
    }
    return sqrt(sum / (double)(a->n_frames * a->n_channels));
}

static void audio_damage_is_finite_seeded_and_absent_at_dose_zero(void **state)
{
    struct attune_clip clip = test_clip(220.3), donor = test_clip(331.0);
    for (size_t i = 0; i < attune_n_damages; i++) {
        if (attune_damages[i].modality != ATTUNE_AUDIO) {
            continue;
        }
        const char *id = attune_damages[i].id;
        struct attune_clip none = damaged_clip(id, &clip, &donor, 0.0);
        struct attune_clip full = damaged_clip(id, &clip, &donor, 1.0);
        struct attune_clip again = damaged_clip(id, &clip, &donor, 1.0);
        assert_int_equal(none.n_frames, clip.n_frames);
        assert_true(distance(&none, &clip) == 0.0);
        assert_int_equal(full.n_frames, again.n_frames);
        assert_true(distance(&full, &again) == 0.0);
        if (full.n_frames == clip.n_frames && distance(&full, &clip) < 1e-3) {
            fail_msg("%s changes nothing at dose 1 (seed %d)", id, SEED);
        }
        attune_clip_release(&none);
        attune_clip_release(&full);
        attune_clip_release(&again);
    }
    attune_clip_release(&clip);
    attune_clip_release(&donor);
}

/* Upward zero crossings of the first channel per second between two times. */
static double crossings_per_s(const struct attune_clip *clip, double from_s, double to_s)
{
    size_t n = 0;
    for (uint64_t i = (uint64_t)(from_s * clip->rate_hz); i < (uint64_t)(to_s * clip->rate_hz);
         i++) {
        n += clip->samples[i * clip->n_channels] < 0.0f &&
             clip->samples[(i + 1) * clip->n_channels] >= 0.0f;
    }
    return (double)n / (to_s - from_s);
}

static void audio_damage_has_its_size(void **state)
{
    struct attune_clip clip = test_clip(440.0);
    const double rms = attune_clip_rms(&clip);

    struct attune_clip out = damaged_clip("noise", &clip, NULL, 0.5); /* 30 dB below the music */
    assert_float_equal(20.0 * log10(distance(&clip, &out) / rms), -30.0, 0.05);
    attune_clip_release(&out);

    out = damaged_clip("clipping", &clip, NULL, 0.2); /* 6 dB beyond full scale */
    assert_true(attune_clip_peak(&out) == 1.0);
    const double gain = pow(10.0, 0.3) / attune_clip_peak(&clip);
    const uint64_t quiet = 2 * 2300;
    assert_true(fabs(out.samples[quiet]) == 1.0 ||
                fabs(out.samples[quiet] - gain * clip.samples[quiet]) < 1e-5);
    attune_clip_release(&out);

    out = damaged_clip("early_cut", &clip, NULL, 0.4);
    assert_int_equal(out.n_frames, clip.n_frames - clip.n_frames / 5);
    attune_clip_release(&out);

    out = damaged_clip("frozen_audio", &clip, NULL, 1.0);
    const uint64_t loop = 2 * 22050, start = 2205 + 22050;
    for (uint64_t i = start; i + loop < out.n_frames; i += 97) {
        assert_float_equal(out.samples[2 * i], out.samples[2 * (i + loop)], 0.2);
    }
    attune_clip_release(&out);

    out = damaged_clip("drop_outs", &clip, NULL, 1.0);
    size_t silent = 0;
    for (uint64_t i = 2205; i < out.n_frames; i++) {
        silent += out.samples[2 * i] == 0.0f && out.samples[2 * i + 1] == 0.0f;
    }
    assert_true(silent > 0.35 * (double)out.n_frames && silent < 0.7 * (double)out.n_frames);
    attune_clip_release(&out);
    attune_clip_release(&clip);
}

/* A sine keeps time and changes pitch, or the other way round. */
static void warps_move_what_they_say(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_clip clip;
    assert_int_equal(attune_clip_init(&clip, 6 * 22050, 1, 22050, &err), ATTUNE_OK);
    for (uint64_t i = 0; i < clip.n_frames; i++) {
        clip.samples[i] = (float)(0.5 * sin(2.0 * 3.14159265358979 * 440.0 * (double)i / 22050));
    }
    struct attune_clip out = damaged_clip("pitch_drift", &clip, NULL, 1.0);
    assert_int_equal(out.n_frames, clip.n_frames);
    assert_float_equal(crossings_per_s(&out, 2.5, 3.5), 440.0 * exp2(-1.0 / 12), 6.0);
    assert_float_equal(crossings_per_s(&out, 4.5, 5.5), 440.0 * exp2(-1.0 / 12 * 10.0 / 6), 6.0);
    attune_clip_release(&out);
    out = damaged_clip("tempo_drift", &clip, NULL, 1.0);
    assert_float_equal(crossings_per_s(&out, 1.0, 5.0), 440.0, 3.0);
    attune_clip_release(&out);
    out = damaged_clip("speed_wobble", &clip, NULL, 1.0);
    /* first crest, .83 s */
    assert_float_equal(crossings_per_s(&out, 0.73, 0.93), 440.0 * 1.2, 10.0);
    assert_float_equal(crossings_per_s(&out, 2.4, 2.6), 440.0 * 0.8, 10.0);
    attune_clip_release(&out);
    attune_clip_release(&clip);
}

static void nulls_are_what_they_say(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_rng rng;
    attune_rng_init(&rng, SEED, 0);
    for (size_t i = 0; i < attune_n_nulls; i++) {
        const struct attune_null_spec *null = &attune_nulls[i];
        if (null->symbolic) {
            struct attune_midi midi;
            assert_int_equal(null->symbolic(&rng, &midi, &err), ATTUNE_OK);
            unsigned char *bytes;
            size_t n_bytes;
            assert_int_equal(attune_midi_format(&midi, &bytes, &n_bytes, &err), ATTUNE_OK);
            attune_release(bytes);
            attune_midi_release(&midi);
        } else if (null->audio) {
            struct attune_clip clip;
            assert_int_equal(attune_clip_init(&clip, 22050, 2, 22050, &err), ATTUNE_OK);
            null->audio(&rng, &clip);
            const double rms = attune_clip_rms(&clip);
            if (strcmp(null->id, "silence") == 0) {
                assert_true(rms == 0.0);
            } else {
                assert_true(rms > 0.05 && rms < 0.5);
            }
            attune_clip_release(&clip);
        } else {
            assert_non_null(attune_damage_find(null->damage));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audio_damage_is_finite_seeded_and_absent_at_dose_zero),
        cmocka_unit_test(audio_damage_has_its_size),
        cmocka_unit_test(warps_move_what_they_say),
        cmocka_unit_test(nulls_are_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
