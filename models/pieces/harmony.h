/* Common-practice harmony for the composer: scales, diatonic chords, phrases that end in cadences.
 */
#ifndef ATTUNE_MODELS_HARMONY_H
#define ATTUNE_MODELS_HARMONY_H

#include "base/rng.h"
#include "models/pieces/piece.h"

enum attune_cadence {
    ATTUNE_CADENCE_HALF,      /* ... V */
    ATTUNE_CADENCE_AUTHENTIC, /* ... V I */
    ATTUNE_CADENCE_PLAGAL,    /* ... IV I */
    ATTUNE_CADENCE_DECEPTIVE, /* ... V vi */
    ATTUNE_N_CADENCES,
};

/* Chord token of a scale degree 0..6 (I..VII); minor takes V from harmonic minor. */
int attune_degree_chord(enum attune_mode mode, int degree);

/* Whether a pitch class, counted from the tonic, is in the scale (minor: natural, plus the raised
 * seventh over a chord that holds it). chord: token of the chord that sounds. */
bool attune_in_scale(enum attune_mode mode, int pc, int chord);

/* Whether a pitch class, counted from the tonic, belongs to the chord. */
bool attune_in_chord(int pc, int chord);

/* Fills chords[n_bars] (1..4) with a phrase that begins on the tonic and ends in the cadence. */
void attune_phrase_chords(uint8_t *chords, int n_bars, enum attune_mode mode,
                          enum attune_cadence cadence, struct attune_rng *rng);

#endif
