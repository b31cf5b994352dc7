/* Things that are not music: no metric of quality may take them for it. */
#ifndef ATTUNE_METRICS_AUDIT_NULLS_H
#define ATTUNE_METRICS_AUDIT_NULLS_H

#include "base/io/midi.h"
#include "base/rng.h"
#include "metrics/analysis/analysis.h"
#include "metrics/audit/clip.h"

struct attune_null_spec {
    const char *id;    /* "white_noise" */
    const char *title; /* "White noise" */
    enum attune_modality modality;
    bool random;        /* differs from seed to seed */
    /* not NULL: a piece of the corpus with this damage at dose 1, else one of: */
    const char *damage;
    enum attune_code (*symbolic)(struct attune_rng *rng, struct attune_midi *out,
                                 struct attune_err *err);
    void (*audio)(struct attune_rng *rng, struct attune_clip *clip); /* fills a silent clip */
};

extern const struct attune_null_spec attune_nulls[];
extern const size_t attune_n_nulls;

#endif
