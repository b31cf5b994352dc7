/* Tonal centroids, tonal interval vectors and the harmonic change detection function.
 *
 * The centroids are smoothed over time by a Gaussian, as in Harte, Sandler & Gasser 2006; the
 * amount is ours: sigma .74 s in audio (8 frames) and half a beat in symbolic samples, whose
 * frames are beats. Silent frames take no part: weights are renormalised over sounding frames, and
 * a change is counted only where both neighbours sound. */
#include "metrics/analysis/tonal.h"

#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"

#define TAU 6.283185307179586
#define AUDIO_SIGMA_S 0.74
#define SYMBOLIC_SIGMA_FRAMES 0.5

void attune_tonal_centroid(const float chroma[12], double centroid[6])
{
    /* fifths: 7 pi/6 per semitone; minor thirds: 3 pi/2; major thirds: 2 pi/3 */
    static const double step[3] = {7.0 / 12.0, 9.0 / 12.0, 4.0 / 12.0};
    static const double radius[3] = {1.0, 1.0, 0.5};
    for (int circle = 0; circle < 3; circle++) {
        double x = 0.0, y = 0.0;
        for (int c = 0; c < 12; c++) {
            x += (double)chroma[c] * sin(TAU * step[circle] * c);
            y += (double)chroma[c] * cos(TAU * step[circle] * c);
        }
        centroid[2 * circle] = radius[circle] * x;
        centroid[2 * circle + 1] = radius[circle] * y;
    }
}

double attune_tonal_distance(const double a[6], const double b[6])
{
    double sum = 0.0;
    for (int d = 0; d < 6; d++) {
        sum += (a[d] - b[d]) * (a[d] - b[d]);
    }
    return sqrt(sum);
}

double attune_tiv_dissonance(const float chroma[12], enum attune_modality modality)
{
    static const double audio[6] = {3.0, 8.0, 11.5, 15.0, 14.5, 7.5};
    static const double symbolic[6] = {2.0, 11.0, 17.0, 16.0, 19.0, 7.0};
    /* cos(2 pi i / 12); the sine lies nine twelfths further on */
    static const double cosine[12] = {
        1.0,  0.8660254037844386,  0.5,  0.0, -0.5, -0.8660254037844386,
        -1.0, -0.8660254037844386, -0.5, 0.0, 0.5,  0.8660254037844386};
    const double *weight = modality == ATTUNE_AUDIO ? audio : symbolic;
    double norm = 0.0, weights = 0.0;
    for (int k = 1; k <= 6; k++) {
        double re = 0.0, im = 0.0;
        for (int c = 0; c < 12; c++) {
            re += (double)chroma[c] * cosine[k * c % 12];
            im += (double)chroma[c] * cosine[(k * c + 9) % 12];
        }
        const double w = weight[k - 1];
        norm += w * w * (re * re + im * im);
        weights += w * w;
    }
    return 1.0 - sqrt(norm / weights);
}

/* The pitch class circles as a matrix, so that a piece needs no sine per frame. */
static void basis(double out[6][12])
{
    for (int c = 0; c < 12; c++) {
        float unit[12] = {0.0f};
        unit[c] = 1.0f;
        double z[6];
        attune_tonal_centroid(unit, z);
        for (int d = 0; d < 6; d++) {
            out[d][c] = z[d];
        }
    }
}

static void smooth_centroids(const struct attune_chroma *chroma, double sigma_frames,
                             const double *restrict raw, double *restrict smooth)
{
    enum { MAX_RADIUS = 64 };
    double weight[MAX_RADIUS + 1];
    int radius = (int)ceil(3.0 * sigma_frames);
    radius = radius < MAX_RADIUS ? radius : MAX_RADIUS;
    for (int r = 0; r <= radius; r++) {
        weight[r] = exp(-0.5 * r * r / (sigma_frames * sigma_frames));
    }
    const long n = (long)chroma->n_frames;
    for (long i = 0; i < n; i++) {
        double sum[6] = {0.0}, total = 0.0;
        const long first = i - radius > 0 ? i - radius : 0;
        const long last = i + radius < n - 1 ? i + radius : n - 1;
        for (long j = first; j <= last; j++) {
            if (!chroma->silent[j]) {
                const double w = weight[j > i ? j - i : i - j];
                total += w;
                for (int d = 0; d < 6; d++) {
                    sum[d] += w * raw[j * 6 + d];
                }
            }
        }
        for (int d = 0; d < 6; d++) {
            smooth[i * 6 + d] = total > 0.0 ? sum[d] / total : 0.0;
        }
    }
}

static const char too_short[] = "fewer than three successive sounding frames";

static struct attune_tonal *compute(struct attune_analysis *analysis)
{
    struct attune_tonal *tonal = attune_arena_alloc(&analysis->arena, 1, sizeof *tonal);
    if (!tonal) {
        return NULL;
    }
    const struct attune_chroma *chroma = attune_analysis_chroma(analysis);
    if (chroma->why) {
        tonal->why = chroma->why;
        return tonal;
    }
    if (chroma->n_frames < 3) {
        tonal->why = too_short;
        return tonal;
    }
    attune_arena_reset(&analysis->scratch);
    double *raw = attune_arena_alloc(&analysis->scratch, chroma->n_frames, 6 * sizeof *raw);
    double *smooth = attune_arena_alloc(&analysis->scratch, chroma->n_frames, 6 * sizeof *smooth);
    if (!raw || !smooth) {
        return NULL;
    }
    double matrix[6][12];
    basis(matrix);
    for (size_t i = 0; i < chroma->n_frames; i++) {
        for (int d = 0; d < 6; d++) {
            double sum = 0.0;
            for (int c = 0; c < 12; c++) {
                sum += matrix[d][c] * (double)chroma->frames[i * 12 + (size_t)c];
            }
            raw[i * 6 + (size_t)d] = sum;
        }
    }
    const double frame_s = chroma->time_s[2] - chroma->time_s[1]; /* the first is half as long */
    const double sigma =
        analysis->modality == ATTUNE_AUDIO ? AUDIO_SIGMA_S / frame_s : SYMBOLIC_SIGMA_FRAMES;
    smooth_centroids(chroma, sigma, raw, smooth);

    double sum = 0.0;
    for (size_t i = 1; i + 1 < chroma->n_frames; i++) {
        if (!chroma->silent[i - 1] && !chroma->silent[i + 1]) {
            sum += attune_tonal_distance(smooth + (i + 1) * 6, smooth + (i - 1) * 6);
            tonal->n_changes++;
        }
    }
    if (tonal->n_changes < 1) {
        tonal->why = too_short;
        return tonal;
    }
    tonal->mean_change = sum / (double)tonal->n_changes;
    return tonal;
}

const struct attune_tonal *attune_analysis_tonal(struct attune_analysis *analysis)
{
    static const struct attune_tonal none = {.why = "out of memory"};
    if (!analysis->tonal) {
        analysis->tonal = compute(analysis);
    }
    if (!analysis->tonal) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->tonal;
}
