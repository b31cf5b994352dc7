/* k-means clustering: seeded k-means++ (Arthur & Vassilvitskii 2007), Lloyd's iterations, best of
 * some runs. */
#ifndef ATTUNE_METRICS_SET_KMEANS_H
#define ATTUNE_METRICS_SET_KMEANS_H

#include <stdint.h>

#include "metrics/set/points.h"

struct attune_kmeans {
    size_t k;            /* clusters, 1 <= k <= n */
    size_t n_runs;       /* restarts */
    size_t n_iterations; /* at most, per run */
    uint64_t seed;
    size_t n_threads;
};

/* The cluster of every point into cluster (n,). Clusters that run empty stay where they are. */
enum attune_code attune_kmeans_run(const struct attune_kmeans *how,
                                   const struct attune_points *points, uint32_t *cluster,
                                   struct attune_err *err);

#endif
