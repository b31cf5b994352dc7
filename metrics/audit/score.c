/* Scores: from an analysed file to notes, and back to a file. */
#include "metrics/audit/score.h"

#include "metrics/analysis/grid.h"

static void *copy_of(const void *items, size_t n, size_t size)
{
    void *copy = attune_alloc(n, size);
    if (copy && n) {
        memcpy(copy, items, n * size);
    }
    return copy;
}

enum attune_code attune_score_init(struct attune_score *score, const struct attune_midi *midi,
                                   struct attune_analysis *analysis, struct attune_err *err)
{
    const struct attune_notes *notes = attune_analysis_notes(analysis);
    const struct attune_grid *grid = attune_analysis_grid(analysis);
    if (notes->why || grid->why) {
        return attune_fail(err, ATTUNE_E_INPUT, "no score: %s",
                           notes->why ? notes->why : grid->why);
    }
    *score = (struct attune_score){.midi = midi};
    score->notes = copy_of(notes->notes, notes->n_notes, sizeof *score->notes);
    score->bar_tick = copy_of(grid->bar_tick, grid->n_bars + 1, sizeof *score->bar_tick);
    score->beat_tick = copy_of(grid->beat_tick, grid->n_beats + 1, sizeof *score->beat_tick);
    score->beat_s = copy_of(grid->beat_s, grid->n_beats + 1, sizeof *score->beat_s);
    if (!score->notes || !score->bar_tick || !score->beat_tick || !score->beat_s) {
        attune_score_release(score);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a score");
    }
    score->n_notes = score->capacity = notes->n_notes;
    score->n_bars = grid->n_bars;
    score->n_beats = grid->n_beats;
    return ATTUNE_OK;
}

enum attune_code attune_score_copy(struct attune_score *out, const struct attune_score *score,
                                   struct attune_err *err)
{
    *out = *score;
    out->capacity = score->n_notes;
    out->notes = copy_of(score->notes, score->n_notes, sizeof *score->notes);
    out->bar_tick = copy_of(score->bar_tick, score->n_bars + 1, sizeof *score->bar_tick);
    out->beat_tick = copy_of(score->beat_tick, score->n_beats + 1, sizeof *score->beat_tick);
    out->beat_s = copy_of(score->beat_s, score->n_beats + 1, sizeof *score->beat_s);
    out->beat_factor =
        score->beat_factor ? copy_of(score->beat_factor, score->n_beats, sizeof(double)) : NULL;
    if (!out->notes || !out->bar_tick || !out->beat_tick || !out->beat_s ||
        (score->beat_factor && !out->beat_factor)) {
        attune_score_release(out);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a score");
    }
    return ATTUNE_OK;
}

void attune_score_release(struct attune_score *score)
{
    attune_release(score->notes);
    attune_release(score->bar_tick);
    attune_release(score->beat_tick);
    attune_release(score->beat_s);
    attune_release(score->beat_factor);
    *score = (struct attune_score)ATTUNE_SCORE_INIT;
}

bool attune_score_add(struct attune_score *score, const struct attune_note *note)
{
    const struct attune_note added = *note; /* note may be one of the array that grows */
    if (!attune_grow((void **)&score->notes, &score->capacity, score->n_notes,
                     sizeof *score->notes)) {
        return false;
    }
    score->notes[score->n_notes++] = added;
    return true;
}

/* The last of n intervals [start[i], start[i+1]) that begins at or before tick; 0 when none does.
 */
