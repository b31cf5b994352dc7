/* The events of a track, one at a time. */
#include "base/io/midi_reader.h"
#include "base/mem.h"

enum { MAX_NAME = 255 };

void attune_midi_warn(struct attune_midi_reader *r, const char *what)
{
    struct attune_midi *midi = r->midi;
    if (midi->n_warnings++ == 0) {
        snprintf(midi->warning, sizeof midi->warning, "%s (track %u, byte %zu)", what, r->track,
                 r->at);
    }
}

/* A variable-length quantity. False at the end of the data. More than the four bytes that the
 * specification allows are consumed and saturate. */
static bool read_vlq(struct attune_midi_reader *r, uint32_t *value)
{
    uint64_t v = 0;
    for (int n = 0; r->at < r->limit; n++) {
        const uint8_t byte = r->bytes[r->at++];
        v = v << 7 | (byte & 0x7f);
        if (v > UINT32_MAX) {
            v = UINT32_MAX;
        }
        if (n == 4) {
            attune_midi_warn(r, "a variable-length number has more than four bytes");
        }
        if (!(byte & 0x80)) {
            *value = (uint32_t)v;
            return true;
        }
    }
    return false;
}

static bool is_channel_event(enum attune_midi_kind kind)
{
    return kind <= ATTUNE_MIDI_PROGRAM || kind == ATTUNE_MIDI_PITCH_BEND;
}

void attune_midi_emit(struct attune_midi_reader *r, enum attune_midi_kind kind, uint8_t a,
                      uint8_t b, uint32_t value)
{
    struct attune_midi *midi = r->midi;
    if (!attune_grow((void **)&midi->events, &r->capacity, midi->n_events, sizeof *midi->events)) {
        r->out_of_memory = true;
        return;
    }
    midi->events[midi->n_events++] = (struct attune_midi_event){
        .tick = attune_midi_tick(r), .track = r->track, .kind = (uint8_t)kind,
        .channel = is_channel_event(kind) ? r->status & 0x0f : 0,
        .a = a, .b = b, .value = value,
    };
}

static void emit_channel(struct attune_midi_reader *r, uint8_t a, uint8_t b)
{
    switch (r->status >> 4) {
    case 0x8:
        attune_midi_emit(r, ATTUNE_MIDI_NOTE_OFF, a, b, 0);
        break;
    case 0x9:
        attune_midi_emit(r, b ? ATTUNE_MIDI_NOTE_ON : ATTUNE_MIDI_NOTE_OFF, a, b, 0);
        break;
    case 0xb:
        attune_midi_emit(r, ATTUNE_MIDI_CONTROL, a, b, 0);
        break;
    case 0xc:
        attune_midi_emit(r, ATTUNE_MIDI_PROGRAM, a, 0, 0);
        break;
    case 0xe:
        attune_midi_emit(r, ATTUNE_MIDI_PITCH_BEND, 0, 0, (uint32_t)b << 7 | a);
        break;
    default: /* aftertouch matters to no metric and hardly to a rendering */
        break;
    }
}

/* The data bytes of a channel message under the running status. */
static bool read_channel(struct attune_midi_reader *r)
{
    const size_t n = r->status >> 4 == 0xc || r->status >> 4 == 0xd ? 1 : 2;
    if (r->limit - r->at < n) {
        return false;
    }
    const uint8_t a = r->bytes[r->at], b = n == 2 ? r->bytes[r->at + 1] : 0;
    r->at += n;
    if ((a | b) & 0x80) {
        r->midi->damage |= ATTUNE_MIDI_BAD_DATA;
        attune_midi_warn(r, "a data byte is out of range");
    } else {
        emit_channel(r, a, b);
    }
    return true;
}

static void keep_name(struct attune_midi_reader *r, const uint8_t *text, size_t n)
{
    char **name = &r->midi->track_names[r->track];
    if (*name) {
        return;
    }
    n = n > MAX_NAME ? MAX_NAME : n;
    *name = attune_alloc(n + 1, 1);
    if (*name) {
        memcpy(*name, text, n);
    } else {
        r->out_of_memory = true;
    }
}

