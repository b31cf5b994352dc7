/* The rule-based composer: the training corpus of the reference models and the control row.
 *
 * Functional harmony in four-bar phrases with cadences (or the prompt's own chords), a form that
 * repeats and varies phrases, a rhythmic motif per phrase, melodies that take chord tones on strong
 * steps and move by step between them, voice-led accompaniment.
 *
 * As training data a documented share of pieces is flawed, because a base model must have something
 * to be aligned away from; the control row is never flawed.
 */
#ifndef ATTUNE_MODELS_CORPUS_H
#define ATTUNE_MODELS_CORPUS_H

#include "base/rng.h"
#include "models/pieces/piece.h"

enum attune_flaw {
    ATTUNE_FLAW_OFF_KEY = 1,        /* a quarter of all melody and bass notes moved by a semitone */
    ATTUNE_FLAW_BROKEN_RHYTHM = 2,  /* melody onsets and drums scattered in half of the bars */
    ATTUNE_FLAW_NO_REPETITION = 4,  /* every phrase is new, in chords, motif and figure */
};

/* Share of corpus pieces that carry each flaw, drawn independently: 0.35 of pieces are flawless. */
#define ATTUNE_CORPUS_FLAW_SHARE 0.2953

/* Version of the rules: part of every checkpoint made from the corpus. */
enum { ATTUNE_CORPUS_VERSION = 1 };

/* Writes a piece for a setting; flaws: enum attune_flaw, 0 for none. */
void attune_corpus_compose(struct attune_piece *piece, const struct attune_setting *setting,
                           unsigned flaws, struct attune_rng *rng);

/* The index-th piece of the training corpus: random setting and flaws, from streams of seed. */
void attune_corpus_piece(struct attune_piece *piece, uint64_t seed, uint64_t index);

/* The first n pieces of the training corpus; NULL with err when out of memory. Release with
 * attune_release. */
struct attune_piece *attune_corpus_pieces(uint64_t seed, size_t n, struct attune_err *err);

#endif
