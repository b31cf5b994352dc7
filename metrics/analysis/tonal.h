/* Tonal spaces: Harte's six-dimensional tonal centroids and Bernardes' tonal interval vectors. */
#ifndef ATTUNE_METRICS_ANALYSIS_TONAL_H
#define ATTUNE_METRICS_ANALYSIS_TONAL_H

#include "metrics/analysis/analysis.h"

/* Tonal centroid of an L1-normalised chroma vector (Harte, Sandler & Gasser 2006): x and y on the
 * circles of fifths (radius 1), minor thirds (1) and major thirds (.5). */
void attune_tonal_centroid(const float chroma[12], double centroid[6]);

/* Euclidean distance of two centroids. */
double attune_tonal_distance(const double a[6], const double b[6]);

/* Dissonance of an L1-normalised chroma vector, 1 - |T|/|w|, in [0, 1], with the weights w of the
 * tonal interval vector for audio or for symbolic chroma (Bernardes et al. 2016). */
double attune_tiv_dissonance(const float chroma[12], enum attune_modality modality);

/* Harmonic change over the sample: the harmonic change detection function of smoothed centroids. */
struct attune_tonal {
    const char *why;
    double mean_change; /* mean of |z(n+1) - z(n-1)| over frames whose neighbours sound */
    size_t n_changes;
};

const struct attune_tonal *attune_analysis_tonal(struct attune_analysis *analysis);

#endif