static void take_meta(struct attune_midi_reader *r, uint8_t type, const uint8_t *data, size_t n)
{
    switch (type) {
    case 0x03:
        keep_name(r, data, n);
        break;
    case 0x2f:
        r->ended = true;
        break;
    case 0x51:
        if (n >= 3) {
            const uint8_t word[4] = {0, data[0], data[1], data[2]};
            attune_midi_emit(r, ATTUNE_MIDI_TEMPO, 0, 0, attune_be32(word));
        }
        break;
    case 0x58:
        if (n >= 2) {
            attune_midi_emit(r, ATTUNE_MIDI_TIME_SIGNATURE, data[0], data[1], 0);
        }
        break;
    case 0x59:
        if (n >= 2) {
            attune_midi_emit(r, ATTUNE_MIDI_KEY_SIGNATURE, data[0], data[1], 0);
        }
        break;
    default:
        break;
    }
}

/* A meta or system-exclusive event whose status byte has been read. Running status outlives both:
 * the specification cancels it, but files rely on it. */
static bool read_block(struct attune_midi_reader *r, uint8_t status)
{
    uint8_t type = 0;
    uint32_t n;
    if (status == 0xff) {
        if (r->at >= r->limit) {
            return false;
        }
        type = r->bytes[r->at++];
    }
    if (!read_vlq(r, &n)) {
        return false;
    }
    if (n > r->limit - r->at) {
        if (status != 0xff || type != 0x2f) {
            return false;
        }
        n = (uint32_t)(r->limit - r->at);
    }
    if (status == 0xff) {
        take_meta(r, type, r->bytes + r->at, n);
    }
    r->at += n;
    return true;
}

/* System common and real-time messages have no place in a file; their data bytes are skipped. */
static bool skip_system(struct attune_midi_reader *r, uint8_t status)
{
    const size_t n = status == 0xf2 ? 2 : status == 0xf1 || status == 0xf3 ? 1 : 0;
    if (status == 0xf4 || status == 0xf5 || status == 0xf9 || status == 0xfd) {
        r->midi->damage |= ATTUNE_MIDI_UNDEFINED_STATUS;
    }
    attune_midi_warn(r, "a system message that files may not hold");
    if (r->limit - r->at < n) {
        return false;
    }
    r->at += n;
    return true;
}

/* One event with its delta time. False where the track cannot be read on. */
bool attune_midi_read_event(struct attune_midi_reader *r)
{
    uint32_t delta;
    if (!read_vlq(r, &delta) || r->at >= r->limit) {
        r->midi->damage |= ATTUNE_MIDI_TRUNCATED;
        attune_midi_warn(r, "the track ends inside an event");
        return false;
    }
    r->tick += delta;
    if (r->tick > UINT32_MAX) {
        r->tick = UINT32_MAX;
        attune_midi_warn(r, "the time overflows 32 bits");
    }
    const uint8_t byte = r->bytes[r->at];
    bool complete;
    if (byte < 0x80) {
        if (!r->status || r->after_system) {
            r->midi->damage |= ATTUNE_MIDI_LOST_STATUS;
        }
        if (!r->status) {
            attune_midi_warn(r, "a data byte without a status");
            return false;
        }
        complete = read_channel(r);
    } else {
        r->at++;
        if (byte < 0xf0) {
            r->status = byte;
            r->after_system = false;
            complete = read_channel(r);
        } else if (byte == 0xff || byte == 0xf0 || byte == 0xf7) {
            r->after_system |= byte != 0xff;
            complete = read_block(r, byte);
        } else {
            r->after_system = true;
            complete = skip_system(r, byte);
        }
    }
    if (!complete) {
        r->midi->damage |= ATTUNE_MIDI_TRUNCATED;
        attune_midi_warn(r, "the track ends inside an event");
    }
    return complete;
}
