/* The pieces that an audit damages: a folder of music, or the built-in composer. */
#ifndef ATTUNE_HARNESS_AUDIT_CORPUS_H
#define ATTUNE_HARNESS_AUDIT_CORPUS_H

#include "base/io/file.h"
#include "base/io/midi.h"
#include "metrics/audit/clip.h"

struct attune_audit_piece {
    char *name;              /* path, or "composed-17" */
    bool is_midi;
    struct attune_midi midi; /* of MIDI pieces; audio is read when it is needed */
};

struct attune_audit_corpus {
    struct attune_audit_piece *pieces; /* (n,) */
    size_t n, capacity;
    /* files of a folder that are no music, damaged, or shorter than 8 bars or 12 s */
    size_t n_skipped;
};

/* The first n_pieces usable files below folder in sorted order (ATTUNE_E_INPUT when there is none),
 * or, when folder is NULL, n_pieces flawless compositions of 32 bars in all keys, from seed. */
enum attune_code attune_audit_corpus_init(struct attune_audit_corpus *corpus, const char *folder,
                                          size_t n_pieces, uint64_t seed, struct attune_err *err);
void attune_audit_corpus_release(struct attune_audit_corpus *corpus);

/* The last max_s seconds of an audio piece, so that its ending is heard; release with
 * attune_clip_release. */
enum attune_code attune_audit_read_clip(const struct attune_audit_piece *piece, double max_s,
                                        struct attune_clip *clip, struct attune_err *err);

#endif
