#include "metrics/symbolic/pitch_class_windows.h"

#include "metrics/analysis/internal.h"
#include "metrics/symbolic/empty_share.h"
#include "metrics/symbolic/histogram.h"

typedef uint32_t pitch_classes[12];

/* Notes per bar and pitch class, (n_bars, 12); NULL when out of memory. */
static pitch_classes *count_bars(struct attune_analysis *a, size_t first, size_t n_bars)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    pitch_classes *bars = attune_arena_alloc(&a->scratch, n_bars, sizeof *bars);
    if (!bars) {
        return NULL;
    }
    for (size_t i = 0, bar = first; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (bar + 1 < grid->n_bars && grid->bar_tick[bar + 1] <= note->onset_tick) {
            bar++;
        }
        if (!note->is_drum) {
            bars[bar - first][note->pitch % 12]++;
        }
    }
    return bars;
}

struct attune_value attune_pitch_class_window_entropy(struct attune_analysis *a, size_t n_bars)
{
    const struct attune_grid *grid = attune_analysis_grid(a);
    if (grid->why) {
        return attune_undefined(grid->why);
    }
    const size_t first = attune_first_bar(a), n = grid->n_bars - first;
    if (n < n_bars) {
        return attune_undefined("shorter than the window");
    }
    const pitch_classes *bars = (const pitch_classes *)count_bars(a, first, n);
    if (!bars) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    double sum = 0.0;
    size_t n_windows = 0;
    for (size_t b = 0; b + n_bars <= n; b++) {
        pitch_classes window = {0};
        uint32_t n_notes = 0;
        for (size_t k = 0; k < n_bars; k++) {
            for (size_t c = 0; c < 12; c++) {
                window[c] += bars[b + k][c];
                n_notes += bars[b + k][c];
            }
        }
        if (n_notes > 0) {
            sum += attune_entropy_bits(window, 12);
            n_windows++;
        }
    }
    attune_arena_reset(&a->scratch);
    return n_windows ? attune_defined(sum / (double)n_windows)
                     : attune_undefined("no pitched notes");
}
