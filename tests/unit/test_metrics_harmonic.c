/* The harmonic and the structure metrics on notes and sines whose values are known in closed form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/io/audio.h"
#include "base/io/midi.h"
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/novelty.h"
#include "metrics/metric.h"

#define NEAR(a, b, eps) near_value(a, b, eps, __LINE__)
#define TAU 6.283185307179586

enum { QUARTER = 480, BAR = 4 * QUARTER, MAX_EVENTS = 4096, RATE = 22050 };

static void near_value(double a, double b, double eps, int line)
{
    if (!(fabs(a - b) <= eps)) {
        fail_msg("line %d: %.12g, expected %.12g", line, a, b);
    }
}

/* Notes at 120 BPM in 4/4: a quarter lasts half a second, a bar two. */
struct piece {
    struct attune_midi_event events[MAX_EVENTS];
    size_t n;
    uint32_t end_tick;
    struct attune_midi midi;
    struct attune_analysis *analysis;
};

static int by_tick(const void *a, const void *b)
{
    const struct attune_midi_event *x = a, *y = b;
    return x->tick != y->tick ? (x->tick < y->tick ? -1 : 1) : (int)x->kind - (int)y->kind;
}

static void note(struct piece *piece, uint32_t tick, uint32_t length, int pitch)
{
    assert_true(piece->n + 2 <= MAX_EVENTS);
    piece->events[piece->n++] = (struct attune_midi_event){
        .tick = tick, .kind = ATTUNE_MIDI_NOTE_ON, .a = (uint8_t)pitch, .b = 90};
    piece->events[piece->n++] = (struct attune_midi_event){
        .tick = tick + length, .kind = ATTUNE_MIDI_NOTE_OFF, .a = (uint8_t)pitch};
    piece->end_tick = tick + length > piece->end_tick ? tick + length : piece->end_tick;
}

static void triad(struct piece *piece, uint32_t tick, uint32_t length, int root)
{
    note(piece, tick, length, 60 + root);
    note(piece, tick, length, 64 + root);
    note(piece, tick, length, 67 + root);
}

static void scale(struct piece *piece, uint32_t tick, int tonic)
{
    static const int major[8] = {0, 2, 4, 5, 7, 9, 11, 0};
    for (uint32_t i = 0; i < 7; i++) {
        /* seven notes of equal length, a bar in all: 1920 is no multiple of 7, but 7 * 274 nearly
         * is */
        note(piece, tick + i * 274, 274, 60 + tonic + major[i]);
    }
}

static void load(struct piece *piece)
{
    qsort(piece->events, piece->n, sizeof *piece->events, by_tick);
    piece->midi = (struct attune_midi){.n_tracks = 1,
                                       .division = QUARTER,
                                       .events = piece->events,
                                       .n_events = piece->n,
                                       .track_end = &piece->end_tick};
    assert_int_equal(attune_analysis_load_midi(piece->analysis, &piece->midi, NULL), ATTUNE_OK);
}

static struct attune_value value_of(struct attune_analysis *analysis, const char *id)
{
    const struct attune_metric *metric = attune_metric_find(id);
    assert_non_null(metric);
    return attune_metric_eval(metric, analysis);
}

static double defined(struct attune_analysis *analysis, const char *id)
{
    const struct attune_value value = value_of(analysis, id);
    if (value.state != ATTUNE_DEFINED) {
        fail_msg("%s is undefined: %s", id, value.why);
    }
    return value.v;
}

static int setup(void **state)
{
    static struct piece piece;
    piece.n = 0;
    piece.end_tick = 0;
    piece.analysis = attune_analysis_new(NULL);
    *state = &piece;
    return piece.analysis ? 0 : -1;
}

static int teardown(void **state)
{
    attune_analysis_free(((struct piece *)*state)->analysis);
    return 0;
}

