/* A folder of MIDI files as training pieces, with an account of the files that could not be used.
 */
#ifndef ATTUNE_MODELS_MIDI_CORPUS_H
#define ATTUNE_MODELS_MIDI_CORPUS_H

#include "base/hash.h"
#include "models/pieces/piece.h"

enum { ATTUNE_MAX_CORPUS_REASONS = 32 };

/* Why files were left out. */
struct attune_corpus_reason {
    char why[160];
    char example[256]; /* the first such file */
    size_t n;
};

struct attune_midi_corpus {
    struct attune_piece *pieces; /* (n_pieces,) in order of the files' paths */
    size_t n_pieces, n_files;
    struct attune_corpus_reason reasons[ATTUNE_MAX_CORPUS_REASONS]; /* (n_reasons,) as met */
    size_t n_reasons;
    char hash[ATTUNE_HASH_SIZE]; /* of the pieces: equal music, equal hash */
};

/* Every regular file below the folder; midi_piece.h has the rules. Every second piece hears its own
 * chords as asked for, as prompts with chords do. Unusable files are counted with their reasons
 * (the last of MAX reasons takes all further ones); ATTUNE_E_INPUT when no file can be used. */
enum attune_code attune_midi_corpus_read(struct attune_midi_corpus *corpus, const char *folder,
                                         struct attune_err *err);
void attune_midi_corpus_release(struct attune_midi_corpus *corpus);

#endif
