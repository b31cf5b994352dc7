/* Two readings of the beat spectrum (Foote & Uchihashi 2001): how alike the rhythm is to itself
 * some time later, as a function of that time.
 *
 *     r(L) = sum_{t,b} x_b(t) x_b(t + L) / sum_{t,b} x_b(t)^2 * n / (n - L)
 *
 *     rhythm_recurrence  max of r over lags of 2 to 8 s: a bar or a few bars come back
 *     rhythm_contrast    standard deviation of r over lags of 1 to 4.5 s: some lags fit, some not
 *
 * x_b  onset flux in band b of 16, mean-free: which instruments enter when, not only how much
 * Both are means over windows of 30 s, half overlapping, so that a long piece has the values of its
 * parts; lags go up to half a window or piece at most. No beat is tracked, so nothing is lost where
 * tracking fails. Deviation: Foote & Uchihashi sum the diagonals of a similarity matrix of spectra;
 * the products of band onsets are the same sums without the matrix, and blind to what only lasts.
 * Silence before and after the sound is left out, and the frame with which the sound begins: that
 * step out of nothing would outweigh all onsets. Undefined with less than 6 s of sound, and where
 * nothing begins. */
#include <math.h>

#include "metrics/analysis/frontend.h"
#include "metrics/analysis/tempogram.h"
#include "metrics/metric.h"

enum { WINDOW = 1280 }; /* frames: 30 s, one window of attune_tempogram_bands */

/* What is read off r (n_lags,) from lag `first` on. */
typedef double reading(const double *r, size_t first, size_t n_lags);

static double peak(const double *r, size_t first, size_t n_lags)
{
    double best = 0.0;
    for (size_t lag = first; lag < n_lags; lag++) {
        best = fmax(best, r[lag]);
    }
    return fmin(best, 1.0);
}

static double deviation(const double *r, size_t first, size_t n_lags)
{
    double sum = 0.0, squares = 0.0;
    const double n = (double)(n_lags - first);
    for (size_t lag = first; lag < n_lags; lag++) {
        sum += r[lag];
    }
    for (size_t lag = first; lag < n_lags; lag++) {
        squares += (r[lag] - sum / n) * (r[lag] - sum / n);
    }
    return fmin(sqrt(squares / n), 1.0);
}

static struct attune_value measure(struct attune_analysis *a, double from_s, double to_s,
                                   reading *read)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    if (frames->why) {
        return attune_undefined(frames->why);
    }
    size_t begin = 0, end = frames->n_frames;
    while (begin < end && frames->silent[begin++]) {
    }
    while (end > begin && frames->silent[end - 1]) {
        end--;
    }
    if ((double)(end - begin) < 6.0 * frames->rate_hz) {
        return attune_undefined("less than 6 s of sound");
    }
    const size_t n = end - begin < WINDOW ? end - begin : WINDOW;
    const size_t first = (size_t)(from_s * frames->rate_hz);
    const size_t last = (size_t)(to_s * frames->rate_hz);
    const size_t n_lags = (last < n / 2 ? last : n / 2) + 1;
    double r[ATTUNE_TEMPOGRAM_MAX_LAGS], sum = 0.0;
    size_t n_windows = 0;
    for (size_t start = begin; start + n <= end; start += WINDOW / 2) {
        attune_tempogram_bands(frames->flux_bands + start * ATTUNE_N_FLUX_BANDS, n,
                               ATTUNE_N_FLUX_BANDS, n_lags, r);
        if (r[0] > 0.0) {
            sum += read(r, first, n_lags);
            n_windows++;
        }
    }
    return n_windows ? attune_defined(sum / (double)n_windows) : attune_undefined("no onsets");
}

static struct attune_value eval_recurrence(struct attune_analysis *a)
{
    return measure(a, 2.0, 8.0, peak);
}

const struct attune_metric attune_metric_temporal_rhythm_recurrence = {
    .id = "temporal.rhythm_recurrence",
    .version = 1,
    .title = "Rhythm recurrence",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_TEMPO | ATTUNE_DAMAGE_SHUFFLE |
                   ATTUNE_DAMAGE_SPLICE,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "does the rhythm of a bar or a few bars come back, by which bands sound when",
    .formula = "max over lags of 2 to 8 s of the autocorrelation of onset flux in 16 bands, summed"
               " over bands; mean over windows of 30 s",
    .source = "beat spectrum: Foote & Uchihashi 2001",
    .undefined_when = "less than 6 s of sound, or no onsets",
    .eval = eval_recurrence,
};

static struct attune_value eval_contrast(struct attune_analysis *a)
{
    return measure(a, 1.0, 4.5, deviation);
}

const struct attune_metric attune_metric_temporal_rhythm_contrast = {
    .id = "temporal.rhythm_contrast",
    .version = 1,
    .title = "Rhythm contrast",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_TEMPO | ATTUNE_DAMAGE_SHUFFLE |
                   ATTUNE_DAMAGE_SPLICE,
    .invariant = ATTUNE_INVARIANT_POLARITY,
    .summary = "does the rhythm fit itself at some distances in time and not at others",
    .formula = "standard deviation over lags of 1 to 4.5 s of the autocorrelation of onset flux in"
               " 16 bands, summed over bands; mean over windows of 30 s",
    .source = "beat spectrum: Foote & Uchihashi 2001",
    .undefined_when = "less than 6 s of sound, or no onsets",
    .eval = eval_contrast,
};