static size_t interval_of(const uint32_t *start, size_t n, uint32_t tick)
{
    size_t lo = 0, hi = n;
    while (hi - lo > 1) {
        const size_t mid = lo + (hi - lo) / 2;
        if (start[mid] <= tick) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

size_t attune_score_bar(const struct attune_score *score, uint32_t tick)
{
    return interval_of(score->bar_tick, score->n_bars, tick);
}

double attune_score_ticks_per_s(const struct attune_score *score, uint32_t tick)
{
    const size_t beat = interval_of(score->beat_tick, score->n_beats, tick);
    const double seconds = score->beat_s[beat + 1] - score->beat_s[beat];
    const uint32_t ticks = score->beat_tick[beat + 1] - score->beat_tick[beat];
    return seconds > 0.0 ? ticks / seconds : 0.0;
}

/* By track, channel and pitch, then in time: the notes of one key follow one another. */
static int by_key(const void *a, const void *b)
{
    const struct attune_note *x = a, *y = b;
    if (x->track != y->track) {
        return x->track < y->track ? -1 : 1;
    }
    if (x->channel != y->channel) {
        return x->channel < y->channel ? -1 : 1;
    }
    if (x->pitch != y->pitch) {
        return x->pitch < y->pitch ? -1 : 1;
    }
    if (x->onset_tick != y->onset_tick) {
        return x->onset_tick < y->onset_tick ? -1 : 1;
    }
    if (x->end_tick != y->end_tick) {
        return x->end_tick < y->end_tick ? -1 : 1;
    }
    return (x->velocity > y->velocity) - (x->velocity < y->velocity);
}

static bool same_key(const struct attune_note *a, const struct attune_note *b)
{
    return a->track == b->track && a->channel == b->channel && a->pitch == b->pitch;
}

/* Events of one tick: ends of sounding notes, then what sets up the channel, then onsets, a note of
 * no length with its own end at once, then the track's end. */
enum { ENDS, SETTINGS, ONSETS, TRACK_END };

struct ordered_event {
    struct attune_midi_event event;
    uint8_t rank;
    size_t sequence;
};

static int by_time(const void *a, const void *b)
{
    const struct ordered_event *x = a, *y = b;
    if (x->event.tick != y->event.tick) {
        return x->event.tick < y->event.tick ? -1 : 1;
    }
    if (x->rank != y->rank) {
        return x->rank < y->rank ? -1 : 1;
    }
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

struct assembly {
    struct ordered_event *events;
    size_t n, capacity;
    bool failed;
};

static void push(struct assembly *a, struct attune_midi_event event, uint8_t rank)
{
    if (a->failed || !attune_grow((void **)&a->events, &a->capacity, a->n, sizeof *a->events)) {
        a->failed = true;
        return;
    }
    a->events[a->n] = (struct ordered_event){event, rank, a->n};
    a->n++;
}

static void push_notes(struct assembly *a, const struct attune_note *notes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct attune_note *note = &notes[i];
        uint32_t end = note->end_tick;
        if (i + 1 < n && same_key(note, note + 1) && note[1].onset_tick < end) {
            end = note[1].onset_tick;
        }
        struct attune_midi_event event = {.tick = note->onset_tick,
                                          .track = note->track,
                                          .kind = ATTUNE_MIDI_NOTE_ON,
                                          .channel = note->channel,
                                          .a = note->pitch,
                                          .b = note->velocity ? note->velocity : 1};
        push(a, event, ONSETS);
        event.kind = ATTUNE_MIDI_NOTE_OFF;
        event.b = 0;
        event.tick = end;
        push(a, event, end > note->onset_tick ? ENDS : ONSETS);
    }
}

static bool scaled_tempo(const struct attune_score *score, const struct attune_midi_event *event)
{
    return score->beat_factor && event->kind == ATTUNE_MIDI_TEMPO;
}

/* Tempo in force at each beat, multiplied by the beat's factor, beside the file's own changes. */
static void push_tempo(struct assembly *a, const struct attune_score *score)
{
    const struct attune_midi *midi = score->midi;
    uint32_t us_per_quarter = 500000;
    size_t next = 0;
    for (size_t i = 0; i < score->n_beats; i++) {
        const double factor = score->beat_factor[i];
        const uint32_t end =
            i + 1 < score->n_beats ? score->beat_tick[i + 1] : UINT32_MAX;
        struct attune_midi_event event = {.tick = score->beat_tick[i], .kind = ATTUNE_MIDI_TEMPO};
        do {
            for (; next < midi->n_events && midi->events[next].tick <= event.tick; next++) {
                if (midi->events[next].kind == ATTUNE_MIDI_TEMPO && midi->events[next].value) {
                    us_per_quarter = midi->events[next].value;
                }
            }
            const double us = us_per_quarter / factor;
            event.value = us < 1.0 ? 1 : us > 0xffffff ? 0xffffff : (uint32_t)(us + 0.5);
            push(a, event, SETTINGS);
            while (next < midi->n_events && midi->events[next].kind != ATTUNE_MIDI_TEMPO) {
                next++;
            }
            event.tick = next < midi->n_events ? midi->events[next].tick : UINT32_MAX;
        } while (event.tick < end);
    }
}

static bool is_setting(const struct attune_midi_event *event)
{
    return event->kind == ATTUNE_MIDI_CONTROL || event->kind == ATTUNE_MIDI_PROGRAM ||
           event->kind == ATTUNE_MIDI_PITCH_BEND;
}

/* The settings in force where the loop begins, and those within it for every bar that repeats it.
 */
static void push_looped(struct assembly *a, const struct attune_score *score,
                        struct attune_midi_event event)
{
    const uint32_t first = score->loop.first, tick = event.tick;
    if (tick < first) {
        event.tick = score->loop.from;
        push(a, event, SETTINGS);
    }
    for (size_t bar = 0; tick >= first && bar < score->n_bars; bar++) {
        const uint32_t start = score->bar_tick[bar];
        if (start >= score->loop.from && tick - first < score->bar_tick[bar + 1] - start) {
            event.tick = start + (tick - first);
            push(a, event, SETTINGS);
        }
    }
}

static void push_other_events(struct assembly *a, const struct attune_score *score)
{
    for (size_t i = 0; i < score->midi->n_events; i++) {
        const struct attune_midi_event *event = &score->midi->events[i];
        const bool looped = score->loop.from && is_setting(event);
        if (event->kind != ATTUNE_MIDI_NOTE_ON && event->kind != ATTUNE_MIDI_NOTE_OFF &&
            event->kind != ATTUNE_MIDI_END_OF_TRACK && !scaled_tempo(score, event) &&
            !(looped && event->tick >= score->loop.from)) {
            push(a, *event, SETTINGS);
        }
        if (looped && event->tick < score->loop.end) {
            push_looped(a, score, *event);
        }
    }
}

/* Each track ends with its last event, and not before it did in the original. */
static void push_track_ends(struct assembly *a, struct attune_midi *out)
{
    for (size_t i = 0; i < a->n; i++) {
        uint32_t *end = &out->track_end[a->events[i].event.track];
        if (*end < a->events[i].event.tick) {
            *end = a->events[i].event.tick;
        }
    }
    for (size_t i = 0; i < out->n_tracks; i++) {
        push(a,
             (struct attune_midi_event){.tick = out->track_end[i],
                                        .track = (uint16_t)i,
                                        .kind = ATTUNE_MIDI_END_OF_TRACK},
             TRACK_END);
    }
}

enum attune_code attune_score_assemble(const struct attune_score *score, struct attune_midi *out,
                                       struct attune_err *err)
{
    const struct attune_midi *midi = score->midi;
    struct assembly a = {0};
    enum attune_code code = ATTUNE_OK;
    *out = *midi;
    out->events = NULL;
    out->track_names = attune_alloc(midi->n_tracks, sizeof *out->track_names);
    out->track_end = copy_of(midi->track_end, midi->n_tracks, sizeof *out->track_end);
    struct attune_note *notes = copy_of(score->notes, score->n_notes, sizeof *notes);
    if (!out->track_names || !out->track_end || !notes) {
        goto oom;
    }
    qsort(notes, score->n_notes, sizeof *notes, by_key);
    push_other_events(&a, score);
    if (score->beat_factor) {
        push_tempo(&a, score);
    }
    push_notes(&a, notes, score->n_notes);
    push_track_ends(&a, out);
    out->events = a.failed ? NULL : attune_alloc(a.n, sizeof *out->events);
    if (!out->events) {
        goto oom;
    }
    if (a.n > 0) {
        qsort(a.events, a.n, sizeof *a.events, by_time);
    }
    for (size_t i = 0; i < a.n; i++) {
        out->events[i] = a.events[i].event;
    }
    out->n_events = a.n;
    goto out;
oom:
    out->n_events = 0;
    attune_midi_release(out);
    code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a damaged piece");
out:
    attune_release(a.events);
    attune_release(notes);
    return code;
}

/* The first bar of the tail. Bars and beats share their ticks, so a bar's seconds are its first
 * beat's. */
static uint32_t tail_start(const struct attune_score *score, double max_s)
{
    const double end_s = score->beat_s[score->n_beats];
    for (size_t bar = 0; bar + 1 < score->n_bars; bar++) {
        const size_t beat = interval_of(score->beat_tick, score->n_beats, score->bar_tick[bar]);
        if (end_s - score->beat_s[beat] <= max_s) {
            return score->bar_tick[bar];
        }
    }
    return score->bar_tick[score->n_bars - 1];
}

static uint32_t moved(uint32_t tick, uint32_t start)
{
    return tick > start ? tick - start : 0;
}

enum attune_code attune_score_tail(const struct attune_score *score, double max_s,
                                   struct attune_midi *out, struct attune_err *err)
{
    const uint32_t start = tail_start(score, max_s);
    struct attune_score tail;
    enum attune_code code = attune_score_copy(&tail, score, err);
    if (code) {
        return code;
    }
    tail.n_notes = 0;
    for (size_t i = 0; i < score->n_notes; i++) {
        if (score->notes[i].onset_tick >= start) {
            tail.notes[tail.n_notes++] = score->notes[i];
        }
    }
    code = attune_score_assemble(&tail, out, err);
    attune_score_release(&tail);
    if (code) {
        return code;
    }
    for (size_t i = 0; i < out->n_events; i++) {
        out->events[i].tick = moved(out->events[i].tick, start);
    }
    for (size_t i = 0; i < out->n_tracks; i++) {
        out->track_end[i] = moved(out->track_end[i], start);
    }
    return ATTUNE_OK;
}
