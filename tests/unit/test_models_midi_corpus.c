/* MIDI files as pieces: what the grid can hold comes back as it was; what it can't is refused with
 * a reason and counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io/file.h"
#include "metrics/analysis/analysis.h"
#include "models/pieces/corpus.h"
#include "models/pieces/midi_corpus.h"
#include "models/pieces/midi_piece.h"

static void reduce(const struct attune_piece *piece, struct attune_piece *back)
{
    struct attune_midi midi;
    struct attune_analysis *analysis = attune_analysis_new(NULL);
    assert_int_equal(attune_piece_to_midi(piece, &midi, NULL), ATTUNE_OK);
    assert_int_equal(attune_analysis_load_midi(analysis, &midi, NULL), ATTUNE_OK);
    const char *why = attune_piece_from_midi(analysis, &midi, back);
    if (why) {
        fail_msg("refused: %s", why);
    }
    attune_midi_release(&midi);
    attune_analysis_free(analysis);
}

/* Cells of a voice that come back as they were. */
static double share_equal(const struct attune_piece *a, const struct attune_piece *b,
                          enum attune_voice voice)
{
    struct attune_cell cell = {0};
    double n = 0.0, equal = 0.0;
    do {
        if (cell.voice == voice) {
            n += 1.0;
            equal += attune_piece_token(a, cell) == attune_piece_token(b, cell);
        }
    } while (attune_cell_next(&a->setting, &cell));
    return n > 0.0 ? equal / n : 1.0;
}

static void a_piece_survives_the_way_through_midi(void **state)
{
    static const double least[ATTUNE_N_VOICES] = {
        [ATTUNE_VOICE_CHORD] = 0.9, /* tracked from the notes: a few are heard otherwise */
        [ATTUNE_VOICE_COMP] = 0.85, /* figures of a chord of two notes are alike */
        [ATTUNE_VOICE_BASS] = 0.85, /* relative to the chord that was tracked */
        [ATTUNE_VOICE_DRUMS] = 1.0,
        [ATTUNE_VOICE_MELODY] = 0.99,
    };
    double sum[ATTUNE_N_VOICES] = {0}, n = 0.0;
    for (uint64_t i = 0; i < 60; i++) {
        struct attune_piece piece, back;
        struct attune_setting setting = {.tonic = (int)(i % 12),
                                         .metre = (enum attune_metre)(i % 3),
                                         .mode = i % 2 ? ATTUNE_MINOR : ATTUNE_MAJOR,
                                         .tempo_bpm = 100.0,
                                         .n_bars = 16,
                                         .has_drums = true,
                                         .melody_program = 73,
                                         .bass_program = 33};
        struct attune_rng rng;
        attune_rng_init(&rng, 7, i);
        attune_corpus_compose(&piece, &setting, 0, &rng);
        reduce(&piece, &back);
        assert_int_equal(back.setting.metre, setting.metre);
        assert_int_equal(back.setting.n_bars, setting.n_bars);
        assert_true(back.setting.tempo_bpm > 99.9 && back.setting.tempo_bpm < 100.1);
        assert_int_equal(back.setting.melody_program, 73);
        if (back.setting.tonic != setting.tonic || back.setting.mode != setting.mode) {
            continue; /* the key was heard as another: all tokens are relative to it */
        }
        n += 1.0;
        for (int v = 0; v < ATTUNE_N_VOICES; v++) {
            sum[v] += share_equal(&piece, &back, (enum attune_voice)v);
        }
    }
    assert_true(n >= 45.0);
    for (int v = 0; v < ATTUNE_N_VOICES; v++) {
        print_message("voice %d: %.3f of the cells, %.0f pieces\n", v, sum[v] / n, n);
        assert_true(sum[v] / n >= least[v]);
    }
}

/* Every token is one that its voice has, also for a piece far out of the grid's range. */
static void tokens_stay_in_range(void **state)
{
    for (uint64_t i = 0; i < 40; i++) {
        struct attune_piece piece, back, copy;
        uint8_t tokens[ATTUNE_MAX_CELLS];
        attune_corpus_piece(&piece, 11, i);
        reduce(&piece, &back);
        attune_piece_to_tokens(&back, tokens);
        assert_true(attune_piece_from_tokens(&copy, &back.setting, tokens));
    }
}

static void write_piece(const char *folder, const char *name, uint64_t index)
{
    struct attune_piece piece;
    char out[256], path[300];
    attune_corpus_piece(&piece, 3, index);
    snprintf(out, sizeof out, "%s/%s", folder, name);
    assert_int_equal(attune_piece_write(&piece, out, path, sizeof path, NULL), ATTUNE_OK);
}

static void unusable_files_are_counted_with_reasons(void **state)
{
    char folder[] = "/tmp/attune-test-XXXXXX", path[256];
    struct attune_midi_corpus corpus, again;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(attune_midi_corpus_read(&corpus, folder, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "holds no files"));
    snprintf(path, sizeof path, "%s/a.mid", folder);
    assert_int_equal(attune_file_write(path, "not music", 9, NULL), ATTUNE_OK);
    snprintf(path, sizeof path, "%s/b.txt", folder);
    assert_int_equal(attune_file_write(path, "nor this", 8, NULL), ATTUNE_OK);
    assert_int_equal(attune_midi_corpus_read(&corpus, folder, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "none of 2 files"));
    write_piece(folder, "c", 1);
    write_piece(folder, "d", 2);
    assert_int_equal(attune_midi_corpus_read(&corpus, folder, &err), ATTUNE_OK);
    assert_int_equal(corpus.n_files, 4);
    assert_int_equal(corpus.n_pieces, 2);
    assert_int_equal(corpus.n_reasons, 1);
    assert_int_equal(corpus.reasons[0].n, 2);
    assert_non_null(strstr(corpus.reasons[0].example, "a.mid"));
    assert_int_equal(corpus.pieces[0].setting.n_chords, 0);
    assert_int_equal(corpus.pieces[1].setting.n_chords, corpus.pieces[1].setting.n_bars);
    assert_int_equal(attune_midi_corpus_read(&again, folder, &err), ATTUNE_OK);
    assert_string_equal(corpus.hash, again.hash);
    attune_midi_corpus_release(&corpus);
    attune_midi_corpus_release(&again);
    static const char *const names[] = {"a.mid", "b.txt", "c.mid", "d.mid"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_survives_the_way_through_midi),
        cmocka_unit_test(tokens_stay_in_range),
        cmocka_unit_test(unusable_files_are_counted_with_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
