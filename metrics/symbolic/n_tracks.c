/* Number of lines that hold notes: channels of tracks, drums included. In a type 0 file, where
 * all is in one track, channels are what tracks are elsewhere. */
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    uint16_t *channels = attune_arena_alloc(&a->scratch, a->midi->n_tracks, sizeof *channels);
    if (!channels) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    int n = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        const uint16_t bit = (uint16_t)(1u << note->channel);
        n += !(channels[note->track] & bit);
        channels[note->track] |= bit;
    }
    attune_arena_reset(&a->scratch);
    return attune_defined(n);
}

const struct attune_metric attune_metric_symbolic_n_tracks = {
    .id = "symbolic.n_tracks",
    .version = 1,
    .title = "Tracks with notes",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "number of channels of tracks that hold notes",
    .formula = "count of pairs (track, channel) with at least one note",
    .source = "house definition",
    .undefined_when = "never",
    .eval = eval,
};
