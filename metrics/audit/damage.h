/* Measured doses of musical damage: what the audit does to a piece before it asks the metrics.
 *
 * A dose lies in [0, 1]; the audit uses 11 of them, 0, .1, ... 1. Dose 0 leaves the piece exactly
 * as it is. All random draws of a damage depend on the seed alone, never on the dose, so that a
 * greater dose contains the smaller one: the same notes or blocks, and more of them. Symbolic
 * damage works on scores (score.h), audio damage on sample buffers (clip.h). */
#ifndef ATTUNE_METRICS_AUDIT_DAMAGE_H
#define ATTUNE_METRICS_AUDIT_DAMAGE_H

#include "base/rng.h"
#include "metrics/audit/clip.h"
#include "metrics/audit/score.h"

enum { ATTUNE_N_DOSES = 11 };

struct attune_damage_spec {
    const char *id;       /* "pitch_noise" */
    const char *title;    /* "Pitch noise" */
    const char *dose;     /* what dose 1 means, in words */
    /* the ATTUNE_DAMAGE_* of metric.h that metrics declare; 0: obliges none */
    unsigned responds_to;
    enum attune_modality modality;
    bool needs_donor;     /* takes material from another piece */
    /* Exactly one of them. They edit in place; dose > 0. False: out of memory. */
    bool (*symbolic)(struct attune_score *score, const struct attune_score *donor, double dose,
                     struct attune_rng *rng);
    bool (*audio)(struct attune_clip *clip, const struct attune_clip *donor, double dose,
                  struct attune_rng *rng);
};

extern const struct attune_damage_spec attune_damages[];
extern const size_t attune_n_damages;

/* By id, or NULL. */
const struct attune_damage_spec *attune_damage_find(const char *id);

/* The piece with one dose of a symbolic damage; release out with attune_midi_release. donor may be
 * NULL unless the damage needs one. The draws depend on seed and on the damage's id.
 * ATTUNE_E_MEMORY. */
enum attune_code attune_damage_score(const struct attune_damage_spec *damage,
                                     const struct attune_score *score,
                                     const struct attune_score *donor, double dose, uint64_t seed,
                                     struct attune_midi *out, struct attune_err *err);

/* The same for audio; release out with attune_clip_release. */
enum attune_code attune_damage_clip(const struct attune_damage_spec *damage,
                                    const struct attune_clip *clip, const struct attune_clip *donor,
                                    double dose, uint64_t seed, struct attune_clip *out,
                                    struct attune_err *err);

/* For the damage files: how many of n are hit at a dose. */
static inline size_t attune_damage_share(size_t n, double dose)
{
    return (size_t)(dose * (double)n + 0.5);
}

/* Indices 0 .. n-1 in a random order (release it); NULL when out of memory. The first ones are hit
 * first. */
size_t *attune_damage_order(struct attune_rng *rng, size_t n);

#endif
