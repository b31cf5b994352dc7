/* attune-1 of notes: register, melodic intervals, durations, inter-onset intervals, polyphony,
 * instruments, density and dynamics; then harmony and rhythm as for audio. */
#include <math.h>

#include "metrics/analysis/notes.h"
#include "metrics/set/embedding_parts.h"

enum { OCTAVES = 11, INTERVALS = 25, TIMES = 10, VOICES = 8, FAMILIES = 17 };

struct histograms {
    double octave[OCTAVES], interval[INTERVALS], duration[TIMES], step[TIMES], voices[VOICES],
        family[FAMILIES];
    double velocity, velocity_square;
};

/* Times on a logarithmic axis from 1/32 s, a bin per octave. */
static size_t time_bin(double seconds)
{
    const double bin = log2(fmax(seconds, 1.0 / 64.0) * 32.0) + 0.5;
    return bin <= 0.0 ? 0 : bin >= TIMES ? TIMES - 1 : (size_t)bin;
}

/* Pitch steps from a note to the next later one of its channel, up to an octave either way. */
static void count_intervals(struct histograms *h, const struct attune_notes *notes)
{
    const struct attune_note *last[16] = {NULL};
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        const struct attune_note *before = last[note->channel & 15];
        if (note->is_drum) {
            continue;
        }
        if (before && note->onset_tick > before->onset_tick) {
            int step = note->pitch - before->pitch;
            step = step < -12 ? -12 : step > 12 ? 12 : step;
            h->interval[step + 12] += 1.0;
        }
        last[note->channel & 15] = note;
    }
}

/* Notes that begin within 30 ms of each other, as chord sizes. */
static void count_voices(struct histograms *h, const struct attune_notes *notes)
{
    size_t size = 0;
    double begin_s = -1.0, previous_s = -1.0;
    for (size_t i = 0; i <= notes->n_notes; i++) {
        const struct attune_note *note = i < notes->n_notes ? &notes->notes[i] : NULL;
        if (note && size > 0 && note->onset_s - begin_s < 0.03) {
            size++;
            continue;
        }
        if (size > 0) {
            h->voices[size > VOICES ? VOICES - 1 : size - 1] += 1.0;
            if (previous_s >= 0.0) {
                h->step[time_bin(begin_s - previous_s)] += 1.0;
            }
            previous_s = begin_s;
        }
        size = 1;
        begin_s = note ? note->onset_s : 0.0;
    }
}

const char *attune_embedding_symbolic(struct attune_analysis *analysis,
                                      struct attune_embedding_writer *w)
{
    const struct attune_notes *notes = attune_analysis_notes(analysis);
    struct histograms h = {0};
    if (notes->why) {
        return notes->why;
    }
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        h.family[note->is_drum ? FAMILIES - 1 : note->program / 8] += 1.0;
        h.velocity += note->velocity;
        h.velocity_square += (double)note->velocity * note->velocity;
        if (!note->is_drum) {
            h.octave[note->pitch / 12] += 1.0;
            h.duration[time_bin(note->end_s - note->onset_s)] += 1.0;
        }
    }
    count_intervals(&h, notes);
    count_voices(&h, notes);
    const double n = (double)notes->n_notes, mean = h.velocity / n;
    const double variance = h.velocity_square / n - mean * mean;
    attune_embedding_add_histogram(w, h.octave, OCTAVES);
    attune_embedding_add_histogram(w, h.interval, INTERVALS);
    attune_embedding_add_histogram(w, h.duration, TIMES);
    attune_embedding_add_histogram(w, h.step, TIMES);
    attune_embedding_add_histogram(w, h.voices, VOICES);
    attune_embedding_add_histogram(w, h.family, FAMILIES);
    attune_embedding_add(w, log2(n / fmax(notes->end_s, 0.1)));
    attune_embedding_add(w, (double)notes->n_drums / n);
    attune_embedding_add(w, mean);
    attune_embedding_add(w, variance > 0.0 ? sqrt(variance) : 0.0);
    attune_embedding_add(w, log2(fmax(notes->end_s, 0.1)));
    attune_embedding_add_harmony(w, analysis);
    attune_embedding_add_rhythm(w, analysis);
    return NULL;
}
