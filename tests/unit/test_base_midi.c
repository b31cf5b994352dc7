/* The MIDI reader, writer and tempo map: bytes written by hand, damaged in every way the format
 * allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/io/midi.h"
#include "base/mem.h"
#include "base/rng.h"

#define HEADER(type, tracks, division)                                                             \
    'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, (type), 0, (tracks), (division) >> 8, (division)&0xff
#define TRACK(n) 'M', 'T', 'r', 'k', 0, 0, 0, (n)
#define END 0x00, 0xff, 0x2f, 0x00

static struct attune_midi parse(const uint8_t *bytes, size_t n)
{
    struct attune_midi midi;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_midi_parse(&midi, bytes, n, &err)) {
        fail_msg("%s", err.message);
    }
    return midi;
}

#define PARSE(array) parse(array, sizeof(array))

static void assert_event(const struct attune_midi *midi, size_t i, unsigned tick, unsigned kind,
                         unsigned a, unsigned b)
{
    assert_true(i < midi->n_events);
    assert_int_equal(midi->events[i].tick, tick);
    assert_int_equal(midi->events[i].kind, kind);
    assert_int_equal(midi->events[i].a, a);
    assert_int_equal(midi->events[i].b, b);
}

static void running_status_and_metas(void **state)
{
    const uint8_t bytes[] = {
        HEADER(0, 1, 96), TRACK(43),
        0x00, 0xff, 0x03, 2, 'H', 'i',
        0x00, 0xff, 0x51, 3, 0x07, 0xa1, 0x20,
        0x00, 0xff, 0x58, 4, 3, 2, 24, 8,
        0x00, 0x91, 60, 100,
        0x60, 60, 0, /* running status; velocity 0 */
        0x81, 0x00, 62, 90, /* two-byte delta: 128 */
        0x00, 0xf0, 1, 0xf7, /* a SysEx does not end the running status */
        0x10, 62, 0,
        END};
    struct attune_midi midi = PARSE(bytes);
    assert_int_equal(midi.type, 0);
    assert_int_equal(midi.division, 96);
    assert_int_equal(midi.n_warnings, 0);
    assert_string_equal(midi.track_names[0], "Hi");
    assert_int_equal(midi.n_events, 7);
    assert_event(&midi, 0, 0, ATTUNE_MIDI_TEMPO, 0, 0);
    assert_int_equal(midi.events[0].value, 500000);
    assert_event(&midi, 1, 0, ATTUNE_MIDI_TIME_SIGNATURE, 3, 2);
    assert_event(&midi, 2, 0, ATTUNE_MIDI_NOTE_ON, 60, 100);
    assert_int_equal(midi.events[2].channel, 1);
    assert_event(&midi, 3, 96, ATTUNE_MIDI_NOTE_OFF, 60, 0);
    assert_event(&midi, 4, 224, ATTUNE_MIDI_NOTE_ON, 62, 90);
    assert_event(&midi, 5, 240, ATTUNE_MIDI_NOTE_OFF, 62, 0);
    assert_event(&midi, 6, 240, ATTUNE_MIDI_END_OF_TRACK, 0, 0);
    assert_int_equal(midi.track_end[0], 240);
    attune_midi_release(&midi);
}

static void events_are_sorted_stably(void **state)
{
    const uint8_t bytes[] = {
        HEADER(1, 2, 96),
        TRACK(16), 0x0a, 0x90, 60, 1, 0x85, 0x00, 0x90, 61, 2, 0x00, 62, 3, END,
        'X', 'F', 'I', 'H', 0, 0, 0, 3, 1, 2, 3, /* alien chunk */
        TRACK(12), 0x05, 0x90, 70, 4, 0x05, 0x90, 71, 5, END};
    struct attune_midi midi = PARSE(bytes);
    assert_int_equal(midi.n_warnings, 0);
    assert_int_equal(midi.n_tracks, 2);
    assert_event(&midi, 0, 5, ATTUNE_MIDI_NOTE_ON, 70, 4);
    assert_event(&midi, 1, 10, ATTUNE_MIDI_NOTE_ON, 60, 1); /* the earlier track first */
    assert_event(&midi, 2, 10, ATTUNE_MIDI_NOTE_ON, 71, 5);
    assert_event(&midi, 3, 10, ATTUNE_MIDI_END_OF_TRACK, 0, 0);
    assert_event(&midi, 4, 650, ATTUNE_MIDI_NOTE_ON, 61, 2); /* then file order */
    assert_event(&midi, 5, 650, ATTUNE_MIDI_NOTE_ON, 62, 3);
    attune_midi_release(&midi);
}

