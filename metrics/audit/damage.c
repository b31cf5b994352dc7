/* The list of all damages, and how one is applied. */
#include "metrics/audit/damage.h"

#include "metrics/audit/damages.h"
#include "metrics/metric.h"

const struct attune_damage_spec attune_damages[] = {
    {"pitch_noise", "Pitch noise", "every note moved by 1 to 6 semitones up or down",
     ATTUNE_DAMAGE_PITCH, ATTUNE_SYMBOLIC, .symbolic = attune_damage_pitch_noise},
    {"onset_jitter", "Onset jitter", "onsets moved by up to 0.2 s either way", ATTUNE_DAMAGE_ONSET,
     ATTUNE_SYMBOLIC, .symbolic = attune_damage_onset_jitter},
    {"bar_shuffle", "Shuffled bars", "all bars in another place", ATTUNE_DAMAGE_SHUFFLE,
     ATTUNE_SYMBOLIC, .symbolic = attune_damage_bar_shuffle},
    {"transposed_bars", "Transposed bars", "every bar moved by 1 to 6 semitones of its own",
     ATTUNE_DAMAGE_TRANSPOSED_BARS, ATTUNE_SYMBOLIC, .symbolic = attune_damage_transposed_bars},
    {"deleted_notes", "Deleted notes", "nine notes of ten missing", ATTUNE_DAMAGE_DELETE,
     ATTUNE_SYMBOLIC, .symbolic = attune_damage_deleted_notes},
    {"random_notes", "Random notes", "every note at a random pitch and time",
     ATTUNE_DAMAGE_RANDOM_NOTES, ATTUNE_SYMBOLIC, .symbolic = attune_damage_random_notes},
    {"tempo_wander", "Tempo wander", "tempo wanders with a deviation of 0.3 octaves",
     ATTUNE_DAMAGE_TEMPO, ATTUNE_SYMBOLIC, .symbolic = attune_damage_tempo_wander},
    {"freezing", "Freezing", "the first bar for ever", ATTUNE_DAMAGE_FREEZE, ATTUNE_SYMBOLIC,
     .symbolic = attune_damage_freezing},
    {"style_switch", "Style switch", "half of the bars from another piece", ATTUNE_DAMAGE_SPLICE,
     ATTUNE_SYMBOLIC, .needs_donor = true, .symbolic = attune_damage_style_switch},

    {"noise", "Additive noise", "white noise as strong as the music (0 dB)", ATTUNE_DAMAGE_NOISE,
     ATTUNE_AUDIO, .audio = attune_damage_noise},
    {"clipping", "Hard clipping", "driven 30 dB beyond full scale", ATTUNE_DAMAGE_CLIPPING,
     ATTUNE_AUDIO, .audio = attune_damage_clipping},
    {"low_pass", "Low-pass", "fourth order at 400 Hz", ATTUNE_DAMAGE_LOWPASS, ATTUNE_AUDIO,
     .audio = attune_damage_low_pass},
    {"drop_outs", "Drop-outs", "half of the time silent, in gaps of 0.05 to 2 s",
     ATTUNE_DAMAGE_DROPOUT, ATTUNE_AUDIO, .audio = attune_damage_drop_outs},
    {"block_shuffle", "Shuffled blocks", "all blocks of 0.5 to 4 s in another place",
     ATTUNE_DAMAGE_SHUFFLE, ATTUNE_AUDIO, .audio = attune_damage_block_shuffle},
    {"detuned_blocks", "Detuned blocks", "every block of 2 s moved by 0.5 to 6 semitones",
     ATTUNE_DAMAGE_TRANSPOSED_BARS | ATTUNE_DAMAGE_DETUNE, ATTUNE_AUDIO,
     .audio = attune_damage_detuned_blocks},
    {"pitch_drift", "Pitch drift", "pitch falls by 2 semitones to the end",
     ATTUNE_DAMAGE_DETUNE, ATTUNE_AUDIO, .audio = attune_damage_pitch_drift},
    {"tempo_drift", "Tempo drift", "tempo falls to two thirds at the end", 0, ATTUNE_AUDIO,
     .audio = attune_damage_tempo_drift},
    {"speed_wobble", "Speed wobble", "speed varies by 20 % at 0.3 Hz",
     ATTUNE_DAMAGE_TEMPO | ATTUNE_DAMAGE_DETUNE, ATTUNE_AUDIO, .audio = attune_damage_speed_wobble},
    {"splice", "Spliced pieces", "half of the blocks of 4 s from another piece",
     ATTUNE_DAMAGE_SPLICE, ATTUNE_AUDIO, .needs_donor = true, .audio = attune_damage_splice},
    {"early_cut", "Early cut", "the second half missing", ATTUNE_DAMAGE_CUT, ATTUNE_AUDIO,
     .audio = attune_damage_early_cut},
    {"frozen_audio", "Freezing (audio)", "the first 2 s for ever", ATTUNE_DAMAGE_FREEZE,
     ATTUNE_AUDIO, .audio = attune_damage_frozen_audio},
};
const size_t attune_n_damages = sizeof attune_damages / sizeof *attune_damages;

const struct attune_damage_spec *attune_damage_find(const char *id)
{
    for (size_t i = 0; i < attune_n_damages; i++) {
        if (strcmp(attune_damages[i].id, id) == 0) {
            return &attune_damages[i];
        }
    }
    return NULL;
}

size_t *attune_damage_order(struct attune_rng *rng, size_t n)
{
    size_t *order = attune_alloc(n, sizeof *order);
    for (size_t i = 0; order && i < n; i++) {
        order[i] = i;
    }
    if (order) {
        attune_rng_shuffle(rng, order, n);
    }
    return order;
}

static struct attune_rng rng_for(const struct attune_damage_spec *damage, uint64_t seed)
{
    struct attune_rng rng;
    attune_rng_init(&rng, seed, attune_mix64_text(damage->id));
    return rng;
}

enum attune_code attune_damage_score(const struct attune_damage_spec *damage,
                                     const struct attune_score *score,
                                     const struct attune_score *donor, double dose, uint64_t seed,
                                     struct attune_midi *out, struct attune_err *err)
{
    struct attune_rng rng = rng_for(damage, seed);
    struct attune_score damaged;
    enum attune_code code = attune_score_copy(&damaged, score, err);
    if (code) {
        return code;
    }
    if (dose > 0.0 && !damage->symbolic(&damaged, donor, dose, &rng)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for damage '%s'", damage->id);
    } else {
        code = attune_score_assemble(&damaged, out, err);
    }
    attune_score_release(&damaged);
    return code;
}

enum attune_code attune_damage_clip(const struct attune_damage_spec *damage,
                                    const struct attune_clip *clip, const struct attune_clip *donor,
                                    double dose, uint64_t seed, struct attune_clip *out,
                                    struct attune_err *err)
{
    struct attune_rng rng = rng_for(damage, seed);
    enum attune_code code = attune_clip_copy(out, clip, err);
    if (!code && dose > 0.0 && !damage->audio(out, donor, dose, &rng)) {
        attune_clip_release(out);
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for damage '%s'", damage->id);
    }
    return code;
}