static void c_major_scales(void **state)
{
    static const double p[12] = {6.35, 2.23, 3.48, 2.33, 4.38, 4.09,
                                 2.52, 5.19, 2.39, 3.66, 2.29, 2.88};
    struct piece *piece = *state;
    for (uint32_t bar = 0; bar < 8; bar++) {
        scale(piece, bar * BAR, 0);
    }
    load(piece);
    /* Pearson's r between the profile and the scale's indicator. */
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < 12; i++) {
        sum += p[i];
        squares += p[i] * p[i];
    }
    const double in_scale = p[0] + p[2] + p[4] + p[5] + p[7] + p[9] + p[11];
    const double r = (in_scale - 7.0 * sum / 12.0) /
                     sqrt((squares - sum * sum / 12.0) * (7.0 - 49.0 / 12.0));
    struct attune_analysis *a = piece->analysis;
    NEAR(defined(a, "harmonic.key_clarity"), r, 1e-6);
    NEAR(defined(a, "harmonic.in_scale_ratio"), 1.0, 1e-6);
    NEAR(defined(a, "harmonic.key_stability"), 1.0, 0.0);
    NEAR(defined(a, "harmonic.chroma_entropy"), log2(7.0) / log2(12.0), 1e-6);
    assert_int_equal(attune_analysis_key(a)->best, 0);
    /* The best key that is none of C, F, G, A minor, C minor. */
    const double *correlation = attune_analysis_key(a)->correlation;
    double other = -1.0;
    for (int k = 0; k < 24; k++) {
        if (k != 0 && k != 5 && k != 7 && k != 12 + 9 && k != 12 && correlation[k] > other) {
            other = correlation[k];
        }
    }
    NEAR(defined(a, "harmonic.key_margin"), (r - other) / r, 1e-6);
}

/* Twelve bars of C major, four of G: windows begin every two bars, and only the last or the last
 * two of seven are G's, at half a point each. */
static void a_modulation_to_the_fifth_costs_half(void **state)
{
    struct piece *piece = *state;
    for (uint32_t bar = 0; bar < 16; bar++) {
        scale(piece, bar * BAR, bar < 12 ? 0 : 7);
    }
    load(piece);
    const double stability = defined(piece->analysis, "harmonic.key_stability");
    assert_true(fabs(stability - 6.5 / 7.0) < 1e-12 || fabs(stability - 6.0 / 7.0) < 1e-12);
}

/* C F G C F G C: seven chords of a bar, three kinds. */
static void a_cadence_of_seven_chords(void **state)
{
    static const int roots[7] = {0, 5, 7, 0, 5, 7, 0};
    struct piece *piece = *state;
    for (uint32_t i = 0; i < 7; i++) {
        triad(piece, i * BAR, BAR, roots[i]);
    }
    load(piece);
    struct attune_analysis *a = piece->analysis;
    NEAR(defined(a, "harmonic.chord_clarity"), 1.0, 1e-6);
    NEAR(defined(a, "harmonic.chord_coverage"), 3.0, 0.0);
    NEAR(defined(a, "harmonic.chord_change_rate"), 6.0 / 28.0, 1e-12);
    NEAR(defined(a, "harmonic.chord_irregularity"), 3.0 / 5.0, 1e-12);
    NEAR(defined(a, "harmonic.chord_histogram_entropy"),
         -(3.0 * log(3.0 / 7.0) + 4.0 * log(2.0 / 7.0)) / 7.0, 1e-12);

    /* Rows of the table: I sums to 17.5, IV and V to 14.5; 4 % go to chromatic roots. */
    const double one_four = log(0.96 * 6.0 / 17.5), one_five = one_four;
    const double four_one = log(0.96 * 3.0 / 14.5), four_five = log(0.96 * 6.0 / 14.5);
    const double five_one = log(0.96 * 6.0 / 14.5), five_four = log(0.96 * 3.0 / 14.5);
    const double heard = (one_four + four_five + five_one) / 3.0;
    const double shuffled = (6.0 * (one_four + one_five + four_one + five_one) +
                             4.0 * (four_five + five_four)) / 32.0;
    NEAR(defined(a, "harmonic.progression_fit"), heard - shuffled, 1e-12);
}

/* |z(C) - z(G)| of major triads: a transposition by t turns each circle by its angle, so that the
 * distance on a circle of radius r is 2 r |c| sin(angle / 2), with c the triad's own centroid on
 * it. */
static double triad_distance(int semitones)
{
    static const double step[3] = {7.0, 9.0, 4.0}, radius[3] = {1.0, 1.0, 0.5};
    double sum = 0.0;
    for (int circle = 0; circle < 3; circle++) {
        double x = 0.0, y = 0.0;
        for (int i = 0; i < 3; i++) {
            static const int tones[3] = {0, 4, 7};
            x += cos(TAU * step[circle] * tones[i] / 12.0) / 3.0;
            y += sin(TAU * step[circle] * tones[i] / 12.0) / 3.0;
        }
        const double chord = 2.0 * radius[circle] * hypot(x, y) *
                             sin(TAU * step[circle] * semitones / 24.0);
        sum += chord * chord;
    }
    return sqrt(sum);
}

