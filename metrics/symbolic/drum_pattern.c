#include "metrics/symbolic/drum_pattern.h"

#include <math.h>

#include "metrics/analysis/grid.h"
#include "metrics/analysis/notes.h"

static const double tolerance_beats = 1.0 / 32.0;

struct attune_value attune_drum_pattern_rate(struct attune_analysis *a, int n_parts)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    if (grid->why) {
        return attune_undefined(grid->why);
    }
    if (notes->n_drums == 0) {
        return attune_undefined("no drums");
    }
    size_t n_in_pattern = 0, beat = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (beat + 1 < grid->n_beats && grid->beat_tick[beat + 1] <= note->onset_tick) {
            beat++;
        }
        if (note->is_drum) {
            const double length = (double)grid->beat_tick[beat + 1] - grid->beat_tick[beat];
            const double phase = ((double)note->onset_tick - grid->beat_tick[beat]) / length;
            const double part = phase * n_parts;
            n_in_pattern += fabs(part - round(part)) <= tolerance_beats * n_parts;
        }
    }
    return attune_defined((double)n_in_pattern / (double)notes->n_drums);
}
