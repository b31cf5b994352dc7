/* GS: how far any two bars have onsets at the same places, drums left out.
 *
 *     mean over all pairs of bars of |A and B| / |A or B|
 *
 * A, B   occupied positions of 64 in the bar
 *
 * Corrected against MusDr, whose 1 - mean(A xor B) calls bars similar for sharing silence; pairs
 * of empty bars are left out. Of a longer piece the first 4096 bars are compared. */
#include "metrics/analysis/internal.h"
#include "metrics/metric.h"
#include "metrics/symbolic/onset_positions.h"

enum { MAX_BARS = 4096 };

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_onset_positions onsets = attune_onset_positions(a, 0);
    if (onsets.why) {
        return attune_undefined(onsets.why);
    }
    const size_t n = onsets.n_bars < MAX_BARS ? onsets.n_bars : MAX_BARS;
    double sum = 0.0;
    size_t n_pairs = 0;
    for (size_t b = 0; b < n; b++) {
        for (size_t c = b + 1; c < n; c++) {
            const double agreement = attune_onset_agreement(onsets.bars[b], onsets.bars[c]);
            if (agreement >= 0.0) {
                sum += agreement;
                n_pairs++;
            }
        }
    }
    attune_arena_reset(&a->scratch);
    return n_pairs ? attune_defined(sum / (double)n_pairs)
                   : attune_undefined("fewer than two bars");
}

const struct attune_metric attune_metric_symbolic_gs = {
    .id = "symbolic.gs",
    .version = 1,
    .title = "Groove similarity, all bars",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_ONSET | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "how far any two bars have onsets at the same places",
    .formula =
        "mean over pairs of bars, not both empty, of shared / occupied positions (64 per "
        "bar); the first 4096 bars",
    .source = "Wu & Yang 2020 (MusDr), corrected",
    .undefined_when = "fewer than two bars",
    .eval = eval,
};
