/* Chroma entropy: how evenly local pitch-class content is spread.
 *
 *     value = mean over windows of -sum p log2 p / log2 12
 *
 * p is the mean chroma of a window (audio 8 s, hop 4 s; symbolic 4 bars, hop 2 bars; sounding
 * frames, symbolic weighted by duration). 0: one pitch class, 1: all alike. */
#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/metric.h"

/* Normalised entropy of frames first .. end - 1, or -1 when none of them sounds. */
static double window_entropy(const struct attune_chroma *chroma, size_t first, size_t end,
                             bool weighted)
{
    double sum[12] = {0.0}, total = 0.0, entropy = 0.0;
    for (size_t i = first; i < end; i++) {
        const double weight = chroma->silent[i] ? 0.0 : weighted ? (double)chroma->weight[i] : 1.0;
        for (size_t c = 0; c < 12; c++) {
            sum[c] += weight * (double)chroma->frames[i * 12 + c];
        }
    }
    for (size_t c = 0; c < 12; c++) {
        total += sum[c];
    }
    for (size_t c = 0; c < 12; c++) {
        const double p = total > 0.0 ? sum[c] / total : 0.0;
        entropy -= p > 0.0 ? p * log2(p) : 0.0;
    }
    return total > 0.0 ? entropy / log2(12.0) : -1.0;
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    if (chroma->why) {
        return attune_undefined(chroma->why);
    }
    const bool weighted = attune_analysis_modality(a) == ATTUNE_SYMBOLIC;
    double sum = 0.0;
    size_t n = 0;
    for (size_t first = chroma->first_window;
         first + chroma->window <= chroma->n_frames || first == chroma->first_window;
         first += chroma->hop) {
        const size_t end = first + chroma->window;
        const double entropy = window_entropy(
            chroma, first, end < chroma->n_frames ? end : chroma->n_frames, weighted);
        if (entropy >= 0.0) {
            sum += entropy;
            n++;
        }
    }
    return n ? attune_defined(sum / (double)n) : attune_undefined("no window sounds");
}

const struct attune_metric attune_metric_harmonic_chroma_entropy = {
    .id = "harmonic.chroma_entropy",
    .version = 2,
    .title = "Chroma entropy",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_TRANSPOSED_BARS |
        ATTUNE_DAMAGE_RANDOM_NOTES | ATTUNE_DAMAGE_NOISE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary =
        "how evenly the pitch-class content of windows is spread over the twelve "
        "classes",
    .formula =
        "mean over windows (audio 8 s every 4 s, symbolic 4 bars every 2) of -sum p "
        "log2 p / log2 12 of the window's mean chroma",
    .source =
        "Shannon entropy of pitch-class histograms, as in Wu & Yang 2020; window "
        "lengths are attune's own",
    .undefined_when = "no pitched sound",
    .eval = eval,
};
