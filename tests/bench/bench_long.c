/* Time and memory of every audio metric on a long piece.
 *
 *     bench_long [MINUTES]    60 unless told
 *
 * The piece is made while it is read, so that it takes no memory itself: stereo at 44.1 kHz, 120
 * beats per minute, chords of two seconds in verses and choruses of 16 s, the key a semitone up
 * every eight minutes, a click on every beat. Prints seconds of CPU, peak memory of the process,
 * and the metrics that were undefined, with why. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "metrics/metric.h"
#include "tests/support/tones.h"

enum { RATE_HZ = 44100, CHORD = 2 * RATE_HZ, BEAT = RATE_HZ / 2, N_NOTES = 3 };

/* Semitones over the tonic: C, Am, F, G; and their order in verse and chorus. */
static const int triads[4][N_NOTES] = {{0, 4, 7}, {9, 12, 16}, {5, 9, 12}, {7, 11, 14}};
static const int form[2][8] = {{0, 1, 2, 3, 0, 1, 2, 3}, {2, 3, 1, 0, 2, 3, 0, 0}};

/* One sample of the piece, left and right. */
static void sample_at(uint64_t position, struct attune_rng *rng, float out[2])
{
    const uint64_t n = position / CHORD;
    const int *chord = triads[form[n / 8 % 2][n % 8]];
    const int key = (int)(n / 240) % 12;
    const double t = (double)(position % CHORD) / RATE_HZ;
    const double since_beat = (double)(position % BEAT) / RATE_HZ;
    double left = 0.0, right = 0.0;
    for (int k = 0; k < N_NOTES; k++) {
        const double phase = 2.0 * M_PI * 261.6256 * exp2((chord[k] + key) / 12.0) * t;
        const double note = (sin(phase) + 0.4 * sin(2.0 * phase)) * 0.1 * exp(-0.7 * t);
        left += note * (0.6 + 0.2 * k);
        right += note * (1.0 - 0.2 * k);
    }
    const double click = 0.2 * exp(-since_beat / 0.01) * (2.0 * attune_rng_uniform(rng) - 1.0);
    out[0] = (float)(left + click);
    out[1] = (float)(right + click);
}

static size_t read_piece(struct attune_audio_source *source, float *interleaved, size_t n_frames)
{
    const uint64_t left = source->n_frames - source->position;
    const size_t n = left < n_frames ? (size_t)left : n_frames;
    for (size_t i = 0; i < n; i++) {
        sample_at(source->position + i, source->impl, interleaved + 2 * i);
    }
    source->position += n;
    return n;
}

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024.0;
}

static size_t evaluate(struct attune_analysis *analysis, size_t *n_metrics)
{
    size_t n_undefined = 0;
    *n_metrics = 0;
    for (size_t i = 0; i < attune_n_metrics; i++) {
        const struct attune_metric *metric = attune_metrics[i];
        if (!(metric->inputs & ATTUNE_AUDIO)) {
            continue;
        }
        const struct attune_value value = attune_metric_eval(metric, analysis);
        *n_metrics += 1;
        if (value.state != ATTUNE_DEFINED) {
            printf("undefined: %s: %s\n", metric->id, value.why);
            n_undefined++;
        }
    }
    return n_undefined;
}

int main(int argc, char **argv)
{
    const double minutes = argc > 1 ? strtod(argv[1], NULL) : 60.0;
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_analysis *analysis = attune_analysis_new(&err);
    struct attune_rng rng;
    attune_rng_init(&rng, 1, 0);
    struct attune_audio_source source = {
        .rate_hz = RATE_HZ, .n_channels = 2, .read = read_piece, .impl = &rng,
        .n_frames = minutes > 0.0 ? (uint64_t)(minutes * 60.0 * RATE_HZ) : 0};
    const unsigned needs = ATTUNE_NEED_ALL & ~ATTUNE_NEED_COMPAT;
    if (!analysis || attune_analysis_load_audio(analysis, &source, needs, &err)) {
        fprintf(stderr, "bench_long: %s\n", err.message);
        attune_analysis_free(analysis);
        return 1;
    }
    const double loaded_s = cpu_s();
    size_t n_metrics;
    const size_t n_undefined = evaluate(analysis, &n_metrics);
    printf("%.1f minutes: features %.1f s (the synthesis included), %zu metrics %.1f s; "
           "%zu undefined; peak %.0f MiB\n",
           minutes, loaded_s, n_metrics, cpu_s() - loaded_s, n_undefined, peak_mib());
    attune_analysis_free(analysis);
    return 0;
}
