/* A SET on the command line: what it may be, and how it becomes rows. */
#ifndef ATTUNE_CLI_SET_SOURCE_H
#define ATTUNE_CLI_SET_SOURCE_H

#include "base/text.h"
#include "metrics/set/set.h"

/* One loaded set. From a folder of music, rows come from the built-in embedding. */
struct attune_set_source {
    struct attune_matrix rows; /* no rows where only moments are known */
    double *mean, *cov;        /* (d,), (d, d) from mu.npy and cov.npy, or NULL */
    uint32_t *group;           /* (n,) prompts, where file names tell them ("PROMPT__sSEED.ext") */
    size_t d;
    const char *embedding;     /* "attune-1", or NULL for rows that were given */
};

/* path: a .npy file (n, d); a folder with mu.npy and cov.npy; a folder of .npy files, rows
 * concatenated in sorted order; or a folder (or one file) of audio or MIDI. Formats by content.
 * name is used in warnings. Rows are cleaned (attune_set_clean). */
enum attune_code attune_set_source_load(struct attune_set_source *source, const char *path,
                                        const char *name, size_t n_threads,
                                        struct attune_buf *warnings, struct attune_err *err);
void attune_set_source_release(struct attune_set_source *source);

/* The view that the metrics take. */
struct attune_set attune_set_source_view(const struct attune_set_source *source);

/* Embeds every file of the list that is audio or MIDI, in order; all of one kind. *kept (n_rows,)
 * receives the indices of the files that have a row (release it). Files without an embedding are
 * named in warnings. */
struct attune_file_list;
enum attune_code attune_embed_files(struct attune_matrix *out, size_t **kept,
                                    const struct attune_file_list *files, int raw, size_t n_threads,
                                    struct attune_buf *warnings, struct attune_err *err);

#endif
