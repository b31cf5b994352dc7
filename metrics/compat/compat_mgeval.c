/* compat.mgeval.*: features of mgeval (Yang & Lerch 2020) with their defaults, from the definitions
 * in its source; no recorded values exist to test against. Here those of the event list; the rest:
 * compat_mgeval_instruments.c. mgeval's options are left at their defaults: track_num 1, num_bar
 * None, normalize 0 for matrices and True for the histogram, pause_event False, bpm 120.
 *
 * Kept as mgeval has them: everything that reads the event list reads the file's second track only,
 * so that a file of one track has no value; a bar is that of the last time signature seen in that
 * very track, else 4/4; the number of bars is rounded, from the bar in force at the first note or
 * signature, and notes beyond it are dropped; bar_used_pitch goes on to count the dropped notes'
 * pitches in the wrong bar; bar_used_note and the note lengths take the power of the denominator
 * for the numerator where the track holds a time signature (4/4 is read as 2/4); avg_pitch_shift
 * counts the notes of a chord as steps; integer division throughout.
 */
#include <math.h>
#include <string.h>

#include "metrics/analysis/internal.h"
#include "metrics/compat/compat_mgeval.h"
#include "metrics/symbolic/note_lengths.h"

enum { TRACK = 1, N_LENGTHS = ATTUNE_N_NOTE_LENGTHS, MAX_BARS = 1 << 16 };

/* The length of a bar in ticks, 0 where the arithmetic gives 0. */
struct bar_ticks {
    uint32_t right;    /* bar_used_pitch */
    uint32_t confused; /* all else: the power of the denominator for the numerator */
};

/* The second track's note-ons in the order of the file. */
struct note_on {
    uint32_t tick;
    uint8_t pitch;
    bool has_off;
    uint32_t off_tick;     /* of the next note-off of the pitch, on any channel */
    struct bar_ticks bar;  /* in force */
    size_t n_signatures;   /* time signatures of the track up to here */
};

struct track {
    const char *why;
    struct note_on *note_on;
    size_t n;
    uint32_t end_tick;
    struct bar_ticks first_bar; /* of the first time signature, or the default at the first note */
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
    struct bar_ticks bar = {midi->division * 4u, midi->division * 4u};
    size_t n_signatures = 0;
    for (size_t i = 0; i < midi->n_events; i++) {
        const struct attune_midi_event *event = &midi->events[i];
        if (event->track != TRACK) {
            continue;
        }
        if (event->kind == ATTUNE_MIDI_TIME_SIGNATURE) {
            bar = (struct bar_ticks){bar_of(midi, event->a, event->b),
                                     bar_of(midi, event->b, event->b)};
            n_signatures++;
        } else if (event->kind == ATTUNE_MIDI_NOTE_ON) {
            track.note_on[track.n++] = (struct note_on){.tick = event->tick, .pitch = event->a,
                                                        .bar = bar, .n_signatures = n_signatures};
        } else {
            continue;
        }
        if (track.n + n_signatures == 1) {
            track.first_bar = bar;
        }
    }
    track.end_tick = midi->track_end[TRACK];
    find_note_offs(midi, &track);
    track.why = track.n == 0 ? "mgeval: no notes in the second track" : NULL;
    return track;
}

static uint32_t ticks_of(struct bar_ticks bar, bool confused)
{
    return confused ? bar.confused : bar.right;
}

/* Notes per bar into used (n_bars,); a time signature in the track starts the counts afresh. */
static void count_bars(const struct track *track, bool confused, double *used, size_t n_bars)
{
    size_t n_signatures = 0;
    for (size_t i = 0; i < track->n; i++) {
        const struct note_on *on = &track->note_on[i];
        if (on->n_signatures != n_signatures) {
            memset(used, 0, n_bars * sizeof *used);
            n_signatures = on->n_signatures;
        }
        const uint32_t ticks = ticks_of(on->bar, confused);
        const size_t bar = ticks > 0 ? on->tick / ticks : n_bars;
        if (bar < n_bars) {
            used[bar] += 1.0;
        }
    }
}

/* Different pitches of the next used[b] notes of the list, which holds the dropped notes too; in
 * the place of used. */
static void count_pitches(const struct track *track, double *used, size_t n_bars)
{
    size_t at = 0;
    for (size_t b = 0; b < n_bars; b++) {
        bool seen[128] = {false};
        const size_t end = at + (size_t)used[b];
        used[b] = 0.0;
        for (; at < end && at < track->n; at++) {
            used[b] += !seen[track->note_on[at].pitch];
            seen[track->note_on[at].pitch] = true;
        }
    }
}

/* Rounded number of bars of the track, or 0 and the reason in *why. */
static size_t number_of_bars(const struct track *track, bool confused, const char **why)
{
    *why = track->why;
    if (*why) {
        return 0;
    }
    for (size_t i = 0; i < track->n; i++) {
        if (ticks_of(track->note_on[i].bar, confused) == 0) {
            *why = "mgeval: ZeroDivisionError";
            return 0;
        }
    }
    const uint32_t bar = ticks_of(track->first_bar, confused);
    const double n = bar > 0 ? floor((double)track->end_tick / bar + 0.5) : 0.0;
    /* Without a signature the first note's bar is not checked. */
    const bool first_outside =
        track->note_on[0].n_signatures == 0 && track->note_on[0].tick / (bar ? bar : 1) >= n;
    *why = bar == 0        ? "mgeval: ZeroDivisionError"
           : first_outside ? "mgeval: IndexError"
           : n > MAX_BARS  ? "more than 65536 bars"
                           : NULL;
    return *why ? 0 : (size_t)n;
}

static void emit_bars(struct attune_analysis *a, const struct track *track, const char *name,
                      bool pitches, const struct attune_compat_sink *sink)
{
    const bool confused = !pitches;
    const char *why;
    const size_t n = number_of_bars(track, confused, &why);
    double *used = why ? NULL : attune_arena_alloc(&a->scratch, n + 1, sizeof *used);
    if (!why && !used) {
        attune_analysis_oom(a);
        why = "out of memory";
    }
    if (!why) {
        count_bars(track, confused, used, n);
        if (pitches) {
            count_pitches(track, used, n);
        }
    }
    attune_mgeval_emit_vector(sink, name, why, used, n);
}

static int nearest_length(const struct note_on *on)
{
    return attune_note_length(4.0 * ((double)on->off_tick - on->tick) / on->bar.confused);
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
            const int length = on->bar.confused > 0 ? nearest_length(on) : 0;
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
    attune_mgeval_emit_vector(sink, "compat.mgeval.note_length_hist", why, histogram, N_LENGTHS);
    attune_mgeval_emit_vector(sink, "compat.mgeval.note_length_transition_matrix", track->why, step,
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

void attune_compat_mgeval(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    if (a->modality != ATTUNE_SYMBOLIC) {
        return;
    }
    attune_mgeval_instruments(a, sink);
    const struct track track = read_track(a);
    attune_mgeval_emit(sink, "compat.mgeval.total_used_note",
                       a->midi->n_tracks < 2 ? track.why : NULL, (double)track.n);
    attune_mgeval_emit(sink, "compat.mgeval.avg_pitch_shift", track.why, mean_step(&track));
    emit_bars(a, &track, "compat.mgeval.bar_used_note", false, sink);
    emit_bars(a, &track, "compat.mgeval.bar_used_pitch", true, sink);
    emit_lengths(&track, sink);
    attune_arena_reset(&a->scratch);
}
