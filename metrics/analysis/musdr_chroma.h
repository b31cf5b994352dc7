/* The chroma sequence of MusDr's structureness: librosa's chroma_stft at 10 Hz, for the
 * compatibility block and nothing else. Frames of 4410 samples every 2205 at 22 050 Hz, as the
 * front end pushes them. */
#ifndef ATTUNE_METRICS_ANALYSIS_MUSDR_CHROMA_H
#define ATTUNE_METRICS_ANALYSIS_MUSDR_CHROMA_H

#include "base/err.h"

enum { ATTUNE_MUSDR_SIZE = 4410, ATTUNE_MUSDR_HOP = 2205 };

struct attune_musdr_chroma;

/* Made once per front end, emptied per sample; NULL with err filled. */
struct attune_musdr_chroma *attune_musdr_chroma_new(struct attune_err *err);
void attune_musdr_chroma_free(struct attune_musdr_chroma *chroma);
void attune_musdr_chroma_reset(struct attune_musdr_chroma *chroma);

/* One centred frame of samples (ATTUNE_MUSDR_SIZE,). Returns 0 when out of memory. */
int attune_musdr_chroma_push(struct attune_musdr_chroma *chroma, const float *samples);

/* Rows (*n, 12) of Euclidean norm 1, C first; silence is 0. */
const float *attune_musdr_chroma_rows(const struct attune_musdr_chroma *chroma, size_t *n);

#endif
