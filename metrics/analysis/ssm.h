/* Enhanced self-similarity matrices: transposition-invariant, tempo-tolerant, smoothed along
 * diagonals, thresholded (Müller, Fundamentals of Music Processing, sections 4.2 and 4.3).
 *
 * The feature sequence is chroma at 2 Hz: the pitch-class distributions of chroma.h (symbolic
 * samples: of 10 Hz frames counted from the notes), averaged under a Hann window of 2.2 s every
 * 0.5 s. */
#ifndef ATTUNE_METRICS_ANALYSIS_SSM_H
#define ATTUNE_METRICS_ANALYSIS_SSM_H

#include "metrics/analysis/analysis.h"

/* Twelve-dimensional feature vectors at a fixed rate, of Euclidean norm 1 or, where silent, 0. */
struct attune_harmony_sequence {
    const char *why;
    size_t n;
    double rate_hz;
    const double *rows; /* (n, 12) */
};

const struct attune_harmony_sequence *attune_analysis_harmony_sequence(
    struct attune_analysis *analysis);

/* Parameters of the enhancement. */
struct attune_ssm_options {
    size_t smooth_frames;   /* length of the diagonal smoothing filter, both directions */
    const double *tempi;    /* (n_tempi,) relative tempi */
    size_t n_tempi;
    size_t n_shifts;        /* transpositions 0 .. n_shifts - 1 */
    double density;         /* share of the cells that stay above the threshold */
    double penalty;         /* value of the cells below */
};

/* MusDr's parameters, which are ours: 16 frames (8 s at 2 Hz), seven tempi from 1/2 to 2, all
 * twelve transpositions, density 1/4, penalty -2. */
struct attune_ssm_options attune_ssm_default_options(void);

/* Computes the (n, n) matrix from rows (n, 12): values in [0, 1] above the threshold, the penalty
 * below, the diagonal 1. When no two values differ the matrix is the penalty off the diagonal.
 * Returns 0 when out of memory (scratch is used, not reset). */
int attune_ssm_compute(const double *rows, size_t n, const struct attune_ssm_options *options,
                       struct attune_arena *scratch, double *matrix);

enum { ATTUNE_SSM_MAX = 400 };

/* The matrix of a sample, for the scape plot and for pictures. Pieces longer than 200 s are shown
 * at a lower feature rate (2 Hz over a whole number), so that n stays within ATTUNE_SSM_MAX. */
struct attune_ssm {
    const char *why;
    size_t n;
    double rate_hz;
    const double *matrix; /* (n, n), multiples of 2^-14: see scape.h */
};

const struct attune_ssm *attune_analysis_ssm(struct attune_analysis *analysis);

#endif
