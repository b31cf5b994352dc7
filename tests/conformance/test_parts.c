/* Melody and bass of real multi-track files: found in all of them, and in the right order. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "metrics/analysis/parts.h"
#include "tests/support/goldens.h"

static double mean_pitch(const struct attune_part_note *notes, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += notes[i].pitch;
        assert_true(notes[i].end_tick > notes[i].onset_tick);
        assert_true(i == 0 || notes[i].onset_tick >= notes[i - 1].end_tick);
    }
    return sum / (double)n;
}

static void test_game_music(void **state)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    size_t n_files = 0, n_with_bass = 0, n_chords = 0;
    DIR *dir = opendir(ATTUNE_GOLDENS "/midi/openmsx");
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct attune_buf path = ATTUNE_BUF_INIT;
        struct attune_midi midi;
        if (!strstr(entry->d_name, ".mid")) {
            continue;
        }
        attune_buf_addf(&path, "%s/midi/openmsx/%s", ATTUNE_GOLDENS, entry->d_name);
        assert_int_equal(attune_midi_read(&midi, attune_buf_text(&path), &err), ATTUNE_OK);
        assert_int_equal(attune_analysis_load_midi(analysis, &midi, &err), ATTUNE_OK);
        const struct attune_parts *parts = attune_analysis_parts(analysis);
        if (parts->why) {
            fail_msg("%s: %s", entry->d_name, parts->why);
        }
        const double melody = mean_pitch(parts->melody, parts->n_melody);
        if (parts->n_bass > 0) {
            const double bass = mean_pitch(parts->bass, parts->n_bass);
            if (bass >= melody) {
                fail_msg("%s: bass %g, melody %g", entry->d_name, bass, melody);
            }
            n_with_bass++;
        }
        for (size_t b = 0; b < parts->n_beats; b++) {
            n_chords += parts->chord[b].root >= 0;
        }
        n_files++;
        attune_midi_release(&midi);
        attune_buf_release(&path);
    }
    closedir(dir);
    print_message("%zu files, %zu with a bass, %zu beats with a chord\n", n_files, n_with_bass,
                  n_chords);
    assert_true(n_files >= 30 && n_with_bass * 10 >= n_files * 8);
    attune_analysis_free(analysis);
}

int main(void)
{
    goldens_require();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_game_music)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
