/* Rendering through FluidSynth. Skipped where there is no sound font. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/io/midi.h"
#include "base/io/render.h"
#include "base/mem.h"
#include "base/thread.h"

enum { NOTES = 24 };

struct image {
    unsigned char *bytes;
    size_t n_bytes;
};

/* A scale on two channels, one of them drums: a note every half second, 480 ticks. */
static struct image make_image(uint8_t program)
{
    struct attune_midi_event events[2 * NOTES + 1] = {{.kind = ATTUNE_MIDI_PROGRAM, .a = program}};
    for (uint8_t i = 0; i < NOTES; i++) {
        const uint8_t channel = i % 4 == 3 ? 9 : 0;
        events[1 + 2 * i] = (struct attune_midi_event){.tick = i * 480u,
                                                       .kind = ATTUNE_MIDI_NOTE_ON,
                                                       .channel = channel,
                                                       .a = 48 + i,
                                                       .b = 100};
        events[2 + 2 * i] = (struct attune_midi_event){
            .tick = i * 480u + 400, .kind = ATTUNE_MIDI_NOTE_OFF, .channel = channel, .a = 48 + i};
    }
    const struct attune_midi midi = {
        .n_tracks = 1, .division = 480, .events = events, .n_events = 2 * NOTES + 1};
    struct image image;
    assert_int_equal(attune_midi_format(&midi, &image.bytes, &image.n_bytes, NULL), ATTUNE_OK);
    return image;
}

struct sound {
    float *samples;
    uint64_t n_frames;
};

static struct sound render(struct attune_renderer *renderer, const struct image *image,
                           double seconds)
{
    struct sound sound;
    assert_int_equal(attune_render(renderer, image->bytes, image->n_bytes, seconds, &sound.samples,
                                   &sound.n_frames, NULL), ATTUNE_OK);
    return sound;
}

static struct attune_renderer *open_renderer(void)
{
    struct attune_renderer *renderer;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_renderer_new(&renderer, NULL, &err)) {
        fail_msg("%s", err.message);
    }
    return renderer;
}

static void sounds_where_notes_are(void **state)
{
    struct attune_renderer *renderer = open_renderer();
    struct image image = make_image(0);
    struct sound sound = render(renderer, &image, 60.0);
    const double seconds = (double)sound.n_frames / ATTUNE_RENDER_RATE;
    assert_true(seconds > 11.9 && seconds <= 13.92);
    double peak = 0.0;
    for (size_t i = 0; i < 2 * sound.n_frames; i++) {
        assert_true(isfinite(sound.samples[i]));
        peak = fmax(peak, fabs(sound.samples[i]));
    }
    assert_true(peak > 0.01 && peak < 1.0);
    attune_release(sound.samples);

    sound = render(renderer, &image, 1.0); /* the cap */
    assert_true(sound.n_frames <= ATTUNE_RENDER_RATE);
    attune_release(sound.samples);
    sound = render(renderer, &image, 0.0);
    assert_int_equal(sound.n_frames, 0);
    attune_release(sound.samples);
    attune_release(image.bytes);
    attune_renderer_free(renderer);
}

static void render_item(void *context, size_t item, size_t worker)
{
    struct sound *sounds = context;
    struct attune_renderer *renderer = open_renderer();
    struct image other = make_image((uint8_t)(40 + item)), image = make_image(4);
    attune_release(render(renderer, &other, 60.0).samples); /* a different history each */
    sounds[item] = render(renderer, &image, 60.0);
    attune_release(other.bytes);
    attune_release(image.bytes);
    attune_renderer_free(renderer);
}

static void same_bits_on_every_thread(void **state)
{
    enum { N = 4 };
    struct sound sounds[N];
    attune_parallel_for(N, 2, render_item, sounds);
    for (int i = 0; i < N; i++) {
        assert_int_equal(sounds[i].n_frames, sounds[0].n_frames);
        assert_memory_equal(sounds[i].samples, sounds[0].samples,
                            2 * sounds[0].n_frames * sizeof(float));
    }
    for (int i = 0; i < N; i++) {
        attune_release(sounds[i].samples);
    }
}

/* A note that never ends, behind a delta time of 2^28 ticks. */
static void damaged_files_end(void **state)
{
    const unsigned char bytes[] = {'M',  'T', 'h', 'd',  0,    0,    0,    6,    0,  0,
                                   0,    1,   0,   1,    'M',  'T',  'r',  'k',  0,  0,
                                   0,    99,  0,   0xb0, 64,   127,  0,    0xc0, 16, 0,
                                   0x90, 60,  100, 0xff, 0xff, 0xff, 0x7f, 0x90, 61};
    struct attune_renderer *renderer = open_renderer();
    struct image image = {(unsigned char *)bytes, sizeof bytes};
    struct sound sound = render(renderer, &image, 3.0);
    assert_true(sound.n_frames <= 3 * ATTUNE_RENDER_RATE);
    attune_release(sound.samples);
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_render(renderer, "no", 2, 3.0, &sound.samples, &sound.n_frames, &err),
                     ATTUNE_E_INPUT);
    attune_renderer_free(renderer);
}

static void absent_fonts_are_named(void **state)
{
    struct attune_renderer *renderer;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_renderer_new(&renderer, "/nonexistent.sf2", &err), ATTUNE_E_MISSING);
    assert_null(renderer);
    assert_string_equal(err.file, "/nonexistent.sf2");
    assert_true(err.hint[0]);
}

int main(void)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    if (!attune_soundfont_find(NULL, &err)) {
        printf("skipped: %s\n", err.message);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sounds_where_notes_are),
        cmocka_unit_test(same_bits_on_every_thread),
        cmocka_unit_test(damaged_files_end),
        cmocka_unit_test(absent_fonts_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
