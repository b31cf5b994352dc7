/* Chroma of a sample: the source by modality, and the summary that both share. */
#include "metrics/analysis/chroma.h"

#include "metrics/analysis/internal.h"

/* Fills what follows from the frames: mean, sounding_s, first_window. */
static void summarise(struct attune_chroma *chroma, bool weighted)
{
    double sum[12] = {0.0}, total = 0.0;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        if (chroma->silent[i]) {
            continue;
        }
        const double weight = weighted ? (double)chroma->weight[i] : 1.0;
        for (size_t c = 0; c < 12; c++) {
            sum[c] += weight * (double)chroma->frames[i * 12 + c];
        }
        total += weight;
        chroma->sounding_s += chroma->time_s[i + 1] - chroma->time_s[i];
    }
    for (size_t c = 0; c < 12; c++) {
        chroma->mean[c] = total > 0.0 ? sum[c] / total : 0.0;
    }
    if (!(total > 0.0)) {
        chroma->why = "no pitched sound";
        return;
    }
    while (chroma->silent[chroma->first_window]) {
        chroma->first_window++;
    }
    if (weighted) {
        chroma->first_window -= chroma->first_window % (chroma->hop / 2); /* a hop is two bars */
    }
}

const struct attune_chroma *attune_analysis_chroma(struct attune_analysis *analysis)
{
    static const struct attune_chroma none = {.why = "out of memory"};
    if (!analysis->chroma) {
        const bool symbolic = analysis->modality == ATTUNE_SYMBOLIC;
        struct attune_chroma *chroma =
            symbolic ? attune_chroma_from_notes(analysis) : attune_chroma_from_audio(analysis);
        if (chroma && !chroma->why) {
            summarise(chroma, symbolic);
        }
        analysis->chroma = chroma;
    }
    if (!analysis->chroma) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->chroma;
}
