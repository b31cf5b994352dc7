/* Metrical evidence for a beat hypothesis: which of several periods and phases is the beat.
 *
 * Onsets alone don't tell the beat from its multiples, its fractions and its off-beats. What does,
 * in a linear combination: how far the tempo lies from the usual; how well the bands repeat after
 * one, two, three, four and eight beats; how onsets and rises of bass and level are spread over the
 * beat, folded over all beats of the hypothesis. */
#ifndef ATTUNE_METRICS_ANALYSIS_BEAT_EVIDENCE_H
#define ATTUNE_METRICS_ANALYSIS_BEAT_EVIDENCE_H

#include "metrics/analysis/frontend.h"
#include "metrics/analysis/onset.h"
#include "metrics/analysis/tempogram.h"

enum {
    ATTUNE_N_PHASES = 12,  /* per beat */
    ATTUNE_N_PARTS = 5,
    ATTUNE_N_SHIFTS = 4,   /* 0, 1/3, 1/2, 2/3 of a beat */
    ATTUNE_N_EVIDENCE = 46,
};

extern const int attune_shifts[ATTUNE_N_SHIFTS]; /* in phases */

struct attune_evidence {
    double rate_hz;
    size_t n_frames;
    double onset_rate_hz; /* peaks of the envelope per second */
    /* (n_frames,) onsets of all bands and of the treble, rises of the bass and of the level, slow
     * rises of the bass */
    const float *envelope[ATTUNE_N_PARTS];
    double ac[ATTUNE_TEMPOGRAM_MAX_LAGS]; /* attune_tempogram_bands */
};

/* Envelopes folded over two beats; mean 1. */
struct attune_phase_profile {
    double part[ATTUNE_N_PARTS][2 * ATTUNE_N_PHASES];
};

/* Arrays come from the arena; 0 when out of memory. */
int attune_evidence_init(struct attune_evidence *evidence, struct attune_arena *arena,
                         const struct attune_frames *frames, const struct attune_onset *onset);

/* Folds the envelopes over beats (in frames). */
void attune_evidence_profile(const struct attune_evidence *evidence, const int *beat,
                             size_t n_beats, struct attune_phase_profile *profile);

void attune_evidence_features(const struct attune_evidence *evidence,
                              const struct attune_phase_profile *profile, double period, int shift,
                              double features[ATTUNE_N_EVIDENCE]);

double attune_evidence_score(const double features[ATTUNE_N_EVIDENCE]);

/* Beats per bar, 3 or 4. */
int attune_evidence_meter(const struct attune_evidence *evidence, double period);

/* Index of the first downbeat among beats (in seconds), below beats_per_bar. */
size_t attune_evidence_downbeat(const struct attune_evidence *evidence, const double *beat_s,
                                size_t n_beats, int beats_per_bar);

/* Value of an autocorrelation at a fractional lag; 0 beyond its end. */
double attune_at_lag(const double *ac, size_t n_lags, double lag);

#endif
