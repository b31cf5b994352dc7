/* Key by template correlation.
 *
 * Profiles: Krumhansl & Kessler 1982, in Krumhansl 1990, p. 30. Local keys are those of the mean
 * chroma of windows (audio 8 s, hop 4 s; symbolic 4 bars, hop 2 bars), frames weighted as in the
 * global mean: every sounding frame alike in audio, by sounding time in symbolic samples. A window
 * in which less than a quarter of the frames sound, or whose chroma is flat, has no key. */
#include "metrics/analysis/key.h"

#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"

#define MIN_SOUNDING_S 4.0
enum { MIN_NOTES = 8 };

static const double major_profile[12] = {6.35, 2.23, 3.48, 2.33, 4.38, 4.09,
                                         2.52, 5.19, 2.39, 3.66, 2.29, 2.88};
static const double minor_profile[12] = {6.33, 2.68, 3.52, 5.38, 2.60, 3.53,
                                         2.54, 4.75, 3.98, 2.69, 3.34, 3.17};

static double pearson(const double *x, const double *profile, int tonic)
{
    double mean_x = 0.0, mean_y = 0.0;
    for (int i = 0; i < 12; i++) {
        mean_x += x[i] / 12.0;
        mean_y += profile[i] / 12.0;
    }
    double xx = 0.0, yy = 0.0, xy = 0.0;
    for (int i = 0; i < 12; i++) {
        const double dx = x[(i + tonic) % 12] - mean_x, dy = profile[i] - mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return xy / sqrt(xx * yy);
}

int attune_key_correlate(const double chroma[12], double correlation[ATTUNE_N_KEYS])
{
    double lowest = chroma[0], highest = chroma[0];
    for (int i = 1; i < 12; i++) {
        lowest = chroma[i] < lowest ? chroma[i] : lowest;
        highest = chroma[i] > highest ? chroma[i] : highest;
    }
    if (!(highest - lowest > 1e-9 * fabs(highest))) {
        for (int k = 0; k < ATTUNE_N_KEYS; k++) {
            correlation[k] = 0.0;
        }
        return -1;
    }
    int best = 0;
    for (int k = 0; k < ATTUNE_N_KEYS; k++) {
        correlation[k] = pearson(chroma, k < 12 ? major_profile : minor_profile, k % 12);
        /* A margin above rounding, so that a transposed piece keeps its mode. */
        best = correlation[k] > correlation[best] + 1e-12 ? k : best;
    }
    return best;
}

double attune_key_mirex_score(int key, int estimate)
{
    const int interval = (estimate % 12 - key % 12 + 12) % 12;
    if (key / 12 == estimate / 12) {
        return interval == 0 ? 1.0 : interval == 5 || interval == 7 ? 0.5 : 0.0;
    }
    if (interval == 0) {
        return 0.2;
    }
    const int relative = key < 12 ? 9 : 3;
    return interval == relative ? 0.3 : 0.0;
}

bool attune_key_has_pitch_class(int key, int pitch_class)
{
    static const bool major[12] = {1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1};
    static const bool minor[12] = {1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1};
    const int degree = (pitch_class - key % 12 + 12) % 12;
    return key < 12 ? major[degree] : minor[degree];
}

const char *attune_pitch_class_name(int pitch_class)
{
    static const char *const names[12] = {"C",  "C#", "D",  "D#", "E",  "F",
                                          "F#", "G",  "G#", "A",  "A#", "B"};
    return names[((pitch_class % 12) + 12) % 12];
}

/* The key of frames first .. end - 1, or -1 when too little of them sounds. */
static int window_key(const struct attune_chroma *chroma, size_t first, size_t end, bool weighted)
{
    double sum[12] = {0.0};
    size_t n_sounding = 0;
    for (size_t i = first; i < end; i++) {
        const double weight = chroma->silent[i] ? 0.0 : weighted ? (double)chroma->weight[i] : 1.0;
        n_sounding += !chroma->silent[i];
        for (size_t c = 0; c < 12; c++) {
            sum[c] += weight * (double)chroma->frames[i * 12 + c];
        }
    }
    double correlation[ATTUNE_N_KEYS];
    return 4 * n_sounding >= end - first && n_sounding > 0 ? attune_key_correlate(sum, correlation)
                                                           : -1;
}

static int local_keys(struct attune_analysis *analysis, const struct attune_chroma *chroma,
                      struct attune_key *key)
{
    const bool weighted = analysis->modality == ATTUNE_SYMBOLIC;
    const size_t n_windows = chroma->n_frames / chroma->hop + 1;
    int *local = attune_arena_alloc(&analysis->arena, n_windows, sizeof *local);
    if (!local) {
        return 0;
    }
    key->local = local;
    /* Whole windows only; a piece shorter than one window is one window. */
    for (size_t first = chroma->first_window;
         first + chroma->window <= chroma->n_frames || first == chroma->first_window;
         first += chroma->hop) {
        const size_t end = first + chroma->window;
        const int found =
            window_key(chroma, first, end < chroma->n_frames ? end : chroma->n_frames, weighted);
        if (found >= 0) {
            local[key->n_local++] = found;
        }
    }
    return 1;
}

static struct attune_key *compute(struct attune_analysis *analysis)
{
    struct attune_key *key = attune_arena_alloc(&analysis->arena, 1, sizeof *key);
    if (!key) {
        return NULL;
    }
    const struct attune_chroma *chroma = attune_analysis_chroma(analysis);
    if (chroma->why) {
        key->why = chroma->why;
    } else if (analysis->modality == ATTUNE_SYMBOLIC && chroma->n_events < MIN_NOTES) {
        key->why = "fewer than 8 pitched notes";
    } else if (analysis->modality == ATTUNE_AUDIO && chroma->sounding_s < MIN_SOUNDING_S) {
        key->why = "less than 4 s of sound";
    } else {
        key->best = attune_key_correlate(chroma->mean, key->correlation);
        if (key->best < 0) {
            key->why = "all pitch classes are equally strong";
        }
    }
    if (key->why) {
        return key;
    }
    key->tonic = key->best % 12;
    key->mode = key->best < 12 ? ATTUNE_MAJOR : ATTUNE_MINOR;
    key->clarity = key->correlation[key->best];
    return local_keys(analysis, chroma, key) ? key : NULL;
}

const struct attune_key *attune_analysis_key(struct attune_analysis *analysis)
{
    static const struct attune_key none = {.why = "out of memory"};
    if (!analysis->key) {
        analysis->key = compute(analysis);
    }
    if (!analysis->key) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->key;
}
