/* Ways to fool a reward: versions of a piece that are no better music, and some that are none.
 *
 * Each probe writes a changed copy of a file. A reward that rises on level, length, loops or
 * repetition can be hacked by a policy that is trained on it (Gao, Schulman & Hilton 2022).
 */
#ifndef ATTUNE_HARNESS_PROBE_H
#define ATTUNE_HARNESS_PROBE_H

#include <stdbool.h>

#include "base/rng.h"
#include "harness/evaluate.h"
#include "metrics/audit/clip.h"
#include "metrics/audit/score.h"

struct attune_probe {
    const char *id, *title;
    enum attune_modality modality;
    bool is_null; /* no music at all: must score below the 1st percentile of music */
    /* Exactly one of them; they edit in place. False: out of memory. */
    bool (*audio)(struct attune_clip *clip, struct attune_rng *rng);
    bool (*symbolic)(struct attune_score *score, struct attune_rng *rng);
};

extern const struct attune_probe attune_probes[];
extern const size_t attune_n_probes;

/* Writes the probe of file `from` to `to` (WAV or MIDI). evaluator: of this thread.
 * ATTUNE_E_INPUT: the file has the other modality, or cannot be read. */
enum attune_code attune_probe_write(const struct attune_probe *probe, const char *from,
                                    const char *to, uint64_t seed,
                                    struct attune_evaluator *evaluator, struct attune_err *err);

#endif
