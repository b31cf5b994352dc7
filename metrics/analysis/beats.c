/* The beats' getter. */
#include "metrics/analysis/beats.h"

#include "metrics/analysis/internal.h"

const struct attune_beats *attune_analysis_beats(struct attune_analysis *analysis)
{
    static const struct attune_beats no_memory = {.why = "out of memory"};
    if (!analysis->beats) {
        analysis->beats = analysis->modality == ATTUNE_AUDIO ? attune_beats_audio(analysis)
                                                             : attune_beats_symbolic(analysis);
        if (!analysis->beats) {
            attune_analysis_oom(analysis);
            return &no_memory;
        }
    }
    return analysis->beats;
}
