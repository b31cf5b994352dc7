/* Changes that should not matter: level, polarity, coding, a little silence, another key, another
 * synthesiser. */
#include <math.h>

#include "base/io/audio.h"
#include "base/io/temp_folder.h"
#include "base/mem.h"
#include "base/text.h"
#include "harness/audit/audit_internal.h"
#include "metrics/metric.h"

enum {
    LOUDER,
    SOFTER,
    POLARITY,
    FLAC,
    OGG,
    LEADING_SILENCE,
    SOUND_FONT,
    UP,
    DOWN,
    VELOCITIES,
    LATER
};

const struct attune_audit_check attune_audit_checks[] = {
    [LOUDER] = {"gain_up", "6 dB louder, peaks below full scale", ATTUNE_AUDIO,
                ATTUNE_INVARIANT_GAIN},
    [SOFTER] = {"gain_down", "12 dB softer, above the front end's floor", ATTUNE_AUDIO,
                ATTUNE_INVARIANT_GAIN},
    [POLARITY] = {"polarity", "inverted", ATTUNE_AUDIO, ATTUNE_INVARIANT_POLARITY},
    [FLAC] = {"flac", "through 16-bit FLAC", ATTUNE_AUDIO, 0},
    [OGG] = {"ogg", "through Ogg Vorbis", ATTUNE_AUDIO, 0},
    [LEADING_SILENCE] = {"leading_silence", "0.5 s of silence before it", ATTUNE_AUDIO, 0},
    [SOUND_FONT] = {"sound_font", "another sound font", ATTUNE_AUDIO, 0},
    [UP] = {"transposed_up", "5 semitones up", ATTUNE_SYMBOLIC, ATTUNE_INVARIANT_TRANSPOSE},
    [DOWN] = {"transposed_down", "5 semitones down", ATTUNE_SYMBOLIC, ATTUNE_INVARIANT_TRANSPOSE},
    [VELOCITIES] = {"velocities", "velocities halved", ATTUNE_SYMBOLIC, ATTUNE_INVARIANT_GAIN},
    [LATER] = {"later", "begins a bar later", ATTUNE_SYMBOLIC, ATTUNE_INVARIANT_TIME_SHIFT},
};
const size_t attune_audit_n_checks = sizeof attune_audit_checks / sizeof *attune_audit_checks;

static void scale(struct attune_clip *clip, double gain)
{
    for (uint64_t i = 0; i < clip->n_frames * clip->n_channels; i++) {
        clip->samples[i] = (float)(gain * clip->samples[i]);
    }
}

/* Level of the loudest tenth of a second in dB of full scale, first channel. */
static double loudest_db(const struct attune_clip *clip)
{
    const uint64_t window = clip->rate_hz / 10;
    double loudest = 1e-12;
    for (uint64_t start = 0; start + window <= clip->n_frames; start += window / 2) {
        double sum = 0.0;
        for (uint64_t i = start; i < start + window; i++) {
            const double x = clip->samples[i * clip->n_channels];
            sum += x * x;
        }
        loudest = fmax(loudest, sum / (double)window);
    }
    return 10.0 * log10(loudest);
}

/* Sound is what lies within 60 dB of the loudest frame and above -90 dB (frontend.h): from -30 dB
 * down the loudest frame pulls sound under that floor, and no gain is promised to be without
 * effect. 3 dB are kept for the other channel. */
static double room_db(const struct attune_clip *clip)
{
    return fmax(0.0, loudest_db(clip) + 27.0);
}

static double louder_db(const struct attune_clip *clip)
{
    const double headroom = 20.0 * log10(0.999 / fmax(attune_clip_peak(clip), 1e-9));
    return room_db(clip) > 0.0 ? fmin(6.0, headroom) : 0.0;
}

/* Replaces the clip by what an encoder leaves of it. Vorbis may overshoot; the clip comes down to
 * half. */
static enum attune_code recode(struct attune_clip *clip, enum attune_audio_format format,
                               struct attune_err *err)
{
    char folder[ATTUNE_TEMP_FOLDER_SIZE], path[ATTUNE_TEMP_FOLDER_SIZE + 16];
    enum attune_code code = attune_temp_folder_make(folder, "audit", err);
    if (code) {
        return code;
    }
    snprintf(path, sizeof path, "%s/clip", folder);
    const struct attune_audit_piece file = {.name = path};
    struct attune_clip read = ATTUNE_CLIP_INIT;
    code = attune_audio_write(path, format, clip->samples, clip->n_frames,
                                               clip->n_channels, clip->rate_hz, err);
    if (!code) {
        code = attune_audit_read_clip(&file, INFINITY, &read, err);
    }
    attune_temp_folder_remove(folder);
    if (!code) {
        attune_clip_release(clip);
        *clip = read;
    }
    return code;
}

