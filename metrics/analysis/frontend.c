/* The streaming pass of frontend.h: blocks of the source in, per-frame features out. */
#include "metrics/analysis/frontend.h"

#include <math.h>

#include "base/fft.h"
#include "metrics/analysis/base_frames.h"
#include "metrics/analysis/compat_frames.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/meter.h"

enum {
    BLOCK = 8192,                   /* source frames per read */
    PAD = ATTUNE_HARMONIC_SIZE / 2, /* zeros before and after the signal: half the longest frame */
    CAPACITY = 3 * ATTUNE_HARMONIC_SIZE,
    MIN_RATE_HZ = 2000,
    MAX_HOURS = 12, /* more would need gigabytes of features */
};

/* Guards powers against overflow by absurd float files; 120 dB above full scale. */
static const float SAMPLE_MAX = 1e6f;

static const float SILENCE_RANGE_DB = 60.0f; /* below the loudest frame */
static const float SILENCE_DB = -90.0f;      /* of full scale: under the rounding of 16 bits */

struct attune_frontend {
    struct attune_meter *meter;
    struct attune_base_frames *base;
    struct attune_compat_frames compat;
    struct attune_harmonic_frames *harmonic;
    struct attune_musdr_chroma *musdr;
    struct attune_hum hum;
    struct attune_fft *harmonic_fft;
    float *harmonic_window; /* (ATTUNE_HARMONIC_SIZE,) */
    float *harmonic_power;  /* (ATTUNE_HARMONIC_SIZE/2 + 1,) */
    float *interleaved;     /* (BLOCK, n_channels) */
    size_t interleaved_capacity;
    float *mono;            /* (BLOCK,) mean of the channels */
    /* of this sample; NULL: source already at the analysis rate */
    struct attune_resampler *resampler;

    /* The analysis signal in a sliding window. Positions count from the first sample, zeros before
     * it. */
    float *signal;          /* (CAPACITY,) */
    int64_t start;          /* position of signal[0] */
    size_t n_signal;        /* samples in the window */
    int64_t n_total;        /* real samples so far, without the padding */
    int64_t next_base, next_harmonic, next_musdr; /* index of the next frame */

    unsigned needs;
    attune_clock *clock;
    struct attune_stage_times times;
};

void attune_hann(float *window, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (double)i / (double)n));
    }
}

struct attune_frontend *attune_frontend_new(struct attune_err *err)
{
    struct attune_frontend *f = attune_alloc(1, sizeof *f);
    if (!f) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the audio front end");
        return NULL;
    }
    f->meter = attune_meter_new();
    f->base = attune_base_frames_new(err);
    f->harmonic = attune_harmonic_frames_new(ATTUNE_ANALYSIS_RATE);
    f->musdr = attune_musdr_chroma_new(err);
    f->harmonic_fft = attune_fft_new(ATTUNE_HARMONIC_SIZE, err);
    f->harmonic_window = attune_alloc(ATTUNE_HARMONIC_SIZE, sizeof(float));
    f->harmonic_power = attune_alloc(ATTUNE_HARMONIC_SIZE / 2 + 1, sizeof(float));
    f->mono = attune_alloc(BLOCK, sizeof *f->mono);
    f->signal = attune_alloc(CAPACITY, sizeof *f->signal);
    if (!f->meter || !f->base || !f->harmonic || !f->musdr || !f->harmonic_fft ||
        !f->harmonic_window || !f->harmonic_power || !f->mono || !f->signal) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the audio front end");
        attune_frontend_free(f);
        return NULL;
    }
    attune_hann(f->harmonic_window, ATTUNE_HARMONIC_SIZE);
    return f;
}

void attune_frontend_free(struct attune_frontend *f)
{
    if (f) {
        attune_meter_free(f->meter);
        attune_base_frames_free(f->base);
        attune_compat_frames_release(&f->compat);
        attune_harmonic_frames_free(f->harmonic);
        attune_musdr_chroma_free(f->musdr);
        attune_release(f->hum.minima);
        attune_fft_free(f->harmonic_fft);
        attune_release(f->harmonic_window);
        attune_release(f->harmonic_power);
        attune_release(f->interleaved);
        attune_release(f->mono);
        attune_release(f->signal);
        attune_resampler_free(f->resampler);
        attune_release(f);
    }
}

/* Adds the time since `since` to a stage and returns the time now. */
static double lap(const struct attune_frontend *f, double *stage, double since)
{
    if (!f->clock) {
        return 0.0;
    }
    const double now = f->clock();
    *stage += now - since;
    return now;
}

