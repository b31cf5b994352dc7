/* Attributes read from text, and chord symbols. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/adherence/attributes.h"
#include "metrics/adherence/attributes_json.h"
#include "metrics/adherence/chord_symbol.h"
#include "metrics/adherence/tempo_bins.h"

static void test_chord_symbols(void **state)
{
    static const struct {
        const char *text;
        int root;
        enum attune_chord_quality quality;
    } cases[] = {
        {"A-", 9, ATTUNE_CHORD_MIN},
        {"Bb", 10, ATTUNE_CHORD_MAJ},
        {"E:min", 4, ATTUNE_CHORD_MIN},
        {"Am7", 9, ATTUNE_CHORD_MIN7},
        {"F#m7b5", 6, ATTUNE_CHORD_HDIM7},
        {"N", -1, 0},
        {"C", 0, ATTUNE_CHORD_MAJ},
        {"Cmaj7/E", 0, ATTUNE_CHORD_MAJ7},
        {"G/B", 7, ATTUNE_CHORD_MAJ},
        {"D:sus4(b7)", 2, ATTUNE_CHORD_SUS4},
        {"Eb:maj/3", 3, ATTUNE_CHORD_MAJ},
        {"A:min7(11)/b7", 9, ATTUNE_CHORD_MIN7},
        {"C6/9", 0, ATTUNE_CHORD_MAJ},
        {"B\xe2\x99\xad"
         "7",
         10, ATTUNE_CHORD_DOM7},
        {"Cb", 11, ATTUNE_CHORD_MAJ},
        {"E#", 5, ATTUNE_CHORD_MAJ},
        {"Fdim7", 5, ATTUNE_CHORD_DIM7},
        {"G+", 7, ATTUNE_CHORD_AUG},
        {"G7#9", 7, ATTUNE_CHORD_DOM7},
        {"C-7", 0, ATTUNE_CHORD_MIN7},
        {"Bdim", 11, ATTUNE_CHORD_DIM},
        {"Abmaj9", 8, ATTUNE_CHORD_MAJ7},
        {"N.C.", -1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attune_chord chord = {.root = 99};
        if (!attune_chord_parse(cases[i].text, strlen(cases[i].text), &chord)) {
            fail_msg("'%s' was not read", cases[i].text);
        }
        assert_int_equal(chord.root, cases[i].root);
        if (chord.root >= 0) {
            assert_int_equal(chord.quality, cases[i].quality);
        }
    }
    static const char *const bad[] = {
        "", "H", "am", "Cfoo", "C:", "minor", "C/", "C//E", "Cm(", "b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct attune_chord chord;
        if (attune_chord_parse(bad[i], strlen(bad[i]), &chord)) {
            fail_msg("'%s' was read as a chord", bad[i]);
        }
    }
}

static void test_chord_format_reads_back(void **state)
{
    for (int root = 0; root < 12; root++) {
        for (int quality = 0; quality < ATTUNE_N_CHORD_QUALITIES; quality++) {
            const struct attune_chord chord = {root, (enum attune_chord_quality)quality};
            struct attune_chord back;
            char buf[16];
            attune_chord_symbol(chord, buf, sizeof buf);
            assert_true(attune_chord_parse(buf, strlen(buf), &back));
            assert_int_equal(back.root, root);
            assert_int_equal(back.quality, quality);
        }
    }
}

static void test_chord_lists(void **state)
{
    struct attune_chord chords[4];
    size_t n;
    assert_true(attune_chord_list_parse(" Am | F, C -> G", chords, 4, &n));
    assert_int_equal(n, 4);
    assert_int_equal(chords[3].root, 7);
    assert_true(attune_chord_list_parse("A- - Bb - E:min", chords, 4, &n));
    assert_int_equal(n, 3);
    assert_int_equal(chords[0].quality, ATTUNE_CHORD_MIN);
    assert_false(attune_chord_list_parse("Am F C G C", chords, 4, &n));
    assert_false(attune_chord_list_parse("Am and F", chords, 4, &n));
    assert_true(attune_chord_list_parse("", chords, 4, &n));
    assert_int_equal(n, 0);
}

struct expected {
    const char *text;
    int tonic; /* -1: no key */
    enum attune_mode mode;
    double bpm; /* 0: none */
    int numerator, denominator;
    int n_bars;
    size_t n_chords, n_instruments;
    const char *mood;
};

