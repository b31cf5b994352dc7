/* Chord tracking: the most likely sequence of triads, sevenths and "no chord" behind a chroma
 * sequence, both modalities (one state per chroma frame: 93 ms in audio, a beat in symbolic
 * samples). */
#ifndef ATTUNE_METRICS_ANALYSIS_CHORDS_H
#define ATTUNE_METRICS_ANALYSIS_CHORDS_H

#include <stdbool.h>

#include "metrics/analysis/analysis.h"

struct attune_chord_span {
    double start_s, end_s;
    size_t first_frame, end_frame; /* chroma frames */
    struct attune_chord chord;     /* root -1: no chord */
};

struct attune_chords {
    const char *why;       /* then nothing below holds */
    size_t n_spans;
    const struct attune_chord_span *spans; /* (n_spans,) without gaps; neighbours differ */
    double clarity;        /* mean over sounding frames of the best chord template's cosine */
    size_t n_clear_frames; /* frames in that mean */
    size_t n_chords;
    const struct attune_chord *sequence; /* (n_chords,) without "no chord", neighbours differ */
};

enum { ATTUNE_CHORD_LABEL_SIZE = 16 };

/* Harte's syntax: "C:maj", "A:min7", "N". Returns buf. */
const char *attune_chord_label(struct attune_chord chord, char buf[ATTUNE_CHORD_LABEL_SIZE]);

/* The pitch classes of a chord as a bit set, bit 0 = C; 0 for no chord. */
unsigned attune_chord_pitch_classes(struct attune_chord chord);

bool attune_chord_equal(struct attune_chord a, struct attune_chord b);

/* How reluctantly the tracker changes its mind, in units of the cosine summed over frames. */
struct attune_chord_tracking {
    double change_cost;
};

/* Viterbi decoding of n frames (n, 12) of chroma, silent ones marked, into out (n,); clarity and
 * the number of sounding frames are returned where not NULL. Returns 0 when out of memory (scratch
 * is used, not reset). */
int attune_chords_track(const float *chroma, const bool *silent, size_t n,
                        struct attune_chord_tracking tracking, struct attune_arena *scratch,
                        struct attune_chord *out, double *clarity, size_t *n_sounding);

const struct attune_chords *attune_analysis_chords(struct attune_analysis *analysis);

#endif