static enum attune_code delay(struct attune_clip *clip, double seconds, struct attune_err *err)
{
    const uint64_t n = (uint64_t)(seconds * clip->rate_hz);
    struct attune_clip later;
    enum attune_code code = attune_clip_init(&later, clip->n_frames + n, clip->n_channels,
                                             clip->rate_hz, err);
    if (!code) {
        memcpy(later.samples + n * clip->n_channels, clip->samples,
               clip->n_frames * clip->n_channels * sizeof *clip->samples);
        attune_clip_release(clip);
        *clip = later;
    }
    return code;
}

static enum attune_code change_clip(const struct attune_audit_check *check,
                                    struct attune_clip *clip, struct attune_err *err)
{
    switch (check - attune_audit_checks) {
    case LOUDER:
        scale(clip, pow(10.0, louder_db(clip) / 20.0));
        return ATTUNE_OK;
    case SOFTER:
        scale(clip, pow(10.0, -fmin(12.0, room_db(clip)) / 20.0));
        return ATTUNE_OK;
    case POLARITY:
        scale(clip, -1.0);
        return ATTUNE_OK;
    case FLAC:
        return recode(clip, ATTUNE_FLAC, err);
    case OGG:
        return recode(clip, ATTUNE_OGG, err);
    default:
        return delay(clip, 0.5, err);
    }
}

/* Everything comes a bar later but the settings at the very beginning, which an assembled score has
 * before its notes: so the events stay sorted. */
static void shift_bar(struct attune_midi *midi, uint32_t ticks)
{
    for (size_t i = 0; i < midi->n_events; i++) {
        struct attune_midi_event *e = &midi->events[i];
        const bool setting = e->kind != ATTUNE_MIDI_NOTE_ON && e->kind != ATTUNE_MIDI_NOTE_OFF &&
                             e->kind != ATTUNE_MIDI_END_OF_TRACK;
        e->tick += setting && e->tick == 0 ? 0 : ticks;
    }
    for (size_t i = 0; i < midi->n_tracks; i++) {
        midi->track_end[i] += ticks;
    }
}

static void change_score(const struct attune_audit_check *check, struct attune_score *score)
{
    const long kind = check - attune_audit_checks;
    for (size_t i = 0; i < score->n_notes; i++) {
        struct attune_note *note = &score->notes[i];
        if (kind == VELOCITIES) {
            note->velocity = (uint8_t)((note->velocity + 1) / 2);
        } else if (kind != LATER && !note->is_drum) {
            const int pitch = note->pitch + (kind == UP ? 5 : -5);
            note->pitch = (uint8_t)(pitch < 0 ? 0 : pitch > 127 ? 127 : pitch);
        }
    }
}

static enum attune_code run_symbolic(const struct attune_audit_job *job,
                                     struct attune_audit_worker *w,
                                     const struct attune_audit_check *check,
                                     const struct attune_score *score,
                                     struct attune_audit_cell *cells, struct attune_err *err)
{
    struct attune_score changed;
    struct attune_midi midi = {0};
    enum attune_code code = attune_score_copy(&changed, score, err);
    if (code) {
        return code;
    }
    change_score(check, &changed);
    code = attune_score_assemble(&changed, &midi, err);
    if (!code && check - attune_audit_checks == LATER) {
        shift_bar(&midi, score->bar_tick[1] - score->bar_tick[0]);
    }
    if (!code) {
        code = attune_audit_eval_midi(job->audit, w, &midi, cells, err);
    }
    attune_midi_release(&midi);
    attune_score_release(&changed);
    return code;
}

enum attune_code attune_audit_run_check(const struct attune_audit_job *job,
                                        struct attune_audit_worker *w,
                                        const struct attune_audit_check *check,
                                        const struct attune_score *score,
                                        const struct attune_midi *rendered,
                                        const struct attune_clip *clip,
                                        struct attune_audit_cell *cells, struct attune_err *err)
{
    if (check->modality == ATTUNE_SYMBOLIC) {
        return run_symbolic(job, w, check, score, cells, err);
    }
    struct attune_clip changed = ATTUNE_CLIP_INIT;
    enum attune_code code;
    if (check - attune_audit_checks == SOUND_FONT) {
        if (!w->other_renderer || rendered->n_events == 0) {
            return ATTUNE_OK;
        }
        code = attune_audit_render(w->other_renderer, rendered, &changed, err);
    } else {
        code = attune_clip_copy(&changed, clip, err);
        if (!code) {
            code = change_clip(check, &changed, err);
        }
    }
    if (!code) {
        code = attune_audit_eval_clip(job->audit, w, &changed, cells, err);
    }
    attune_clip_release(&changed);
    return code;
}
