/* Beat tracking on renderings of MIDI files, whose beats are known from their tempo maps.
 *
 *     bench_beats [--soundfont FILE] MIDI...
 *
 * The first 30 s of each file are rendered and tracked; prints F-measure and AMLt per file, and
 * their means over the even and the odd files in the order given: parameters may be tuned on the
 * even ones only.
 *
 * Some files were written against a tempo that isn't their pulse: swing of three ticks of a grid
 * of four, say, whose notes repeat after 1 1/2 "beats" but not after 1, 2 or 4. Their tempo maps
 * are no annotation of the beat that anybody hears, so the means are also given without them. */
#include <math.h>
#include <stdio.h>

#include "base/io/file.h"
#include "base/io/render.h"
#include "base/mem.h"
#include "metrics/analysis/beats.h"
#include "tests/support/beat_scores.h"

enum { MAX_BEATS = 4096, STEPS = 24 /* per quarter note */, MAX_STEPS = STEPS * 120 };

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

/* Pearson correlation of the note onsets with themselves n_steps later. */
static double repetition(const double *count, size_t n, size_t n_steps)
{
    double mean = 0.0, power = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += count[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        power += (count[i] - mean) * (count[i] - mean) / (double)n;
    }
    for (size_t i = 0; i + n_steps < n; i++) {
        sum += (count[i] - mean) * (count[i + n_steps] - mean) / (double)(n - n_steps);
    }
    return power > 0.0 ? sum / power : 0.0;
}

/* Whether the notes of n_beats quarters repeat far better after 1 1/2 of them than after 1, 2, 4.
 */
static int contradicts_its_notes(const struct attune_midi *midi, size_t n_beats)
{
    static const double MARGIN = 0.2;
    double count[MAX_STEPS] = {0.0};
    const size_t n = n_beats * STEPS < MAX_STEPS ? n_beats * STEPS : MAX_STEPS;
    for (size_t i = 0; i < midi->n_events; i++) {
        const size_t step = (size_t)lround((double)midi->events[i].tick * STEPS / midi->division);
        if (midi->events[i].kind == ATTUNE_MIDI_NOTE_ON && step < n) {
            count[step] += 1.0;
        }
    }
    const double beat = fmax(repetition(count, n, STEPS), fmax(repetition(count, n, 2 * STEPS),
                                                               repetition(count, n, 4 * STEPS)));
    return n > 8 * STEPS && repetition(count, n, STEPS * 3 / 2) > beat + MARGIN;
}

struct tally {
    double f, amlt;
    int n;
};

static void add(struct tally *tally, const double scores[2])
{
    tally->f += scores[0];
    tally->amlt += scores[1];
    tally->n++;
}

static void print_tally(const char *name, const struct tally *tally)
{
    printf("%s: %d, mean F %.3f, mean AMLt %.3f\n", name, tally->n, tally->f / tally->n,
           tally->amlt / tally->n);
}

static enum attune_code run(const char *path, struct attune_renderer *renderer,
                            struct attune_analysis *a, double scores[2], int *doubtful,
                            struct attune_err *err)
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
        *doubtful = contradicts_its_notes(&midi, n_known);
        printf("%-60s F %.3f AMLt %.3f  tempo %.1f, known %.1f%s\n", path, scores[0], scores[1],
               beats->tempo_bpm, known_bpm, *doubtful ? ", against its notes" : "");
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
    struct tally half[2] = {{0}}, sound[2] = {{0}};
    for (int i = first; i < argc; i++) {
        double scores[2];
        int doubtful = 0;
        if (run(argv[i], renderer, a, scores, &doubtful, &err)) {
            fprintf(stderr, "bench_beats: %s: %s\n", argv[i], err.message);
            continue;
        }
        add(&half[(i - first) % 2], scores);
        if (!doubtful) {
            add(&sound[(i - first) % 2], scores);
        }
    }
    print_tally("even files", &half[0]);
    print_tally("odd files", &half[1]);
    print_tally("even files, tempo maps that fit their notes", &sound[0]);
    print_tally("odd files, tempo maps that fit their notes", &sound[1]);
    attune_renderer_free(renderer);
    attune_analysis_free(a);
    return 0;
}
