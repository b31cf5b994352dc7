/* Beat tracking on renderings of MIDI files, whose beats are known from their tempo maps.
 *
 *     bench_beats [--soundfont FILE] MIDI...
 *
 * The first 30 s of each file are rendered and tracked; prints F-measure and AMLt per file, and
 * their means over the even and the odd files in the order given: parameters may be tuned on the
 * even ones only. */
#include <stdio.h>

#include "base/io/file.h"
#include "base/io/render.h"
#include "base/mem.h"
#include "metrics/analysis/beats.h"
#include "tests/support/beat_scores.h"

enum { MAX_BEATS = 4096 };

static const double SECONDS = 30.0;

/* Quarter notes of the tempo map up to the end of what is rendered. */
static size_t known_beats(const struct attune_midi *midi, double end_s, double *beat_s)
{
    struct attune_tempo_map *map = attune_tempo_map_new(midi);
    size_t n = 0;
    for (uint32_t tick = 0; map && midi->division && n < MAX_BEATS; tick += midi->division) {
        const double t = attune_tempo_map_seconds(map, tick);
        if (t > end_s) {
            break;
        }
        beat_s[n++] = t;
    }
    attune_tempo_map_free(map);
    return n;
}

static enum attune_code run(const char *path, struct attune_renderer *renderer,
                            struct attune_analysis *a, double scores[2], struct attune_err *err)
{
    char *bytes = NULL;
    size_t n_bytes = 0;
    uint64_t n_frames = 0;
    float *samples = NULL;
    struct attune_midi midi = {0};
    enum attune_code code = attune_file_read(path, 1 << 26, &bytes, &n_bytes, err);
    if (!code) {
        code = attune_midi_parse(&midi, bytes, n_bytes, err);
    }
    if (!code) {
        code = attune_render(renderer, bytes, n_bytes, SECONDS, &samples, &n_frames, err);
    }
    if (!code) {
        struct attune_audio_source source;
        attune_audio_from_memory(&source, samples, n_frames, 2, 44100);
        code = attune_analysis_load_audio(a, &source, ATTUNE_NEED_ALL & ~ATTUNE_NEED_COMPAT, err);
    }
    if (!code) {
        static double known_s[MAX_BEATS];
        const size_t n_known = known_beats(&midi, (double)n_frames / 44100.0, known_s);
        const struct attune_beats *beats = attune_analysis_beats(a);
        scores[0] = beat_f_measure(known_s, n_known, beats->beat_s, beats->n_beats);
        scores[1] = beat_amlt(known_s, n_known, beats->beat_s, beats->n_beats);
        const double known_bpm =
            n_known > 1 ? 60.0 * (double)(n_known - 1) / (known_s[n_known - 1] - known_s[0]) : 0.0;
        printf("%-60s F %.3f AMLt %.3f  tempo %.1f, known %.1f\n", path, scores[0], scores[1],
               beats->tempo_bpm, known_bpm);
    }
    attune_midi_release(&midi);
    attune_release(samples);
    attune_release(bytes);
    return code;
}

int main(int argc, char **argv)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    int first = 1;
    const char *wanted = NULL;
    if (argc > 2 && strcmp(argv[1], "--soundfont") == 0) {
        wanted = argv[2];
        first = 3;
    }
    struct attune_renderer *renderer = NULL;
    struct attune_analysis *a = attune_analysis_new(&err);
    const char *soundfont = attune_soundfont_find(wanted, &err);
    if (!a || !soundfont || attune_renderer_new(&renderer, soundfont, &err)) {
        fprintf(stderr, "bench_beats: %s\n", err.message);
        attune_analysis_free(a);
        return 77;
    }
    double sum[2][2] = {{0.0}};
    int n[2] = {0};
    for (int i = first; i < argc; i++) {
        double scores[2];
        if (run(argv[i], renderer, a, scores, &err)) {
            fprintf(stderr, "bench_beats: %s: %s\n", argv[i], err.message);
            continue;
        }
        const int half = (i - first) % 2;
        sum[half][0] += scores[0];
        sum[half][1] += scores[1];
        n[half]++;
    }
    for (int half = 0; half < 2; half++) {
        printf("%s files: %d, mean F %.3f, mean AMLt %.3f\n", half ? "odd" : "even", n[half],
               sum[half][0] / n[half], sum[half][1] / n[half]);
    }
    attune_renderer_free(renderer);
    attune_analysis_free(a);
    return 0;
}
