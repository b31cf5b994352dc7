/* compat.mgeval.*: features of mgeval (Yang & Lerch 2020) with their defaults, from the definitions
 * in its source; no recorded values exist to test against.
 *
 * Kept as mgeval has them: everything that reads the event list reads the file's second track only
 * (track_num = 1), so that a file of one track has no value; a bar is that of the last time
 * signature seen in that very track, else 4/4; bar counts are rounded and notes beyond the last bar
 * are dropped; bar_used_pitch goes on to count the dropped notes' pitches in the wrong bar; note
 * lengths take the power of the denominator for the numerator where the track holds a time
 * signature; avg_pitch_shift counts the notes of a chord as steps; avg_ioi includes simultaneous
 * onsets and drums; integer division throughout. total_used_pitch and pitch_range are those of the
 * first instrument: in the first track with notes, the channel and program of the note that ends
 * first.
 */
#include <math.h>
#include <string.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/compat/compat.h"
#include "metrics/symbolic/note_lengths.h"

enum { TRACK = 1, N_LENGTHS = ATTUNE_N_NOTE_LENGTHS, MAX_BARS = 1 << 16 };

/* The second track's note-ons in the order of the file. */
struct note_on {
    uint32_t tick;
    uint8_t pitch;
    bool has_off;
    uint32_t off_tick;     /* of the next note-off of the pitch, on any channel */
    uint32_t bar_ticks;    /* in force, for bar counts; 0 where the arithmetic gives 0 */
    uint32_t length_ticks; /* the same for note lengths, with the numerator confused */
    size_t n_signatures;   /* time signatures of the track up to here */
};

struct track {
    const char *why;
    struct note_on *note_on;
    size_t n;
    uint32_t end_tick;
    bool has_signature;
    uint32_t first_bar_ticks; /* of the first time signature */
};

static uint32_t bar_of(const struct attune_midi *midi, unsigned numerator, unsigned power)
{
    return power > 31 ? 0 : (uint32_t)((uint64_t)numerator * midi->division * 4 >> power);
}

/* Looks for note-offs from the end, so that each event is seen once. */
static void find_note_offs(const struct attune_midi *midi, struct track *track)
{
    uint32_t off[128];
    bool has_off[128] = {false};
    size_t next = track->n;
    for (size_t i = midi->n_events; i-- > 0;) {
        const struct attune_midi_event *event = &midi->events[i];
        if (event->track != TRACK) {
            continue;
        }
        if (event->kind == ATTUNE_MIDI_NOTE_OFF) {
            off[event->a] = event->tick;
            has_off[event->a] = true;
        } else if (event->kind == ATTUNE_MIDI_NOTE_ON) {
            struct note_on *on = &track->note_on[--next];
            on->has_off = has_off[event->a];
            on->off_tick = on->has_off ? off[event->a] : 0;
        }
    }
}

static struct track read_track(struct attune_analysis *a)
{
    const struct attune_midi *midi = a->midi;
    struct track track = {.why = midi->n_tracks < 2 ? "mgeval: no second track" : NULL};
    if (!track.why && midi->division == 0) {
        track.why = "mgeval: SMPTE time";
    }
    if (track.why) {
        return track;
    }
    track.note_on = attune_arena_alloc(&a->scratch, midi->n_events, sizeof *track.note_on);
    if (!track.note_on) {
        attune_analysis_oom(a);
        track.why = "out of memory";
        return track;
    }
    uint32_t bar = midi->division * 4u, length = bar;
    size_t n_signatures = 0;
    for (size_t i = 0; i < midi->n_events; i++) {
        const struct attune_midi_event *event = &midi->events[i];
        if (event->track != TRACK) {
            continue;
        }
        if (event->kind == ATTUNE_MIDI_TIME_SIGNATURE) {
            bar = bar_of(midi, event->a, event->b);
            length = bar_of(midi, event->b, event->b);
            track.first_bar_ticks = n_signatures++ == 0 ? bar : track.first_bar_ticks;
        } else if (event->kind == ATTUNE_MIDI_NOTE_ON) {
            track.note_on[track.n++] = (struct note_on){
                .tick = event->tick, .pitch = event->a, .bar_ticks = bar, .length_ticks = length,
                .n_signatures = n_signatures};
        }
    }
    track.has_signature = n_signatures > 0;
    track.end_tick = midi->track_end[TRACK];
    find_note_offs(midi, &track);
    track.why = track.n == 0 ? "mgeval: no notes in the second track" : NULL;
    return track;
}