static void tonal_distance_of_a_cadence(void **state)
{
    static const int roots[4] = {0, 5, 7, 0};
    struct piece *piece = *state;
    for (uint32_t i = 0; i < 4; i++) {
        triad(piece, i * BAR, BAR, roots[i]);
    }
    load(piece);
    NEAR(defined(piece->analysis, "harmonic.tonal_distance"),
         (triad_distance(5) + triad_distance(2) + triad_distance(7)) / 3.0, 1e-6);
}

static void a_held_chord_changes_nothing(void **state)
{
    struct piece *piece = *state;
    for (uint32_t i = 0; i < 8; i++) {
        triad(piece, i * BAR, BAR, 2);
    }
    load(piece);
    struct attune_analysis *a = piece->analysis;
    NEAR(defined(a, "harmonic.tonal_change"), 0.0, 1e-9);
    NEAR(defined(a, "harmonic.chord_change_rate"), 0.0, 0.0);
    NEAR(defined(a, "harmonic.chord_histogram_entropy"), 0.0, 0.0);
    assert_int_equal(value_of(a, "harmonic.progression_fit").state, ATTUNE_UNDEFINED);
    assert_int_equal(value_of(a, "harmonic.chord_irregularity").state, ATTUNE_UNDEFINED);
    assert_int_equal(value_of(a, "harmonic.tuning_deviation").state, ATTUNE_NOT_APPLICABLE);
}

/* Roughness of pitches p and q by the formula, partial by partial. */
static double rough(int p, int q)
{
    double f[12], a[12], sum = 0.0, squares = 0.0;
    const int n = p == q ? 6 : 12;
    for (int i = 0; i < n; i++) {
        f[i] = 440.0 * pow(2.0, ((i < 6 ? p : q) - 69) / 12.0) * (i % 6 + 1);
        a[i] = pow(0.88, i % 6);
        squares += a[i] * a[i];
    }
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            const double low = f[i] < f[j] ? f[i] : f[j], d = fabs(f[i] - f[j]);
            const double s = 0.24 / (0.0207 * low + 18.96);
            sum += a[i] * a[j] * (exp(-3.51 * s * d) - exp(-5.75 * s * d));
        }
    }
    return sum / squares;
}

/* A note alone for a bar, then a second one above it for a bar, the first struck twice at once. */
static void roughness_is_a_mean_over_time(void **state)
{
    struct piece *piece = *state;
    note(piece, 0, 2 * BAR, 60);
    note(piece, BAR, BAR, 61);
    piece->events[piece->n++] = (struct attune_midi_event){
        .kind = ATTUNE_MIDI_NOTE_ON, .channel = 1, .a = 60, .b = 50};
    piece->events[piece->n++] = (struct attune_midi_event){
        .tick = 2 * BAR, .kind = ATTUNE_MIDI_NOTE_OFF, .channel = 1, .a = 60};
    load(piece);
    NEAR(defined(piece->analysis, "harmonic.roughness"), 0.5 * (rough(60, 60) + rough(60, 61)),
         2e-6);
    assert_true(rough(60, 61) > 2.0 * rough(60, 67));
}

static void dissonance_of_unison_and_of_everything(void **state)
{
    struct piece *piece = *state;
    note(piece, 0, BAR, 60);
    note(piece, 0, BAR, 72);
    load(piece);
    NEAR(defined(piece->analysis, "harmonic.tiv_dissonance"), 0.0, 1e-6);
    for (int pitch = 61; pitch < 72; pitch++) {
        note(piece, BAR, BAR, pitch);
    }
    note(piece, BAR, BAR, 60);
    load(piece);
    /* weights are durations: two notes in the first bar, twelve in the second */
    NEAR(defined(piece->analysis, "harmonic.tiv_dissonance"), 12.0 / 14.0, 1e-6);
}

