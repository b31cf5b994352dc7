/* A prompt and what it asks for.
 *
 * Attributes come from the prompt file or are read from the text (metrics/adherence/attributes.c).
 * A prompt is owned by whoever loaded it; strings live as long as it does.
 */
#ifndef ATTUNE_METRICS_PROMPT_H
#define ATTUNE_METRICS_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

enum attune_mode { ATTUNE_MAJOR, ATTUNE_MINOR };

/* A chord: root pitch class and quality. root -1 is no chord. */
enum attune_chord_quality {
    ATTUNE_CHORD_MAJ, ATTUNE_CHORD_MIN, ATTUNE_CHORD_DIM, ATTUNE_CHORD_AUG,
    ATTUNE_CHORD_DOM7, ATTUNE_CHORD_MAJ7, ATTUNE_CHORD_MIN7, ATTUNE_CHORD_HDIM7,
    ATTUNE_CHORD_DIM7, ATTUNE_CHORD_SUS2, ATTUNE_CHORD_SUS4, ATTUNE_N_CHORD_QUALITIES,
};

struct attune_chord {
    int root; /* 0..11, C = 0; -1: no chord */
    enum attune_chord_quality quality;
};

enum { ATTUNE_MAX_PROMPT_CHORDS = 64, ATTUNE_MAX_PROMPT_INSTRUMENTS = 16 };

struct attune_attributes {
    bool has_key;
    int tonic; /* 0..11 */
    enum attune_mode mode;
    bool has_tempo;
    double tempo_bpm;
    bool has_time_signature;
    int numerator, denominator;
    bool has_bars;
    int n_bars;
    size_t n_chords; /* 0: not asked for */
    struct attune_chord chords[ATTUNE_MAX_PROMPT_CHORDS];
    size_t n_instruments; /* 0: not asked for */
    char instruments[ATTUNE_MAX_PROMPT_INSTRUMENTS][32]; /* as asked, lower case */
    char mood[32]; /* "" where not asked for */
};

struct attune_prompt {
    char *id;   /* unique in its set, not empty */
    char *text; /* UTF-8 */
    struct attune_attributes attributes;
};

#endif
