/* Melody-chord tonal distance, MCTD: mean over the time that melody and chords share of the
 * distance of their tonal centroids (tonal.h): that of the melody's pitch class, and that of the
 * chord's tones, equally strong.
 *
 * Melody and chords: metrics/analysis/parts.h. */
#include "metrics/analysis/chords.h"
#include "metrics/analysis/parts.h"
#include "metrics/analysis/tonal.h"
#include "metrics/metric.h"

static void centroid_of(unsigned classes, double centroid[6])
{
    float chroma[12];
    for (int c = 0; c < 12; c++) {
        chroma[c] = classes >> c & 1u ? 1.0f / (float)__builtin_popcount(classes) : 0.0f;
    }
    attune_tonal_centroid(chroma, centroid);
}

static double distance(int pitch, struct attune_chord chord)
{
    double melody[6], tones[6];
    centroid_of(1u << pitch % 12, melody);
    centroid_of(attune_chord_pitch_classes(chord), tones);
    return attune_tonal_distance(melody, tones);
}

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_melody_mean(a, distance);
}

const struct attune_metric attune_metric_harmonic_mctd = {
    .id = "harmonic.mctd",
    .version = 1,
    .title = "Melody-chord tonal distance",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 4,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "tonal distance of the melody from the chords under it",
    .formula = "time-weighted mean distance of the tonal centroids of melody note and chord",
    .source = "Yeh et al. 2021; Harte et al. 2006",
    .undefined_when = "fewer than four melody notes, or no accompaniment",
    .eval = eval,
};
