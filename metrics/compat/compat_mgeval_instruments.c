/* The features that mgeval takes from pretty_midi's instruments.
 *
 *   total_used_pitch, pitch_range, total_pitch_class_histogram   of the first instrument's piano
 *       roll of 100 columns a second, which adds velocities; a note shorter than a column may be
 *       in none
 *   bar_pitch_class_histogram   the same of the second instrument, (bars, 12) row by row; a bar is
 *       the first track's last time signature at 120 BPM, whatever the tempo
 *   pitch_class_transition_matrix   (12, 12) row by row: pairs of notes of one instrument of which
 *       one ends within .05 s of where the other (or itself) begins; drums and instruments of one
 *       note are left out
 *   avg_ioi   mean distance of successive onsets of all instruments, drums and chords included
 *
 * pretty_midi bends and prolongs the roll under pitch bends and the sustain pedal; that is not
 * rebuilt, and what depends on it has no value then.
 */
#include <stdlib.h>

#include "metrics/analysis/internal.h"
#include "metrics/compat/compat_mgeval.h"
#include "metrics/compat/pretty_midi_notes.h"

enum { COLUMNS_PER_S = 100, MAX_BARS = 1 << 16 };

static const double near_s = 0.05;

/* Columns [from, to) of a note's row. */
struct columns {
    double from, to;
};

static struct columns columns_of(const struct attune_pretty_note *note)
{
    return (struct columns){trunc(note->start_s * COLUMNS_PER_S),
                            trunc(note->end_s * COLUMNS_PER_S)};
}

static const char *roll_trouble(const struct attune_pretty_midi *file,
                                const struct attune_pretty_instrument *instrument)
{
    return file->why                ? file->why
           : !instrument            ? "mgeval: IndexError, no such instrument"
           : instrument->has_bends  ? "pitch bends or the pedal change mgeval's piano roll"
                                    : NULL;
}

static void emit_first(const struct attune_pretty_midi *file,
                       const struct attune_compat_sink *sink)
{
    const char *why = roll_trouble(file, file->first);
    double weight[128] = {0.0}, histogram[12] = {0.0}, total = 0.0;
    for (size_t i = 0; !why && !file->first->is_drum && i < file->n_notes; i++) {
        const struct attune_pretty_note *note = &file->notes[i];
        if (&file->instruments[note->instrument] == file->first) {
            const struct columns at = columns_of(note);
            weight[note->pitch] += note->velocity * (at.to - at.from);
        }
    }
    int n_pitches = 0, lowest = -1, highest = -1;
    for (int pitch = 0; pitch < 128; pitch++) {
        if (weight[pitch] > 0.0) {
            n_pitches++;
            lowest = lowest < 0 ? pitch : lowest;
            highest = pitch;
            histogram[pitch % 12] += weight[pitch];
            total += weight[pitch];
        }
    }
    for (int c = 0; c < 12 && total > 0.0; c++) {
        histogram[c] /= total;
    }
    attune_mgeval_emit(sink, "compat.mgeval.total_used_pitch", why, n_pitches);
    attune_mgeval_emit(sink, "compat.mgeval.pitch_range",
                       why || n_pitches ? why : "mgeval: no pitch in the first instrument",
                       highest - lowest);
    attune_mgeval_emit_vector(sink, "compat.mgeval.total_pitch_class_histogram",
                              why || n_pitches ? why : "mgeval: NaN", histogram, 12);
}

/* How bar_pitch_class_histogram cuts the roll: bars of equal columns, the rest dropped or added. */
struct cut {
    const char *why;
    double n_bars, bar_columns, used_columns;
};

static struct cut cut_roll(const struct attune_pretty_midi *file)
{
    struct cut cut = {.why = roll_trouble(file, file->second)};
    if (!cut.why && !file->has_meter) {
        cut.why = "mgeval: IndexError, no time signature in the first track";
    }
    if (cut.why) {
        return cut;
    }
    const double bar = 60.0 / 120.0 * file->numerator * 4.0 / file->denominator * COLUMNS_PER_S;
    const double n_columns = trunc(file->second->end_s * COLUMNS_PER_S), whole = round(bar);
    if (!(whole > 0.0)) {
        cut.why = "mgeval: a bar has no length";
        return cut;
    }
    cut.n_bars = round(n_columns / bar);
    const double rows = n_columns / bar > cut.n_bars ? n_columns - fmod(n_columns, whole)
                        : n_columns / bar < cut.n_bars ? cut.n_bars * whole
                                                       : n_columns;
    cut.why = cut.n_bars == 0.0                ? "mgeval: shorter than half a bar"
              : cut.n_bars > MAX_BARS          ? "more than 65536 bars"
              : fmod(rows, cut.n_bars) != 0.0  ? "mgeval: ValueError, bars of broken columns"
                                               : NULL;
    cut.bar_columns = cut.why ? 0.0 : rows / cut.n_bars;
    cut.used_columns = fmin(rows, n_columns);
    return cut;
}

