/* The readers under attack, with the promises they make of any input. */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>

#include "base/io/midi.h"
#include "base/mem.h"

/* libsndfile 1.2 forgets the Vorbis headers of an OGG file that it then refuses (about 6 KB a file;
 * its issue 922). Nothing outside it can free them. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:vorbis_info_init\nleak:vorbis_synthesis_headerin\n";
}

static bool same_events(const struct attune_midi *a, const struct attune_midi *b)
{
    if (a->n_events != b->n_events || a->n_tracks != b->n_tracks) {
        return false;
    }
    for (size_t i = 0; i < a->n_events; i++) {
        const struct attune_midi_event *x = &a->events[i], *y = &b->events[i];
        if (x->tick != y->tick || x->track != y->track || x->kind != y->kind ||
            x->channel != y->channel || x->a != y->a || x->b != y->b || x->value != y->value) {
            return false;
        }
    }
    return true;
}

void fuzz_midi(const uint8_t *bytes, size_t n_bytes)
{
    struct attune_midi midi, back;
    if (attune_midi_parse(&midi, bytes, n_bytes, NULL)) {
        FUZZ_REQUIRE(!midi.events && midi.n_events == 0);
        return;
    }
    size_t n_ends = 0;
    for (size_t i = 0; i < midi.n_events; i++) {
        const struct attune_midi_event *e = &midi.events[i];
        FUZZ_REQUIRE(i == 0 || midi.events[i - 1].tick <= e->tick);
        FUZZ_REQUIRE(e->track < midi.n_tracks && e->tick <= midi.track_end[e->track]);
        n_ends += e->kind == ATTUNE_MIDI_END_OF_TRACK;
    }
    FUZZ_REQUIRE(n_ends == midi.n_tracks && midi.n_events <= n_bytes);
    FUZZ_REQUIRE(midi.division > 0 || midi.smpte_tick_s > 0.0);
    struct attune_tempo_map *map = attune_tempo_map_new(&midi);
    FUZZ_REQUIRE(map && isfinite(attune_tempo_map_seconds(map, UINT32_MAX)));
    attune_tempo_map_free(map);

    unsigned char *written;
    size_t n_written;
    FUZZ_REQUIRE(attune_midi_format(&midi, &written, &n_written, NULL) == ATTUNE_OK);
    FUZZ_REQUIRE(attune_midi_parse(&back, written, n_written, NULL) == ATTUNE_OK);
    /* An unknown SMPTE division is written as it stood, and warned of again. */
    FUZZ_REQUIRE(back.n_warnings <= (midi.division == 0) && same_events(&midi, &back));
    FUZZ_REQUIRE(back.smpte_tick_s == midi.smpte_tick_s);
    attune_release(written);
    attune_midi_release(&back);
    attune_midi_release(&midi);
}

void fuzz_audio(const uint8_t *bytes, size_t n_bytes, uint64_t max_samples)
{
    enum { BLOCK = 1 << 14 };
    struct attune_audio_source source;
    if (attune_audio_open_bytes(&source, bytes, n_bytes, NULL)) {
        return;
    }
    FUZZ_REQUIRE(source.rate_hz >= 1 && source.n_channels >= 1 && source.n_channels <= 64);
    float *block = attune_alloc(BLOCK, sizeof *block);
    const size_t n_frames = BLOCK / source.n_channels;
    uint64_t n_samples = 0;
    for (size_t n = 1; n > 0 && n_samples < max_samples; n_samples += n * source.n_channels) {
        n = source.read(&source, block, n_frames);
        FUZZ_REQUIRE(n <= n_frames);
        for (size_t i = 0; i < n * source.n_channels; i++) {
            FUZZ_REQUIRE(isfinite(block[i]));
        }
    }
    attune_release(block);
    attune_audio_close(&source);
}
