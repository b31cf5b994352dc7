/* The probes: level, length, silence, noise, loops, time reversal, repetition, note density. */
#include "harness/reward/probe.h"

#include <math.h>

#include "base/io/audio.h"
#include "base/mem.h"
#include "metrics/audit/damage.h"

static const double loop_s = 2.0;

/* ---- audio */

static bool scale(struct attune_clip *clip, double gain)
{
    for (uint64_t i = 0; i < clip->n_frames * clip->n_channels; i++) {
        clip->samples[i] = (float)(gain * clip->samples[i]);
    }
    return true;
}

static bool louder(struct attune_clip *clip, struct attune_rng *rng)
{
    return scale(clip, pow(10.0, 6.0 / 20.0));
}

static bool softer(struct attune_clip *clip, struct attune_rng *rng)
{
    return scale(clip, pow(10.0, -12.0 / 20.0));
}

static bool silence(struct attune_clip *clip, struct attune_rng *rng)
{
    return scale(clip, 0.0);
}

static bool noise(struct attune_clip *clip, struct attune_rng *rng)
{
    const double rms = attune_clip_rms(clip);
    for (uint64_t i = 0; i < clip->n_frames * clip->n_channels; i++) {
        clip->samples[i] = (float)(rms * attune_rng_normal(rng));
    }
    return true;
}

static bool half(struct attune_clip *clip, struct attune_rng *rng)
{
    clip->n_frames = (clip->n_frames + 1) / 2;
    return true;
}

/* Frame i of the new clip is frame source(i) of the old one. */
static void reorder(struct attune_clip *clip, uint64_t from, uint64_t period)
{
    for (uint64_t i = from; i < clip->n_frames && period > 0; i++) {
        memcpy(clip->samples + i * clip->n_channels,
               clip->samples + (i - from) % period * clip->n_channels,
               clip->n_channels * sizeof *clip->samples);
    }
}

static bool twice(struct attune_clip *clip, struct attune_rng *rng)
{
    const uint64_t n = clip->n_frames;
    float *longer = attune_resize(clip->samples, 2 * n, clip->n_channels * sizeof *longer);
    if (!longer) {
        return false;
    }
    clip->samples = longer;
    clip->n_frames = 2 * n;
    reorder(clip, n, n);
    return true;
}

static bool loop(struct attune_clip *clip, struct attune_rng *rng)
{
    const uint64_t period = (uint64_t)(loop_s * clip->rate_hz);
    reorder(clip, period < clip->n_frames ? period : clip->n_frames, period);
    return true;
}

static bool repeat(struct attune_clip *clip, struct attune_rng *rng)
{
    reorder(clip, (clip->n_frames + 1) / 2, (clip->n_frames + 1) / 2);
    return true;
}

static bool reverse(struct attune_clip *clip, struct attune_rng *rng)
{
    for (uint64_t i = 0, j = clip->n_frames; i + 1 < j; i++) {
        j--;
        for (uint32_t c = 0; c < clip->n_channels; c++) {
            float *a = clip->samples + i * clip->n_channels + c;
            float *b = clip->samples + j * clip->n_channels + c;
            const float kept = *a;
            *a = *b;
            *b = kept;
        }
    }
    return true;
}

/* ---- symbolic */

static bool quiet_notes(struct attune_score *score, struct attune_rng *rng)
{
    for (size_t i = 0; i < score->n_notes; i++) {
        struct attune_note *note = &score->notes[i];
        note->velocity = note->velocity > 1 ? note->velocity / 2 : 1;
    }
    return true;
}

/* Keeps the notes that begin in [0, end). */
static void keep_before(struct attune_score *score, uint32_t end)
{
    size_t n = 0;
    for (size_t i = 0; i < score->n_notes; i++) {
        if (score->notes[i].onset_tick < end) {
            score->notes[n++] = score->notes[i];
        }
    }
    score->n_notes = n;
}

static bool half_notes(struct attune_score *score, struct attune_rng *rng)
{
    keep_before(score, score->bar_tick[(score->n_bars + 1) / 2]);
    return true;
}

/* The notes that begin before `period`, again and again for n times. */
static bool tile(struct attune_score *score, uint32_t period, size_t n)
{
    keep_before(score, period);
    const size_t n_notes = score->n_notes;
    for (size_t k = 1; k < n; k++) {
        for (size_t i = 0; i < n_notes; i++) {
            struct attune_note note = score->notes[i];
            note.onset_tick += (uint32_t)k * period;
            note.end_tick += (uint32_t)k * period;
            if (!attune_score_add(score, &note)) {
                return false;
            }
        }
    }
    return true;
}

static bool twice_notes(struct attune_score *score, struct attune_rng *rng)
{
    return tile(score, score->bar_tick[score->n_bars], 2);
}

static bool loop_bar(struct attune_score *score, struct attune_rng *rng)
{
    return tile(score, score->bar_tick[1], score->n_bars);
}

static bool repeat_half(struct attune_score *score, struct attune_rng *rng)
{
    return tile(score, score->bar_tick[(score->n_bars + 1) / 2], 2);
}

static bool reverse_notes(struct attune_score *score, struct attune_rng *rng)
{
    const uint32_t end = score->bar_tick[score->n_bars];
    for (size_t i = 0; i < score->n_notes; i++) {
        struct attune_note *note = &score->notes[i];
        const uint32_t last = note->end_tick < end ? note->end_tick : end;
        const uint32_t length = note->end_tick - note->onset_tick;
        note->onset_tick = end - last;
        note->end_tick = note->onset_tick + length;
    }
    return true;
}

