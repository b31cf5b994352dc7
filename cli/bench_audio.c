/* The audio half of `attune bench`: one clip, stage by stage, and the bare transforms. */
#include <math.h>

#include "base/fft.h"
#include "base/io/file.h"
#include "base/io/render.h"
#include "base/rng.h"
#include "cli/bench.h"
#include "metrics/analysis/frontend.h"
#include "metrics/metric.h"
#include "models/pieces/corpus.h"
#include "models/drivers/process.h"

enum { RATE = 44100 };

/* A composed piece of at least 30 s as samples: rendered, or as decaying tones without a sound
 * font. */
static enum attune_code make_clip(float **samples, struct attune_err *err)
{
    struct attune_setting setting = {.mode = ATTUNE_MAJOR, .tempo_bpm = 110.0, .n_bars = 24,
                                     .has_drums = true, .bass_program = 32, .chord_program = 0};
    struct attune_piece piece;
    struct attune_rng rng;
    struct attune_midi midi = {0};
    unsigned char *bytes = NULL;
    size_t n_bytes = 0;
    uint64_t n_frames = 0;
    struct attune_renderer *renderer = NULL;
    float *rendered = NULL;
    attune_rng_init(&rng, 1, 0);
    attune_corpus_compose(&piece, &setting, 0, &rng);
    *samples = attune_alloc(ATTUNE_BENCH_CLIP_S * RATE * 2, sizeof **samples);
    enum attune_code code = *samples ? attune_piece_to_midi(&piece, &midi, err)
                                     : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    if (!code) {
        code = attune_midi_format(&midi, &bytes, &n_bytes, err);
    }
    const char *soundfont = code ? NULL : attune_soundfont_find(NULL, err);
    if (!code && !soundfont) {
        code = ATTUNE_E_MISSING;
    }
    if (!code) {
        code = attune_renderer_new(&renderer, soundfont, err);
    }
    if (!code) {
        code =
            attune_render(renderer, bytes, n_bytes, ATTUNE_BENCH_CLIP_S, &rendered, &n_frames, err);
    }
    if (!code) {
        n_frames = n_frames < ATTUNE_BENCH_CLIP_S * RATE ? n_frames : ATTUNE_BENCH_CLIP_S * RATE;
        memcpy(*samples, rendered, n_frames * 2 * sizeof **samples);
    }
    attune_release(rendered);
    attune_renderer_free(renderer);
    attune_release(bytes);
    attune_midi_release(&midi);
    return code;
}

/* As many transforms as the front end makes for the clip, and nothing else. */
static enum attune_code time_bare_transforms(struct attune_bench_stages *stages,
                                             struct attune_err *err)
{
    static const struct {
        size_t size, hop;
    } kinds[] = {{ATTUNE_FRAME_SIZE, ATTUNE_FRAME_HOP},
                 {ATTUNE_HARMONIC_SIZE, ATTUNE_HARMONIC_HOP}};
    double total = 0.0;
    for (size_t k = 0; k < 2; k++) {
        struct attune_fft *fft = attune_fft_new(kinds[k].size, err);
        if (!fft) {
            return err ? err->code : ATTUNE_E_MEMORY;
        }
        for (size_t i = 0; i < kinds[k].size; i++) {
            attune_fft_time(fft)[i] = (float)sin((double)i);
        }
        const double start = attune_now_s();
        for (size_t i = 0;
             i < (size_t)ATTUNE_BENCH_CLIP_S * ATTUNE_ANALYSIS_RATE / kinds[k].hop + 1; i++) {
            attune_fft_forward(fft);
        }
        total += attune_now_s() - start;
        attune_fft_free(fft);
    }
    attune_bench_record(stages, "bare transforms", total);
    return ATTUNE_OK;
}

static enum attune_code time_clip(struct attune_analysis *analysis, const char *path,
                                  struct attune_bench_stages *stages, struct attune_err *err)
{
    struct attune_audio_source source;
    unsigned needs = 0;
    for (size_t i = 0; i < attune_n_metrics; i++) {
        needs |= attune_metrics[i]->inputs & ATTUNE_AUDIO ? attune_metrics[i]->needs : 0;
    }
    const double start = attune_now_s();
    enum attune_code code = attune_audio_open(&source, path, err);
    if (code) {
        return code;
    }
    code = attune_analysis_load_audio(analysis, &source, needs, err);
    attune_audio_close(&source);
    double total = attune_now_s() - start;
    const struct attune_stage_times t = attune_analysis_stage_times(analysis);
    attune_bench_record(stages, "decode", t.decode_s);
    attune_bench_record(stages, "loudness, peaks", t.levels_s);
    attune_bench_record(stages, "resample", t.resample_s);
    attune_bench_record(stages, "frames (FFT 2048)", t.base_s);
    attune_bench_record(stages, "frames (FFT 8192)", t.harmonic_s);
    if (!code) {
        attune_bench_features(analysis, stages, &total);
        attune_bench_record(stages, "total", total);
    }
    return code;
}

enum attune_code attune_bench_audio(const char *folder, uint64_t n_runs,
                                    struct attune_bench_stages *stages, struct attune_err *err)
{
    float *samples = NULL;
    struct attune_buf path = ATTUNE_BUF_INIT;
    struct attune_analysis *analysis = attune_analysis_new(err);
    enum attune_code code = analysis ? make_clip(&samples, err) : ATTUNE_E_MEMORY;
    attune_path_join(&path, folder, "clip.wav");
    if (!code) {
        code = attune_audio_write(attune_buf_text(&path), ATTUNE_WAV_PCM16, samples,
                                  ATTUNE_BENCH_CLIP_S * RATE, 2, RATE, err);
    }
    if (!code) {
        attune_analysis_set_clock(analysis, attune_now_s);
    }
    for (uint64_t run = 0; run < n_runs && !code; run++) {
        code = time_bare_transforms(stages, err);
        if (!code) {
            code = time_clip(analysis, attune_buf_text(&path), stages, err);
        }
    }
    attune_analysis_free(analysis);
    attune_buf_release(&path);
    attune_release(samples);
    return code;
}
