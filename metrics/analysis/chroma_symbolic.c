/* Chroma of a symbolic sample: how long each pitch class sounds within each beat of the grid.
 *
 * Notes of one pitch class that sound together add up. The whole intervals inside a note are
 * counted by differences, so that the cost is that of notes plus intervals, however long the notes
 * are. */
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

/* The interval that holds time t: the last one that starts at or before it. */
static size_t interval_at(const double *edges, size_t n, double t)
{
    size_t lo = 0, hi = n;
    while (hi - lo > 1) {
        const size_t mid = lo + (hi - lo) / 2;
        if (edges[mid] <= t) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* Adds the partial intervals of a note to seconds, its whole ones to the differences of `whole`. */
static void add_note(const double *edges, size_t n, const struct attune_note *note,
                     double *restrict seconds, double *restrict whole)
{
    const size_t c = note->pitch % 12;
    const size_t first = interval_at(edges, n, note->onset_s);
    const size_t last = interval_at(edges, n, note->end_s);
    if (first == last) {
        seconds[first * 12 + c] += note->end_s - note->onset_s;
        return;
    }
    seconds[first * 12 + c] += edges[first + 1] - note->onset_s;
    seconds[last * 12 + c] += note->end_s - edges[last];
    whole[(first + 1) * 12 + c] += 1.0;
    whole[last * 12 + c] -= 1.0;
}

int attune_chroma_count_notes(const struct attune_notes *notes, const double *edges, size_t n,
                              struct attune_arena *scratch, float *rows, bool *silent,
                              float *weight)
{
    double *seconds = attune_arena_alloc(scratch, n, 12 * sizeof *seconds);
    double *whole = attune_arena_alloc(scratch, n, 12 * sizeof *whole);
    if (!seconds || !whole) {
        return 0;
    }
    for (size_t i = 0; i < notes->n_notes; i++) {
        if (!notes->notes[i].is_drum) {
            add_note(edges, n, notes->notes + i, seconds, whole);
        }
    }
    double running[12] = {0.0};
    for (size_t i = 0; i < n; i++) {
        double total = 0.0;
        for (size_t c = 0; c < 12; c++) {
            running[c] += whole[i * 12 + c];
            seconds[i * 12 + c] += running[c] * (edges[i + 1] - edges[i]);
            total += seconds[i * 12 + c];
        }
        silent[i] = !(total > 1e-9);
        weight[i] = silent[i] ? 0.0f : (float)total;
        for (size_t c = 0; c < 12; c++) {
            rows[i * 12 + c] = silent[i] ? 0.0f : (float)(seconds[i * 12 + c] / total);
        }
    }
    return 1;
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
    float *rows = attune_arena_alloc(&analysis->arena, n, 12 * sizeof *rows);
    bool *silent = attune_arena_alloc(&analysis->arena, n, sizeof *silent);
    float *weight = attune_arena_alloc(&analysis->arena, n, sizeof *weight);
    if (!rows || !silent || !weight ||
        !attune_chroma_count_notes(notes, grid->beat_s, n, &analysis->scratch, rows, silent,
                                   weight)) {
        return NULL;
    }
    const size_t beats_per_bar = grid->n_bars > 0 && grid->bar_beat[1] > grid->bar_beat[0]
                                     ? grid->bar_beat[1] - grid->bar_beat[0]
                                     : 4;
    chroma->n_events = notes->n_notes - notes->n_drums;
    chroma->n_frames = n;
    chroma->frames = rows;
    chroma->silent = silent;
    chroma->time_s = grid->beat_s;
    chroma->weight = weight;
    chroma->window = 4 * beats_per_bar;
    chroma->hop = 2 * beats_per_bar;
    return chroma;
}