static void add_to_bars(const struct cut *cut, const struct attune_pretty_note *note,
                        double *histogram)
{
    const struct columns at = columns_of(note);
    const double to = fmin(at.to, cut->used_columns);
    for (double from = at.from; from < to;) {
        const double bar = floor(from / cut->bar_columns);
        const double end = fmin(to, (bar + 1.0) * cut->bar_columns);
        histogram[(size_t)bar * 12 + note->pitch % 12] += note->velocity * (end - from);
        from = end;
    }
}

static void emit_bars(struct attune_analysis *a, const struct attune_pretty_midi *file,
                      const struct attune_compat_sink *sink)
{
    struct cut cut = cut_roll(file);
    const size_t n = cut.why ? 0 : (size_t)cut.n_bars * 12;
    double *histogram = attune_arena_alloc(&a->scratch, n + 1, sizeof *histogram);
    if (!histogram) {
        attune_analysis_oom(a);
        cut.why = "out of memory";
    }
    for (size_t i = 0; !cut.why && !file->second->is_drum && i < file->n_notes; i++) {
        if (&file->instruments[file->notes[i].instrument] == file->second) {
            add_to_bars(&cut, &file->notes[i], histogram);
        }
    }
    for (size_t bar = 0; !cut.why && bar < n; bar += 12) {
        double total = 0.0;
        for (size_t c = 0; c < 12; c++) {
            total += histogram[bar + c];
        }
        for (size_t c = 0; c < 12 && total > 0.0; c++) {
            histogram[bar + c] /= total;
        }
    }
    attune_mgeval_emit_vector(sink, "compat.mgeval.bar_pitch_class_histogram", cut.why, histogram,
                              n);
}

/* One end of a note, by instrument, then time. */
struct edge {
    uint32_t instrument;
    uint8_t pitch_class;
    double s;
};

static int by_instrument_and_time(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    if (a->instrument != b->instrument) {
        return a->instrument < b->instrument ? -1 : 1;
    }
    return (a->s > b->s) - (a->s < b->s);
}

static int edge_order(const struct edge *start, const struct edge *end, double shift_s)
{
    if (start->instrument != end->instrument) {
        return start->instrument < end->instrument ? -1 : 1;
    }
    return end->s - start->s >= shift_s ? -1 : 1;
}

/* Counts, for each end, the starts less than near_s away: two marks move along the starts. */
static void count_transitions(const struct edge *starts, const struct edge *ends, size_t n,
                              double matrix[144])
{
    double count[12] = {0.0};
    size_t low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        for (; high < n && edge_order(&starts[high], &ends[i], nextafter(-near_s, 0.0)) < 0;
             high++) {
            count[starts[high].pitch_class] += 1.0;
        }
        for (; low < high && edge_order(&starts[low], &ends[i], near_s) < 0; low++) {
            count[starts[low].pitch_class] -= 1.0;
        }
        for (size_t c = 0; c < 12; c++) {
            matrix[ends[i].pitch_class * 12 + c] += count[c];
        }
    }
}

static void emit_transitions(struct attune_analysis *a, const struct attune_pretty_midi *file,
                             const struct attune_compat_sink *sink)
{
    static const char *const name = "compat.mgeval.pitch_class_transition_matrix";
    double matrix[144] = {0.0};
    const char *why = file->why;
    struct edge *starts = attune_arena_alloc(&a->scratch, file->n_notes + 1, sizeof *starts);
    struct edge *ends = attune_arena_alloc(&a->scratch, file->n_notes + 1, sizeof *ends);
    if (!starts || !ends) {
        attune_analysis_oom(a);
        why = "out of memory";
    }
    if (!why) {
        size_t n = 0;
        for (size_t i = 0; i < file->n_notes; i++) {
            const struct attune_pretty_note *note = &file->notes[i];
            const struct attune_pretty_instrument *owner = &file->instruments[note->instrument];
            if (!owner->is_drum && owner->n_notes > 1) {
                const uint8_t pitch_class = note->pitch % 12;
                starts[n] = (struct edge){note->instrument, pitch_class, note->start_s};
                ends[n++] = (struct edge){note->instrument, pitch_class, note->end_s};
            }
        }
        qsort(starts, n, sizeof *starts, by_instrument_and_time);
        qsort(ends, n, sizeof *ends, by_instrument_and_time);
        count_transitions(starts, ends, n, matrix);
    }
    attune_mgeval_emit_vector(sink, name, why, matrix, 144);
}

static double mean_ioi(const struct attune_pretty_midi *file)
{
    if (file->why || file->n_notes < 2) {
        return NAN;
    }
    double first = file->notes[0].start_s, last = first;
    for (size_t i = 1; i < file->n_notes; i++) {
        first = fmin(first, file->notes[i].start_s);
        last = fmax(last, file->notes[i].start_s);
    }
    return (last - first) / (double)(file->n_notes - 1);
}

void attune_mgeval_instruments(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    const struct attune_pretty_midi file = attune_pretty_midi_read(a);
    emit_first(&file, sink);
    emit_bars(a, &file, sink);
    emit_transitions(a, &file, sink);
    attune_mgeval_emit(sink, "compat.mgeval.avg_ioi", file.why, mean_ioi(&file));
    attune_arena_reset(&a->scratch);
}
