/* Beats of rendered game music against the beats of their MIDI files.
 *
 * The five clips with known beats, in the order of the full set of pieces: harp_harmony and
 * tttheme2 stand at even places (the half on which beat_evidence.c was fitted, in other
 * renderings), the others at odd ones (held out). The bounds guard what was reached: F .99 and AMLt
 * .98 on the even half, .43 and .33 on the odd half. busy_schedule cannot be won: its notes swing
 * at 179 beats a minute, three sixteenths of the 134 that its tempo map claims, and the tracker
 * says 178 (bench_beats tells such files by their notes). relax_song is read at its tempo, off
 * the beat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "metrics/analysis/beats.h"
#include "tests/support/beat_scores.h"
#include "tests/support/goldens.h"

enum { MAX_BEATS = 1000 };

static void beats_of_game_music(void **state)
{
    json_t *root = goldens_json("audio_known_beats.json");
    struct attune_analysis *a = attune_analysis_new(NULL);
    const char *clip;
    json_t *known;
    double f[2] = {0.0}, amlt[2] = {0.0};
    int n[2] = {0};
    json_object_foreach(root, clip, known) {
        char path[1024];
        snprintf(path, sizeof path, "%s/audio/mono22/%s.flac", ATTUNE_GOLDENS, clip);
        struct attune_audio_source source;
        struct attune_err err = ATTUNE_ERR_INIT;
        const unsigned needs = ATTUNE_NEED_SPECTRAL;
        if (attune_audio_open(&source, path, &err) ||
            attune_analysis_load_audio(a, &source, needs, &err)) {
            fail_msg("%s: %s", path, err.message);
        }
        attune_audio_close(&source);
        double known_s[MAX_BEATS];
        const size_t n_known = json_array_size(known);
        assert_true(n_known <= MAX_BEATS);
        for (size_t i = 0; i < n_known; i++) {
            known_s[i] = json_number_value(json_array_get(known, i));
        }
        const struct attune_beats *b = attune_analysis_beats(a);
        const int odd = !strstr(clip, "harp_harmony") && !strstr(clip, "tttheme2");
        f[odd] += beat_f_measure(known_s, n_known, b->beat_s, b->n_beats);
        amlt[odd] += beat_amlt(known_s, n_known, b->beat_s, b->n_beats);
        n[odd]++;
    }
    for (int odd = 0; odd < 2; odd++) {
        assert_true(n[odd] > 0);
        print_message("%s files: %d, mean F %.3f, mean AMLt %.3f\n", odd ? "odd" : "even", n[odd],
                      f[odd] / n[odd], amlt[odd] / n[odd]);
    }
    assert_true(f[0] / n[0] > 0.95 && amlt[0] / n[0] > 0.95);
    assert_true(f[1] / n[1] > 0.40 && amlt[1] / n[1] > 0.60);
    attune_analysis_free(a);
    json_decref(root);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {cmocka_unit_test(beats_of_game_music)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
