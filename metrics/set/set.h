/* Sets of embeddings, and a pair of them under comparison with what the set metrics share. */
#ifndef ATTUNE_METRICS_SET_SET_H
#define ATTUNE_METRICS_SET_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/io/npy.h"
#include "base/text.h"

/* Embeddings of n samples in d dimensions; rows borrowed. */
struct attune_set {
    const float *rows; /* (n, d), all finite (attune_set_clean); NULL when only moments are known */
    size_t n, d;
    const uint32_t *group;   /* (n,) number of the prompt a row belongs to; NULL when not known */
    const float *features; /* (n, ATTUNE_NOTE_FEATURE_COLUMNS) of the notes; NULL when not known */
    const double *mean, *cov; /* (d,), (d, d) given instead of rows, or NULL */
};

enum attune_bandwidth {
    ATTUNE_BANDWIDTH_REFERENCE,
    ATTUNE_BANDWIDTH_CANDIDATE,
    ATTUNE_BANDWIDTH_FIXED
};

struct attune_set_options {
    size_t k;                /* nearest neighbours: 5 */
    enum attune_bandwidth bandwidth;
    double bandwidth_value;  /* for FIXED */
    size_t n_replicates;     /* of the bootstrap; 0: no intervals */
    double level;            /* .95 */
    uint64_t seed;
    size_t n_threads;
};
#define ATTUNE_SET_OPTIONS_INIT                                                                    \
    {                                                                                              \
        .k = 5, .n_replicates = 200, .level = 0.95, .seed = 1, .n_threads = 1                      \
    }

struct attune_set_pair;

/* reference may have n = 0 (metrics of the candidates alone). The sets are borrowed.
 * ATTUNE_E_INPUT: different dimensions; ATTUNE_E_MEMORY. */
enum attune_code attune_set_pair_new(struct attune_set_pair **out,
                                     const struct attune_set *reference,
                                     const struct attune_set *candidate,
                                     const struct attune_set_options *options,
                                     struct attune_err *err);
void attune_set_pair_free(struct attune_set_pair *pair);

/* False for rows with NaN, infinities, or values whose squares would leave single precision. */
bool attune_set_row_usable(const float *row, size_t d);

/* Moves rows that hold NaN or infinities to the end, drops them from m->n_rows and tells their
 * numbers in warnings; also warns of fewer rows than columns, repeated rows and constant columns.
 * name: "reference" or "candidate". One warning per line. group (n_rows,) moves along; may be NULL.
 */
void attune_set_clean(struct attune_matrix *m, uint32_t *group, const char *name,
                      struct attune_buf *warnings);

#endif
