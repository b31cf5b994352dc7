/* What the set metrics share; private to metrics/set. */
#ifndef ATTUNE_METRICS_SET_INTERNAL_H
#define ATTUNE_METRICS_SET_INTERNAL_H

#include "metrics/set/kernel.h"
#include "metrics/set/neighbours.h"
#include "metrics/set/points.h"
#include "metrics/set/set_metric.h"
#include "metrics/symbolic/note_features.h"

/* feature_overlap.c: per feature, NaN where undefined. */
struct attune_feature_overlap {
    bool done;
    double overlap[ATTUNE_N_NOTE_FEATURES], kld[ATTUNE_N_NOTE_FEATURES];
    double *overlap_replicates, *kld_replicates; /* (n_replicates,) means over the features */
    size_t *n_replicated, n_replicates;          /* features of each while they are made */
};

/* Intermediate results are computed on first use and kept; `done` flags say which are there. */
struct attune_set_pair {
    struct attune_set reference, candidate;
    struct attune_set_options options;
    struct attune_points reference_points, candidate_points; /* centred on their common mean */
    bool points_done;
    struct attune_mmd mmd;
    bool mmd_done;
    struct attune_neighbours neighbours;
    bool neighbours_done;
    struct attune_feature_overlap overlap;
    double *fad_replicates; /* (n_replicates,) of the Frechet distance, or NULL */
};

/* Fills fad_replicates where there are rows on both sides and replicates are asked for. */
enum attune_code attune_set_pair_fad_replicates(struct attune_set_pair *pair,
                                                struct attune_err *err);

/* Centred copies of both sets with their squared norms. */
enum attune_code attune_set_pair_points(struct attune_set_pair *pair, struct attune_err *err);

void attune_feature_overlap_release(struct attune_feature_overlap *overlap);
/* Why a pair has no distances of features, or NULL. */
const char *attune_features_missing(const struct attune_set_pair *pair);
/* Distances of one feature between all pieces, NaN where one lacks it: out (a->n, b->n). */
void attune_feature_distances(const struct attune_set *a, const struct attune_set *b,
                              const struct attune_note_feature *feature, double *out);

#endif
