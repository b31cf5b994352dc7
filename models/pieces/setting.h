/* What a prompt fixes before a note is written: key, tempo, metre, length, instruments, chords.
 *
 * Attributes that the prompt leaves open are filled from its mood and from a hash of its text, so
 * that a prompt has the same setting in every model, for every seed. Every built-in model
 * conditions on the setting and on nothing else of the prompt.
 */
#ifndef ATTUNE_MODELS_SETTING_H
#define ATTUNE_MODELS_SETTING_H

#include <stdint.h>

#include "metrics/prompt.h"

enum attune_metre { ATTUNE_METRE_4_4, ATTUNE_METRE_3_4, ATTUNE_METRE_6_8, ATTUNE_N_METRES };

enum {
    ATTUNE_MIN_BARS = 4,
    ATTUNE_MAX_BARS = 64,
    ATTUNE_MAX_BEATS = 4,    /* in a bar */
    ATTUNE_MAX_EIGHTHS = 8,  /* in a bar */
    ATTUNE_MAX_STEPS = 16,   /* in a bar; a step is a 16th note */
};

struct attune_setting {
    int tonic; /* 0..11 */
    enum attune_mode mode;
    enum attune_metre metre;
    double tempo_bpm; /* quarter notes per minute, 20..300 */
    int n_bars;       /* 4..64 */
    bool has_drums;
    uint8_t melody_program, chord_program, bass_program; /* General MIDI, 0..127 */
    size_t n_chords;  /* chords asked for, one per bar, repeated to the end; 0: free */
    uint8_t chords[ATTUNE_MAX_PROMPT_CHORDS]; /* chord tokens, relative to the tonic (piece.h) */
};

/* Metres other than the three are taken as their nearest: x/8 in threes as 6/8, three beats as 3/4,
 * all else as 4/4. Tempo and bars are clamped to their ranges. */
void attune_setting_init(struct attune_setting *setting, const struct attune_prompt *prompt);

/* Units of a bar: 4/4 has 4 beats, 8 eighths, 16 steps; 3/4 3, 6, 12; 6/8 2 (dotted), 6, 12. */
int attune_metre_beats(enum attune_metre metre);
int attune_metre_eighths(enum attune_metre metre);
int attune_metre_steps(enum attune_metre metre);

#endif
