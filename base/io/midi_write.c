/* Event lists to Standard MIDI Files of type 1. */
#include "base/io/file.h"
#include "base/io/midi.h"
#include "base/mem.h"

enum { MAX_DELTA = 0x0fffffff }; /* of a variable-length quantity */

static void add(struct attune_buf *out, const uint8_t *bytes, size_t n)
{
    attune_buf_add_bytes(out, (const char *)bytes, n);
}

static void add_be32(struct attune_buf *out, uint32_t v)
{
    add(out,
        (const uint8_t[]){(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v},
        4);
}

static void add_vlq(struct attune_buf *out, uint32_t v)
{
    uint8_t bytes[4];
    size_t n = sizeof bytes;
    bytes[--n] = v & 0x7f;
    for (v >>= 7; v; v >>= 7) {
        bytes[--n] = 0x80 | (v & 0x7f);
    }
    add(out, bytes + n, sizeof bytes - n);
}

/* A delta time of any size: empty text events carry what one quantity cannot. */
static void add_delta(struct attune_buf *out, uint32_t delta)
{
    for (; delta > MAX_DELTA; delta -= MAX_DELTA) {
        add_vlq(out, MAX_DELTA);
        add(out, (const uint8_t[]){0xff, 0x01, 0x00}, 3);
    }
    add_vlq(out, delta);
}

static void add_event(struct attune_buf *out, const struct attune_midi_event *e)
{
    static const uint8_t status[] = {
        [ATTUNE_MIDI_NOTE_OFF] = 0x80, [ATTUNE_MIDI_NOTE_ON] = 0x90,
        [ATTUNE_MIDI_CONTROL] = 0xb0, [ATTUNE_MIDI_PROGRAM] = 0xc0,
    };
    switch (e->kind) {
    case ATTUNE_MIDI_TEMPO:
        add(out,
            (const uint8_t[]){0xff, 0x51, 3, (uint8_t)(e->value >> 16), (uint8_t)(e->value >> 8),
                              (uint8_t)e->value},
            6);
        break;
    case ATTUNE_MIDI_TIME_SIGNATURE: /* 24 clocks a click, 8 thirty-seconds a quarter */
        add(out, (const uint8_t[]){0xff, 0x58, 4, e->a, e->b, 24, 8}, 7);
        break;
    case ATTUNE_MIDI_KEY_SIGNATURE:
        add(out, (const uint8_t[]){0xff, 0x59, 2, e->a, e->b}, 5);
        break;
    case ATTUNE_MIDI_PITCH_BEND:
        add(out, (const uint8_t[]){0xe0 | e->channel, e->value & 0x7f, (uint8_t)(e->value >> 7)},
            3);
        break;
    default:
        add(out, (const uint8_t[]){status[e->kind] | e->channel, e->a, e->b},
            e->kind == ATTUNE_MIDI_PROGRAM ? 2 : 3);
    }
}

/* Whether an event can be written so that it reads back as it is. */
static bool writable(const struct attune_midi *midi, const struct attune_midi_event *e)
{
    if (e->track >= midi->n_tracks || e->channel > 15) {
        return false;
    }
    switch (e->kind) {
    case ATTUNE_MIDI_NOTE_OFF:
    case ATTUNE_MIDI_CONTROL:
    case ATTUNE_MIDI_PROGRAM:
        return e->a < 128 && e->b < 128;
    case ATTUNE_MIDI_NOTE_ON:
        return e->a < 128 && e->b < 128 && e->b > 0;
    case ATTUNE_MIDI_TEMPO:
        return e->value < 1u << 24;
    case ATTUNE_MIDI_PITCH_BEND:
        return e->value < 1u << 14;
    default:
        return e->kind <= ATTUNE_MIDI_PITCH_BEND;
    }
}

/* Order of writing: track, then tick, then place in the list. */
struct entry {
    uint16_t track;
    uint32_t tick;
    size_t index;
};

static int by_track_and_tick(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->track != b->track) {
        return a->track < b->track ? -1 : 1;
    }
    if (a->tick != b->tick) {
        return a->tick < b->tick ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

/* One MTrk chunk from the entries of one track. */
static void add_track(struct attune_buf *out, const struct attune_midi *midi, const char *name,
                      const struct entry *entries, size_t n)
{
    attune_buf_add(out, "MTrk");
    const size_t length_at = out->n_bytes;
    add_be32(out, 0);
    if (name) {
        const size_t n_name = strlen(name);
        add(out, (const uint8_t[]){0x00, 0xff, 0x03}, 3);
        add_vlq(out, (uint32_t)n_name);
        attune_buf_add_bytes(out, name, n_name);
    }
    uint32_t tick = 0, end = 0;
    for (size_t i = 0; i < n; i++) {
        const struct attune_midi_event *e = &midi->events[entries[i].index];
        end = e->tick;
        if (e->kind != ATTUNE_MIDI_END_OF_TRACK) {
            add_delta(out, e->tick - tick);
            add_event(out, e);
            tick = e->tick;
        }
    }
    add_delta(out, end - tick);
    add(out, (const uint8_t[]){0xff, 0x2f, 0x00}, 3);
    if (!out->failed) {
        const size_t length = out->n_bytes - length_at - 4;
        for (size_t i = 0; i < 4; i++) {
            out->text[length_at + i] = (char)(length >> (24 - 8 * i));
        }
    }
}

static void add_header(struct attune_buf *out, const struct attune_midi *midi)
{
    const uint16_t division = midi->division ? midi->division : midi->raw_division;
    attune_buf_add(out, "MThd");
    add_be32(out, 6);
    add(out, (const uint8_t[]){0, 1, (uint8_t)(midi->n_tracks >> 8), (uint8_t)midi->n_tracks,
                               (uint8_t)(division >> 8), (uint8_t)division}, 6);
}

enum attune_code attune_midi_format(const struct attune_midi *midi, unsigned char **bytes,
                                    size_t *n_bytes, struct attune_err *err)
{
    for (size_t i = 0; i < midi->n_events; i++) {
        if (!writable(midi, &midi->events[i])) {
            return attune_fail(err, ATTUNE_E_USAGE, "MIDI event %zu is out of range", i);
        }
    }
    struct attune_buf out = ATTUNE_BUF_INIT;
    struct entry *entries = attune_alloc(midi->n_events, sizeof *entries);
    if (!entries) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu MIDI events",
                           midi->n_events);
    }
    for (size_t i = 0; i < midi->n_events; i++) {
        entries[i] = (struct entry){midi->events[i].track, midi->events[i].tick, i};
    }
    qsort(entries, midi->n_events, sizeof *entries, by_track_and_tick);
    add_header(&out, midi);
    size_t begin = 0;
    for (uint16_t track = 0; track < midi->n_tracks; track++) {
        size_t end = begin;
        while (end < midi->n_events && entries[end].track == track) {
            end++;
        }
        add_track(&out, midi, midi->track_names ? midi->track_names[track] : NULL, entries + begin,
                  end - begin);
        begin = end;
    }
    attune_release(entries);
    if (out.failed) {
        attune_buf_release(&out);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu MIDI events",
                           midi->n_events);
    }
    *bytes = (unsigned char *)out.text;
    *n_bytes = out.n_bytes;
    return ATTUNE_OK;
}

enum attune_code attune_midi_write(const struct attune_midi *midi, const char *path,
                                   struct attune_err *err)
{
    unsigned char *bytes;
    size_t n_bytes;
    enum attune_code code = attune_midi_format(midi, &bytes, &n_bytes, err);
    if (!code) {
        code = attune_file_write(path, bytes, n_bytes, err);
        attune_release(bytes);
    }
    return code;
}
