/* Which reference is nearest to each candidate, and is it suspiciously near? The items behind
 * set.nearest_reference. */
#ifndef ATTUNE_METRICS_SET_NEAREST_H
#define ATTUNE_METRICS_SET_NEAREST_H

#include "metrics/set/set.h"

struct attune_nearest {
    size_t row;      /* of the reference; the first of equals */
    double distance; /* Euclidean */
    bool near_copy;  /* equal, or nearer than references are to each other
                        (set.nearest_reference; not known with fewer than 20 references) */
};

/* out (n candidates,). Both sides must have rows. ATTUNE_E_MEMORY. */
enum attune_code attune_set_nearest(struct attune_set_pair *pair, struct attune_nearest *out,
                                    struct attune_err *err);

#endif
