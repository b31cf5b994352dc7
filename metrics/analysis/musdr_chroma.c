/* librosa 0.11's chroma_stft(n_fft=4410, hop_length=2205, tuning=0, norm=2): periodic Hann window,
 * power spectrum, a Gaussian filter per pitch class, Euclidean norm 1.
 *
 * The filter of bin k at frequency f lies 12 log2(f / 27.5) pitches above A0; its weight for a
 * class at circular distance d is exp(-(2 d / w)^2 / 2) with w the distance to the next bin, at
 * least 1; the twelve weights of a bin have norm 1 and are tapered by exp(-((octave - 5) / 2)^2 /
 * 2) (Ellis 2007). */
#include "metrics/analysis/musdr_chroma.h"

#include <math.h>

#include "base/fft.h"
#include "base/mem.h"
#include "metrics/analysis/frontend.h"

enum { N_BINS = ATTUNE_MUSDR_SIZE / 2 + 1 };

struct attune_musdr_chroma {
    struct attune_fft *fft;
    float *window; /* (ATTUNE_MUSDR_SIZE,) */
    float *filter; /* (N_BINS, 12) */
    float *rows;   /* (n_frames, 12) */
    size_t n_frames, capacity;
};

/* Pitch of bin k above A0 in semitones; bin 0 is put an octave and a half below bin 1. */
static double bin_pitch(size_t k)
{
    const double hz = (double)ATTUNE_ANALYSIS_RATE * (double)(k ? k : 1) / ATTUNE_MUSDR_SIZE;
    return 12.0 * log2(hz / 27.5) - (k ? 0.0 : 18.0);
}

static void make_filter(float *filter)
{
    for (size_t k = 0; k < N_BINS; k++) {
        const double pitch = bin_pitch(k);
        const double width = fmax(bin_pitch(k + 1) - pitch, 1.0);
        const double taper = exp(-0.5 * pow((pitch / 12.0 - 5.0) / 2.0, 2.0));
        double weight[12], norm = 0.0;
        for (int a = 0; a < 12; a++) {
            const double distance = fmod(pitch - a + 6.0 + 120.0, 12.0) - 6.0;
            weight[a] = exp(-0.5 * pow(2.0 * distance / width, 2.0));
            norm += weight[a] * weight[a];
        }
        for (int a = 0; a < 12; a++) {
            /* class a counts from A, rows from C */
            filter[k * 12 + (size_t)((a + 9) % 12)] = (float)(weight[a] / sqrt(norm) * taper);
        }
    }
}

struct attune_musdr_chroma *attune_musdr_chroma_new(struct attune_err *err)
{
    struct attune_musdr_chroma *chroma = attune_alloc(1, sizeof *chroma);
    if (!chroma) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for chroma");
        return NULL;
    }
    chroma->fft = attune_fft_new(ATTUNE_MUSDR_SIZE, err);
    chroma->window = attune_alloc(ATTUNE_MUSDR_SIZE, sizeof *chroma->window);
    chroma->filter = attune_alloc((size_t)N_BINS * 12, sizeof *chroma->filter);
    if (!chroma->fft || !chroma->window || !chroma->filter) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for chroma");
        attune_musdr_chroma_free(chroma);
        return NULL;
    }
    attune_hann(chroma->window, ATTUNE_MUSDR_SIZE);
    make_filter(chroma->filter);
    return chroma;
}

void attune_musdr_chroma_free(struct attune_musdr_chroma *chroma)
{
    if (chroma) {
        attune_fft_free(chroma->fft);
        attune_release(chroma->window);
        attune_release(chroma->filter);
        attune_release(chroma->rows);
        attune_release(chroma);
    }
}

void attune_musdr_chroma_reset(struct attune_musdr_chroma *chroma)
{
    chroma->n_frames = 0;
}

int attune_musdr_chroma_push(struct attune_musdr_chroma *chroma, const float *samples)
{
    while (chroma->capacity < (chroma->n_frames + 1) * 12) {
        if (!attune_grow((void **)&chroma->rows, &chroma->capacity, chroma->capacity,
                         sizeof *chroma->rows)) {
            return 0;
        }
    }
    float *time = attune_fft_time(chroma->fft);
    for (size_t i = 0; i < ATTUNE_MUSDR_SIZE; i++) {
        time[i] = samples[i] * chroma->window[i];
    }
    attune_fft_forward(chroma->fft);
    const float *x = (const float *)attune_fft_spectrum(chroma->fft);
    double sum[12] = {0.0}, norm = 0.0;
    for (size_t k = 0; k < N_BINS; k++) {
        const float power = x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
        for (size_t c = 0; c < 12; c++) {
            sum[c] += (double)(power * chroma->filter[k * 12 + c]);
        }
    }
    for (size_t c = 0; c < 12; c++) {
        norm += sum[c] * sum[c];
    }
    for (size_t c = 0; c < 12; c++) {
        chroma->rows[chroma->n_frames * 12 + c] = norm > 0.0 ? (float)(sum[c] / sqrt(norm)) : 0.0f;
    }
    chroma->n_frames++;
    return 1;
}

const float *attune_musdr_chroma_rows(const struct attune_musdr_chroma *chroma, size_t *n)
{
    *n = chroma->n_frames;
    return chroma->rows;
}