static void emit(const struct attune_compat_sink *sink, const char *name, const char *why,
                 double value)
{
    if (why || isnan(value)) {
        sink->undefined(sink->context, name, why ? why : "mgeval: NaN");
    } else {
        sink->scalar(sink->context, name, value);
    }
}

static void emit_vector(const struct attune_compat_sink *sink, const char *name, const char *why,
                        const double *values, size_t n)
{
    if (why || !sink->vector) {
        sink->undefined(sink->context, name, why ? why : "vectors are not wanted");
    } else {
        sink->vector(sink->context, name, values, n);
    }
}

/* Notes per bar into used (n_bars,); a time signature in the track starts the counts afresh. */
static void count_bars(const struct track *track, double *used, size_t n_bars)
{
    size_t n_signatures = 0;
    for (size_t i = 0; i < track->n; i++) {
        const struct note_on *on = &track->note_on[i];
        if (on->n_signatures != n_signatures) {
            memset(used, 0, n_bars * sizeof *used);
            n_signatures = on->n_signatures;
        }
        const size_t bar = on->bar_ticks > 0 ? on->tick / on->bar_ticks : n_bars;
        if (bar < n_bars) {
            used[bar] += 1.0;
        }
    }
}

/* Different pitches of the next used[b] notes of the list, which holds the dropped notes too. */
static void count_pitches(const struct track *track, const double *used, double *pitches,
                          size_t n_bars)
{
    size_t at = 0;
    for (size_t b = 0; b < n_bars; b++) {
        bool seen[128] = {false};
        const size_t end = at + (size_t)used[b];
        for (; at < end && at < track->n; at++) {
            pitches[b] += !seen[track->note_on[at].pitch];
            seen[track->note_on[at].pitch] = true;
        }
    }
}

static void emit_bars(struct attune_analysis *a, const struct track *track,
                      const struct attune_compat_sink *sink)
{
    static const char *const note_name = "compat.mgeval.bar_used_note";
    static const char *const pitch_name = "compat.mgeval.bar_used_pitch";
    const char *why = track->why;
    double *used = NULL, *pitches = NULL;
    double n = 0.0;
    if (!why) {
        const uint32_t bar = track->has_signature ? track->first_bar_ticks : a->midi->division * 4u;
        n = bar > 0 ? floor((double)track->end_tick / bar + 0.5) : 0.0;
        /* Without a signature the first note's bar is not checked, and Python raises IndexError. */
        const bool first_outside =
            track->note_on[0].n_signatures == 0 && track->note_on[0].tick / (bar ? bar : 1) >= n;
        why = bar == 0          ? "mgeval: a bar has no length"
              : first_outside   ? "mgeval: IndexError"
              : n > MAX_BARS    ? "more than 65536 bars"
                                : NULL;
    }
    if (!why) {
        used = attune_arena_alloc(&a->scratch, (size_t)n + 1, sizeof *used);
        pitches = attune_arena_alloc(&a->scratch, (size_t)n + 1, sizeof *pitches);
        if (!used || !pitches) {
            attune_analysis_oom(a);
            why = "out of memory";
        } else {
            count_bars(track, used, (size_t)n);
            count_pitches(track, used, pitches, (size_t)n);
        }
    }
    emit_vector(sink, note_name, why, used, (size_t)n);
    emit_vector(sink, pitch_name, why, pitches, (size_t)n);
}