static const struct expected texts[] = {
    {"A melancholic piano piece in A minor at 90 BPM", 9, ATTUNE_MINOR, 90, 0, 0, 0, 0, 1,
     "melancholic"},
    {"A cheerful waltz for flute and strings, in the key of B-flat major. Tempo of 140.", 10,
     ATTUNE_MAJOR, 140, 3, 4, 0, 0, 2, "cheerful"},
    {"Set in F# minor with a 4/4 time signature, this electronic song moves at an Allegro tempo; "
     "the "
     "chord progression of A-, Bb, E:min and F#m7b5 is played by clean electric guitar, synth "
     "strings, "
     "drums and electric bass.",
     6, ATTUNE_MINOR, 125, 4, 4, 0, 4, 4, ""},
    {"A meditative and classical composition featuring violin, pan flute, and string ensemble, "
     "performed in the key of E major with a 6/8 time signature. The chord progression revolves "
     "around "
     "E, B7, and A.",
     4, ATTUNE_MAJOR, 0, 6, 8, 0, 3, 3, "meditative"},
    {"eight-bar loop, 120bpm, C major: C-G-Am-F", 0, ATTUNE_MAJOR, 120, 0, 0, 8, 4, 0, ""},
    {"16 bars in six-eight time, Eb minor with Am\xe2\x80\x93"
     "F\xe2\x80\x93"
     "C\xe2\x80\x93G",
     3, ATTUNE_MINOR, 0, 6, 8, 16, 4, 0, ""},
    {"12-bar blues for electric guitar without drums", -1, 0, 0, 0, 0, 0, 0, 1, ""},
    {"a minor change in mood, 24/7 energy, 1/8 notes", -1, 0, 0, 0, 0, 0, 0, 0, ""},
    {"Song in G", -1, 0, 0, 0, 0, 0, 0, 0, ""},
    {"The key is G. Presto!", 7, ATTUNE_MAJOR, 185, 0, 0, 0, 0, 0, ""},
    {"key: C#m, tempo: 87.5", 1, ATTUNE_MINOR, 87.5, 0, 0, 0, 0, 0, ""},
    {"", -1, 0, 0, 0, 0, 0, 0, 0, ""},
    /* modes count by their third; ranges by their middle */
    {"A folk tune in D dorian, 120-130 BPM", 2, ATTUNE_MINOR, 125, 0, 0, 0, 0, 0, ""},
    {"E Phrygian mode, 60 to 70 bpm", 4, ATTUNE_MINOR, 65, 0, 0, 0, 0, 0, ""},
    {"C Mixolydian between 90 and 100 BPM", 0, ATTUNE_MAJOR, 95, 0, 0, 0, 0, 0, ""},
    {"F# lydian, 80\xe2\x80\x93"
     "90 beats per minute",
     6, ATTUNE_MAJOR, 85, 0, 0, 0, 0, 0, ""},
    {"takes 2 and 90 BPM", -1, 0, 90, 0, 0, 0, 0, 0, ""},
    {"from 3 to 7, at 90 BPM", -1, 0, 90, 0, 0, 0, 0, 0, ""},
    /* keys without a mode */
    {"a piece in the key of Bb", 10, ATTUNE_MAJOR, 0, 0, 0, 0, 0, 0, ""},
    {"written in Am", 9, ATTUNE_MINOR, 0, 0, 0, 0, 0, 0, ""},
    {"a ballad in A-flat", 8, ATTUNE_MAJOR, 0, 0, 0, 0, 0, 0, ""},
    {"a ballad in Amsterdam", -1, 0, 0, 0, 0, 0, 0, 0, ""},
    {"in F sharp minor", 6, ATTUNE_MINOR, 0, 0, 0, 0, 0, 0, ""},
    /* the control sentences of MusicBench */
    {"The chord sequence is D, G. The beat counts to 3. The bpm is 83.0. The key of this song is D "
     "minor.",
     2, ATTUNE_MINOR, 83, 3, 4, 0, 2, 0, ""},
    {"The chord progression in this song is Gm, A7, Eb, Bb. The time signature is 3/4. This song "
     "goes at 112 beats per minute. This song is in the key of G minor or Bb major.",
     7, ATTUNE_MINOR, 112, 3, 4, 0, 4, 0, ""},
    {"The key is A minor, or C major. The beat is 4. The song is played at the pace of Adagio.", 9,
     ATTUNE_MINOR, 65, 4, 4, 0, 0, 0, ""},
    {"Downbeat is every 2 beats. The tempo of this song is Largo.", -1, 0, 50, 2, 4, 0, 0, 0, ""},
    {"The beat is 120 BPM", -1, 0, 120, 0, 0, 0, 0, 0, ""},
    /* as MidiCaps and MusicCaps describe */
    {"The piece has a tempo of 145 beats per minute and a 3/4 time signature, led by acoustic "
     "guitar.",
     -1, 0, 145, 3, 4, 0, 0, 1, ""},
    {"A male vocal sings over a steel drum and a string section, triple meter.", -1, 0, 0, 3, 4, 0,
     0, 3, ""},
    {"Low quality recording of a live jazz trio: upright bass, drums, piano; no vocals", -1, 0, 0,
     0, 0, 0, 0, 3, ""},
    {"The chord progression alternates between A and E7 throughout its 32 bars", -1, 0, 0, 0, 0, 32,
     2, 0, ""},
};

