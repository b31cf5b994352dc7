/* Dissonance in the tonal interval space.
 *
 *     value = mean over sounding frames of 1 - |T| / |w|,   T(k) = w(k) sum_c chroma(c) e^(-2 pi i
 * k c / 12)
 *
 * with k = 1 .. 6 and the weights w of Bernardes et al. for audio (3 8 11.5 15 14.5 7.5) and for
 * symbolic chroma (2 11 17 16 19 7). Symbolic frames are beats and weigh by their note durations.
 */
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/tonal.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    if (chroma->why) {
        return attune_undefined(chroma->why);
    }
    const enum attune_modality modality = attune_analysis_modality(a);
    double sum = 0.0, total = 0.0;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        if (!chroma->silent[i]) {
            const double weight = modality == ATTUNE_SYMBOLIC ? (double)chroma->weight[i] : 1.0;
            sum += weight * attune_tiv_dissonance(chroma->frames + i * 12, modality);
            total += weight;
        }
    }
    return attune_defined(sum / total);
}

const struct attune_metric attune_metric_harmonic_tiv_dissonance = {
    .id = "harmonic.tiv_dissonance",
    .version = 2,
    .title = "Tonal interval dissonance",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "dissonance of the sounding pitch classes in the tonal interval space",
    .formula =
        "mean over sounding frames (symbolic: beats, weighted by duration) of 1 - "
        "|T|/|w|, T the weighted discrete Fourier transform of the chroma, w = 3 8 11.5 "
        "15 14.5 7.5 (audio), 2 11 17 16 19 7 (symbolic)",
    .source = "Bernardes et al. 2016, A multi-level tonal interval space",
    .undefined_when = "no pitched sound",
    .eval = eval,
};
