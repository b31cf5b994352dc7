/* Sensory roughness of what sounds together.
 *
 *     R = sum over pairs a_i a_j (e^(-3.51 s d) - e^(-5.75 s d)) / sum a^2
 *     d = f_j - f_i,  s = .24 / (.0207 f_min + 18.96)
 *
 * Audio: partials are the spectral peaks of a frame (harmonic_frames.c, 50-5000 Hz); mean over
 * sounding frames. Symbolic: every sounding pitch is six harmonics of amplitude .88^k, k = 0 .. 5
 * (Sethares 1993); unisons count once, velocities do not; mean over sounding time. Drums take no
 * part.
 *
 * Every pair of pitches contributes independently, so the symbolic form keeps a running sum as
 * pitches come and go. */
#include <math.h>
#include <stdbool.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

#define FAST 5.75
#define SLOW 3.51
/* Beyond s d = 4 the curve is below 1e-6. */
#define FAR_APART 4.0

enum { N_HARMONICS = 6, N_PITCHES = 128 };

static double dyad(double f_low, double f_high)
{
    const double x = 0.24 / (0.0207 * f_low + 18.96) * (f_high - f_low);
    return x < FAR_APART ? exp(-SLOW * x) - exp(-FAST * x) : 0.0;
}

/* Peaks ascend in frequency. */
static double frame_roughness(const struct attune_peak *peaks, size_t n)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double a = (double)peaks[i].amplitude, f = (double)peaks[i].hz;
        const double reach = f + FAR_APART * (0.0207 * f + 18.96) / 0.24;
        squares += a * a;
        for (size_t j = i + 1; j < n && (double)peaks[j].hz < reach; j++) {
            sum += a * (double)peaks[j].amplitude * dyad(f, (double)peaks[j].hz);
        }
    }
    return squares > 0.0 ? sum / squares : 0.0;
}

static struct attune_value of_audio(struct attune_analysis *a)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(a);
    if (chroma->why) {
        return attune_undefined(chroma->why);
    }
    const struct attune_harmonic_frames *harmonic = attune_analysis_frames(a)->harmonic;
    double sum = 0.0;
    size_t n_sounding = 0;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        if (!chroma->silent[i]) {
            size_t n;
            const struct attune_peak *peaks = attune_harmonic_frames_peaks(harmonic, i, &n);
            sum += frame_roughness(peaks, n);
            n_sounding++;
        }
    }
    return attune_defined(sum / (double)n_sounding);
}

/* Roughness between the harmonics of two pitches, or among those of one. */
static double pitch_pair(int p, int q)
{
    const double f = 440.0 * exp2((p - 69) / 12.0), g = 440.0 * exp2((q - 69) / 12.0);
    double sum = 0.0, a = 1.0;
    for (int i = 1; i <= N_HARMONICS; i++, a *= 0.88) {
        double b = p == q ? a * 0.88 : 1.0;
        for (int j = p == q ? i + 1 : 1; j <= N_HARMONICS; j++, b *= 0.88) {
            const double low = i * f < j * g ? i * f : j * g, high = i * f < j * g ? j * g : i * f;
            sum += a * b * dyad(low, high);
        }
    }
    return sum;
}

struct sonority {
    unsigned count[N_PITCHES];      /* notes sounding on each pitch */
    unsigned n_pitches;
    double sum;                     /* over all pairs of sounding pitches */
    float pair[N_PITCHES][N_PITCHES]; /* computed when first needed; negative: not yet */
};

/* The roughness a pitch adds to, or takes from, what else sounds. */
static double against_others(struct sonority *s, int pitch)
{
    double sum = 0.0;
    for (int q = 0; q < N_PITCHES; q++) {
        if (s->count[q] > 0 || q == pitch) {
            float *pair = &s->pair[pitch < q ? pitch : q][pitch < q ? q : pitch];
            *pair = *pair < 0.0f ? (float)pitch_pair(pitch, q) : *pair;
            sum += (double)*pair;
        }
    }
    return sum;
}

