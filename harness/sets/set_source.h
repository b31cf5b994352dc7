/* A SET as users name it: what it may be, and how it becomes rows. */
#ifndef ATTUNE_HARNESS_SET_SOURCE_H
#define ATTUNE_HARNESS_SET_SOURCE_H

#include "base/io/file.h"
#include "harness/sets/embedder.h"
#include "metrics/set/set.h"

/* One loaded set. Rows of a folder of music come from the embedder. */
struct attune_set_source {
    struct attune_matrix rows; /* no rows where only moments are known */
    double *mean, *cov;        /* (d,), (d, d) from mu.npy and cov.npy, or NULL */
    uint32_t *group;           /* (n,) prompts, where file names tell them ("PROMPT__sSEED.ext") */
    size_t d;
    bool embedded;             /* rows come from the embedder, not from NPY files */
    char hash[ATTUNE_HASH_SIZE]; /* of the content; "" where an embedder without database did it */
    struct attune_file_list files; /* embedded: all files, */
    float *features;               /* (n, ATTUNE_NOTE_FEATURE_COLUMNS), or NULL */
    size_t *file;                  /* (n,) and that of each row; else NULL */
};

struct attune_set_loader {
    struct attune_embedder *embedder;
    size_t n_threads;
    const atomic_bool *cancelled; /* may be NULL */
};

/* path: a .npy file (n, d); a folder with mu.npy and cov.npy; a folder of .npy files, rows
 * concatenated in sorted order; or a folder (or one file) of audio or MIDI. Formats by content.
 * name is used in warnings. Rows are cleaned (attune_set_clean). */
enum attune_code attune_set_source_load(struct attune_set_source *source, const char *path,
                                        const char *name, const struct attune_set_loader *loader,
                                        struct attune_buf *warnings, struct attune_err *err);
void attune_set_source_release(struct attune_set_source *source);

/* Fills the features of the notes where all files are MIDI; nothing where they are not.
 * ATTUNE_E_MEMORY, ATTUNE_E_INTERRUPTED. */
enum attune_code attune_set_source_features(struct attune_set_source *source, size_t n_threads,
                                            const atomic_bool *cancelled, struct attune_err *err);

/* The view that the metrics take. */
struct attune_set attune_set_source_view(const struct attune_set_source *source);

#endif
