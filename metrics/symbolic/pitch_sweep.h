/* How long how many pitches sound at once, swept over notes in the order of their onsets; a pitch
 * that is held twice counts once. Cost: notes times sounding pitches, whatever the length in ticks.
 */
#ifndef ATTUNE_METRICS_SYMBOLIC_PITCH_SWEEP_H
#define ATTUNE_METRICS_SYMBOLIC_PITCH_SWEEP_H

#include <stddef.h>
#include <stdint.h>

struct attune_pitch_sweep {
    /* result: ticks during which exactly k pitches sound, from the first onset on */
    uint64_t ticks[129];
    uint32_t now;
    size_t n_sounding;
    uint8_t sounding[128];
    uint32_t until[128]; /* by pitch; 0 when silent */
};

/* Moves on to tick, which must not lie before the latest onset. */
static inline void attune_pitch_sweep_to(struct attune_pitch_sweep *sweep, uint32_t tick)
{
    while (sweep->n_sounding > 0 && sweep->now < tick) {
        uint32_t next = tick;
        for (size_t i = 0; i < sweep->n_sounding; i++) {
            const uint32_t until = sweep->until[sweep->sounding[i]];
            next = until < next ? until : next;
        }
        sweep->ticks[sweep->n_sounding] += next - sweep->now;
        sweep->now = next;
        size_t kept = 0;
        for (size_t i = 0; i < sweep->n_sounding; i++) {
            const uint8_t pitch = sweep->sounding[i];
            if (sweep->until[pitch] > next) {
                sweep->sounding[kept++] = pitch;
            } else {
                sweep->until[pitch] = 0;
            }
        }
        sweep->n_sounding = kept;
    }
    sweep->ticks[0] += tick > sweep->now ? tick - sweep->now : 0;
    sweep->now = tick > sweep->now ? tick : sweep->now;
}

static inline void attune_pitch_sweep_note(struct attune_pitch_sweep *sweep, uint8_t pitch,
                                           uint32_t onset, uint32_t end)
{
    attune_pitch_sweep_to(sweep, onset);
    if (end > onset) {
        if (sweep->until[pitch] == 0) {
            sweep->sounding[sweep->n_sounding++] = pitch;
        }
        sweep->until[pitch] = end > sweep->until[pitch] ? end : sweep->until[pitch];
    }
}

/* Lets everything end. */
static inline void attune_pitch_sweep_finish(struct attune_pitch_sweep *sweep)
{
    while (sweep->n_sounding > 0) {
        uint32_t last = sweep->now;
        for (size_t i = 0; i < sweep->n_sounding; i++) {
            const uint32_t until = sweep->until[sweep->sounding[i]];
            last = until > last ? until : last;
        }
        attune_pitch_sweep_to(sweep, last);
    }
}

#endif