static void note_on(struct sonority *s, int pitch)
{
    if (s->count[pitch] == 0) {
        s->sum += against_others(s, pitch);
        s->n_pitches++;
    }
    s->count[pitch]++;
}

static void note_off(struct sonority *s, int pitch)
{
    if (--s->count[pitch] == 0) {
        s->sum -= against_others(s, pitch);
        s->sum = --s->n_pitches == 0 ? 0.0 : s->sum; /* rounding ends with silence */
    }
}

static int by_end(const void *a, const void *b)
{
    const struct attune_note *x = *(const struct attune_note *const *)a;
    const struct attune_note *y = *(const struct attune_note *const *)b;
    return x->end_s < y->end_s ? -1 : x->end_s > y->end_s;
}

/* Sweeps over onsets (in table order) and ends (sorted), ends first at equal times. */
static struct attune_value sweep(struct sonority *s, const struct attune_notes *notes,
                                 const struct attune_note **ends, size_t n)
{
    double partials = 0.0, time_s = 0.0, sum = 0.0, sounding_s = 0.0;
    for (int k = 0; k < N_HARMONICS; k++) {
        partials += pow(0.88, 2 * k);
    }
    size_t on = 0, off = 0;
    while (off < n) {
        while (on < notes->n_notes && (notes->notes[on].is_drum ||
                                       notes->notes[on].end_s <= notes->notes[on].onset_s)) {
            on++;
        }
        const bool begins =
            on < notes->n_notes && notes->notes[on].onset_s < ends[off]->end_s;
        const double now_s = begins ? notes->notes[on].onset_s : ends[off]->end_s;
        if (s->n_pitches > 0) {
            sum += (now_s - time_s) * s->sum / (s->n_pitches * partials);
            sounding_s += now_s - time_s;
        }
        time_s = now_s;
        if (begins) {
            note_on(s, notes->notes[on++].pitch);
        } else {
            note_off(s, ends[off++]->pitch);
        }
    }
    return sounding_s > 0.0 ? attune_defined(fmax(sum / sounding_s, 0.0))
                            : attune_undefined("no pitched sound");
}

static struct attune_value of_notes(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    if (notes->why) {
        return attune_undefined(notes->why);
    }
    const struct attune_note **ends = attune_alloc(notes->n_notes, sizeof *ends);
    struct sonority *s = attune_alloc(1, sizeof *s);
    struct attune_value value = attune_undefined("out of memory");
    if (!ends || !s) {
        attune_analysis_oom(a);
        goto out;
    }
    for (int p = 0; p < N_PITCHES; p++) {
        for (int q = 0; q < N_PITCHES; q++) {
            s->pair[p][q] = -1.0f;
        }
    }
    size_t n = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        if (!notes->notes[i].is_drum && notes->notes[i].end_s > notes->notes[i].onset_s) {
            ends[n++] = notes->notes + i;
        }
    }
    qsort(ends, n, sizeof *ends, by_end);
    value = sweep(s, notes, ends, n);
out:
    attune_release(ends);
    attune_release(s);
    return value;
}

static struct attune_value eval(struct attune_analysis *a)
{
    return attune_analysis_modality(a) == ATTUNE_AUDIO ? of_audio(a) : of_notes(a);
}

const struct attune_metric attune_metric_harmonic_roughness = {
    .id = "harmonic.roughness",
    .version = 1,
    .title = "Roughness",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "sensory roughness (beating partials) of what sounds together",
    .formula =
        "sum a_i a_j (e^(-3.51 s d) - e^(-5.75 s d)) / sum a^2, s = .24/(.0207 f_min + "
        "18.96), d in Hz; audio: over spectral peaks, mean over sounding frames; "
        "symbolic: 6 harmonics of .88^k per pitch, mean over sounding time",
    .source =
        "Plomp & Levelt 1965; Sethares 1993, Local consonance and the relationship "
        "between timbre and scale",
    .undefined_when = "no pitched sound",
    .eval = eval,
};
