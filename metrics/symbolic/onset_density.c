#include "metrics/symbolic/onset_density.h"

#include "metrics/analysis/internal.h"
#include "metrics/symbolic/empty_share.h"

struct attune_onset_density attune_onset_density(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    struct attune_onset_density out = {.why = grid->why};
    if (out.why) {
        return out;
    }
    const size_t first = attune_first_bar(a);
    out.n_bars = grid->n_bars - first;
    double *onsets =
        attune_arena_alloc(&a->scratch, out.n_bars * ATTUNE_DENSITY_PARTS, sizeof *onsets);
    if (!onsets) {
        attune_analysis_oom(a);
        out.why = "out of memory";
        return out;
    }
    for (size_t i = 0, bar = first; i < notes->n_notes; i++) {
        const uint32_t tick = notes->notes[i].onset_tick;
        while (bar + 1 < grid->n_bars && grid->bar_tick[bar + 1] <= tick) {
            bar++;
        }
        const uint64_t length = grid->bar_tick[bar + 1] - grid->bar_tick[bar];
        const uint64_t from_start = tick - grid->bar_tick[bar];
        const size_t part =
            (size_t)((2 * ATTUNE_DENSITY_PARTS * from_start + length) / (2 * length));
        const size_t place = (bar - first) * ATTUNE_DENSITY_PARTS + part;
        if (place < out.n_bars * ATTUNE_DENSITY_PARTS) {
            onsets[place] += 1.0;
        }
    }
    out.onsets = onsets;
    return out;
}
