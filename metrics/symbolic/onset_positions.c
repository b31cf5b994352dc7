#include "metrics/symbolic/onset_positions.h"

#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/symbolic/empty_share.h"

struct attune_onset_positions attune_onset_positions(struct attune_analysis *a, int with_drums)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    struct attune_onset_positions out = {.why = grid->why};
    if (out.why) {
        return out;
    }
    const size_t first = attune_first_bar(a);
    out.n_bars = grid->n_bars - first;
    uint64_t *bars = attune_arena_alloc(&a->scratch, out.n_bars, sizeof *bars);
    if (!bars) {
        attune_analysis_oom(a);
        out.why = "out of memory";
        return out;
    }
    for (size_t i = 0, bar = first; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (bar + 1 < grid->n_bars && grid->bar_tick[bar + 1] <= note->onset_tick) {
            bar++;
        }
        if (note->is_drum && !with_drums) {
            continue;
        }
        const uint64_t length = grid->bar_tick[bar + 1] - grid->bar_tick[bar];
        const uint64_t from_start = note->onset_tick - grid->bar_tick[bar];
        const uint64_t position =
            (2 * ATTUNE_ONSET_POSITIONS * from_start + length) / (2 * length);
        const size_t target = bar - first + (position == ATTUNE_ONSET_POSITIONS);
        if (target < out.n_bars) {
            bars[target] |= UINT64_C(1) << (position % ATTUNE_ONSET_POSITIONS);
        }
    }
    out.bars = bars;
    return out;
}
