/* Chroma of a symbolic sample: how long each pitch class sounds within each beat of the grid.
 *
 * Notes of one pitch class that sound together add up. The whole beats inside a note are counted by
 * differences, so that the cost is that of notes plus beats, however long the notes are. */
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

/* The beat that holds time t: the last one that starts at or before it. */
static size_t beat_at(const struct attune_grid *grid, double t)
{
    size_t lo = 0, hi = grid->n_beats;
    while (hi - lo > 1) {
        const size_t mid = lo + (hi - lo) / 2;
        if (grid->beat_s[mid] <= t) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* Adds the partial beats of a note to seconds, its whole beats to the differences of `whole`. */
static void add_note(const struct attune_grid *grid, const struct attune_note *note,
                     double *restrict seconds, double *restrict whole)
{
    const size_t c = note->pitch % 12;
    const size_t first = beat_at(grid, note->onset_s), last = beat_at(grid, note->end_s);
    if (first == last) {
        seconds[first * 12 + c] += note->end_s - note->onset_s;
        return;
    }
    seconds[first * 12 + c] += grid->beat_s[first + 1] - note->onset_s;
    seconds[last * 12 + c] += note->end_s - grid->beat_s[last];
    whole[(first + 1) * 12 + c] += 1.0;
    whole[last * 12 + c] -= 1.0;
}

static void normalise(const struct attune_grid *grid, double *restrict seconds,
                      double *restrict whole, float *restrict rows, bool *restrict silent,
                      float *restrict weight)
{
    double running[12] = {0.0};
    for (size_t b = 0; b < grid->n_beats; b++) {
        double total = 0.0;
        for (size_t c = 0; c < 12; c++) {
            running[c] += whole[b * 12 + c];
            seconds[b * 12 + c] += running[c] * (grid->beat_s[b + 1] - grid->beat_s[b]);
            total += seconds[b * 12 + c];
        }
        silent[b] = !(total > 1e-9);
        weight[b] = silent[b] ? 0.0f : (float)total;
        for (size_t c = 0; c < 12; c++) {
            rows[b * 12 + c] = silent[b] ? 0.0f : (float)(seconds[b * 12 + c] / total);
        }
    }
}

struct attune_chroma *attune_chroma_from_notes(struct attune_analysis *analysis)
{
    struct attune_chroma *chroma = attune_arena_alloc(&analysis->arena, 1, sizeof *chroma);
    if (!chroma) {
        return NULL;
    }
    const struct attune_notes *notes = attune_analysis_notes(analysis);
    const struct attune_grid *grid = attune_analysis_grid(analysis);
    if (notes->why || grid->why || grid->n_beats == 0) {
        chroma->why = notes->why ? notes->why : grid->why ? grid->why : "no beats";
        return chroma;
    }
    const size_t n = grid->n_beats;
    attune_arena_reset(&analysis->scratch);
    double *seconds = attune_arena_alloc(&analysis->scratch, n, 12 * sizeof *seconds);
    double *whole = attune_arena_alloc(&analysis->scratch, n, 12 * sizeof *whole);
    float *rows = attune_arena_alloc(&analysis->arena, n, 12 * sizeof *rows);
    bool *silent = attune_arena_alloc(&analysis->arena, n, sizeof *silent);
    float *weight = attune_arena_alloc(&analysis->arena, n, sizeof *weight);
    if (!seconds || !whole || !rows || !silent || !weight) {
        return NULL;
    }
    for (size_t i = 0; i < notes->n_notes; i++) {
        if (!notes->notes[i].is_drum) {
            add_note(grid, notes->notes + i, seconds, whole);
            chroma->n_events++;
        }
    }
    normalise(grid, seconds, whole, rows, silent, weight);

    const size_t beats_per_bar = grid->n_bars > 0 && grid->bar_beat[1] > grid->bar_beat[0]
                                     ? grid->bar_beat[1] - grid->bar_beat[0]
                                     : 4;
    chroma->n_frames = n;
    chroma->frames = rows;
    chroma->silent = silent;
    chroma->time_s = grid->beat_s;
    chroma->weight = weight;
    chroma->window = 4 * beats_per_bar;
    chroma->hop = 2 * beats_per_bar;
    return chroma;
}