static void test_texts(void **state)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct expected *e = &texts[i];
        struct attune_attributes a = {0};
        struct attune_attribute_words words;
        attune_attributes_read(&a, e->text, &words);
        print_message("%s\n", e->text);
        assert_int_equal(a.has_key, e->tonic >= 0);
        if (a.has_key) {
            assert_int_equal(a.tonic, e->tonic);
            assert_int_equal(a.mode, e->mode);
        }
        assert_int_equal(a.has_tempo, e->bpm > 0);
        assert_true(fabs(a.tempo_bpm - e->bpm) < 1e-9);
        assert_int_equal(a.has_time_signature, e->numerator > 0);
        assert_int_equal(a.numerator, e->numerator);
        assert_int_equal(a.denominator, e->denominator);
        assert_int_equal(a.has_bars, e->n_bars > 0);
        assert_int_equal(a.n_bars, e->n_bars);
        assert_int_equal(a.n_chords, e->n_chords);
        assert_int_equal(a.n_instruments, e->n_instruments);
        assert_string_equal(a.mood, e->mood);
        for (size_t w = 0; w < words.n; w++) {
            assert_true(words.word[w].from + words.word[w].n_bytes <= strlen(e->text));
        }
    }
}

static void test_words_that_were_used(void **state)
{
    const char *text = "in A minor, at 90 BPM";
    struct attune_attributes a = {0};
    struct attune_attribute_words words;
    attune_attributes_read(&a, text, &words);
    assert_int_equal(words.n, 2);
    assert_string_equal(words.word[0].attribute, "tempo");
    assert_memory_equal(text + words.word[0].from, "90 BPM", words.word[0].n_bytes);
    assert_string_equal(words.word[1].attribute, "key");
    assert_memory_equal(text + words.word[1].from, "A minor", words.word[1].n_bytes);
}

static void test_given_attributes_win(void **state)
{
    struct attune_attributes a = {.has_tempo = true, .tempo_bpm = 60.0};
    assert_true(attune_attributes_set_key(&a, "Bb minor"));
    attune_attributes_read(&a, "in C major at 120 bpm, 3/4", NULL);
    assert_int_equal(a.tonic, 10);
    assert_int_equal(a.mode, ATTUNE_MINOR);
    assert_true(a.tempo_bpm == 60.0);
    assert_int_equal(a.numerator, 3);
}

static void test_fields(void **state)
{
    struct attune_attributes a = {0};
    static const struct { const char *text; int tonic; enum attune_mode mode; } keys[] = {
        {"A minor", 9, ATTUNE_MINOR}, {"Am", 9, ATTUNE_MINOR}, {"Bb major", 10, ATTUNE_MAJOR},
        {"F#:min", 6, ATTUNE_MINOR}, {"C", 0, ATTUNE_MAJOR}, {"E-flat major", 3, ATTUNE_MAJOR},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_true(attune_attributes_set_key(&a, keys[i].text));
        assert_int_equal(a.tonic, keys[i].tonic);
        assert_int_equal(a.mode, keys[i].mode);
    }
    assert_false(attune_attributes_set_key(&a, "H minor"));
    assert_false(attune_attributes_set_key(&a, "A minor!"));
    assert_true(attune_attributes_set_time_signature(&a, "12/8"));
    assert_int_equal(a.numerator, 12);
    assert_false(attune_attributes_set_time_signature(&a, "4/7"));
    assert_false(attune_attributes_set_time_signature(&a, "4"));
    assert_true(attune_attributes_set_chords(&a, "Am F C G"));
    assert_int_equal(a.n_chords, 4);
    assert_false(attune_attributes_set_chords(&a, "Am foo"));
    assert_true(attune_attributes_add_instrument(&a, "Electric Guitar"));
    assert_true(attune_attributes_add_instrument(&a, "electric guitar"));
    assert_int_equal(a.n_instruments, 1);
    assert_false(attune_attributes_add_instrument(&a, "kazoo orchestra of mars"));
}

static void test_tempo_bins(void **state)
{
    static const struct { double bpm; int bin; } cases[] = {
        {40, 0}, {41, 1}, {70, 2}, {90, 3}, {110, 4}, {140, 5}, {160, 6}, {210, 7}, {211, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(attune_tempo_bin(cases[i].bpm), cases[i].bin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chord_symbols),
        cmocka_unit_test(test_chord_format_reads_back),
        cmocka_unit_test(test_chord_lists),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_words_that_were_used),
        cmocka_unit_test(test_given_attributes_win),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_tempo_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
