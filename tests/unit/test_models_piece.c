/* Settings, pieces, tokens and the composer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "models/pieces/corpus.h"
#include "models/pieces/harmony.h"

static struct attune_prompt prompt_of(const char *text)
{
    return (struct attune_prompt){.id = (char *)"p", .text = (char *)text};
}

static void setting_follows_the_prompt(void **state)
{
    struct attune_prompt prompt = prompt_of("a waltz");
    prompt.attributes = (struct attune_attributes){
        .has_key = true,
        .tonic = 9,
        .mode = ATTUNE_MINOR,
        .has_tempo = true,
        .tempo_bpm = 90,
        .has_time_signature = true,
        .numerator = 3,
        .denominator = 4,
        .has_bars = true,
        .n_bars = 12,
        .n_chords = 2,
        .chords = {{9, ATTUNE_CHORD_MIN}, {5, ATTUNE_CHORD_MAJ}},
        .n_instruments = 3,
        .instruments = {"electric piano", "violin", "acoustic bass"},
    };
    struct attune_setting s;
    attune_setting_init(&s, &prompt);
    assert_int_equal(s.tonic, 9);
    assert_int_equal(s.mode, ATTUNE_MINOR);
    assert_int_equal(s.metre, ATTUNE_METRE_3_4);
    assert_int_equal(s.n_bars, 12);
    assert_true(s.tempo_bpm == 90.0);
    assert_int_equal(s.melody_program, 4);
    assert_int_equal(s.chord_program, 40);
    assert_int_equal(s.bass_program, 32);
    assert_false(s.has_drums);
    assert_int_equal(s.n_chords, 2);
    assert_int_equal(s.chords[0], ATTUNE_CHORD_MIN);
    assert_int_equal(s.chords[1], 8 * ATTUNE_N_CHORD_QUALITIES + ATTUNE_CHORD_MAJ);
}

static void open_attributes_depend_on_the_text_only(void **state)
{
    struct attune_prompt a = prompt_of("one text"), b = prompt_of("one text");
    b.id = (char *)"another id";
    struct attune_setting sa, sb;
    attune_setting_init(&sa, &a);
    attune_setting_init(&sb, &b);
    assert_memory_equal(&sa, &sb, sizeof sa);
    int differing = 0;
    for (int i = 0; i < 20; i++) {
        char text[32];
        snprintf(text, sizeof text, "text %d", i);
        struct attune_prompt c = prompt_of(text);
        attune_setting_init(&sb, &c);
        differing += sb.tonic != sa.tonic;
    }
    assert_true(differing > 10);
}

static void unusual_metres_take_the_nearest(void **state)
{
    static const struct { int n, d; enum attune_metre metre; } cases[] = {
        {4, 4, ATTUNE_METRE_4_4}, {2, 4, ATTUNE_METRE_4_4}, {5, 4, ATTUNE_METRE_4_4},
        {3, 4, ATTUNE_METRE_3_4}, {3, 8, ATTUNE_METRE_6_8}, {12, 8, ATTUNE_METRE_6_8},
        {7, 8, ATTUNE_METRE_4_4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attune_prompt prompt = prompt_of("x");
        prompt.attributes.has_time_signature = true;
        prompt.attributes.numerator = cases[i].n;
        prompt.attributes.denominator = cases[i].d;
        struct attune_setting s;
        attune_setting_init(&s, &prompt);
        assert_int_equal(s.metre, cases[i].metre);
    }
}

static void cells_come_in_writing_order(void **state)
{
    struct attune_setting s = {.metre = ATTUNE_METRE_4_4, .n_bars = 4, .has_drums = true};
    assert_int_equal(attune_piece_n_cells(&s), 4 * (1 + 1 + 4 + 8 + 16));
    s.has_drums = false;
    assert_int_equal(attune_piece_n_cells(&s), 4 * (1 + 1 + 4 + 16));
    s.metre = ATTUNE_METRE_6_8;
    assert_int_equal(attune_piece_n_cells(&s), 4 * (1 + 1 + 2 + 12));
    struct attune_cell cell = {0};
    size_t n = 0;
    int voice = 0, bar = 0;
    do {
        assert_true(cell.bar > bar || (cell.bar == bar && (int)cell.voice >= voice));
        bar = cell.bar;
        voice = (int)cell.voice;
        n++;
    } while (attune_cell_next(&s, &cell));
    assert_int_equal(n, attune_piece_n_cells(&s));
}

static void tokens_go_round(void **state)
{
    for (uint64_t i = 0; i < 50; i++) {
        struct attune_piece piece, back;
        uint8_t tokens[ATTUNE_MAX_CELLS];
        attune_corpus_piece(&piece, 7, i);
        attune_piece_to_tokens(&piece, tokens);
        assert_true(attune_piece_from_tokens(&back, &piece.setting, tokens));
        assert_memory_equal(&piece, &back, sizeof piece);
        tokens[0] = ATTUNE_N_CHORD_TOKENS;
        assert_false(attune_piece_from_tokens(&back, &piece.setting, tokens));
    }
}

static void chord_tokens_go_round(void **state)
{
    for (int tonic = 0; tonic < 12; tonic++) {
        for (int token = 0; token < ATTUNE_N_CHORD_TOKENS; token++) {
            assert_int_equal(attune_chord_token(attune_token_chord(token, tonic), tonic), token);
        }
    }
    assert_true(attune_in_chord(7, ATTUNE_CHORD_MAJ));
    assert_false(attune_in_chord(9, ATTUNE_CHORD_MAJ));
    assert_true(attune_in_scale(ATTUNE_MAJOR, 11, 0));
    assert_false(attune_in_scale(ATTUNE_MINOR, 11, 1));
    assert_true(attune_in_scale(ATTUNE_MINOR, 11, attune_degree_chord(ATTUNE_MINOR, 4)));
}

/* Share of melody onsets in the scale, and of melody bars that equal the bar 4, 8 or 12 bars
 * before. */