/* Twenty seconds of C, twenty of F sharp, twenty of C. */
static void sections_of_a_piece_in_three_parts(void **state)
{
    struct piece *piece = *state;
    for (uint32_t bar = 0; bar < 30; bar++) {
        triad(piece, bar * BAR, BAR, bar < 10 || bar >= 20 ? 0 : 6);
    }
    load(piece);
    struct attune_analysis *a = piece->analysis;
    const struct attune_novelty *novelty = attune_analysis_novelty(a);
    assert_null(novelty->why);
    assert_int_equal(novelty->n_sections, 3);
    NEAR(novelty->sections[0].end_s, 20.0, 0.51);
    NEAR(novelty->sections[1].end_s, 40.0, 0.51);
    assert_int_equal(novelty->sections[0].label, 'a');
    assert_int_equal(novelty->sections[1].label, 'b');
    assert_int_equal(novelty->sections[2].label, 'a');
    NEAR(defined(a, "temporal.novelty_rate"), 2.0, 1e-9);
    assert_true(defined(a, "temporal.section_contrast") > 3.0);
}

static void short_pieces_have_no_structure(void **state)
{
    struct piece *piece = *state;
    for (uint32_t bar = 0; bar < 5; bar++) {
        scale(piece, bar * BAR, 0);
    }
    load(piece); /* 10 s */
    struct attune_analysis *a = piece->analysis;
    assert_int_equal(value_of(a, "temporal.structure_short").state, ATTUNE_DEFINED);
    assert_string_equal(value_of(a, "temporal.structure_mid").why, "shorter than 16 s");
    assert_string_equal(value_of(a, "temporal.structure_long").why, "shorter than 30 s");
    assert_string_equal(value_of(a, "temporal.novelty_rate").why, "shorter than 16 s");
}

/* Ten seconds of sines of one amplitude, `cents` off the grid of A440. */
static void load_sines(struct attune_analysis *analysis, const int *pitches, const double *cents,
                       size_t n)
{
    enum { LENGTH = 10 * RATE };
    float *samples = malloc(LENGTH * sizeof *samples);
    for (size_t t = 0; t < LENGTH; t++) {
        double x = 0.0;
        for (size_t i = 0; i < n; i++) {
            const double hz = 440.0 * pow(2.0, (pitches[i] - 69 + cents[i] / 100.0) / 12.0);
            x += 0.05 * sin(TAU * hz * (double)t / RATE);
        }
        samples[t] = (float)x;
    }
    struct attune_audio_source source;
    attune_audio_from_memory(&source, samples, LENGTH, 1, RATE);
    assert_int_equal(attune_analysis_load_audio(analysis, &source, ATTUNE_NEED_HARMONIC, NULL),
                     ATTUNE_OK);
    attune_audio_close(&source);
    free(samples);
}

/* The notes of C major, in tune, 30 cents sharp, and spread by 10 cents to either side. */
static void detuned_sines(void **state)
{
    static const int pitches[7] = {60, 62, 64, 65, 67, 69, 71};
    struct attune_analysis *a = ((struct piece *)*state)->analysis;
    const double in_tune[7] = {0.0}, sharp[7] = {30, 30, 30, 30, 30, 30, 30};
    const double spread[6] = {10, -10, 10, -10, 10, -10};
    load_sines(a, pitches, in_tune, 7);
    NEAR(attune_analysis_chroma(a)->tuning_cents, 0.0, 0.5);
    assert_true(defined(a, "harmonic.tuning_deviation") < 1.0);
    const double clarity = defined(a, "harmonic.key_clarity");
    assert_int_equal(attune_analysis_key(a)->best, 0);
    NEAR(defined(a, "harmonic.in_scale_ratio"), 1.0, 1e-3);
    load_sines(a, pitches, sharp, 7);
    NEAR(attune_analysis_chroma(a)->tuning_cents, 30.0, 0.5);
    NEAR(defined(a, "harmonic.key_clarity"), clarity, 0.01);
    load_sines(a, pitches, spread, 6);
    /* R = cos(2 pi / 10) */
    NEAR(defined(a, "harmonic.tuning_deviation"),
         100.0 / TAU * sqrt(-2.0 * log(cos(TAU / 10.0))), 0.3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(c_major_scales),
        TEST(a_modulation_to_the_fifth_costs_half),
        TEST(a_cadence_of_seven_chords),
        TEST(tonal_distance_of_a_cadence),
        TEST(a_held_chord_changes_nothing),
        TEST(roughness_is_a_mean_over_time),
        TEST(dissonance_of_unison_and_of_everything),
        TEST(sections_of_a_piece_in_three_parts),
        TEST(short_pieces_have_no_structure),
        TEST(detuned_sines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
