/* Tuning deviation: how far partials stray from one equal-tempered grid.
 *
 *     value = 100/(2 pi) sqrt(-2 ln R),   R = |sum a e^(2 pi i d)| / sum a
 *
 * over all spectral peaks between 55 and 2000 Hz of sounding frames: a amplitude, d deviation from
 * the nearest equal-tempered pitch in semitones. This is the circular standard deviation, about
 * whatever tuning the piece has. Harmonics themselves deviate (the fifth by -14 cents), so that a
 * perfect piano is not at 0. */
#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/frontend.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    if (chroma->why) {
        return attune_undefined(chroma->why);
    }
    const struct attune_harmonic_frames *harmonic = attune_analysis_frames(a)->harmonic;
    double re = 0.0, im = 0.0, total = 0.0;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        size_t n;
        const struct attune_peak *peaks = attune_harmonic_frames_peaks(harmonic, i, &n);
        for (size_t p = 0; p < n && !chroma->silent[i]; p++) {
            if (peaks[p].hz >= 55.0f && peaks[p].hz <= 2000.0f) {
                const float pitch = 12.0f * log2f(peaks[p].hz / 440.0f);
                const float angle = 6.2831853f * (pitch - rintf(pitch));
                re += (double)(peaks[p].amplitude * cosf(angle));
                im += (double)(peaks[p].amplitude * sinf(angle));
                total += (double)peaks[p].amplitude;
            }
        }
    }
    const double r = total > 0.0 ? hypot(re, im) / total : 0.0;
    if (!(r > 0.0)) {
        return attune_undefined("no grid: peaks are spread evenly");
    }
    return attune_defined(r < 1.0 ? 100.0 / 6.283185307179586 * sqrt(-2.0 * log(r)) : 0.0);
}

const struct attune_metric attune_metric_harmonic_tuning_deviation = {
    .id = "harmonic.tuning_deviation",
    .version = 1,
    .title = "Tuning deviation",
    .unit = "cents",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_DETUNE | ATTUNE_DAMAGE_NOISE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY,
    .summary = "spread of the partials around the piece's own equal-tempered grid",
    .formula =
        "circular standard deviation in cents of the deviation of spectral peaks "
        "(55-2000 Hz, weighted by amplitude) from the equal-tempered grid",
    .source =
        "circular statistics, Mardia & Jupp 2000; tuning estimation as in Müller 2015, "
        "3.1",
    .undefined_when = "no pitched sound; peaks spread evenly",
    .eval = eval,
};
