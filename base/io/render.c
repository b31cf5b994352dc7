/* FluidSynth, driven event by event from attune's own reading of the file. */
#include "base/io/render.h"

#include <math.h>

#include "base/io/file.h"
#include "base/io/midi.h"
#include "base/mem.h"

/* In order of preference; the first that exists is taken. */
static const char *const soundfonts[] = {
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/sounds/sf2/GeneralUser-GS.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2",
    "/usr/share/soundfonts/default.sf2",
};

static const char *missing(struct attune_err *err, const char *what)
{
    attune_fail(err, ATTUNE_E_MISSING, "%s", what);
    attune_err_hint(err, "apt install timgm6mb-soundfont, or set ATTUNE_SOUNDFONT to a .sf2 file");
    return NULL;
}

#ifdef ATTUNE_HAVE_FLUIDSYNTH

#include <fluidsynth.h>
#include <pthread.h>

/* FluidSynth computes blocks of 64 frames and takes events between them. Beyond 128 voices it
 * steals the least audible ones: string ensembles of sampled layers release so slowly that four
 * parts keep 150 voices busy, most of them dying away. */
enum { BLOCK = 64, TAIL_S = 2, POLYPHONY = 128 };

/* A synthesiser keeps traces of what it played (the order of its voices, hence of its sums), so
 * each render gets a fresh one. The first stays unused: FluidSynth shares the samples of a sound
 * font between those who have it open, so that only the first loads them from disk. */
struct attune_renderer {
    char *soundfont;
    fluid_settings_t *settings;
    fluid_synth_t *holder;
};

static void silence_log(void)
{
    for (int level = 0; level < LAST_LOG_LEVEL; level++) {
        fluid_set_log_function(level, NULL, NULL); /* libraries print nothing */
    }
}

const char *attune_soundfont_find(const char *wanted, struct attune_err *err)
{
    const char *named = wanted && wanted[0] ? wanted : getenv("ATTUNE_SOUNDFONT");
    if (named && named[0]) {
        if (attune_file_exists(named)) {
            return named;
        }
        missing(err, "the sound font is not there");
        if (err) {
            snprintf(err->file, sizeof err->file, "%s", named);
        }
        return NULL;
    }
    for (size_t i = 0; i < sizeof soundfonts / sizeof *soundfonts; i++) {
        if (attune_file_exists(soundfonts[i])) {
            return soundfonts[i];
        }
    }
    return missing(err, "no General MIDI sound font found");
}

static fluid_settings_t *make_settings(void)
{
    fluid_settings_t *settings = new_fluid_settings();
    if (settings) {
        fluid_settings_setnum(settings, "synth.sample-rate", ATTUNE_RENDER_RATE);
        fluid_settings_setnum(settings, "synth.gain", 0.3);
        fluid_settings_setint(settings, "synth.polyphony", POLYPHONY);
        fluid_settings_setint(settings, "synth.cpu-cores", 1);
        fluid_settings_setint(settings, "synth.reverb.active", 0);
        fluid_settings_setint(settings, "synth.chorus.active", 0);
        fluid_settings_setint(settings, "synth.lock-memory", 0);
        fluid_settings_setint(settings, "synth.threadsafe-api", 0); /* one thread at a time */
    }
    return settings;
}

static fluid_synth_t *make_synth(const struct attune_renderer *renderer)
{
    fluid_synth_t *synth = new_fluid_synth(renderer->settings);
    if (synth && fluid_synth_sfload(synth, renderer->soundfont, 1) == FLUID_FAILED) {
        delete_fluid_synth(synth);
        synth = NULL;
    }
    return synth;
}

enum attune_code attune_renderer_new(struct attune_renderer **out, const char *soundfont,
                                     struct attune_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, silence_log);
    *out = NULL;
    const char *path = attune_soundfont_find(soundfont, err);
    if (!path) {
        return ATTUNE_E_MISSING;
    }
    if (!fluid_is_soundfont(path)) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "not a sound font");
    }
    struct attune_renderer *renderer = attune_alloc(1, sizeof *renderer);
    if (renderer) {
        renderer->soundfont = attune_strdup(path);
        renderer->settings = make_settings();
    }
    if (!renderer || !renderer->soundfont || !renderer->settings) {
        attune_renderer_free(renderer);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a synthesiser");
    }
    renderer->holder = make_synth(renderer);
    if (!renderer->holder) {
        attune_renderer_free(renderer);
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "cannot load the sound font");
    }
    *out = renderer;
    return ATTUNE_OK;
}

void attune_renderer_free(struct attune_renderer *renderer)
{
    if (renderer) {
        delete_fluid_synth(renderer->holder);
        delete_fluid_settings(renderer->settings);
        attune_release(renderer->soundfont);
        attune_release(renderer);
    }
}

