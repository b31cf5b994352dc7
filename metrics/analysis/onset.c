/* The onset envelope's getter and what both of its branches share. */
#include "metrics/analysis/onset.h"

#include "metrics/analysis/internal.h"

void attune_onset_remove_local_mean(const float *restrict raw, float *restrict env, size_t n_frames,
                                    size_t half)
{
    double sum = 0.0;
    size_t from = 0, to = 0; /* the window is [from, to) */
    for (size_t i = 0; i < n_frames; i++) {
        for (; to < n_frames && to <= i + half; to++) {
            sum += (double)raw[to];
        }
        for (; from + half < i; from++) {
            sum -= (double)raw[from];
        }
        const double value = (double)raw[i] - sum / (double)(to - from);
        env[i] = value > 0.0 ? (float)value : 0.0f;
    }
}

const struct attune_onset *attune_analysis_onset(struct attune_analysis *analysis)
{
    static const struct attune_onset no_memory = {.why = "out of memory"};
    if (!analysis->onset) {
        analysis->onset = analysis->modality == ATTUNE_AUDIO ? attune_onset_audio(analysis)
                                                             : attune_onset_symbolic(analysis);
        if (!analysis->onset) {
            attune_analysis_oom(analysis);
            return &no_memory;
        }
    }
    return analysis->onset;
}
