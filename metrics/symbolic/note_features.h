/* The features of a symbolic sample that mgeval compares between sets (Yang & Lerch 2020), side by
 * side in one row: counts and means as one number, histograms and transition matrices as shares
 * that sum to 1, so that a long piece weighs no more than a short one (mgeval leaves its matrices
 * as counts). Corrected as the metrics of symbolic.* are: all tracks, no drums. */
#ifndef ATTUNE_METRICS_SYMBOLIC_NOTE_FEATURES_H
#define ATTUNE_METRICS_SYMBOLIC_NOTE_FEATURES_H

#include "metrics/analysis/analysis.h"

enum {
    ATTUNE_N_NOTE_FEATURES = 11,
    ATTUNE_NOTE_FEATURE_COLUMNS = 7 + 2 * 12 + 2 * 144
};

struct attune_note_feature {
    const char *name;   /* "pitch_range" */
    size_t column, n;   /* where in the row it begins, and its size */
};
extern const struct attune_note_feature attune_note_features[ATTUNE_N_NOTE_FEATURES];

/* row (ATTUNE_NOTE_FEATURE_COLUMNS,): NaN in all columns of a feature that the sample has not. */
void attune_note_features_fill(struct attune_analysis *analysis, float *row);

#endif
