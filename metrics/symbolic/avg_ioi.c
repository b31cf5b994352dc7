/* Mean time between successive different onsets, drums left out.
 *
 * Corrected against mgeval: simultaneous onsets, in chords and between parts, are one onset;
 * there they give intervals of 0 s that pull the mean down with the number of parts. */
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    if (notes->why) {
        return attune_undefined(notes->why);
    }
    size_t n = 0;
    double first_s = 0.0, last_s = 0.0;
    uint32_t last_tick = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (note->is_drum || (n > 0 && note->onset_tick == last_tick)) {
            continue;
        }
        first_s = n == 0 ? note->onset_s : first_s;
        last_s = note->onset_s;
        last_tick = note->onset_tick;
        n++;
    }
    return n > 1 ? attune_defined((last_s - first_s) / (double)(n - 1))
                 : attune_undefined("fewer than two onsets");
}

const struct attune_metric attune_metric_symbolic_avg_ioi = {
    .id = "symbolic.avg_ioi",
    .version = 1,
    .title = "Mean inter-onset interval",
    .unit = "s",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "mean time between successive onsets",
    .formula = "(last onset - first onset) / (different onsets - 1)",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "fewer than two onsets of pitched notes",
    .eval = eval,
};
