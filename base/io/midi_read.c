/* Standard MIDI Files to a flat, sorted event list.
 *
 * The reader goes back by one event at most, and once per track, so time is linear in the size of
 * the file whatever its length fields claim. Where a damaged length and the events disagree, the
 * End of Track event and the next "MTrk" decide.
 */
#include "base/io/file.h"
#include "base/io/midi_reader.h"
#include "base/mem.h"

enum { MAX_FILE = 64 << 20, DEFAULT_DIVISION = 480 };

static uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool chunk_at(const struct attune_midi_reader *r, size_t at, const char *id)
{
    return r->n_bytes - at >= 8 && memcmp(r->bytes + at, id, 4) == 0;
}

/* Whether a chunk could begin here: the end of the file, or four letters and a length that fits. */
static bool plausible_chunk_at(const struct attune_midi_reader *r, size_t at)
{
    if (at >= r->n_bytes || chunk_at(r, at, "MTrk")) {
        return true;
    }
    if (r->n_bytes - at < 8 || attune_be32(r->bytes + at + 4) > r->n_bytes - at - 8) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        if (r->bytes[at + i] < 0x20 || r->bytes[at + i] > 0x7e) {
            return false;
        }
    }
    return true;
}

/* Where the chunk after the current track begins. */
static size_t next_chunk(const struct attune_midi_reader *r, size_t claimed_end)
{
    if (chunk_at(r, r->at, "MTrk")) {
        return r->at;
    }
    if (claimed_end >= r->at && claimed_end < r->n_bytes) {
        return claimed_end;
    }
    if (claimed_end > r->n_bytes) { /* a damaged length: look for the next track */
        const uint8_t *found = memmem(r->bytes + r->at, r->n_bytes - r->at, "MTrk", 4);
        return found ? (size_t)(found - r->bytes) : r->n_bytes;
    }
    return r->at;
}

static void begin_track(struct attune_midi_reader *r)
{
    r->tick = 0;
    r->status = 0;
    r->after_system = false;
    r->ended = false;
}

/* Events up to the end of the track or of its data. An event that cannot be read to its end is left
 * unread. */
static void read_events(struct attune_midi_reader *r)
{
    while (r->at < r->limit && !r->ended && !r->out_of_memory) {
        const size_t at = r->at;
        const uint64_t tick = r->tick;
        if (!attune_midi_read_event(r)) {
            r->at = at;
            r->tick = tick;
            return;
        }
    }
}

/* The track whose data begin at r->at. Leaves r->at at the next chunk. */
static void read_track(struct attune_midi_reader *r, uint32_t n_claimed)
{
    struct attune_midi *midi = r->midi;
    const size_t begin = r->at;
    const bool overlong = n_claimed > r->n_bytes - begin;
    const size_t claimed_end = overlong ? r->n_bytes + 1 : begin + n_claimed;
    r->limit = overlong ? r->n_bytes : claimed_end;
    if (overlong) {
        midi->damage |= ATTUNE_MIDI_TRUNCATED;
        attune_midi_warn(r, "a track is longer than the file");
    }
    begin_track(r);
    read_events(r);
    if (!r->ended && r->limit < r->n_bytes && !plausible_chunk_at(r, r->limit)) {
        attune_midi_warn(r, "a track is longer than its chunk");
        r->limit = r->n_bytes;
        read_events(r);
    }
    if (!r->ended) {
        attune_midi_warn(r, "a track without an end");
    }
    attune_midi_emit(r, ATTUNE_MIDI_END_OF_TRACK, 0, 0, 0);
    midi->track_end[r->track] = attune_midi_tick(r);
    r->at = next_chunk(r, claimed_end);
}

/* Room for one more track's name and end. */
static bool add_track(struct attune_midi_reader *r, size_t *name_capacity, size_t *end_capacity)
{
    struct attune_midi *midi = r->midi;
    const size_t n = midi->n_tracks;
    if (!attune_grow((void **)&midi->track_names, name_capacity, n, sizeof *midi->track_names) ||
        !attune_grow((void **)&midi->track_end, end_capacity, n, sizeof *midi->track_end)) {
        r->out_of_memory = true;
        return false;
    }
    midi->track_names[n] = NULL;
    midi->track_end[n] = 0;
    r->track = (uint16_t)n;
    midi->n_tracks++;
    return true;
}