static void measure(const struct attune_piece *p, double *in_scale, double *repeated)
{
    int steps = attune_metre_steps(p->setting.metre), n = 0, good = 0, same = 0, bars = 0;
    for (int i = 0; i < p->setting.n_bars * steps; i++) {
        if (p->melody[i] >= ATTUNE_PITCH) {
            n++;
            good += attune_in_scale(p->setting.mode, (p->melody[i] - ATTUNE_PITCH) % 12,
                                    p->chord[i / steps]);
        }
    }
    for (int b = 4; b < p->setting.n_bars; b++, bars++) {
        for (int lag = 4; lag <= 12 && lag <= b; lag += 4) {
            if (memcmp(&p->melody[b * steps], &p->melody[(b - lag) * steps], (size_t)steps) == 0) {
                same++;
                break;
            }
        }
    }
    *in_scale = (double)good / n;
    *repeated = (double)same / bars;
}

static void control_pieces_are_in_key_and_repeat(void **state)
{
    struct attune_setting s = {.metre = ATTUNE_METRE_4_4, .n_bars = 16, .mode = ATTUNE_MINOR};
    double scale[2] = {0}, form[2] = {0};
    for (uint64_t i = 0; i < 40; i++) {
        for (int flawed = 0; flawed < 2; flawed++) {
            struct attune_piece piece;
            struct attune_rng rng;
            double a, b;
            attune_rng_init(&rng, 3, i);
            attune_corpus_compose(
                &piece, &s, flawed ? ATTUNE_FLAW_OFF_KEY | ATTUNE_FLAW_NO_REPETITION : 0, &rng);
            measure(&piece, &a, &b);
            scale[flawed] += a / 40;
            form[flawed] += b / 40;
        }
    }
    assert_true(scale[0] > 0.999);
    assert_true(scale[1] < 0.95);
    assert_true(form[0] > 0.4);
    assert_true(form[1] < 0.05);
}

