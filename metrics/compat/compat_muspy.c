/* compat.muspy.*: what muspy 0.5.0 (Dong et al. 2020) prints for a file that it reads itself.
 *
 * Kept as muspy has them, right or wrong:
 *   - times are the file's own ticks, so that polyphony_rate and groove_consistency depend on
 * resolution;
 *   - a note takes part in the beat and in the measure in which it ends, even where it ends with
 * them;
 *   - there are length div resolution + 1 beats and measures: an even end adds an empty last one;
 *   - length includes control changes; a beat is a quarter note; a measure is the earliest
 * signature's;
 *   - polyphony_rate counts three pitches and more, though it is documented as "multiple";
 *   - pitch_range of drums alone is -127, entropies of a single pitch are -0.0;
 *   - in groove_consistency two empty measures match, and so do all empty ticks of two measures.
 * metrics/symbolic holds the corrected values under the same names.
 *
 * pitch_in_scale_rate is that of the best scale, hence equal to scale_consistency.
 */
#include "metrics/analysis/internal.h"
#include "metrics/compat/compat.h"
#include "metrics/compat/compat_muspy_notes.h"
#include "metrics/symbolic/histogram.h"
#include "metrics/symbolic/pitch_sweep.h"

enum { DRUM_CHANNEL = 9 };

enum value {
    N_PITCHES_USED, N_PITCH_CLASSES_USED, PITCH_RANGE, EMPTY_BEAT_RATE, POLYPHONY, POLYPHONY_RATE,
    SCALE_CONSISTENCY, DRUM_PATTERN_CONSISTENCY, PITCH_ENTROPY, PITCH_CLASS_ENTROPY,
    POLYPHONY_RATE_THRESHOLD1, EMPTY_MEASURE_RATE, GROOVE_CONSISTENCY, PITCH_IN_SCALE_RATE,
    DRUM_IN_PATTERN_RATE_DUPLE, DRUM_IN_PATTERN_RATE_TRIPLE, N_VALUES,
};

#define NAME(value) "compat.muspy." value
static const char *const names[N_VALUES] = {
    NAME("n_pitches_used"), NAME("n_pitch_classes_used"), NAME("pitch_range"),
    NAME("empty_beat_rate"), NAME("polyphony"), NAME("polyphony_rate"), NAME("scale_consistency"),
    NAME("drum_pattern_consistency"), NAME("pitch_entropy"), NAME("pitch_class_entropy"),
    NAME("polyphony_rate_threshold1"), NAME("empty_measure_rate"), NAME("groove_consistency"),
    NAME("pitch_in_scale_rate"), NAME("drum_in_pattern_rate_duple"),
    NAME("drum_in_pattern_rate_triple"),
};

/* Values that muspy prints as NaN stay NaN until they are handed to the sink. */
struct values {
    double v[N_VALUES];
};

static void measure_pitch(const struct attune_muspy_notes *in, struct values *out)
{
    uint32_t pitch[128] = {0}, pitch_class[12] = {0};
    int lowest = 127, highest = 0;
    for (size_t i = 0; i < in->n_notes; i++) {
        const struct attune_muspy_note *note = &in->notes[i];
        if (note->channel != DRUM_CHANNEL) {
            pitch[note->pitch]++;
            pitch_class[note->pitch % 12]++;
            lowest = note->pitch < lowest ? note->pitch : lowest;
            highest = note->pitch > highest ? note->pitch : highest;
        }
    }
    int n_pitches = 0, n_classes = 0;
    for (int i = 0; i < 128; i++) {
        n_pitches += pitch[i] > 0;
    }
    for (int i = 0; i < 12; i++) {
        n_classes += pitch_class[i] > 0;
    }
    out->v[N_PITCHES_USED] = n_pitches;
    out->v[N_PITCH_CLASSES_USED] = n_classes;
    out->v[PITCH_RANGE] = in->n_notes > 0 ? highest - lowest : 0;
    const size_t n_pitched = in->n_notes - in->n_drums;
    if (n_pitched == 0) {
        return;
    }
    const double in_scale = (double)attune_best_scale_count(pitch_class) / (double)n_pitched;
    out->v[SCALE_CONSISTENCY] = out->v[PITCH_IN_SCALE_RATE] = in_scale;
    out->v[PITCH_ENTROPY] = n_pitches == 1 ? -0.0 : attune_entropy_bits(pitch, 128);
    out->v[PITCH_CLASS_ENTROPY] = n_classes == 1 ? -0.0 : attune_entropy_bits(pitch_class, 12);
}

static void measure_polyphony(const struct attune_muspy_notes *in, struct values *out)
{
    struct attune_pitch_sweep sweep = {0};
    for (size_t i = 0; i < in->n_notes; i++) {
        const struct attune_muspy_note *note = &in->notes[i];
        if (note->channel != DRUM_CHANNEL) {
            attune_pitch_sweep_note(&sweep, note->pitch, note->onset, note->end);
        }
    }
    attune_pitch_sweep_finish(&sweep);
    double pitches = 0.0, sounding = 0.0, above_1 = 0.0, above_2 = 0.0;
    for (int k = 1; k <= 128; k++) {
        const double ticks = (double)sweep.ticks[k];
        pitches += k * ticks;
        sounding += ticks;
        above_1 += k > 1 ? ticks : 0.0;
        above_2 += k > 2 ? ticks : 0.0;
    }
    if (sounding > 0.0) {
        out->v[POLYPHONY] = pitches / sounding;
    }
    if (in->length > 0) {
        out->v[POLYPHONY_RATE] = above_2 / in->length;
        out->v[POLYPHONY_RATE_THRESHOLD1] = above_1 / in->length;
    }
}