static void read_chunks(struct attune_midi_reader *r)
{
    size_t name_capacity = 0, end_capacity = 0;
    while (r->n_bytes - r->at >= 8 && !r->out_of_memory) {
        const bool is_track = chunk_at(r, r->at, "MTrk");
        const uint32_t n = attune_be32(r->bytes + r->at + 4);
        r->at += 8;
        if (!is_track) {
            if (r->midi->n_tracks < r->midi->claimed_tracks) {
                r->midi->damage |= ATTUNE_MIDI_FOREIGN_CHUNK;
            }
            r->at = n > r->n_bytes - r->at ? r->n_bytes : r->at + n;
        } else if (r->midi->n_tracks == UINT16_MAX) {
            attune_midi_warn(r, "more than 65535 tracks");
            return;
        } else if (add_track(r, &name_capacity, &end_capacity)) {
            read_track(r, n);
        }
    }
    if (r->at < r->n_bytes) {
        attune_midi_warn(r, "bytes after the last chunk");
    }
}

/* Fills the division fields from the header's word. */
static void take_division(struct attune_midi_reader *r, uint16_t word)
{
    struct attune_midi *midi = r->midi;
    midi->raw_division = word;
    if (!(word & 0x8000)) {
        midi->division = word ? word : DEFAULT_DIVISION;
        if (!word) {
            attune_midi_warn(r, "a division of 0, read as 480");
        }
        return;
    }
    int frames = -(int8_t)(word >> 8);
    int ticks = word & 0xff;
    if ((frames != 24 && frames != 25 && frames != 29 && frames != 30) || ticks == 0) {
        attune_midi_warn(r, "an unknown SMPTE division, read as milliseconds");
        frames = 25;
        ticks = 40;
    }
    /* 29 stands for 30 drop-frame: 29.97 frames per second. */
    midi->smpte_tick_s = 1.0 / ((frames == 29 ? 30000.0 / 1001.0 : frames) * ticks);
}

/* The MThd chunk at r->at. */
static enum attune_code read_header(struct attune_midi_reader *r, struct attune_err *err)
{
    struct attune_midi *midi = r->midi;
    if (r->n_bytes - r->at < 14) {
        return attune_fail(err, ATTUNE_E_INPUT, "MIDI header cut short: %zu of 14 bytes",
                           r->n_bytes - r->at);
    }
    const uint8_t *p = r->bytes + r->at;
    uint32_t n = attune_be32(p + 4);
    if (n < 6 || n > r->n_bytes - r->at - 8) {
        attune_midi_warn(r, "the header's length is not 6");
        n = 6;
    }
    midi->type = be16(p + 8);
    if (midi->type > 2) {
        attune_midi_warn(r, "an unknown file type, read as type 1");
        midi->type = 1;
    }
    midi->claimed_tracks = be16(p + 10);
    take_division(r, be16(p + 12));
    r->at += 8 + n;
    return ATTUNE_OK;
}

/* Narrows the reader to the MIDI file inside a RIFF RMID container. */
static void enter_riff(struct attune_midi_reader *r)
{
    size_t at = 12;
    while (r->n_bytes - at >= 8) {
        const uint32_t n = le32(r->bytes + at + 4);
        const size_t rest = r->n_bytes - at - 8;
        if (memcmp(r->bytes + at, "data", 4) == 0) {
            r->at = at + 8;
            r->n_bytes = n < rest ? r->at + n : r->n_bytes;
            return;
        }
        if (n >= rest) {
            return;
        }
        at += 8 + n + (n & 1);
        if (at > r->n_bytes) {
            return;
        }
    }
}

