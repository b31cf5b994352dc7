#include "metrics/symbolic/empty_share.h"

size_t attune_unit_at(const uint32_t *tick, size_t n_units, uint32_t at)
{
    size_t low = 0, high = n_units;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (tick[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t attune_first_bar(struct attune_analysis *a)
{
    const struct attune_grid *grid = attune_analysis_grid(a);
    return attune_unit_at(grid->bar_tick, grid->n_bars,
                          attune_analysis_notes(a)->notes[0].onset_tick);
}

double attune_empty_share(const struct attune_notes *notes, const uint32_t *tick, size_t n_units,
                          size_t first)
{
    size_t n_touched = 0, next = first; /* units before next have been counted */
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        const uint32_t last_tick =
            note->end_tick > note->onset_tick ? note->end_tick - 1 : note->onset_tick;
        const size_t begin = attune_unit_at(tick, n_units, note->onset_tick);
        const size_t last = attune_unit_at(tick, n_units, last_tick);
        const size_t from = begin > next ? begin : next;
        if (last >= from) {
            n_touched += last - from + 1;
            next = last + 1;
        }
    }
    return 1.0 - (double)n_touched / (double)(next - first);
}
