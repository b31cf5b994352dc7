/* What the set metrics share; private to metrics/set. */
#ifndef ATTUNE_METRICS_SET_INTERNAL_H
#define ATTUNE_METRICS_SET_INTERNAL_H

#include "metrics/set/kernel.h"
#include "metrics/set/neighbours.h"
#include "metrics/set/points.h"
#include "metrics/set/set_metric.h"

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
    double *fad_replicates; /* (n_replicates,) of the Frechet distance, or NULL */
};

/* Fills fad_replicates where there are rows on both sides and replicates are asked for. */
enum attune_code attune_set_pair_fad_replicates(struct attune_set_pair *pair,
                                                struct attune_err *err);

/* Centred copies of both sets with their squared norms. */
enum attune_code attune_set_pair_points(struct attune_set_pair *pair, struct attune_err *err);

#endif
