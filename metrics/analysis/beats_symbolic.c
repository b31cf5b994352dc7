/* Beats of a symbolic sample: those of its grid, as far as notes reach. The tempo is that of the
 * median beat, so that a ritardando or one odd tempo event does not move it. */
#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/stats/order.h"

static double median_interval(const double *beat_s, size_t n, double *scratch)
{
    for (size_t i = 0; i < n; i++) {
        scratch[i] = beat_s[i + 1] - beat_s[i];
    }
    return attune_select(scratch, n, n / 2);
}

struct attune_beats *attune_beats_symbolic(struct attune_analysis *a)
{
    const struct attune_grid *grid = attune_analysis_grid(a);
    struct attune_beats *beats = attune_arena_alloc(&a->arena, 1, sizeof *beats);
    if (!beats) {
        return NULL;
    }
    if (grid->why) {
        beats->why = grid->why;
        return beats;
    }
    const double end_s = attune_analysis_notes(a)->end_s;
    beats->n_beats = beats->n_downbeats = 1;
    while (beats->n_beats < grid->n_beats && grid->beat_s[beats->n_beats] < end_s) {
        beats->n_beats++;
    }
    while (beats->n_downbeats < grid->n_bars && grid->bar_s[beats->n_downbeats] < end_s) {
        beats->n_downbeats++;
    }
    double *intervals = attune_arena_alloc(&a->scratch, grid->n_beats, sizeof *intervals);
    if (!intervals) {
        return NULL;
    }
    beats->tempo_bpm = 60.0 / median_interval(grid->beat_s, beats->n_beats, intervals);
    attune_arena_reset(&a->scratch);
    beats->beat_s = grid->beat_s;
    beats->beats_per_bar = grid->beats_per_bar;
    beats->downbeat_s = grid->bar_s;
    return beats;
}
