/* The parts of attune-1. Each writer adds a fixed number of values, zeros where a feature cannot be
 * had. */
#ifndef ATTUNE_METRICS_SET_EMBEDDING_PARTS_H
#define ATTUNE_METRICS_SET_EMBEDDING_PARTS_H

#include "metrics/analysis/analysis.h"
#include "metrics/analysis/bars.h"
#include "metrics/analysis/beats.h"
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/onset.h"
#include "metrics/analysis/tempogram.h"
#include "metrics/analysis/tonal.h"

enum {
    ATTUNE_EMBEDDING_LAGS = 24,
    ATTUNE_EMBEDDING_HARMONY = 12 + 7 + 3,
    ATTUNE_EMBEDDING_RHYTHM = ATTUNE_EMBEDDING_LAGS + 1 + ATTUNE_BAR_POSITIONS,
    ATTUNE_EMBEDDING_MEL_GROUPS = 32,
    ATTUNE_EMBEDDING_FLUX_GROUPS = 8,
    ATTUNE_EMBEDDING_AUDIO = 2 * ATTUNE_EMBEDDING_MEL_GROUPS + 8 +
                             2 * ATTUNE_EMBEDDING_FLUX_GROUPS + ATTUNE_EMBEDDING_HARMONY +
                             ATTUNE_EMBEDDING_RHYTHM,
    ATTUNE_EMBEDDING_NOTES = 11 + 25 + 10 + 10 + 8 + 17 + 5,
    ATTUNE_EMBEDDING_SYMBOLIC =
        ATTUNE_EMBEDDING_NOTES + ATTUNE_EMBEDDING_HARMONY + ATTUNE_EMBEDDING_RHYTHM,
};

struct attune_embedding_writer {
    float *v;
    size_t n, capacity;
};

void attune_embedding_add(struct attune_embedding_writer *w, double v);

/* Square roots of the bins' shares: Euclidean distance of two such rows is Hellinger's. */
void attune_embedding_add_histogram(struct attune_embedding_writer *w, const double *bin, size_t n);

/* Mean chroma relative to the tonic, intervals sounding together (chroma autocorrelation), key
 * clarity, mode, harmonic change: ATTUNE_EMBEDDING_HARMONY values. */
void attune_embedding_add_harmony(struct attune_embedding_writer *w,
                                  struct attune_analysis *analysis);

/* Onset autocorrelation at 24 periods, tempo, onsets by position in the bar:
 * ATTUNE_EMBEDDING_RHYTHM. */
void attune_embedding_add_rhythm(struct attune_embedding_writer *w,
                                 struct attune_analysis *analysis);

/* Whole embeddings, not standardised. NULL, or why there is none. */
const char *attune_embedding_audio(struct attune_analysis *analysis,
                                   struct attune_embedding_writer *w);
const char *attune_embedding_symbolic(struct attune_analysis *analysis,
                                      struct attune_embedding_writer *w);

#endif
