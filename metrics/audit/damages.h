/* Every damage's function, for the table in damage.c. See struct attune_damage_spec. */
#ifndef ATTUNE_METRICS_AUDIT_DAMAGES_H
#define ATTUNE_METRICS_AUDIT_DAMAGES_H

#include "metrics/audit/damage.h"

#define SYMBOLIC(name)                                                                             \
    bool attune_damage_##name(struct attune_score *score, const struct attune_score *donor,        \
                              double dose, struct attune_rng *rng)
#define AUDIO(name)                                                                                \
    bool attune_damage_##name(struct attune_clip *clip, const struct attune_clip *donor,           \
                              double dose, struct attune_rng *rng)

/* damage_notes.c */
SYMBOLIC(pitch_noise);
SYMBOLIC(onset_jitter);
SYMBOLIC(deleted_notes);
SYMBOLIC(random_notes);
SYMBOLIC(tempo_wander);

/* damage_bars.c */
SYMBOLIC(bar_shuffle);
SYMBOLIC(transposed_bars);
SYMBOLIC(freezing);
SYMBOLIC(style_switch);

/* damage_signal.c */
AUDIO(noise);
AUDIO(clipping);
AUDIO(low_pass);
AUDIO(drop_outs);

/* damage_blocks.c */
AUDIO(block_shuffle);
AUDIO(splice);
AUDIO(early_cut);
AUDIO(frozen_audio);

/* damage_warp.c */
AUDIO(detuned_blocks);
AUDIO(pitch_drift);
AUDIO(tempo_drift);
AUDIO(speed_wobble);

#undef SYMBOLIC
#undef AUDIO

#endif
