/* The sliding window over the analysis signal: samples in, frames out. */
#include "metrics/analysis/frontend_window.h"

#include <string.h>

double attune_frontend_lap(const struct attune_frontend *f, double *stage, double since)
{
    if (!f->clock) {
        return 0.0;
    }
    const double now = f->clock();
    *stage += now - since;
    return now;
}

double attune_frontend_now(const struct attune_frontend *f)
{
    return f->clock ? f->clock() : 0.0;
}

static int push_harmonic(struct attune_frontend *f, const float *restrict signal)
{
    float *restrict time = attune_fft_time(f->harmonic_fft);
    for (size_t i = 0; i < ATTUNE_HARMONIC_SIZE; i++) {
        time[i] = signal[i] * f->harmonic_window[i];
    }
    attune_fft_forward(f->harmonic_fft);
    const float *restrict x = (const float *)attune_fft_spectrum(f->harmonic_fft);
    for (size_t k = 0; k <= ATTUNE_HARMONIC_SIZE / 2; k++) {
        f->harmonic_power[k] = x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1];
    }
    return attune_hum_push(&f->hum, f->harmonic_power) &&
           attune_harmonic_frames_push(f->harmonic, f->harmonic_power);
}

/* The base frame just pushed, in librosa's terms. */
static int push_compat(struct attune_frontend *f, const float *frame)
{
    const int64_t start = f->next_base * ATTUNE_FRAME_HOP - ATTUNE_FRAME_SIZE / 2;
    const int64_t end = f->n_total - start;
    return attune_compat_frames_push(&f->compat, frame, start < 0 ? (size_t)-start : 0,
                                     end < ATTUNE_FRAME_SIZE ? (size_t)end : ATTUNE_FRAME_SIZE,
                                     attune_base_frames_mel(f->base));
}

/* The samples of the frame of `size` centred on `centre`, or NULL while they are not all there. A
 * frame whose centre lies beyond the signal's end is none. */
static const float *frame_at(const struct attune_frontend *f, int64_t centre, int64_t size)
{
    const int64_t first = centre - size / 2 - f->start;
    return centre <= f->n_total && first + size <= (int64_t)f->n_signal ? f->signal + first : NULL;
}

/* Computes every frame whose samples are there, then forgets the samples that no later frame needs.
 * */
static int take_frames(struct attune_frontend *f)
{
    double t = attune_frontend_now(f);
    const float *frame;
    while (f->needs & ATTUNE_NEED_SPECTRAL &&
           (frame = frame_at(f, f->next_base * ATTUNE_FRAME_HOP, ATTUNE_FRAME_SIZE))) {
        if (!attune_base_frames_push(f->base, frame) ||
            (f->needs & ATTUNE_NEED_COMPAT && !push_compat(f, frame))) {
            return 0;
        }
        f->next_base++;
    }
    t = attune_frontend_lap(f, &f->times.base_s, t);
    while (f->needs & ATTUNE_NEED_HARMONIC &&
           (frame = frame_at(f, f->next_harmonic * ATTUNE_HARMONIC_HOP, ATTUNE_HARMONIC_SIZE))) {
        if (!push_harmonic(f, frame)) {
            return 0;
        }
        f->next_harmonic++;
    }
    attune_frontend_lap(f, &f->times.harmonic_s, t);
    while (f->needs & ATTUNE_NEED_COMPAT &&
           (frame = frame_at(f, f->next_musdr * ATTUNE_MUSDR_HOP, ATTUNE_MUSDR_SIZE))) {
        if (!attune_musdr_chroma_push(f->musdr, frame)) {
            return 0;
        }
        f->next_musdr++;
    }

    const int64_t end = f->start + (int64_t)f->n_signal;
    int64_t keep = end;
    if (f->needs & ATTUNE_NEED_SPECTRAL) {
        keep = f->next_base * ATTUNE_FRAME_HOP - ATTUNE_FRAME_SIZE / 2;
    }
    if (f->needs & ATTUNE_NEED_HARMONIC) {
        const int64_t first = f->next_harmonic * ATTUNE_HARMONIC_HOP - ATTUNE_HARMONIC_SIZE / 2;
        keep = first < keep ? first : keep;
    }
    if (f->needs & ATTUNE_NEED_COMPAT) {
        const int64_t first = f->next_musdr * ATTUNE_MUSDR_HOP - ATTUNE_MUSDR_SIZE / 2;
        keep = first < keep ? first : keep;
    }
    if (keep > f->start && f->signal) {
        keep = keep < end ? keep : end;
        memmove(f->signal, f->signal + (keep - f->start), (size_t)(end - keep) * sizeof(float));
        f->n_signal = (size_t)(end - keep);
        f->start = keep;
    }
    return 1;
}

void attune_window_reset(struct attune_frontend *f)
{
    memset(f->signal, 0, ATTUNE_WINDOW_PAD * sizeof *f->signal);
    f->start = -(int64_t)ATTUNE_WINDOW_PAD;
    f->n_signal = ATTUNE_WINDOW_PAD;
    f->n_total = f->next_base = f->next_harmonic = f->next_musdr = 0;
}

int attune_window_append(struct attune_frontend *f, const float *samples, size_t n)
{
    while (n > 0) {
        const size_t room = ATTUNE_WINDOW_CAPACITY - f->n_signal;
        const size_t n_now = n < room ? n : room;
        if (samples) {
            memcpy(f->signal + f->n_signal, samples, n_now * sizeof(float));
            f->n_total += (int64_t)n_now;
            samples += n_now;
        } else {
            memset(f->signal + f->n_signal, 0, n_now * sizeof(float));
        }
        f->n_signal += n_now;
        n -= n_now;
        if (!take_frames(f)) {
            return 0;
        }
    }
    return 1;
}

int attune_window_append_resampled(struct attune_frontend *f, const float *mono, size_t n)
{
    for (;;) {
        const double t = attune_frontend_now(f);
        size_t n_used = 0;
        const size_t n_out =
            attune_resampler_run(f->resampler, mono, n, &n_used, f->signal + f->n_signal,
                                 ATTUNE_WINDOW_CAPACITY - f->n_signal);
        attune_frontend_lap(f, &f->times.resample_s, t);
        f->n_signal += n_out;
        f->n_total += (int64_t)n_out;
        if (!take_frames(f)) {
            return 0;
        }
        if (mono) {
            mono += n_used;
            n -= n_used;
        }
        if (mono ? n == 0 : n_out == 0) {
            return 1;
        }
    }
}
