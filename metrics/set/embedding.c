/* attune-1: dimensions, standardisation, and the vector common to both modalities. */
#include "metrics/set/embedding.h"

#include <math.h>

#include "metrics/set/embedding_parts.h"
#include "metrics/set/embedding_scale.h"

_Static_assert(sizeof audio_scale / sizeof *audio_scale == ATTUNE_EMBEDDING_AUDIO, "audio scale");
_Static_assert(sizeof symbolic_scale / sizeof *symbolic_scale == ATTUNE_EMBEDDING_SYMBOLIC,
               "symbolic scale");

size_t attune_embedding_size(enum attune_modality modality)
{
    return modality == ATTUNE_AUDIO ? ATTUNE_EMBEDDING_AUDIO : ATTUNE_EMBEDDING_SYMBOLIC;
}

/* Beyond this many deviations a dimension says no more; it also keeps one odd sample from ruling a
 * set. */
static const double widest = 10.0;

static void standardise(float *v, const struct scale *scale, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double z = (v[i] - scale[i].mean) / scale[i].sd;
        v[i] = (float)fmin(fmax(z, -widest), widest);
    }
}

const char *attune_embedding_compute(struct attune_analysis *analysis, int raw, float *out)
{
    const enum attune_modality modality = attune_analysis_modality(analysis);
    struct attune_embedding_writer w = {.v = out, .capacity = attune_embedding_size(modality)};
    const char *why = modality == ATTUNE_AUDIO ? attune_embedding_audio(analysis, &w)
                                               : attune_embedding_symbolic(analysis, &w);
    if (why) {
        return why;
    }
    if (attune_analysis_out_of_memory(analysis)) {
        return "out of memory";
    }
    if (w.n != w.capacity) {
        return "internal: an embedding of the wrong length";
    }
    if (!raw) {
        standardise(out, modality == ATTUNE_AUDIO ? audio_scale : symbolic_scale, w.n);
    }
    return NULL;
}

void attune_embedding_add(struct attune_embedding_writer *w, double v)
{
    if (w->n < w->capacity) {
        w->v[w->n] = isfinite(v) ? (float)v : 0.0f;
    }
    w->n++;
}

void attune_embedding_add_histogram(struct attune_embedding_writer *w, const double *bin, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += bin[i];
    }
    for (size_t i = 0; i < n; i++) {
        attune_embedding_add(w, sum > 0.0 ? sqrt(bin[i] / sum) : 0.0);
    }
}

void attune_embedding_add_harmony(struct attune_embedding_writer *w,
                                  struct attune_analysis *analysis)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(analysis);
    const struct attune_key *key = attune_analysis_key(analysis);
    double mean[12] = {0}, interval[7] = {0};
    if (!chroma->why) {
        const int tonic = key->why ? 0 : key->tonic;
        for (int i = 0; i < 12; i++) {
            mean[i] = chroma->mean[(i + tonic) % 12];
        }
        for (size_t f = 0; f < chroma->n_frames; f++) {
            const float *c = chroma->frames + 12 * f;
            for (int step = 0; step < 7 && !chroma->silent[f]; step++) {
                for (int i = 0; i < 12; i++) {
                    interval[step] += (double)c[i] * c[(i + step) % 12];
                }
            }
        }
    }
    attune_embedding_add_histogram(w, mean, 12);
    attune_embedding_add_histogram(w, interval, 7);
    attune_embedding_add(w, key->why ? 0.0 : key->clarity);
    attune_embedding_add(w, key->why || key->mode == ATTUNE_MAJOR ? 0.0 : 1.0);
    const struct attune_tonal *tonal = attune_analysis_tonal(analysis);
    attune_embedding_add(w, tonal->why ? 0.0 : tonal->mean_change);
}

void attune_embedding_add_rhythm(struct attune_embedding_writer *w,
                                 struct attune_analysis *analysis)
{
    const struct attune_onset *onset = attune_analysis_onset(analysis);
    const struct attune_beats *beats = attune_analysis_beats(analysis);
    double groove[ATTUNE_BAR_POSITIONS] = {0};
    for (int i = 0; i < ATTUNE_EMBEDDING_LAGS; i++) {
        /* periods of 0.2 to 2 s (300 to 30 BPM), evenly spaced on a logarithmic axis */
        const double period_s = 0.2 * pow(10.0, (double)i / (ATTUNE_EMBEDDING_LAGS - 1));
        const size_t lag = onset->why ? 0 : (size_t)lround(period_s * onset->rate_hz);
        attune_embedding_add(w, lag > 0 && lag + 1 < onset->n_frames
                                    ? attune_autocorrelation(onset->env, onset->n_frames, lag)
                                    : 0.0);
    }
    attune_embedding_add(
        w, beats->why || !(beats->tempo_bpm > 0.0) ? 0.0 : log2(beats->tempo_bpm / 120.0));
    const struct attune_bars *bars = attune_analysis_bars(analysis);
    for (size_t b = 0; !bars->why && b < bars->n_bars; b++) {
        for (int i = 0; i < ATTUNE_BAR_POSITIONS && !bars->empty[b]; i++) {
            groove[i] += bars->groove[b * ATTUNE_BAR_POSITIONS + i];
        }
    }
    attune_embedding_add_histogram(w, groove, ATTUNE_BAR_POSITIONS);
}
