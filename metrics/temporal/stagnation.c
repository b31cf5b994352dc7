/* Stagnation: the longest stretch in which nothing new happens, as a share of the piece.
 *
 *     max over lags L and runs of (length of the run + L) / length of the piece, where a run is a
 *     stretch in which everything equals what was heard L earlier
 *
 * symbolic  L is 1 or 2 bars; a bar equals another when the cosine of their patterns
 *           (bar_content.h) is above 0.995, empty bars equal nothing
 * audio     L is 0.25 to 4.5 s in frames of the chroma (chroma.h); x(t) equals x(t - L) where the
 *           cosine, averaged over two seconds, is above 0.92; silent frames equal nothing
 * The piece reaches from its first sound to its last. 0 without any such stretch, 1 for a loop. The
 * longest run of repetition is how degenerate text of language models is found (Holtzman et al.
 * 2020). Undefined below 4 bars or 9 s. */
#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/temporal/bar_content.h"

static struct attune_value over_bars(struct attune_analysis *a)
{
    enum { MAX_LAG = 2, MIN_BARS = 4 };
    const struct attune_bar_content content = attune_bar_content_make(a);
    if (content.why) {
        return attune_undefined(content.why);
    }
    size_t first, n, longest = 0;
    attune_bar_content_span(&content, &first, &n);
    if (n < MIN_BARS) {
        return attune_undefined("fewer than 4 bars");
    }
    for (size_t lag = 1; lag <= MAX_LAG; lag++) {
        size_t run = 0;
        for (size_t b = first + lag; b < first + n; b++) {
            const float *row = content.rows + b * content.width;
            const double cosine =
                attune_bar_content_dot(row, row - lag * content.width, content.pattern);
            run = cosine > 0.995 ? run + 1 : 0;
            longest = run && run + lag > longest ? run + lag : longest;
        }
    }
    return attune_defined((double)longest / (double)n);
}

/* A bar that is rendered twice does not sound the same twice: choruses drift, noise is noise. In
 * pieces of real music frozen to one bar the cosines still average above this, untouched ones do so
 * for short stretches. */
static const double SAME = 0.92, WINDOW_S = 2.0;

static double cosine(const float *x, const float *y)
{
    double xx = 0.0, yy = 0.0, xy = 0.0;
    for (size_t i = 0; i < 12; i++) {
        xx += (double)x[i] * (double)x[i];
        yy += (double)y[i] * (double)y[i];
        xy += (double)x[i] * (double)y[i];
    }
    return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : 0.0;
}

/* Frames in the longest run at one lag. match: (n_frames,) scratch. */
static size_t longest_run(const struct attune_chroma *chroma, size_t lag, size_t window,
                          double *match)
{
    size_t run = 0, longest = 0;
    double sum = 0.0;
    for (size_t i = lag; i < chroma->n_frames; i++) {
        match[i] = cosine(chroma->frames + 12 * i, chroma->frames + 12 * (i - lag));
        sum += match[i] - (i >= lag + window ? match[i - window] : 0.0);
        run = i + 1 >= lag + window && sum > SAME * (double)window ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest ? longest + window - 1 + lag : 0;
}

/* Frames from the first to the last that sounds. */
static size_t sounding_span(const struct attune_chroma *chroma)
{
    size_t first = 0, last = chroma->n_frames - 1;
    while (first < last && chroma->silent[first]) {
        first++;
    }
    while (last > first && chroma->silent[last]) {
        last--;
    }
    return last - first + 1;
}

static struct attune_value over_frames(struct attune_analysis *a)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    if (chroma->why) {
        return attune_undefined(chroma->why);
    }
    const double frame_s = attune_harmonic_frames_hop_s(attune_analysis_frames(a)->harmonic);
    const size_t shortest = (size_t)(0.25 / frame_s + 0.5), most = (size_t)(4.5 / frame_s + 0.5);
    if (chroma->n_frames < 2 * most) {
        return attune_undefined("less than 9 s");
    }
    double *match = attune_arena_alloc(&a->scratch, chroma->n_frames, sizeof *match);
    if (!match) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    size_t longest = 0;
    for (size_t lag = shortest; lag <= most; lag++) {
        const size_t run = longest_run(chroma, lag, (size_t)(WINDOW_S / frame_s + 0.5), match);
        longest = run > longest ? run : longest;
    }
    /* The last window may reach into the silence behind the sound. */
    return attune_defined(fmin((double)longest / (double)sounding_span(chroma), 1.0));
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value value =
        attune_analysis_modality(a) == ATTUNE_AUDIO ? over_frames(a) : over_bars(a);
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_stagnation = {
    .id = "temporal.stagnation",
    .version = 4,
    .title = "Stagnation",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_FREEZE,
    .invariant = ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "longest stretch in which nothing new happens, as a share of the piece",
    .formula = "longest run of bars that equal the bar one or two before (cosine above 0.995), over"
               " all bars; audio: of chroma frames that equal those up to 4.5 s before (mean cosine"
               " over two seconds above 0.92)",
    .source = "definition; after the repetition loops of Holtzman et al. 2020",
    .undefined_when = "fewer than 4 bars; audio: less than 9 s",
    .eval = eval,
};
