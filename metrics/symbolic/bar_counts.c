#include "metrics/symbolic/bar_counts.h"

#include <stdint.h>

#include "metrics/symbolic/empty_share.h"

struct attune_bar_counts attune_bar_counts(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    struct attune_bar_counts out = {.why = grid->why};
    if (out.why) {
        return out;
    }
    const size_t first = attune_first_bar(a);
    uint64_t seen[2] = {0, 0};
    for (size_t i = 0, bar = first; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (bar + 1 < grid->n_bars && grid->bar_tick[bar + 1] <= note->onset_tick) {
            bar++;
            seen[0] = seen[1] = 0;
        }
        if (!note->is_drum) {
            uint64_t *word = &seen[note->pitch / 64];
            const uint64_t bit = UINT64_C(1) << note->pitch % 64;
            out.notes += 1.0;
            out.pitches += !(*word & bit);
            *word |= bit;
        }
    }
    const double n_bars = (double)(grid->n_bars - first);
    out.notes /= n_bars;
    out.pitches /= n_bars;
    return out;
}
