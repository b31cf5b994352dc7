/* Checkpoints: parameter vectors on disk, with magic, version, kind, shape, origin and checksum.
 *
 * The origin names what made the parameters (rules' version, hyperparameters, seed); a checkpoint
 * of another origin, kind, shape or version is refused with a message that says which. Files are
 * replaced atomically, little-endian, float32.
 */
#ifndef ATTUNE_MODELS_CHECKPOINT_H
#define ATTUNE_MODELS_CHECKPOINT_H

#include "base/err.h"
#include "base/hash.h"
#include "base/text.h"

enum { ATTUNE_CHECKPOINT_VERSION = 1 };

struct attune_checkpoint {
    char kind[24];   /* "policy" */
    char origin[200]; /* printable */
    size_t n_params;
};

enum attune_code attune_checkpoint_save(const char *path, const struct attune_checkpoint *head,
                                        const float *params, struct attune_err *err);

/* Reads the head alone. ATTUNE_E_INPUT: not a checkpoint, another version, damaged. */
enum attune_code attune_checkpoint_head(const char *path, struct attune_checkpoint *head,
                                        struct attune_err *err);

/* Fills params (head->n_params,) from a file that must have head's kind and shape, and its origin
 * unless head->origin is empty; params are untouched on failure. head->origin receives the file's.
 */
enum attune_code attune_checkpoint_load(const char *path, struct attune_checkpoint *head,
                                        float *params, struct attune_err *err);

/* Path of a cached file: in $ATTUNE_CACHE, else $XDG_CACHE_HOME/attune, else ~/.cache/attune. The
 * folder is made when `make` is set. ATTUNE_E_IO when there is no such folder. */
enum attune_code attune_cache_path(struct attune_buf *out, const char *name, bool make,
                                   struct attune_err *err);

#endif
