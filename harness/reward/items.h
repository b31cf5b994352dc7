/* Samples by name with what a reward model hears of them: metric values or embeddings.
 *
 * The caller names the samples; loading fills their rows from one of three sources: a table that
 * `attune eval` wrote (CSV or JSON Lines), embeddings as NPY, or the sound files themselves. A
 * sample that the source does not have, or a metric that is undefined for it, is NAN: what to leave
 * out is decided by whoever asks.
 */
#ifndef ATTUNE_HARNESS_ITEMS_H
#define ATTUNE_HARNESS_ITEMS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"
#include "harness/prefs/names.h"

struct attune_item_source {
    const char *table;      /* file of metric values by path */
    const char *embeddings; /* FILE.npy with FILE.npy.txt, or a folder of NAME.EXT.npy */
    const char *folder;     /* sound files, relative to it; used without the others */
    const char *metrics;    /* globs: which metrics, or NULL: all but rewards */
    size_t n_threads;
};

struct attune_items {
    const struct attune_names *names; /* of the caller */
    struct attune_names features;     /* metric ids, or "embedding[0]" ... */
    int *version;                     /* (n_features,) of the metric; 0: not a metric of ours */
    float *x;                         /* (names->n, features.n) NAN: not there */
    size_t n_found;                   /* samples that the source has */
    char reason[256];                 /* why the first missing one is missing, "" if none is */
};

/* Zero-initialised; release when done. ATTUNE_E_INPUT when the source holds none of the samples. */
enum attune_code attune_items_load(struct attune_items *items, const struct attune_names *names,
                                   const struct attune_item_source *source, struct attune_err *err);
void attune_items_release(struct attune_items *items);

/* The same from the database: metrics of its runs' samples, matched by path, and scores that
 * outside programs wrote. Finding none is no error. */
struct attune_store;
enum attune_code attune_items_from_store(struct attune_items *items,
                                         const struct attune_names *names,
                                         struct attune_store *store, struct attune_err *err);

/* For the sources: rows of NAN and the metrics' versions, once the features are named. */
enum attune_code attune_items_make_rows(struct attune_items *items, struct attune_err *err);

/* Whether every feature of a sample is there. */
bool attune_items_complete(const struct attune_items *items, size_t item);

/* Drops features that fewer than `share` of the found samples have; their names, comma-separated,
 * go to dropped (may be NULL). */
void attune_items_thin(struct attune_items *items, double share, struct attune_buf *dropped);

/* Index of a sample for a path: the name that is the same text, or its longest end after a '/', or
 * the only one that ends with the path. SIZE_MAX: none, or several. */
size_t attune_items_match(const struct attune_names *names, const char *path);

#endif
