/* Onset strength of audio: log-mel flux of the base spectrogram, the mean over one second taken
 * away.
 *
 * A frame sees an attack as soon as its window's edge does, about two hops before its centre gets
 * there, and the logarithm makes much of that first glimpse; the envelope is delayed by ONSET_DELAY
 * frames so that frame i stands for sounds that begin at i / rate_hz. */
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"

enum { ONSET_DELAY = 1 };

struct attune_onset *attune_onset_audio(struct attune_analysis *a)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    struct attune_onset *onset = attune_arena_alloc(&a->arena, 1, sizeof *onset);
    if (!onset) {
        return NULL;
    }
    onset->rate_hz = (double)ATTUNE_ANALYSIS_RATE / ATTUNE_FRAME_HOP;
    if (frames->why) {
        onset->why = frames->why;
        return onset;
    }
    const size_t n = frames->n_frames;
    float *raw = attune_arena_alloc(&a->arena, n, sizeof *raw);
    float *env = attune_arena_alloc(&a->arena, n, sizeof *env);
    if (!raw || !env) {
        return NULL;
    }
    for (size_t i = ONSET_DELAY; i < n; i++) {
        raw[i] = frames->onset_flux[i - ONSET_DELAY];
    }
    attune_onset_remove_local_mean(raw, env, n, (size_t)(0.5 * onset->rate_hz));
    onset->n_frames = n;
    onset->env = env;
    return onset;
}