static int nearest_length(const struct note_on *on)
{
    return attune_note_length(4.0 * ((double)on->off_tick - on->tick) / on->length_ticks);
}

static void emit_lengths(const struct track *track, const struct attune_compat_sink *sink)
{
    double histogram[N_LENGTHS] = {0.0}, step[N_LENGTHS * N_LENGTHS] = {0.0}, total = 0.0;
    int before = -1;
    for (size_t i = 0; !track->why && i < track->n; i++) {
        const struct note_on *on = &track->note_on[i];
        if (on->has_off) {
            /* A bar of no length makes all twelve classes alike; the first one is then the nearest.
             */
            const int length = on->length_ticks > 0 ? nearest_length(on) : 0;
            histogram[length] += 1.0;
            total += 1.0;
            if (before >= 0) {
                step[before * N_LENGTHS + length] += 1.0;
            }
            before = length;
        }
    }
    for (size_t i = 0; i < N_LENGTHS && total > 0.0; i++) {
        histogram[i] /= total;
    }
    const char *why = track->why ? track->why : total > 0.0 ? NULL : "mgeval: NaN";
    emit_vector(sink, "compat.mgeval.note_length_hist", why, histogram, N_LENGTHS);
    emit_vector(sink, "compat.mgeval.note_length_transition_matrix", track->why, step,
                (size_t)N_LENGTHS * N_LENGTHS);
}

static double mean_step(const struct track *track)
{
    double sum = 0.0;
    for (size_t i = 1; !track->why && i < track->n; i++) {
        sum += fabs((double)track->note_on[i].pitch - track->note_on[i - 1].pitch);
    }
    return track->n > 1 ? sum / (double)(track->n - 1) : NAN;
}

static double mean_ioi(const struct attune_notes *notes)
{
    return notes->n_notes > 1
               ? (notes->notes[notes->n_notes - 1].onset_s - notes->notes[0].onset_s) /
                     (double)(notes->n_notes - 1)
               : NAN;
}

/* The first instrument as pretty_midi lists them, on its piano roll of 100 steps a second. */
static void emit_first_instrument(const struct attune_notes *notes,
                                  const struct attune_compat_sink *sink)
{
    const struct attune_note *first = NULL;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (!first || note->track < first->track ||
            (note->track == first->track && note->end_tick < first->end_tick)) {
            first = note;
        }
    }
    int lowest = 128, highest = -1, n_pitches = 0;
    bool seen[128] = {false};
    for (size_t i = 0; first && !first->is_drum && i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (note->track == first->track && note->channel == first->channel &&
            note->program == first->program &&
            floor(note->end_s * 100.0) > floor(note->onset_s * 100.0)) {
            n_pitches += !seen[note->pitch];
            seen[note->pitch] = true;
            lowest = note->pitch < lowest ? note->pitch : lowest;
            highest = note->pitch > highest ? note->pitch : highest;
        }
    }
    emit(sink, "compat.mgeval.total_used_pitch", first ? NULL : "mgeval: no instrument", n_pitches);
    emit(sink, "compat.mgeval.pitch_range",
         highest < 0 ? "mgeval: no pitch in the first instrument" : NULL, highest - lowest);
}

void attune_compat_mgeval(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    if (a->modality != ATTUNE_SYMBOLIC) {
        return;
    }
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct track track = read_track(a);
    const bool one_track = a->midi->n_tracks < 2;
    emit_first_instrument(notes, sink);
    emit(sink, "compat.mgeval.total_used_note", one_track ? track.why : NULL, (double)track.n);
    emit(sink, "compat.mgeval.avg_pitch_shift", track.why, mean_step(&track));
    emit(sink, "compat.mgeval.avg_ioi", notes->why, mean_ioi(notes));
    emit_bars(a, &track, sink);
    emit_lengths(&track, sink);
    attune_arena_reset(&a->scratch);
}
