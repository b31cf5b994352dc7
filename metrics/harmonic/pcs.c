/* Pitch consonance score, PCS: mean over the time that melody and chords share of the mean over
 * chord tones of
 *
 *     +1  melody 0, 3, 4, 7, 8 or 9 semitones (mod 12) above the chord tone
 *      0  5 semitones
 *     -1  else
 *
 * Melody and chords: metrics/analysis/parts.h. */
#include "metrics/analysis/chords.h"
#include "metrics/analysis/parts.h"
#include "metrics/metric.h"

static double consonance(int pitch, struct attune_chord chord)
{
    static const int score[12] = {1, -1, -1, 1, 1, 0, -1, 1, 1, 1, -1, -1};
    const unsigned classes = attune_chord_pitch_classes(chord);
    int sum = 0;
    for (int c = 0; c < 12; c++) {
        sum += classes >> c & 1u ? score[(pitch - c + 120) % 12] : 0;
    }
    return (double)sum / __builtin_popcount(classes);
}

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_melody_mean(a, consonance);
}

const struct attune_metric attune_metric_harmonic_pcs = {
    .id = "harmonic.pcs",
    .version = 1,
    .title = "Pitch consonance score",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = -1,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "consonance of the melody with the chord tones under it",
    .formula = "time-weighted mean of +1 for 0 3 4 7 8 9, 0 for 5, else -1, over chord tones",
    .source = "Yeh et al. 2021",
    .undefined_when = "fewer than four melody notes, or no accompaniment",
    .eval = eval,
};
