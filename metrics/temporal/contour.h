/* Loudness and brightness over time, both modalities: the points that the drifts are fitted to.
 * Audio: the sounding frames; level in dB, log2 of the spectral centroid.
 * Symbolic: the notes; velocity as 40 log10(v/127) dB (General MIDI 2), pitch in octaves (drums
 * left out). */
#ifndef ATTUNE_METRICS_TEMPORAL_CONTOUR_H
#define ATTUNE_METRICS_TEMPORAL_CONTOUR_H

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

enum attune_contour_kind { ATTUNE_CONTOUR_LOUDNESS, ATTUNE_CONTOUR_BRIGHTNESS };

struct attune_contour {
    const char *why;
    size_t n;
    const double *time_s; /* (n,) ascending */
    const double *value;  /* (n,) */
};

/* From the scratch arena: valid until it is reset, which is the caller's to do. */
struct attune_contour attune_contour_make(struct attune_analysis *analysis,
                                          enum attune_contour_kind kind);

/* The drift: least-squares slope of the contour, per 10 s. */
struct attune_value attune_contour_drift(struct attune_analysis *analysis,
                                         enum attune_contour_kind kind);

#endif