static void play_event(fluid_synth_t *synth, const struct attune_midi_event *e)
{
    /* Failures (a program the font lacks, a note-off without its note) leave silence, as in any
     * player. */
    switch (e->kind) {
    case ATTUNE_MIDI_NOTE_ON:
        fluid_synth_noteon(synth, e->channel, e->a, e->b);
        break;
    case ATTUNE_MIDI_NOTE_OFF:
        fluid_synth_noteoff(synth, e->channel, e->a);
        break;
    case ATTUNE_MIDI_CONTROL:
        fluid_synth_cc(synth, e->channel, e->a, e->b);
        break;
    case ATTUNE_MIDI_PROGRAM:
        fluid_synth_program_change(synth, e->channel, e->a);
        break;
    case ATTUNE_MIDI_PITCH_BEND:
        fluid_synth_pitch_bend(synth, e->channel, (int)e->value);
        break;
    default:
        break;
    }
}

static double last_event_s(const struct attune_midi *midi, const struct attune_tempo_map *map)
{
    for (size_t i = midi->n_events; i > 0; i--) {
        if (midi->events[i - 1].kind != ATTUNE_MIDI_END_OF_TRACK) {
            return attune_tempo_map_seconds(map, midi->events[i - 1].tick);
        }
    }
    return 0.0;
}

/* Renders frames [*at, end) into out. */
static void advance(fluid_synth_t *synth, float *out, uint64_t *at, uint64_t end)
{
    while (*at < end) {
        const int n = end - *at < 1 << 20 ? (int)(end - *at) : 1 << 20;
        float *frame = out + 2 * *at;
        fluid_synth_write_float(synth, n, frame, 0, 2, frame, 1, 2);
        *at += (uint64_t)n;
    }
}

/* Plays the file into out, (n_max, 2) with n_max a multiple of BLOCK; returns the frames rendered.
 */
static uint64_t play(fluid_synth_t *synth, const struct attune_midi *midi,
                     const struct attune_tempo_map *map, float *out, uint64_t n_max)
{
    uint64_t at = 0;
    for (size_t i = 0; i < midi->n_events && at < n_max; i++) {
        if (midi->events[i].kind == ATTUNE_MIDI_END_OF_TRACK) {
            continue;
        }
        const double s = attune_tempo_map_seconds(map, midi->events[i].tick);
        const double block = ceil(s * ATTUNE_RENDER_RATE / BLOCK);
        const uint64_t when = block * BLOCK < (double)n_max ? (uint64_t)block * BLOCK : n_max;
        advance(synth, out, &at, when);
        play_event(synth, &midi->events[i]);
    }
    /* Pedals and looped samples would sound for ever. */
    for (int channel = 0; channel < 16; channel++) {
        fluid_synth_cc(synth, channel, 64, 0);
        fluid_synth_all_notes_off(synth, channel);
    }
    while (at < n_max && fluid_synth_get_active_voice_count(synth) > 0) {
        advance(synth, out, &at, at + BLOCK);
    }
    return at;
}

enum attune_code attune_render(struct attune_renderer *renderer, const void *midi, size_t n_bytes,
                               double max_seconds, float **samples, uint64_t *n_frames,
                               struct attune_err *err)
{
    struct attune_midi file;
    *samples = NULL;
    *n_frames = 0;
    enum attune_code code = attune_midi_parse(&file, midi, n_bytes, err);
    if (code) {
        return code;
    }
    float *out = NULL;
    struct attune_tempo_map *map = attune_tempo_map_new(&file);
    if (map) {
        const double limit_s = fmin(fmax(max_seconds, 0.0), ATTUNE_RENDER_MAX_S);
        const double wanted_s = fmin(last_event_s(&file, map) + TAIL_S, limit_s);
        const uint64_t n_max = (uint64_t)(wanted_s * ATTUNE_RENDER_RATE / BLOCK) * BLOCK;
        fluid_synth_t *synth = make_synth(renderer);
        out = synth ? attune_alloc(n_max, 2 * sizeof *out) : NULL;
        if (out) {
            *n_frames = play(synth, &file, map, out, n_max);
            *samples = out;
        }
        delete_fluid_synth(synth);
    }
    if (!out) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a rendering");
    }
    attune_tempo_map_free(map);
    attune_midi_release(&file);
    return code;
}

#else

const char *attune_soundfont_find(const char *wanted, struct attune_err *err)
{
    return missing(err, "attune was built without FluidSynth (libfluidsynth-dev)");
}

enum attune_code attune_renderer_new(struct attune_renderer **out, const char *soundfont,
                                     struct attune_err *err)
{
    *out = NULL;
    attune_soundfont_find(soundfont, err);
    return ATTUNE_E_MISSING;
}

void attune_renderer_free(struct attune_renderer *renderer)
{
}

enum attune_code attune_render(struct attune_renderer *renderer, const void *midi, size_t n_bytes,
                               double max_seconds, float **samples, uint64_t *n_frames,
                               struct attune_err *err)
{
    attune_soundfont_find(NULL, err);
    return ATTUNE_E_MISSING;
}

#endif
