/* Tonal distance: how far the harmony leaps from chord to chord.
 *
 *     value = mean over successive chords of |z(next) - z(this)|
 *
 * z: tonal centroid of the chord's pitch classes, equally strong. Gaps without a chord are
 * skipped. */
#include "metrics/analysis/chords.h"
#include "metrics/analysis/tonal.h"
#include "metrics/metric.h"

static void chord_centroid(struct attune_chord chord, double centroid[6])
{
    const unsigned set = attune_chord_pitch_classes(chord);
    float chroma[12];
    for (int c = 0; c < 12; c++) {
        chroma[c] = set >> c & 1u ? 1.0f / (float)__builtin_popcount(set) : 0.0f;
    }
    attune_tonal_centroid(chroma, centroid);
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (chords->why) {
        return attune_undefined(chords->why);
    }
    if (chords->n_chords < 2) {
        return attune_undefined("fewer than two chords");
    }
    double sum = 0.0, before[6], now[6];
    chord_centroid(chords->sequence[0], before);
    for (size_t i = 1; i < chords->n_chords; i++) {
        chord_centroid(chords->sequence[i], now);
        sum += attune_tonal_distance(before, now);
        memcpy(before, now, sizeof before);
    }
    return attune_defined(sum / (double)(chords->n_chords - 1));
}

const struct attune_metric attune_metric_harmonic_tonal_distance = {
    .id = "harmonic.tonal_distance",
    .version = 2,
    .title = "Tonal distance",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 3.001,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "mean distance of successive chords in tonal space",
    .formula = "mean Euclidean distance of the tonal centroids of successive chords",
    .source =
        "chord tonal distance of Yeh et al. 2021 (Automatic melody harmonization) in "
        "the space of Harte, Sandler & Gasser 2006",
    .undefined_when = "fewer than two chords",
    .eval = eval,
};