static double now(const struct attune_frontend *f)
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
                                     attune_base_frames_power(f->base),
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
    double t = now(f);
    const float *frame;
    while (f->needs & ATTUNE_NEED_SPECTRAL &&
           (frame = frame_at(f, f->next_base * ATTUNE_FRAME_HOP, ATTUNE_FRAME_SIZE))) {
        if (!attune_base_frames_push(f->base, frame) ||
            (f->needs & ATTUNE_NEED_COMPAT && !push_compat(f, frame))) {
            return 0;
        }
        f->next_base++;
    }
    t = lap(f, &f->times.base_s, t);
    while (f->needs & ATTUNE_NEED_HARMONIC &&
           (frame = frame_at(f, f->next_harmonic * ATTUNE_HARMONIC_HOP, ATTUNE_HARMONIC_SIZE))) {
        if (!push_harmonic(f, frame)) {
            return 0;
        }
        f->next_harmonic++;
    }
    lap(f, &f->times.harmonic_s, t);
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
    if (keep > f->start) {
        keep = keep < end ? keep : end;
        memmove(f->signal, f->signal + (keep - f->start), (size_t)(end - keep) * sizeof(float));
        f->n_signal = (size_t)(end - keep);
        f->start = keep;
    }
    return 1;
}

/* Appends n samples of the analysis signal (NULL: zeros of the padding). */
static int append(struct attune_frontend *f, const float *samples, size_t n)
{
    while (n > 0) {
        const size_t room = CAPACITY - f->n_signal;
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

/* Resamples n samples straight into the window (mono NULL: flushes the resampler). */
static int append_resampled(struct attune_frontend *f, const float *mono, size_t n)
{
    for (;;) {
        const double t = now(f);
        size_t n_used = 0;
        const size_t n_out =
            attune_resampler_run(f->resampler, mono, n, &n_used, f->signal + f->n_signal,
                                 CAPACITY - f->n_signal);
        lap(f, &f->times.resample_s, t);
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

static inline float clamp_sample(float x)
{
    return x > SAMPLE_MAX ? SAMPLE_MAX : x < -SAMPLE_MAX ? -SAMPLE_MAX : x;
}

static void mix(const float *restrict interleaved, size_t n_channels, size_t n,
                float *restrict mono)
{
    if (n_channels == 2) {
        for (size_t i = 0; i < n; i++) {
            mono[i] = clamp_sample(0.5f * (interleaved[2 * i] + interleaved[2 * i + 1]));
        }
        return;
    }
    const float scale = 1.0f / (float)n_channels;
    for (size_t i = 0; i < n; i++) {
        float sum = 0.0f;
        for (size_t c = 0; c < n_channels; c++) {
            sum += interleaved[i * n_channels + c];
        }
        mono[i] = clamp_sample(sum * scale);
    }
}

static enum attune_code begin(struct attune_frontend *f, const struct attune_audio_source *source,
                              unsigned needs, struct attune_err *err)
{
    if (source->rate_hz < MIN_RATE_HZ) {
        return attune_fail(err, ATTUNE_E_INPUT, "sample rate %u Hz: at least %d Hz are needed",
                           source->rate_hz, MIN_RATE_HZ);
    }
    const size_t wanted = (size_t)BLOCK * source->n_channels;
    if (wanted > f->interleaved_capacity) {
        float *grown = attune_resize(f->interleaved, wanted, sizeof *grown);
        if (!grown) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a block of %u channels",
                               source->n_channels);
        }
        f->interleaved = grown;
        f->interleaved_capacity = wanted;
    }
    if (!attune_meter_begin(f->meter, source->rate_hz, source->n_channels, BLOCK, needs)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the level meter");
    }
    attune_resampler_free(f->resampler);
    f->resampler = NULL;
    const unsigned frames = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC | ATTUNE_NEED_COMPAT;
    if (needs & frames && source->rate_hz != ATTUNE_ANALYSIS_RATE) {
        f->resampler = attune_resampler_new(source->rate_hz, ATTUNE_ANALYSIS_RATE, err);
        if (!f->resampler) {
            return ATTUNE_E_MEMORY;
        }
    }
    if (needs & ATTUNE_NEED_COMPAT) {
        needs |= ATTUNE_NEED_SPECTRAL;
        if (!attune_compat_frames_begin(&f->compat)) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the chroma filters");
        }
    }
    attune_base_frames_reset(f->base);
    attune_harmonic_frames_reset(f->harmonic);
    attune_musdr_chroma_reset(f->musdr);
    attune_hum_reset(&f->hum);
    memset(f->signal, 0, PAD * sizeof *f->signal);
    f->start = -(int64_t)PAD;
    f->n_signal = PAD;
    f->n_total = f->next_base = f->next_harmonic = f->next_musdr = 0;
    f->needs = needs;
    f->times = (struct attune_stage_times){0};
    return ATTUNE_OK;
}

/* Feeds one block of the source to every consumer. */
static int feed(struct attune_frontend *f, const struct attune_audio_source *source, size_t n)
{
    const double t = now(f);
    mix(f->interleaved, source->n_channels, n, f->mono);
    if (!attune_meter_feed(f->meter, f->interleaved, f->mono, n)) {
        return 0;
    }
    lap(f, &f->times.levels_s, t);
    if (!(f->needs & (ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC | ATTUNE_NEED_COMPAT))) {
        return 1;
    }
    if (f->resampler) {
        return append_resampled(f, f->mono, n);
    }
    return append(f, f->mono, n);
}

static enum attune_code out_of_memory(struct attune_analysis *analysis, struct attune_err *err)
{
    attune_analysis_oom(analysis);
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory while analysing audio");
}

/* Which frames are silent, against the loudest one. */
static int find_silence(struct attune_arena *arena, struct attune_frames *frames)
{
    bool *silent = attune_arena_alloc(arena, frames->n_frames, sizeof *silent);
    if (!silent) {
        return 0;
    }
    float loudest = frames->level_db[0];
    for (size_t i = 1; i < frames->n_frames; i++) {
        loudest = fmaxf(loudest, frames->level_db[i]);
    }
    const float threshold = fmaxf(loudest - SILENCE_RANGE_DB, SILENCE_DB);
    for (size_t i = 0; i < frames->n_frames; i++) {
        silent[i] = frames->level_db[i] < threshold;
        frames->n_silent += silent[i];
    }
    frames->silent = silent;
    frames->loudest_db = (double)loudest;
    return 1;
}

/* Leaves what the pass found in the analysis. */
static int keep_features(const struct attune_frontend *f, struct attune_analysis *analysis)
{
    struct attune_arena *arena = &analysis->arena;
    struct attune_frames *frames = attune_arena_alloc(arena, 1, sizeof *frames);
    struct attune_levels *levels = attune_arena_alloc(arena, 1, sizeof *levels);
    if (!frames || !levels || !attune_meter_finish(f->meter, arena, levels)) {
        return 0;
    }
    frames->rate_hz = (double)ATTUNE_ANALYSIS_RATE / ATTUNE_FRAME_HOP;
    if (f->needs & ATTUNE_NEED_SPECTRAL) {
        attune_base_frames_view(f->base, frames);
        if (!find_silence(arena, frames)) {
            return 0;
        }
    } else {
        frames->why = "the base spectrogram was not asked for";
    }
    if (f->needs & ATTUNE_NEED_HARMONIC) {
        frames->harmonic = f->harmonic;
        frames->hum = &f->hum;
    }
    if (f->needs & ATTUNE_NEED_COMPAT) {
        frames->musdr = f->musdr;
    }
    frames->compat = f->needs & ATTUNE_NEED_COMPAT ? &f->compat : NULL;
    analysis->frames = frames;
    analysis->levels = levels;
    return 1;
}

enum attune_code attune_frontend_run(struct attune_frontend *f, struct attune_analysis *analysis,
                                     struct attune_audio_source *source, unsigned needs,
                                     struct attune_err *err)
{
    f->clock = analysis->clock;
    enum attune_code code = begin(f, source, needs, err);
    if (code) {
        return code;
    }
    const uint64_t max_frames = (uint64_t)MAX_HOURS * 3600 * source->rate_hz;
    uint64_t n_frames = 0;
    for (;;) {
        const double t = now(f);
        const size_t n = source->read(source, f->interleaved, BLOCK);
        lap(f, &f->times.decode_s, t);
        if (n == 0) {
            break;
        }
        n_frames += n;
        if (n_frames > max_frames) {
            return attune_fail(err, ATTUNE_E_INPUT, "audio longer than %d hours", MAX_HOURS);
        }
        if (!feed(f, source, n)) {
            return out_of_memory(analysis, err);
        }
    }
    if (n_frames == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "no samples");
    }
    if ((f->resampler && !append_resampled(f, NULL, 0)) || !append(f, NULL, PAD)) {
        return out_of_memory(analysis, err);
    }
    analysis->times = f->times;
    analysis->duration_s = (double)n_frames / source->rate_hz;
    if (!keep_features(f, analysis)) {
        return out_of_memory(analysis, err);
    }
    return ATTUNE_OK;
}

const struct attune_frames *attune_analysis_frames(struct attune_analysis *analysis)
{
    static const struct attune_frames none = {.why = "no audio"};
    return analysis->frames ? analysis->frames : &none;
}