static void smpte_and_odd_divisions(void **state)
{
    uint8_t bytes[] = {HEADER(0, 1, 0xe728), TRACK(4), END}; /* -25 frames, 40 ticks */
    struct attune_midi midi = PARSE(bytes);
    assert_int_equal(midi.division, 0);
    assert_int_equal(midi.raw_division, 0xe728);
    assert_true(midi.smpte_tick_s == 1.0 / 1000.0);
    struct attune_tempo_map *map = attune_tempo_map_new(&midi);
    assert_true(fabs(attune_tempo_map_seconds(map, 2500) - 2.5) < 1e-12);
    attune_tempo_map_free(map);
    attune_midi_release(&midi);

    bytes[12] = bytes[13] = 0;
    midi = PARSE(bytes);
    assert_int_equal(midi.raw_division, 0);
    assert_int_equal(midi.division, 480);
    assert_int_equal(midi.n_warnings, 1);
    attune_midi_release(&midi);

    bytes[12] = 0x80; /* -128 frames, 0 ticks */
    midi = PARSE(bytes);
    assert_true(midi.smpte_tick_s == 1.0 / 1000.0);
    assert_int_equal(midi.n_warnings, 1);
    attune_midi_release(&midi);
}

static void tempo_map_is_piecewise_linear(void **state)
{
    /* 100 ticks per quarter; 120 BPM, then 60 BPM at tick 200, 0 (ignored) at 300, 240 BPM at tick
     * 400 */
    struct attune_midi_event events[] = {
        {.tick = 200, .kind = ATTUNE_MIDI_TEMPO, .value = 500000},
        {.tick = 200, .kind = ATTUNE_MIDI_TEMPO, .value = 1000000},
        {.tick = 300, .kind = ATTUNE_MIDI_TEMPO, .value = 0},
        {.tick = 400, .kind = ATTUNE_MIDI_TEMPO, .value = 250000}};
    const struct attune_midi midi = {.division = 100, .events = events, .n_events = 4};
    struct attune_tempo_map *map = attune_tempo_map_new(&midi);
    assert_non_null(map);
    const struct {
        uint32_t tick;
        double seconds, bpm;
    } expected[] = {{0, 0, 120},  {100, .5, 120}, {200, 1, 60},
                    {300, 2, 60}, {400, 3, 240},  {800, 4, 240}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(fabs(attune_tempo_map_seconds(map, expected[i].tick) - expected[i].seconds) <
                    1e-12);
        assert_true(fabs(attune_tempo_map_bpm(map, expected[i].tick) - expected[i].bpm) < 1e-9);
    }
    attune_tempo_map_free(map);
}

static void riff_container(void **state)
{
    const uint8_t bytes[] = {'R',      'I', 'F', 'F', 48,  0,   0,  0, 'R', 'M', 'I',
                             'D',      'D', 'I', 'S', 'P', 3,   0,  0, 0,   1,   2,
                             3,        0,   'd', 'a', 't', 'a', 26, 0, 0,   0,   HEADER(0, 1, 96),
                             TRACK(4), END, 9,   9};
    assert_true(attune_midi_sniff(bytes, sizeof bytes));
    struct attune_midi midi = PARSE(bytes);
    assert_int_equal(midi.n_tracks, 1);
    assert_int_equal(midi.n_warnings, 0);
    attune_midi_release(&midi);
}

/* A claimed length that is too short, too long within the file, and longer than the file. */
static void wrong_track_lengths(void **state)
{
    uint8_t bytes[] = {HEADER(1, 2, 96),
                       TRACK(12), 0x00, 0x90, 60, 1, 0x20, 0x80, 60, 0, END,
                       TRACK(12), 0x00, 0x90, 61, 1, 0x20, 0x80, 61, 0, END};
    enum { LENGTH_AT = 14 + 4 };
    const uint8_t lengths[][4] = {{0, 0, 0, 0}, {0, 0, 0, 7}, {0, 0, 0, 20}, {0x7f, 0, 0, 0}};
    for (size_t i = 0; i < 4; i++) {
        memcpy(bytes + LENGTH_AT, lengths[i], 4);
        struct attune_midi midi = PARSE(bytes);
        assert_int_equal(midi.n_tracks, 2);
        assert_int_equal(midi.n_events, 6);
        assert_event(&midi, 2, 32, ATTUNE_MIDI_NOTE_OFF, 60, 0);
        assert_event(&midi, 3, 32, ATTUNE_MIDI_END_OF_TRACK, 0, 0);
        attune_midi_release(&midi);
    }
}