static bool sparser(struct attune_score *score, struct attune_rng *rng)
{
    size_t n = 0;
    for (size_t i = 0; i < score->n_notes; i += 2) {
        score->notes[n++] = score->notes[i];
    }
    score->n_notes = n;
    return true;
}

/* Every pitched note is doubled an octave above, or below where there is no room. */
static bool denser(struct attune_score *score, struct attune_rng *rng)
{
    const size_t n = score->n_notes;
    for (size_t i = 0; i < n; i++) {
        struct attune_note note = score->notes[i];
        note.pitch = note.pitch + 12 < 128 ? note.pitch + 12 : note.pitch - 12;
        if (!note.is_drum && !attune_score_add(score, &note)) {
            return false;
        }
    }
    return true;
}

static bool random_notes(struct attune_score *score, struct attune_rng *rng)
{
    return attune_damage_find("random_notes")->symbolic(score, NULL, 1.0, rng);
}

const struct attune_probe attune_probes[] = {
    {"gain_up", "6 dB louder", ATTUNE_AUDIO, false, louder, NULL},
    {"gain_down", "12 dB softer", ATTUNE_AUDIO, false, softer, NULL},
    {"half", "its first half", ATTUNE_AUDIO, false, half, NULL},
    {"twice", "played twice", ATTUNE_AUDIO, false, twice, NULL},
    {"loop", "its first 2 s for ever", ATTUNE_AUDIO, false, loop, NULL},
    {"repetition", "first half instead of the second", ATTUNE_AUDIO, false, repeat, NULL},
    {"reversed", "backwards", ATTUNE_AUDIO, false, reverse, NULL},
    {"silence", "silence of its length", ATTUNE_AUDIO, true, silence, NULL},
    {"noise", "white noise of its level", ATTUNE_AUDIO, true, noise, NULL},
    {"velocities", "velocities halved", ATTUNE_SYMBOLIC, false, NULL, quiet_notes},
    {"half", "its first half", ATTUNE_SYMBOLIC, false, NULL, half_notes},
    {"twice", "played twice", ATTUNE_SYMBOLIC, false, NULL, twice_notes},
    {"loop", "its first bar for ever", ATTUNE_SYMBOLIC, false, NULL, loop_bar},
    {"repetition", "first half instead of the second", ATTUNE_SYMBOLIC, false, NULL, repeat_half},
    {"reversed", "backwards", ATTUNE_SYMBOLIC, false, NULL, reverse_notes},
    {"sparser", "every second note", ATTUNE_SYMBOLIC, false, NULL, sparser},
    {"denser", "every note doubled at the octave", ATTUNE_SYMBOLIC, false, NULL, denser},
    {"noise", "random notes in its place", ATTUNE_SYMBOLIC, true, NULL, random_notes},
};
const size_t attune_n_probes = sizeof attune_probes / sizeof *attune_probes;

/* ---- files */

static enum attune_code read_clip(const char *path, struct attune_clip *clip,
                                  struct attune_err *err)
{
    struct attune_audio_source source;
    enum attune_code code = attune_audio_open(&source, path, err);
    if (code) {
        return code;
    }
    code = attune_clip_init(clip, source.n_frames, source.n_channels, source.rate_hz, err);
    uint64_t n_read = 0;
    for (size_t got = 1; !code && got > 0 && n_read < clip->n_frames; n_read += got) {
        got = source.read(&source, clip->samples + n_read * clip->n_channels,
                          clip->n_frames - n_read);
    }
    clip->n_frames = n_read;
    attune_audio_close(&source);
    return code;
}

static enum attune_code write_audio(const struct attune_probe *probe, const char *from,
                                    const char *to, struct attune_rng *rng, struct attune_err *err)
{
    struct attune_clip clip = ATTUNE_CLIP_INIT;
    enum attune_code code = read_clip(from, &clip, err);
    if (!code && !probe->audio(&clip, rng)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a probe");
    }
    if (!code) {
        code = attune_audio_write(to, ATTUNE_WAV_FLOAT, clip.samples, clip.n_frames,
                                  clip.n_channels, clip.rate_hz, err);
    }
    attune_clip_release(&clip);
    return code;
}

static enum attune_code write_midi(const struct attune_probe *probe, const char *from,
                                   const char *to, struct attune_rng *rng,
                                   struct attune_evaluator *evaluator, struct attune_err *err)
{
    const struct attune_selection nothing = {0};
    struct attune_midi midi = {0}, changed = {0};
    struct attune_score score = ATTUNE_SCORE_INIT;
    enum attune_code code = attune_midi_read(&midi, from, err);
    code = code ? code : attune_evaluate_file(evaluator, from, NULL, &nothing, NULL, err);
    code = code ? code
                : attune_score_init(&score, &midi, attune_evaluator_analysis(evaluator), err);
    if (!code && !probe->symbolic(&score, rng)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a probe");
    }
    code = code ? code : attune_score_assemble(&score, &changed, err);
    code = code ? code : attune_midi_write(&changed, to, err);
    attune_score_release(&score);
    attune_midi_release(&changed);
    attune_midi_release(&midi);
    return code;
}

enum attune_code attune_probe_write(const struct attune_probe *probe, const char *from,
                                    const char *to, uint64_t seed,
                                    struct attune_evaluator *evaluator, struct attune_err *err)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, attune_mix64_text(probe->id));
    const bool audio = strcmp(attune_file_modality(from), "audio") == 0;
    if (audio != (probe->modality == ATTUNE_AUDIO)) {
        return attune_fail_at(err, ATTUNE_E_INPUT, from, 0, "the probe is for %s",
                              audio ? "MIDI" : "audio");
    }
    return audio ? write_audio(probe, from, to, &rng, err)
                 : write_midi(probe, from, to, &rng, evaluator, err);
}
