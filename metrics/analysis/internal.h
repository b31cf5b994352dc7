/* What the feature files of metrics/analysis share: the slots of struct attune_analysis.
 *
 * A feature file defines its struct in its public header, a pointer slot here, and a getter:
 *
 *     const struct attune_key *attune_analysis_key(struct attune_analysis *a)
 *     {
 *         if (!a->key) {
 *             a->key = compute(a);      // from a->arena; out of memory: attune_analysis_oom(a,
 * &none)
 *         }
 *         return a->key;
 *     }
 *
 * Loading a sample resets the arena and clears all slots.
 */
#ifndef ATTUNE_METRICS_ANALYSIS_INTERNAL_H
#define ATTUNE_METRICS_ANALYSIS_INTERNAL_H

#include "metrics/analysis/beats.h"
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/onset.h"

struct attune_analysis {
    enum attune_modality modality;
    double duration_s;
    int out_of_memory;
    unsigned needs;
    const struct attune_prompt *prompt;
    const struct attune_midi *midi;     /* symbolic samples, borrowed */
    struct attune_arena arena;          /* features of this sample */
    struct attune_arena scratch;        /* temporary; reset by whoever uses it */
    attune_clock *clock;                /* lent by the caller for stage times, or NULL */
    struct attune_stage_times times;    /* of the front end's pass over this sample */
    struct attune_frontend *frontend;   /* kept across samples: plans, windows, filters, buffers */
    void *plans; /* kept across samples by other features (see their files) */
    struct attune_tempo_map *tempo_map; /* of a symbolic sample; freed with it */

    /* One slot per feature, NULL until computed. */
    struct attune_frames *frames;       /* frontend.h: per-frame audio features */
    struct attune_levels *levels;       /* levels.h: loudness, peaks, clipping, silence */
    struct attune_notes *notes;         /* notes.h: note table of a symbolic sample */
    struct attune_grid *grid;           /* grid.h: beats and bars of a symbolic sample */
    struct attune_note_stats *note_stats; /* note_stats.h: counts over pitched notes */
    struct attune_cosiatec *cosiatec;   /* metrics/symbolic/cosiatec.h: point-set compression */
    struct attune_parts *parts;         /* parts.h: melody, bass and chords of a symbolic sample */
    struct attune_onset *onset;         /* onset.h: onset envelope, both modalities */
    struct attune_beats *beats;         /* beats.h: tempo and beats, both modalities */
    struct attune_bars *bars;           /* bars.h: rhythm of each bar, both modalities */
    struct attune_chroma *chroma;       /* chroma.h: both modalities */
    struct attune_key *key;             /* key.h */
    struct attune_chords *chords;       /* chords.h */
    struct attune_tonal *tonal;         /* tonal.h: tonal centroids */
    struct attune_harmony_sequence *harmony_sequence; /* ssm.h: chroma at 2 Hz */
    struct attune_ssm *ssm;             /* ssm.h: self-similarity matrix */
    struct attune_structure *structure; /* structure.h: fitness of segments */
    struct attune_novelty *novelty;     /* novelty.h: novelty, boundaries, sections */
};

/* Notes that memory ran out, so that the sample fails as a whole. */
void attune_analysis_oom(struct attune_analysis *analysis);

/* Seconds of ticks in a symbolic sample, built on the first call; NULL when out of memory. */
const struct attune_tempo_map *attune_analysis_tempo_map(struct attune_analysis *analysis);

/* The branches of the getters in onset.h and beats.h; NULL when out of memory. */
struct attune_onset *attune_onset_audio(struct attune_analysis *analysis);
struct attune_beats *attune_beats_audio(struct attune_analysis *analysis);
struct attune_onset *attune_onset_symbolic(struct attune_analysis *analysis);
struct attune_beats *attune_beats_symbolic(struct attune_analysis *analysis);

/* env: raw minus the mean over the frames within half to either side, negative values dropped. */
void attune_onset_remove_local_mean(const float *restrict raw, float *restrict env, size_t n_frames,
                                    size_t half);

#endif
