/* Onset strength of a symbolic sample, at the frame rate of the audio envelope so that the temporal
 * metrics need not know which of the two they read.
 *
 * Each note adds velocity / 127 at its onset, spread over the frames that a Hann window of the
 * audio front end would spread it over (2048 samples at hop 512: two frames to either side); then
 * the mean over one second is taken away and what is negative is dropped.
 */
#include <math.h>

#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

static const double max_duration_s = 86400.0;

static void add_onset(float *env, size_t n_frames, double frame, float weight)
{
    const double half_width = ATTUNE_FRAME_SIZE / 2.0 / ATTUNE_FRAME_HOP;
    const double first = fmax(ceil(frame - half_width), 0.0);
    const double last = fmin(floor(frame + half_width), (double)n_frames - 1.0);
    for (double i = first; i <= last; i += 1.0) {
        const double phase = M_PI * (i - frame) / half_width;
        env[(size_t)i] += weight * (float)(0.5 + 0.5 * cos(phase));
    }
}

struct attune_onset *attune_onset_symbolic(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    struct attune_onset *onset = attune_arena_alloc(&a->arena, 1, sizeof *onset);
    if (!onset) {
        return NULL;
    }
    onset->rate_hz = (double)ATTUNE_ANALYSIS_RATE / ATTUNE_FRAME_HOP;
    if (notes->why) {
        onset->why = notes->why;
        return onset;
    }
    if (notes->end_s > max_duration_s) {
        onset->why = "longer than a day: damaged ticks or tempo";
        return onset;
    }
    onset->n_frames = (size_t)(notes->end_s * onset->rate_hz) + 1;
    float *raw = attune_arena_alloc(&a->scratch, onset->n_frames, sizeof *raw);
    float *env = attune_arena_alloc(&a->arena, onset->n_frames, sizeof *env);
    if (!raw || !env) {
        return NULL;
    }
    for (size_t i = 0; i < notes->n_notes; i++) {
        add_onset(raw, onset->n_frames, notes->notes[i].onset_s * onset->rate_hz,
                  (float)notes->notes[i].velocity / 127.0f);
    }
    attune_onset_remove_local_mean(raw, env, onset->n_frames, (size_t)(0.5 * onset->rate_hz));
    attune_arena_reset(&a->scratch);
    onset->env = env;
    return onset;
}