bool attune_midi_sniff(const void *bytes, size_t n_bytes)
{
    if (n_bytes >= 12 && memcmp(bytes, "RIFF", 4) == 0) {
        return memcmp((const char *)bytes + 8, "RMID", 4) == 0;
    }
    return n_bytes >= 4 && memcmp(bytes, "MThd", 4) == 0;
}

/* Stable least-significant-digit radix sort by tick: 11 bits a pass, passes without effect skipped.
 * The list arrives in track order and file order, and keeps them within a tick. */
static bool sort_events(struct attune_midi *midi)
{
    enum { BITS = 11, BUCKETS = 1 << BITS };
    const size_t n = midi->n_events;
    size_t i = 1;
    while (i < n && midi->events[i - 1].tick <= midi->events[i].tick) {
        i++;
    }
    if (i >= n) {
        return true;
    }
    struct attune_midi_event *from = midi->events;
    struct attune_midi_event *to = attune_alloc(n, sizeof *to);
    if (!to) {
        return false;
    }
    for (int shift = 0; shift < 32; shift += BITS) {
        size_t start[BUCKETS + 1] = {0};
        for (i = 0; i < n; i++) {
            start[(from[i].tick >> shift & (BUCKETS - 1)) + 1]++;
        }
        if (start[(from[0].tick >> shift & (BUCKETS - 1)) + 1] == n) {
            continue;
        }
        for (i = 0; i < BUCKETS; i++) {
            start[i + 1] += start[i];
        }
        for (i = 0; i < n; i++) {
            to[start[from[i].tick >> shift & (BUCKETS - 1)]++] = from[i];
        }
        struct attune_midi_event *swapped = from;
        from = to;
        to = swapped;
    }
    midi->events = from;
    attune_release(to);
    return true;
}

enum attune_code attune_midi_parse(struct attune_midi *out, const void *bytes, size_t n_bytes,
                                   struct attune_err *err)
{
    *out = (struct attune_midi){0};
    if (!attune_midi_sniff(bytes, n_bytes)) {
        return attune_fail(err, ATTUNE_E_INPUT, "not a MIDI file: it does not begin with 'MThd'");
    }
    struct attune_midi_reader r = {.bytes = bytes, .n_bytes = n_bytes, .midi = out};
    if (r.bytes[0] == 'R') {
        enter_riff(&r);
        if (r.at == 0 || !attune_midi_sniff(r.bytes + r.at, r.n_bytes - r.at)) {
            return attune_fail(err, ATTUNE_E_INPUT, "RIFF RMID file without MIDI data");
        }
    }
    enum attune_code code = read_header(&r, err);
    if (!code) {
        read_chunks(&r);
        if (!r.out_of_memory && out->n_tracks == 0) {
            code = attune_fail(err, ATTUNE_E_INPUT, "MIDI file without a track");
        } else if (out->n_tracks != out->claimed_tracks) {
            attune_midi_warn(&r, "the header's number of tracks is wrong");
        }
    }
    if (!code && (r.out_of_memory || !sort_events(out))) {
        code =
            attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu MIDI events", out->n_events);
    }
    if (code) {
        attune_midi_release(out);
    }
    return code;
}

enum attune_code attune_midi_read(struct attune_midi *out, const char *path, struct attune_err *err)
{
    char *bytes;
    size_t n_bytes;
    struct attune_err inner = ATTUNE_ERR_INIT;
    *out = (struct attune_midi){0};
    enum attune_code code = attune_file_read(path, MAX_FILE, &bytes, &n_bytes, err);
    if (code) {
        return code;
    }
    code = attune_midi_parse(out, bytes, n_bytes, &inner);
    attune_release(bytes);
    return code ? attune_fail_at(err, code, path, 0, "%s", inner.message) : ATTUNE_OK;
}

void attune_midi_release(struct attune_midi *midi)
{
    for (size_t i = 0; midi->track_names && i < midi->n_tracks; i++) {
        attune_release(midi->track_names[i]);
    }
    attune_release(midi->track_names);
    attune_release(midi->track_end);
    attune_release(midi->events);
    *midi = (struct attune_midi){0};
}