static void truncated_tracks_end_where_bytes_end(void **state)
{
    const uint8_t bytes[] = {
        HEADER(0, 1, 96), TRACK(12), 0x00, 0x90, 60, 1, 0x20, 0x80, 60, 0, END};
    size_t n_errors = 0;
    for (size_t n = 0; n < sizeof bytes; n++) {
        struct attune_midi midi;
        struct attune_err err = ATTUNE_ERR_INIT;
        if (attune_midi_parse(&midi, bytes, n, &err)) {
            assert_int_equal(err.code, ATTUNE_E_INPUT);
            n_errors++;
        } else {
            assert_true(midi.n_warnings > 0);
            assert_int_equal(midi.events[midi.n_events - 1].kind, ATTUNE_MIDI_END_OF_TRACK);
        }
        attune_midi_release(&midi);
    }
    assert_int_equal(n_errors, 22); /* everything up to the track's header */
}

static void damaged_bytes_cost_one_event(void **state)
{
    const uint8_t bytes[] = {HEADER(0, 1, 96),
                             TRACK(16),
                             0x00,
                             0x90,
                             60,
                             200, /* data byte out of range */
                             0x20,
                             0x90,
                             61,
                             2, /* read */
                             0x00,
                             0xf8, /* a real-time message */
                             0x00,
                             0x07, /* running status: cut at the end marker below */
                             0xff,
                             0x2f,
                             0x00,
                             0x00};
    struct attune_midi midi = PARSE(bytes);
    assert_event(&midi, 0, 32, ATTUNE_MIDI_NOTE_ON, 61, 2);
    assert_true(midi.n_warnings >= 3);
    attune_midi_release(&midi);
}

static void times_saturate(void **state)
{
    const uint8_t bytes[] = {HEADER(0, 1, 96), TRACK(20),
                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x90, 60, 1,
                             0xff, 0xff, 0xff, 0x7f, 60, 0, END};
    struct attune_midi midi = PARSE(bytes);
    assert_event(&midi, 0, UINT32_MAX, ATTUNE_MIDI_NOTE_ON, 60, 1);
    assert_event(&midi, 1, UINT32_MAX, ATTUNE_MIDI_NOTE_OFF, 60, 0);
    attune_midi_release(&midi);
}

static void what_is_not_midi_is_refused(void **state)
{
    const uint8_t no_track[] = {HEADER(1, 0, 96)};
    const uint8_t text[] = "RIFFxxxxWAVEfmt ";
    struct attune_midi midi;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_midi_parse(&midi, no_track, sizeof no_track, &err), ATTUNE_E_INPUT);
    assert_string_equal(err.message, "MIDI file without a track");
    assert_int_equal(attune_midi_parse(&midi, text, sizeof text, &err), ATTUNE_E_INPUT);
    assert_int_equal(attune_midi_parse(&midi, text, 0, &err), ATTUNE_E_INPUT);
    assert_int_equal(attune_midi_read(&midi, "/nonexistent.mid", &err), ATTUNE_E_IO);
    assert_string_equal(err.file, "/nonexistent.mid");
}

static bool same_event(const struct attune_midi_event *a, const struct attune_midi_event *b)
{
    return a->tick == b->tick && a->track == b->track && a->kind == b->kind &&
           a->channel == b->channel && a->a == b->a && a->b == b->b && a->value == b->value;
}

