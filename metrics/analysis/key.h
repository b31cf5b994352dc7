/* Keys: correlation of a chroma vector with the 24 key profiles, globally and in windows.
 * Keys are numbered 0..11 C..B major, 12..23 C..B minor. */
#ifndef ATTUNE_METRICS_ANALYSIS_KEY_H
#define ATTUNE_METRICS_ANALYSIS_KEY_H

#include <stdbool.h>

#include "metrics/analysis/analysis.h"

enum { ATTUNE_N_KEYS = 24 };

struct attune_key {
    const char *why;          /* "less than 4 s of sound", ...; then nothing below holds */
    double correlation[ATTUNE_N_KEYS]; /* of the mean chroma */
    int best;                 /* key with the highest correlation, lowest number on ties */
    int tonic;                /* 0..11, C = 0 */
    enum attune_mode mode;
    double clarity;           /* correlation[best] */
    size_t n_local;           /* windows with sound that is not flat */
    const int *local;         /* (n_local,) best key of each */
};

/* Pearson correlations of chroma (12,) with the Krumhansl-Kessler profiles; returns the best key
 * or -1 when all pitch classes are equally strong. */
int attune_key_correlate(const double chroma[12], double correlation[ATTUNE_N_KEYS]);

/* MIREX audio key detection score of an estimate: 1 the same key, .5 a fifth away in the same mode
 * (either way), .3 relative, .2 parallel, else 0. */
double attune_key_mirex_score(int key, int estimate);

/* Whether the pitch class belongs to the key's scale; minor: natural, with the raised seventh. */
bool attune_key_has_pitch_class(int key, int pitch_class);

/* "C", "C#", ... "B". */
const char *attune_pitch_class_name(int pitch_class);

const struct attune_key *attune_analysis_key(struct attune_analysis *analysis);

#endif
