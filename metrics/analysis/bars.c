/* Bars from downbeats, and their onset profiles. */
#include "metrics/analysis/bars.h"

#include <math.h>

#include "metrics/analysis/internal.h"

static const double EMPTY_SHARE = 0.01;

/* Bar lines: the downbeats, and the end of the last bar where the sample reaches it (notes always
 * fill the bar they end in). Returns the number of bars. */
static size_t bar_lines(const struct attune_analysis *a, const struct attune_beats *beats,
                        double *line_s)
{
    static const double SLACK_S = 0.05;
    const size_t n = beats->n_downbeats;
    memcpy(line_s, beats->downbeat_s, n * sizeof *line_s);
    line_s[n] = 2.0 * line_s[n - 1] - line_s[n - 2];
    const bool whole =
        a->modality == ATTUNE_SYMBOLIC || line_s[n] <= attune_analysis_duration_s(a) + SLACK_S;
    return whole ? n : n - 1;
}

static void fill_grooves(const struct attune_onset *onset, const double *line_s, size_t n_bars,
                         float *groove)
{
    const size_t last = n_bars * ATTUNE_BAR_POSITIONS - 1;
    size_t bar = 0;
    for (size_t i = 0; i < onset->n_frames; i++) {
        const double t = (double)i / onset->rate_hz;
        while (bar < n_bars && t >= line_s[bar + 1]) {
            bar++;
        }
        if (bar == n_bars) {
            return;
        }
        if (t < line_s[bar]) {
            continue;
        }
        const double phase = (t - line_s[bar]) / (line_s[bar + 1] - line_s[bar]);
        const double position = (double)(bar * ATTUNE_BAR_POSITIONS) + phase * ATTUNE_BAR_POSITIONS;
        const size_t below = (size_t)position < last ? (size_t)position : last;
        const float part = (float)(position - (double)below);
        groove[below] += (1.0f - part) * onset->env[i];
        if (below < last) {
            groove[below + 1] += part * onset->env[i];
        }
    }
}

static void find_empty(const float *groove, size_t n_bars, bool *empty)
{
    double fullest = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t b = 0; b < n_bars; b++) {
            double sum = 0.0;
            for (size_t p = 0; p < ATTUNE_BAR_POSITIONS; p++) {
                sum += (double)groove[b * ATTUNE_BAR_POSITIONS + p];
            }
            fullest = pass == 0 ? fmax(fullest, sum) : fullest;
            empty[b] = !(sum > EMPTY_SHARE * fullest);
        }
    }
}

static struct attune_bars *compute(struct attune_analysis *a)
{
    const struct attune_beats *beats = attune_analysis_beats(a);
    const struct attune_onset *onset = attune_analysis_onset(a);
    struct attune_bars *bars = attune_arena_alloc(&a->arena, 1, sizeof *bars);
    if (!bars) {
        return NULL;
    }
    bars->why = beats->why ? beats->why : onset->why;
    if (!bars->why && beats->n_downbeats < 2) {
        bars->why = "less than two bars";
    }
    if (bars->why) {
        return bars;
    }
    double *line_s = attune_arena_alloc(&a->arena, beats->n_downbeats + 1, sizeof *line_s);
    if (!line_s) {
        return NULL;
    }
    const size_t n_bars = bar_lines(a, beats, line_s);
    float *groove = attune_arena_alloc(&a->arena, n_bars * ATTUNE_BAR_POSITIONS, sizeof *groove);
    bool *empty = attune_arena_alloc(&a->arena, n_bars, sizeof *empty);
    if (!groove || !empty) {
        return NULL;
    }
    fill_grooves(onset, line_s, n_bars, groove);
    find_empty(groove, n_bars, empty);
    bars->n_bars = n_bars;
    bars->start_s = line_s;
    bars->groove = groove;
    bars->empty = empty;
    return bars;
}

const struct attune_bars *attune_analysis_bars(struct attune_analysis *analysis)
{
    static const struct attune_bars no_memory = {.why = "out of memory"};
    if (!analysis->bars) {
        analysis->bars = compute(analysis);
        if (!analysis->bars) {
            attune_analysis_oom(analysis);
            return &no_memory;
        }
    }
    return analysis->bars;
}
