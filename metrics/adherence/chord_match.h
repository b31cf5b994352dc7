/* The chords asked for against the chords tracked in a sample (metrics/analysis/chords.h), as
 * sequences without durations: what the chord scores of the Mustango line count. */
#ifndef ATTUNE_METRICS_ADHERENCE_CHORD_MATCH_H
#define ATTUNE_METRICS_ADHERENCE_CHORD_MATCH_H

#include <stdbool.h>

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

struct attune_chord_match {
    const char *why; /* then nothing below holds */
    size_t n_asked, n_played;
    struct attune_chord asked[ATTUNE_MAX_PROMPT_CHORDS]; /* (n_asked,) */
    const struct attune_chord *played;                   /* (n_played,) */
};

/* Both sequences without "no chord" and, as the tracker cannot hear a chord struck anew, without
 * immediate repeats. */
struct attune_chord_match attune_chord_match(struct attune_analysis *analysis);

typedef bool attune_chord_same(struct attune_chord a, struct attune_chord b);

/* The same root and third: a seventh is its triad, a diminished chord minor, an augmented one
 * major; suspended chords, which have no third, are a kind of their own. */
bool attune_chord_same_third(struct attune_chord a, struct attune_chord b);

/* Chords asked for that are played in the order asked for, others between them or not: the longest
 * common subsequence. */
size_t attune_chords_in_order(const struct attune_chord_match *match);

/* Chords asked for that are played anywhere, each played chord counted once: the intersection of
 * the two multisets under an equivalence. 0 when out of memory, which the analysis then says. */
size_t attune_chords_any_order(struct attune_analysis *analysis,
                               const struct attune_chord_match *match, attune_chord_same *same);

#endif
