/* Chords and keys of rendered music whose chords and keys are known: triads in several voicings and
 * short pieces in all 24 keys, in several timbres of the sound font. Skipped without a sound font.
 * The accuracies are printed, and have to reach 90 % (chords: duration-weighted major/minor
 * agreement; keys: mean weighted MIREX score). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/io/audio.h"
#include "base/io/midi.h"
#include "base/io/render.h"
#include "base/mem.h"
#include "base/rng.h"
#include "metrics/analysis/chords.h"
#include "metrics/analysis/key.h"

enum { TICKS_PER_S = 960, MAX_EVENTS = 4096 };

/* Timbres that constants were chosen on, and timbres that were looked at only for the report. */
static const uint8_t chosen_on[] = {0, 24, 48};     /* piano, nylon guitar, strings */
/* e-piano, vibraphone, organ, choir, brass */
static const uint8_t held_out[] = {4, 11, 19, 52, 61};

struct score {
    struct attune_midi_event events[MAX_EVENTS];
    size_t n;
};

static void add(struct score *score, double start_s, double end_s, int pitch, int velocity)
{
    assert_true(score->n + 2 <= MAX_EVENTS);
    score->events[score->n++] =
        (struct attune_midi_event){.tick = (uint32_t)(start_s * TICKS_PER_S),
                                   .kind = ATTUNE_MIDI_NOTE_ON,
                                   .a = (uint8_t)pitch,
                                   .b = (uint8_t)velocity};
    score->events[score->n++] = (struct attune_midi_event){.tick = (uint32_t)(end_s * TICKS_PER_S),
                                                           .kind = ATTUNE_MIDI_NOTE_OFF,
                                                           .a = (uint8_t)pitch};
}

static void begin(struct score *score, uint8_t program)
{
    score->n = 0;
    score->events[score->n++] =
        (struct attune_midi_event){.kind = ATTUNE_MIDI_PROGRAM, .a = program};
}

/* Renders the score and leaves it loaded. */
static void load(struct attune_analysis *analysis, struct attune_renderer *renderer,
                 struct score *score)
{
    const struct attune_midi midi = {.n_tracks = 1,
                                     .division = TICKS_PER_S / 2, /* 120 BPM */
                                     .events = score->events,
                                     .n_events = score->n};
    unsigned char *bytes;
    size_t n_bytes;
    float *samples;
    uint64_t n_frames;
    assert_int_equal(attune_midi_format(&midi, &bytes, &n_bytes, NULL), ATTUNE_OK);
    assert_int_equal(attune_render(renderer, bytes, n_bytes, 120.0, &samples, &n_frames, NULL),
                     ATTUNE_OK);
    struct attune_audio_source source;
    attune_audio_from_memory(&source, samples, n_frames, 2, 44100);
    assert_int_equal(
        attune_analysis_load_audio(analysis, &source, ATTUNE_NEED_HARMONIC, NULL), ATTUNE_OK);
    attune_audio_close(&source);
    attune_release(samples);
    attune_release(bytes);
}

struct known_chord {
    double start_s, end_s;
    int root, minor;
};

enum { N_CHORDS = 24 };

/* Every triad once, in random order, length (.8 to 2 s), inversion and spacing, root in the bass.
 */
static void compose_chords(struct score *score, struct known_chord *known, uint8_t program,
                           uint64_t seed)
{
    struct attune_rng rng;
    size_t order[N_CHORDS];
    attune_rng_init(&rng, seed, program);
    for (size_t i = 0; i < N_CHORDS; i++) {
        order[i] = i;
    }
    attune_rng_shuffle(&rng, order, N_CHORDS);
    begin(score, program);
    double t = 0.0;
    for (size_t i = 0; i < N_CHORDS; i++) {
        const int root = (int)order[i] % 12, minor = order[i] >= 12;
        const double end = t + 0.8 + 0.1 * (double)attune_rng_below(&rng, 13);
        const int tones[3] = {root, root + (minor ? 3 : 4), root + 7};
        add(score, t, end, 36 + root, 90);
        for (int k = 0; k < 3; k++) {
            const int octave = attune_rng_below(&rng, 2) ? 60 : 48;
            add(score, t, end, octave + tones[k] % 12, 70 + (int)attune_rng_below(&rng, 30));
        }
        known[i] = (struct known_chord){t, end, root, minor};
        t = end;
    }
}

/* Share of the time, every 10 ms, at which root and third agree. */
static double chord_agreement(const struct attune_chords *chords, const struct known_chord *known)
{
    size_t n = 0, n_right = 0, span = 0;
    for (size_t i = 0; i < N_CHORDS; i++) {
        for (double t = known[i].start_s + 0.005; t < known[i].end_s; t += 0.01) {
            while (span + 1 < chords->n_spans && chords->spans[span].end_s <= t) {
                span++;
            }
            const struct attune_chord chord = chords->spans[span].chord;
            const int minor =
                chord.quality == ATTUNE_CHORD_MIN || chord.quality == ATTUNE_CHORD_MIN7;
            n_right += chord.root == known[i].root && minor == known[i].minor;
            n++;
        }
    }
    return (double)n_right / (double)n;
}