/* Random event lists, written and read back. */
static void written_files_read_back(void **state)
{
    enum { TRACKS = 3, EVENTS = 200 };
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, 0);
        struct attune_midi_event events[EVENTS + TRACKS];
        char name[] = "lead \xc3\xa9";
        char *names[TRACKS] = {NULL, name, NULL};
        uint32_t ends[TRACKS] = {0};
        const uint32_t stretch = seed == 20 ? 1u << 23 : 50; /* gaps beyond a 4-byte delta */
        uint32_t tick = 0;
        size_t n = 0;
        for (; n < EVENTS; n++) {
            tick += (uint32_t)attune_rng_below(&rng, 3) * stretch;
            struct attune_midi_event *e = &events[n];
            *e = (struct attune_midi_event){.tick = tick,
                                            .kind = (uint8_t)attune_rng_below(&rng, 8)};
            e->kind = e->kind == ATTUNE_MIDI_END_OF_TRACK ? ATTUNE_MIDI_PITCH_BEND : e->kind;
            e->a = (uint8_t)attune_rng_below(&rng, 128);
            switch (e->kind) {
            case ATTUNE_MIDI_TEMPO:
                e->a = 0;
                e->value = (uint32_t)attune_rng_below(&rng, 1 << 24);
                break;
            case ATTUNE_MIDI_KEY_SIGNATURE:
                e->a = (uint8_t)(int8_t)-3;
                e->b = 1;
                break;
            case ATTUNE_MIDI_PITCH_BEND:
                e->a = 0;
                e->value = (uint32_t)attune_rng_below(&rng, 1 << 14);
                e->channel = 9;
                break;
            case ATTUNE_MIDI_PROGRAM:
                e->channel = 5;
                break;
            default:
                e->b = (uint8_t)(1 + attune_rng_below(&rng, 127));
                e->channel = e->kind <= ATTUNE_MIDI_PROGRAM ? 15 : 0;
            }
            /* within a tick the reader gives track order */
            const bool same = n > 0 && events[n - 1].tick == tick;
            e->track = same ? events[n - 1].track : (uint16_t)attune_rng_below(&rng, TRACKS);
        }
        for (uint16_t t = 0; t < TRACKS; t++) {
            ends[t] = tick + 7;
            events[n++] = (struct attune_midi_event){
                .tick = tick + 7, .track = t, .kind = ATTUNE_MIDI_END_OF_TRACK};
        }
        const struct attune_midi midi = {.type = 1, .n_tracks = TRACKS, .division = 480,
                                         .events = events, .n_events = n, .track_names = names,
                                         .track_end = ends};
        unsigned char *bytes;
        size_t n_bytes;
        assert_int_equal(attune_midi_format(&midi, &bytes, &n_bytes, NULL), ATTUNE_OK);
        struct attune_midi back = parse(bytes, n_bytes);
        attune_release(bytes);
        size_t n_same = 0;
        while (n_same < n && n_same < back.n_events &&
               same_event(&back.events[n_same], &events[n_same])) {
            n_same++;
        }
        if (back.n_warnings || back.n_events != n || n_same != n) {
            fail_msg("seed %llu: event %zu of %zu differs, '%s'", (unsigned long long)seed, n_same,
                     n, back.warning);
        }
        assert_int_equal(back.division, 480);
        assert_string_equal(back.track_names[1], name);
        assert_int_equal(back.track_end[2], tick + 7);
        attune_midi_release(&back);
    }
}

static void unwritable_events_are_refused(void **state)
{
    struct attune_midi_event event = {.kind = ATTUNE_MIDI_NOTE_ON, .a = 128, .b = 1};
    struct attune_midi midi = {
        .type = 1, .n_tracks = 1, .division = 480, .events = &event, .n_events = 1};
    unsigned char *bytes;
    size_t n_bytes;
    assert_int_equal(attune_midi_format(&midi, &bytes, &n_bytes, NULL), ATTUNE_E_USAGE);
    event.a = 60;
    event.track = 1;
    assert_int_equal(attune_midi_format(&midi, &bytes, &n_bytes, NULL), ATTUNE_E_USAGE);
}

static void failed_allocations_are_reported(void **state)
{
    const uint8_t bytes[] = {HEADER(1, 2, 96), TRACK(10), 0x0a, 0xff, 3, 1, 'a', END, 0,
                             TRACK(8), 0x05, 0x90, 70, 4, END};
    for (uint64_t n = 1;; n++) {
        struct attune_midi midi;
        attune_mem_fail_after(n);
        const enum attune_code code = attune_midi_parse(&midi, bytes, sizeof bytes, NULL);
        attune_mem_fail_after(0);
        attune_midi_release(&midi);
        if (code == ATTUNE_OK) {
            assert_true(n > 4);
            break;
        }
        assert_int_equal(code, ATTUNE_E_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(running_status_and_metas),
        cmocka_unit_test(events_are_sorted_stably),
        cmocka_unit_test(smpte_and_odd_divisions),
        cmocka_unit_test(tempo_map_is_piecewise_linear),
        cmocka_unit_test(riff_container),
        cmocka_unit_test(wrong_track_lengths),
        cmocka_unit_test(truncated_tracks_end_where_bytes_end),
        cmocka_unit_test(damaged_bytes_cost_one_event),
        cmocka_unit_test(times_saturate),
        cmocka_unit_test(what_is_not_midi_is_refused),
        cmocka_unit_test(written_files_read_back),
        cmocka_unit_test(unwritable_events_are_refused),
        cmocka_unit_test(failed_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
