/* attune-1 of audio: timbre (mel shape, level, centroid, roll-off, flatness), flux by band,
 * harmony, rhythm. */
#include <assert.h>
#include <math.h>

#include "metrics/analysis/frontend.h"
#include "metrics/set/embedding_parts.h"

enum { WIDTH = ATTUNE_N_MEL / ATTUNE_EMBEDDING_MEL_GROUPS };

/* Mean of groups of neighbouring mel bands. */
static void add_grouped(struct attune_embedding_writer *w, const float *band)
{
    for (size_t g = 0; g < ATTUNE_EMBEDDING_MEL_GROUPS; g++) {
        double sum = 0.0;
        for (size_t b = g * WIDTH; b < (g + 1) * WIDTH; b++) {
            sum += band[b];
        }
        attune_embedding_add(w, sum / WIDTH);
    }
}

struct spread {
    double sum, square, n;
};

static void take(struct spread *s, double v)
{
    s->sum += v;
    s->square += v * v;
    s->n += 1.0;
}

/* Mean and standard deviation. */
static void add_spread(struct attune_embedding_writer *w, const struct spread *s)
{
    const double mean = s->n > 0.0 ? s->sum / s->n : 0.0;
    const double variance = s->n > 0.0 ? s->square / s->n - mean * mean : 0.0;
    attune_embedding_add(w, mean);
    attune_embedding_add(w, variance > 0.0 ? sqrt(variance) : 0.0);
}

/* Mean of the flux bands that make up one of the embedding's. */
static double flux_of_group(const float *bands, size_t group)
{
    enum { PER_GROUP = ATTUNE_N_FLUX_BANDS / ATTUNE_EMBEDDING_FLUX_GROUPS };
    static_assert(PER_GROUP * ATTUNE_EMBEDDING_FLUX_GROUPS == ATTUNE_N_FLUX_BANDS, "whole groups");
    double sum = 0.0;
    for (size_t b = group * PER_GROUP; b < (group + 1) * PER_GROUP; b++) {
        sum += bands[b];
    }
    return sum / PER_GROUP;
}

const char *attune_embedding_audio(struct attune_analysis *analysis,
                                   struct attune_embedding_writer *w)
{
    const struct attune_frames *frames = attune_analysis_frames(analysis);
    struct spread level = {0}, centroid = {0}, rolloff = {0}, flatness = {0};
    struct spread flux[ATTUNE_EMBEDDING_FLUX_GROUPS] = {{0}};
    if (frames->why) {
        return frames->why;
    }
    if (frames->n_silent >= frames->n_frames) {
        return "silence";
    }
    for (size_t i = 0; i < frames->n_frames; i++) {
        if (frames->silent[i]) {
            continue;
        }
        take(&level, (double)frames->level_db[i] - frames->loudest_db);
        take(&centroid, log2(1.0 + frames->centroid_hz[i]));
        take(&rolloff, log2(1.0 + frames->rolloff99_hz[i]));
        take(&flatness, log2(1e-6 + frames->flatness[i]));
        for (size_t g = 0; g < ATTUNE_EMBEDDING_FLUX_GROUPS; g++) {
            take(&flux[g], flux_of_group(frames->flux_bands + i * ATTUNE_N_FLUX_BANDS, g));
        }
    }
    add_grouped(w, frames->mel_shape_mean);
    add_grouped(w, frames->mel_shape_sd);
    add_spread(w, &level);
    add_spread(w, &centroid);
    add_spread(w, &rolloff);
    add_spread(w, &flatness);
    for (size_t g = 0; g < ATTUNE_EMBEDDING_FLUX_GROUPS; g++) {
        add_spread(w, &flux[g]);
    }
    attune_embedding_add_harmony(w, analysis);
    attune_embedding_add_rhythm(w, analysis);
    return NULL;
}
