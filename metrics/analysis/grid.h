/* The metrical grid of a symbolic sample, from its time-signature map: every beat (the
 * denominator's note value; in 6/8, 9/8, 12/8 the dotted quarter) and every bar up to the end of
 * the last note. SMPTE files and files without time signatures count 4/4 (SMPTE: 120 BPM). A beat
 * is at least one tick long; more than 262144 beats are taken for damage. */
#ifndef ATTUNE_METRICS_ANALYSIS_GRID_H
#define ATTUNE_METRICS_ANALYSIS_GRID_H

#include "metrics/analysis/analysis.h"

struct attune_grid {
    const char *why;
    size_t n_beats, n_bars;
    const uint32_t *beat_tick; /* (n_beats + 1,) the last entry ends the last beat */
    const double *beat_s;      /* (n_beats + 1,) */
    const uint32_t *bar_tick;  /* (n_bars + 1,) */
    const double *bar_s;       /* (n_bars + 1,) */
    const uint32_t *bar_beat;  /* (n_bars + 1,) index of each bar's first beat */
    int numerator, denominator; /* the first time signature */
    int beats_per_bar;          /* of the first time signature */
};

const struct attune_grid *attune_analysis_grid(struct attune_analysis *analysis);

#endif
