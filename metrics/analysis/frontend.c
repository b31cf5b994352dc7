/* The streaming pass of frontend.h: blocks of the source in, per-frame features out. */
#include "metrics/analysis/frontend.h"

#include <math.h>

#include "metrics/analysis/frontend_window.h"
#include "metrics/analysis/internal.h"

enum {
    BLOCK = 8192, /* source frames per read */
    MIN_RATE_HZ = 2000,
    MAX_HOURS = 12, /* the features take 0.7 MiB a minute */
};

/* Guards powers against overflow by absurd float files; 120 dB above full scale. */
static const float SAMPLE_MAX = 1e6f;

static const float SILENCE_RANGE_DB = 60.0f; /* below the loudest frame */
static const float SILENCE_DB = -90.0f;      /* of full scale: under the rounding of 16 bits */

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
    f->signal = attune_alloc(ATTUNE_WINDOW_CAPACITY, sizeof *f->signal);
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
    attune_window_reset(f);
    f->needs = needs;
    f->times = (struct attune_stage_times){0};
    return ATTUNE_OK;
}

/* Feeds one block of the source to every consumer. */
static int feed(struct attune_frontend *f, const struct attune_audio_source *source, size_t n)
{
    const double t = attune_frontend_now(f);
    mix(f->interleaved, source->n_channels, n, f->mono);
    if (!attune_meter_feed(f->meter, f->interleaved, f->mono, n)) {
        return 0;
    }
    attune_frontend_lap(f, &f->times.levels_s, t);
    if (!(f->needs & (ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC | ATTUNE_NEED_COMPAT))) {
        return 1;
    }
    if (f->resampler) {
        return attune_window_append_resampled(f, f->mono, n);
    }
    return attune_window_append(f, f->mono, n);
}

static enum attune_code out_of_memory(struct attune_analysis *analysis, struct attune_err *err)
{
    attune_analysis_oom(analysis);
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory while analysing audio");
}

static enum attune_code fail_too_long(struct attune_err *err)
{
    attune_fail(err, ATTUNE_E_INPUT, "audio longer than %d hours", MAX_HOURS);
    attune_err_hint(err, "cut it into shorter files");
    return ATTUNE_E_INPUT;
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
        attune_base_frames_limit_entries(f->base, frames->silent);
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
    if (source->n_frames > max_frames) {
        return fail_too_long(err);
    }
    for (;;) {
        const double t = attune_frontend_now(f);
        const size_t n = source->read(source, f->interleaved, BLOCK);
        attune_frontend_lap(f, &f->times.decode_s, t);
        if (n == 0) {
            break;
        }
        n_frames += n;
        if (n_frames > max_frames) {
            return fail_too_long(err);
        }
        if (!feed(f, source, n)) {
            return out_of_memory(analysis, err);
        }
    }
    if (n_frames == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "no samples");
    }
    const int flushed = !f->resampler || attune_window_append_resampled(f, NULL, 0);
    if (!flushed || !attune_window_append(f, NULL, ATTUNE_WINDOW_PAD)) {
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