/* Share of units (beats, measures) that no note touches. */
static double empty_rate(const struct attune_muspy_notes *in, uint32_t unit)
{
    if (in->length == 0 || unit == 0) {
        return NAN;
    }
    uint64_t n_touched = 0, next = 0; /* units before next have been counted */
    for (size_t i = 0; i < in->n_notes; i++) {
        const uint64_t first = in->notes[i].onset / unit, last = in->notes[i].end / unit;
        const uint64_t from = first > next ? first : next;
        if (last >= from) {
            n_touched += last - from + 1;
            next = last + 1;
        }
    }
    return 1.0 - (double)n_touched / (double)((uint64_t)in->length / unit + 1);
}

/* 1 - mean Hamming distance of neighbouring measures' onsets, from the onsets alone: each distinct
 * onset differs from both neighbouring measures unless an onset stands a measure earlier or later.
 */
static double groove(struct attune_analysis *a, const struct attune_muspy_notes *in)
{
    const uint64_t measure = in->measure_resolution;
    if (in->length == 0 || measure == 0 || in->length / measure == 0) {
        return NAN;
    }
    uint32_t *onset = attune_arena_alloc(&a->scratch, in->n_notes, sizeof *onset);
    if (!onset) {
        attune_analysis_oom(a);
        return NAN;
    }
    size_t n = 0;
    for (size_t i = 0; i < in->n_notes; i++) {
        if (n == 0 || onset[n - 1] != in->notes[i].onset) {
            onset[n++] = in->notes[i].onset;
        }
    }
    const uint64_t last_measure = in->length / measure;
    uint64_t distance = 0;
    for (size_t i = 0, later = 0; i < n; i++) {
        const uint64_t m = onset[i] / measure;
        distance += (m > 0) + (m < last_measure);
        while (later < n && onset[later] < onset[i] + measure) {
            later++;
        }
        if (later < n && onset[later] == onset[i] + measure) {
            distance -= 2;
        }
    }
    return 1.0 - (double)distance / (double)(measure * last_measure);
}

/* Share of drum notes that fall on the given parts of a beat. */
static double drum_in_pattern(const struct attune_muspy_notes *in, bool duple)
{
    const uint32_t res = in->resolution;
    /* the whole beat, where the resolution divides no further */
    const uint32_t halves = res % 4 == 0 ? res / 4 : res % 2 == 0 ? res / 2 : res;
    const uint32_t step = duple ? halves : res % 3 == 0 ? res / 3 : res;
    size_t n = 0;
    for (size_t i = 0; i < in->n_notes; i++) {
        const struct attune_muspy_note *note = &in->notes[i];
        n += note->channel == DRUM_CHANNEL && note->onset % res % step == 0;
    }
    return (double)n / (double)in->n_drums;
}

static void measure(struct attune_analysis *a, const struct attune_muspy_notes *in,
                    struct values *out)
{
    for (size_t i = 0; i < N_VALUES; i++) {
        out->v[i] = NAN;
    }
    measure_pitch(in, out);
    measure_polyphony(in, out);
    out->v[EMPTY_BEAT_RATE] = empty_rate(in, in->resolution);
    out->v[EMPTY_MEASURE_RATE] = empty_rate(in, in->measure_resolution);
    out->v[GROOVE_CONSISTENCY] = groove(a, in);
    if (in->n_drums > 0) {
        const double duple = drum_in_pattern(in, true), triple = drum_in_pattern(in, false);
        out->v[DRUM_IN_PATTERN_RATE_DUPLE] = duple;
        out->v[DRUM_IN_PATTERN_RATE_TRIPLE] = triple;
        out->v[DRUM_PATTERN_CONSISTENCY] = duple > triple ? duple : triple;
    }
}

/* Why muspy gives no number. */
static const char *reason(const struct attune_muspy_notes *notes, enum value value)
{
    switch (value) {
    case EMPTY_BEAT_RATE:
    case POLYPHONY:
    case POLYPHONY_RATE:
    case POLYPHONY_RATE_THRESHOLD1:
    case EMPTY_MEASURE_RATE:
    case GROOVE_CONSISTENCY:
        return notes->has_tracks ? "muspy: NaN" : "muspy: max() arg is an empty sequence";
    default:
        return "muspy: NaN";
    }
}

void attune_compat_muspy(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    if (a->modality != ATTUNE_SYMBOLIC) {
        return;
    }
    const struct attune_muspy_notes notes = attune_muspy_notes_read(a);
    struct values values;
    if (!notes.why) {
        measure(a, &notes, &values);
    }
    attune_arena_reset(&a->scratch);
    for (size_t i = 0; i < N_VALUES; i++) {
        if (notes.why) {
            sink->undefined(sink->context, names[i], notes.why);
        } else if (isnan(values.v[i])) {
            sink->undefined(sink->context, names[i], reason(&notes, (enum value)i));
        } else {
            sink->scalar(sink->context, names[i], values.v[i]);
        }
    }
}
