/* Damage to single notes, and to the tempo under them. Drum pitches are instruments and keep
 * theirs. */
#include <math.h>

#include "metrics/audit/damages.h"

/* An interval of 1 to 6 semitones, up or down with equal chance. */
static int random_interval(struct attune_rng *rng)
{
    const int size = 1 + (int)attune_rng_below(rng, 6);
    return attune_rng_below(rng, 2) ? size : -size;
}

/* Turns back at the ends of the MIDI range. */
static uint8_t moved_pitch(uint8_t pitch, int interval)
{
    const int moved = pitch + interval;
    return (uint8_t)(moved < 0 || moved > 127 ? pitch - interval : moved);
}

bool attune_damage_pitch_noise(struct attune_score *score, const struct attune_score *donor,
                               double dose, struct attune_rng *rng)
{
    size_t *order = attune_damage_order(rng, score->n_notes);
    if (!order) {
        return false;
    }
    const size_t n_hit = attune_damage_share(score->n_notes, dose);
    for (size_t i = 0; i < n_hit; i++) {
        struct attune_note *note = &score->notes[order[i]];
        const int interval = random_interval(rng);
        if (!note->is_drum) {
            note->pitch = moved_pitch(note->pitch, interval);
        }
    }
    attune_release(order);
    return true;
}

/* Moves a note in time, not before the beginning; its length stays. */
static void move_note(struct attune_note *note, double ticks)
{
    const uint32_t length = note->end_tick - note->onset_tick;
    const double onset = note->onset_tick + ticks;
    const double latest = (double)UINT32_MAX - length;
    note->onset_tick = (uint32_t)(onset < 0.0 ? 0.0 : onset > latest ? latest : onset + 0.5);
    note->end_tick = note->onset_tick + length;
}

bool attune_damage_onset_jitter(struct attune_score *score, const struct attune_score *donor,
                                double dose, struct attune_rng *rng)
{
    const double max_s = 0.2;
    for (size_t i = 0; i < score->n_notes; i++) {
        struct attune_note *note = &score->notes[i];
        const double shift_s = dose * max_s * (2.0 * attune_rng_uniform(rng) - 1.0);
        move_note(note, shift_s * attune_score_ticks_per_s(score, note->onset_tick));
    }
    return true;
}

bool attune_damage_deleted_notes(struct attune_score *score, const struct attune_score *donor,
                                 double dose, struct attune_rng *rng)
{
    const double max_share = 0.9;
    size_t *order = attune_damage_order(rng, score->n_notes);
    if (!order) {
        return false;
    }
    const size_t n_kept = score->n_notes - attune_damage_share(score->n_notes, dose * max_share);
    struct attune_note *kept = attune_alloc(n_kept, sizeof *kept);
    if (kept) {
        for (size_t i = 0; i < n_kept; i++) {
            kept[i] = score->notes[order[score->n_notes - 1 - i]];
        }
        attune_release(score->notes);
        score->notes = kept;
        score->n_notes = score->capacity = n_kept;
    }
    attune_release(order);
    return kept != NULL;
}

bool attune_damage_random_notes(struct attune_score *score, const struct attune_score *donor,
                                double dose, struct attune_rng *rng)
{
    uint8_t lowest = 127, highest = 0;
    for (size_t i = 0; i < score->n_notes; i++) {
        if (!score->notes[i].is_drum) {
            lowest = score->notes[i].pitch < lowest ? score->notes[i].pitch : lowest;
            highest = score->notes[i].pitch > highest ? score->notes[i].pitch : highest;
        }
    }
    size_t *order = attune_damage_order(rng, score->n_notes);
    if (!order) {
        return false;
    }
    const uint32_t end = score->bar_tick[score->n_bars];
    const size_t n_hit = attune_damage_share(score->n_notes, dose);
    for (size_t i = 0; i < n_hit; i++) {
        struct attune_note *note = &score->notes[order[i]];
        const double onset = attune_rng_uniform(rng) * end;
        move_note(note, floor(onset) - note->onset_tick);
        const double pitch = attune_rng_uniform(rng);
        if (!note->is_drum) {
            note->pitch = (uint8_t)(lowest + (int)(pitch * (highest - lowest + 1)));
        }
    }
    attune_release(order);
    return true;
}

/* A first-order autoregressive walk over the beats: deviation 1, correlation .8 from beat to beat.
 * Files in SMPTE time have no tempo and stay as they are. */
bool attune_damage_tempo_wander(struct attune_score *score, const struct attune_score *donor,
                                double dose, struct attune_rng *rng)
{
    const double max_octaves = 0.3, correlation = 0.8;
    score->beat_factor = attune_alloc(score->n_beats, sizeof *score->beat_factor);
    if (!score->beat_factor) {
        return false;
    }
    double x = attune_rng_normal(rng);
    for (size_t i = 0; i < score->n_beats; i++) {
        score->beat_factor[i] = exp2(dose * max_octaves * x);
        x = correlation * x + sqrt(1.0 - correlation * correlation) * attune_rng_normal(rng);
    }
    return true;
}
