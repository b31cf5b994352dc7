/* The life of an analysis: making it, loading a sample, handing out what loading fixed. */
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

struct attune_analysis *attune_analysis_new(struct attune_err *err)
{
    struct attune_analysis *analysis = attune_alloc(1, sizeof *analysis);
    if (!analysis) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an analysis");
    }
    return analysis;
}

void attune_analysis_free(struct attune_analysis *analysis)
{
    if (analysis) {
        attune_tempo_map_free(analysis->tempo_map);
        attune_frontend_free(analysis->frontend);
        attune_arena_release(&analysis->arena);
        attune_arena_release(&analysis->scratch);
        attune_release(analysis);
    }
}

/* Forgets the sample before: everything in the struct but what is kept across samples. */
static void clear(struct attune_analysis *analysis)
{
    attune_tempo_map_free(analysis->tempo_map);
    const struct attune_analysis kept = {
        .arena = analysis->arena,
        .scratch = analysis->scratch,
        .frontend = analysis->frontend,
        .plans = analysis->plans,
        .clock = analysis->clock,
    };
    *analysis = kept;
    attune_arena_reset(&analysis->arena);
    attune_arena_reset(&analysis->scratch);
}

enum attune_code attune_analysis_load_audio(struct attune_analysis *analysis,
                                            struct attune_audio_source *source, unsigned needs,
                                            struct attune_err *err)
{
    clear(analysis);
    analysis->modality = ATTUNE_AUDIO;
    analysis->needs = needs;
    if (!analysis->frontend) {
        analysis->frontend = attune_frontend_new(err);
        if (!analysis->frontend) {
            attune_analysis_oom(analysis);
            return ATTUNE_E_MEMORY;
        }
    }
    return attune_frontend_run(analysis->frontend, analysis, source, needs, err);
}

enum attune_code attune_analysis_load_midi(struct attune_analysis *analysis,
                                           const struct attune_midi *midi, struct attune_err *err)
{
    clear(analysis);
    analysis->modality = ATTUNE_SYMBOLIC;
    analysis->midi = midi;
    analysis->duration_s = attune_analysis_notes(analysis)->end_s;
    if (analysis->out_of_memory) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the notes of a sample");
    }
    return ATTUNE_OK;
}

const struct attune_tempo_map *attune_analysis_tempo_map(struct attune_analysis *analysis)
{
    if (!analysis->tempo_map) {
        analysis->tempo_map = attune_tempo_map_new(analysis->midi);
    }
    return analysis->tempo_map;
}

void attune_analysis_set_prompt(struct attune_analysis *analysis,
                                const struct attune_prompt *prompt)
{
    analysis->prompt = prompt;
}

const struct attune_prompt *attune_analysis_prompt(const struct attune_analysis *analysis)
{
    return analysis->prompt;
}

enum attune_modality attune_analysis_modality(const struct attune_analysis *analysis)
{
    return analysis->modality;
}

double attune_analysis_duration_s(const struct attune_analysis *analysis)
{
    return analysis->duration_s;
}

int attune_analysis_out_of_memory(const struct attune_analysis *analysis)
{
    return analysis->out_of_memory;
}

void attune_analysis_set_clock(struct attune_analysis *analysis, attune_clock *clock)
{
    analysis->clock = clock;
}

struct attune_stage_times attune_analysis_stage_times(const struct attune_analysis *analysis)
{
    return analysis->times;
}

void attune_analysis_oom(struct attune_analysis *analysis)
{
    analysis->out_of_memory = 1;
}