static void asked_chords_are_played(void **state)
{
    struct attune_setting s = {.metre = ATTUNE_METRE_3_4, .n_bars = 10, .n_chords = 3,
                               .chords = {0, 5 * ATTUNE_N_CHORD_QUALITIES,
                                          7 * ATTUNE_N_CHORD_QUALITIES + ATTUNE_CHORD_DOM7}};
    struct attune_piece piece;
    struct attune_rng rng;
    attune_rng_init(&rng, 1, 1);
    attune_corpus_compose(&piece, &s, 0, &rng);
    for (int b = 0; b < s.n_bars; b++) {
        assert_int_equal(piece.chord[b], s.chords[b % 3]);
    }
}

static void midi_says_what_the_piece_says(void **state)
{
    struct attune_setting s = {.tonic = 9,
                               .mode = ATTUNE_MINOR,
                               .metre = ATTUNE_METRE_6_8,
                               .tempo_bpm = 90,
                               .n_bars = 8,
                               .has_drums = true,
                               .melody_program = 73};
    struct attune_piece piece;
    struct attune_rng rng;
    struct attune_midi midi;
    attune_rng_init(&rng, 1, 2);
    attune_corpus_compose(&piece, &s, 0, &rng);
    assert_int_equal(attune_piece_to_midi(&piece, &midi, NULL), ATTUNE_OK);
    int onsets = 0, expected = 0, sounding = 0;
    for (int i = 0; i < 8 * 12; i++) {
        expected += piece.melody[i] >= ATTUNE_PITCH;
    }
    for (size_t i = 0; i < midi.n_events; i++) {
        const struct attune_midi_event *e = &midi.events[i];
        assert_true(i == 0 || e->tick >= midi.events[i - 1].tick);
        onsets += e->kind == ATTUNE_MIDI_NOTE_ON && e->track == 1;
        sounding += (e->kind == ATTUNE_MIDI_NOTE_ON) - (e->kind == ATTUNE_MIDI_NOTE_OFF);
        if (e->kind == ATTUNE_MIDI_TEMPO) {
            assert_int_equal(e->value, 666667);
        } else if (e->kind == ATTUNE_MIDI_TIME_SIGNATURE) {
            assert_int_equal(e->a, 6);
            assert_int_equal(e->b, 3);
        } else if (e->kind == ATTUNE_MIDI_KEY_SIGNATURE) {
            assert_int_equal((int8_t)e->a, 0);
            assert_int_equal(e->b, 1);
        } else if (e->kind == ATTUNE_MIDI_NOTE_ON) {
            assert_in_range(e->a, 24, 96);
            assert_in_range(e->b, 1, 127);
        }
    }
    assert_int_equal(onsets, expected);
    assert_int_equal(sounding, 0);
    attune_midi_release(&midi);
}

static void failed_allocations_leak_nothing(void **state)
{
    struct attune_piece piece;
    attune_corpus_piece(&piece, 1, 1);
    for (uint64_t n = 1; n < 32; n++) {
        struct attune_midi midi;
        attune_mem_fail_after(n);
        enum attune_code code = attune_piece_to_midi(&piece, &midi, NULL);
        attune_mem_fail_after(0);
        if (code == ATTUNE_OK) {
            attune_midi_release(&midi);
            return;
        }
        assert_int_equal(code, ATTUNE_E_MEMORY);
    }
    fail_msg("32 allocations for one piece");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_follows_the_prompt),
        cmocka_unit_test(open_attributes_depend_on_the_text_only),
        cmocka_unit_test(unusual_metres_take_the_nearest),
        cmocka_unit_test(cells_come_in_writing_order),
        cmocka_unit_test(tokens_go_round),
        cmocka_unit_test(chord_tokens_go_round),
        cmocka_unit_test(control_pieces_are_in_key_and_repeat),
        cmocka_unit_test(asked_chords_are_played),
        cmocka_unit_test(midi_says_what_the_piece_says),
        cmocka_unit_test(failed_allocations_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
