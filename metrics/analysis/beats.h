/* Tempo and beats, both modalities.
 * Audio: autocorrelation tempogram and dynamic programming over the onset envelope (Ellis 2007).
 * Symbolic: the grid's beats (grid.h) where the file has a usable tempo map; note onsets judge
 * them. */
#ifndef ATTUNE_METRICS_ANALYSIS_BEATS_H
#define ATTUNE_METRICS_ANALYSIS_BEATS_H

#include "metrics/analysis/analysis.h"

struct attune_beats {
    const char *why;       /* e.g. "no onsets" */
    double tempo_bpm;      /* global tempo */
    size_t n_beats;
    const double *beat_s;  /* (n_beats,) ascending */
    int beats_per_bar;     /* estimated (audio) or of the first time signature */
    size_t n_downbeats;
    const double *downbeat_s; /* (n_downbeats,) subset of beat_s */
};

const struct attune_beats *attune_analysis_beats(struct attune_analysis *analysis);

#endif