static double chord_accuracy(struct attune_analysis *analysis, struct attune_renderer *renderer,
                             const uint8_t *programs, size_t n_programs)
{
    double sum = 0.0;
    for (size_t p = 0; p < n_programs; p++) {
        static struct score score;
        struct known_chord known[N_CHORDS];
        compose_chords(&score, known, programs[p], 1);
        load(analysis, renderer, &score);
        const double agreement = chord_agreement(attune_analysis_chords(analysis), known);
        printf("chords, program %3d: %.3f\n", programs[p], agreement);
        sum += agreement;
    }
    return sum / (double)n_programs;
}

/* I vi IV V I ii V I (i VI iv V i ii-dim V i) in block chords of one second under a melody of scale
 * tones, in eighths, of which the strong ones belong to the chord. Minor is harmonic in its
 * dominant. */
static void compose_key(struct score *score, int key, uint8_t program)
{
    static const int degrees[8] = {0, 5, 3, 4, 0, 1, 4, 0};
    static const int major[7] = {0, 2, 4, 5, 7, 9, 11}, minor[7] = {0, 2, 3, 5, 7, 8, 10};
    const int *scale = key < 12 ? major : minor;
    struct attune_rng rng;
    attune_rng_init(&rng, (uint64_t)key, program);
    begin(score, program);
    for (int bar = 0; bar < 8; bar++) {
        const double t = bar;
        int tone[3];
        for (int k = 0; k < 3; k++) {
            const int step = degrees[bar] + 2 * k;
            const int raised = key >= 12 && degrees[bar] == 4 && step % 7 == 6;
            tone[k] = key % 12 + scale[step % 7] + 12 * (step / 7) + raised;
            add(score, t, t + 1.0, 48 + tone[k] % 24, 70);
        }
        add(score, t, t + 1.0, 36 + tone[0] % 12, 85);
        for (int e = 0; e < 4; e++) {
            const int pitch = e % 2 == 0 ? tone[attune_rng_below(&rng, 3)]
                                         : key % 12 + scale[attune_rng_below(&rng, 7)];
            add(score, t + 0.25 * e, t + 0.25 * (e + 1), 72 + pitch % 12, 90);
        }
    }
}

static double key_score(struct attune_analysis *analysis, struct attune_renderer *renderer,
                        const uint8_t *programs, size_t n_programs)
{
    double sum = 0.0;
    for (size_t p = 0; p < n_programs; p++) {
        double of_program = 0.0;
        for (int key = 0; key < ATTUNE_N_KEYS; key++) {
            static struct score score;
            compose_key(&score, key, programs[p]);
            load(analysis, renderer, &score);
            const struct attune_key *found = attune_analysis_key(analysis);
            assert_null(found->why);
            of_program += attune_key_mirex_score(key, found->best) / ATTUNE_N_KEYS;
        }
        printf("keys, program %3d: %.3f\n", programs[p], of_program);
        sum += of_program;
    }
    return sum / (double)n_programs;
}

struct fixture {
    struct attune_analysis *analysis;
    struct attune_renderer *renderer;
};

static void chords_of_rendered_triads(void **state)
{
    const struct fixture *f = *state;
    const double chosen = chord_accuracy(f->analysis, f->renderer, chosen_on, sizeof chosen_on);
    const double fresh = chord_accuracy(f->analysis, f->renderer, held_out, sizeof held_out);
    printf("chords: %.3f on the timbres of the constants, %.3f on others\n", chosen, fresh);
    assert_true(chosen >= 0.9 && fresh >= 0.9);
}

static void keys_of_rendered_pieces(void **state)
{
    const struct fixture *f = *state;
    const double chosen = key_score(f->analysis, f->renderer, chosen_on, 2);
    const double fresh = key_score(f->analysis, f->renderer, held_out + 2, 2);
    printf("keys: %.3f on the timbres of the constants, %.3f on others\n", chosen, fresh);
    assert_true(chosen >= 0.9 && fresh >= 0.9);
}

int main(void)
{
    struct fixture fixture;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_renderer_new(&fixture.renderer, NULL, &err) != ATTUNE_OK) {
        printf("skipped: %s\n", err.message);
        return 77;
    }
    fixture.analysis = attune_analysis_new(NULL);
    struct CMUnitTest tests[] = {
        cmocka_unit_test(chords_of_rendered_triads),
        cmocka_unit_test(keys_of_rendered_pieces),
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tests[i].initial_state = &fixture;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    attune_analysis_free(fixture.analysis);
    attune_renderer_free(fixture.renderer);
    return failed;
}
