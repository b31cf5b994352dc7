/* Inference-time alignment by rewarded tree search, after Text2midi-InferAlign (Roy et al. 2025).
 *
 * Beams are extended by blocks of bars; after each block the best are kept and the others refilled
 * with copies of the kept. Score = alpha S_text + beta S_harmony on the bars written so far, and at
 * the end on the whole piece: what is scored is what is written. S_text is adherence.chords (left
 * out where the prompt asks for none), S_harmony any metric. A beam whose score is undefined never
 * beats one whose score is defined.
 *
 * Caption mutation: at every block each beam hears its own paraphrase of the prompt, with the same
 * attributes. The reference policy conditions on attributes alone, so that a paraphrase changes its
 * random stream and nothing else.
 *
 * `published` scores as the public code does: 2.5 key_score + 2.5 note_score (key_score: in-key
 * share in the piece's own detected key; note_score: 1 - share of the commonest pitch). Its third
 * term, a raw CLAP logit, needs audio and is left out; a failed key_score counts as 0, as there.
 */
#ifndef ATTUNE_MODELS_INFERALIGN_H
#define ATTUNE_MODELS_INFERALIGN_H

#include "models/generator.h"
#include "models/policy/policy.h"
#include "models/align/scorer.h"

struct attune_inferalign {
    size_t n_beams, n_keep; /* 1..256, 1..n_beams; 3 and 2 */
    int block_bars;         /* 1..64; 4 */
    double alpha, beta;     /* 0..100; 1 and 1 */
    bool published;
    struct attune_scorer_pool *text;    /* S_text */
    struct attune_scorer_pool *harmony; /* S_harmony; for `published` harmonic.in_scale_ratio */
};

/* Fills piece and out's counts and ref_logprob; the density of a search is not known, so there is
 * no logprob. */
enum attune_code attune_inferalign(const struct attune_inferalign *search,
                                   const struct attune_policy *policy,
                                   const struct attune_policy *ref,
                                   const struct attune_request *request, struct attune_piece *piece,
                                   struct attune_generation *out, struct attune_err *err);

/* 1 - share of the commonest pitch among the pitched notes of a piece; 0 without notes. */
enum attune_code attune_note_score(const struct attune_piece *piece, double *score,
                                   struct attune_err *err);

#endif
