/* A piece: the one symbolic domain of the built-in models.
 *
 * A piece is a setting plus five voices on a 16th grid, each a row of small tokens:
 *
 *     chord   one per bar         root above the tonic * 11 + quality
 *     comp    one per bar         accompaniment figure (enum attune_comp)
 *     bass    one per beat        hold, rest, or 0..12 semitones above the chord's root
 *     drums   one per eighth      bit 0 kick, 1 snare, 2 hi-hat; only where the setting has drums
 *     melody  one per 16th        hold, rest, or 0..24 semitones above the melody's lowest tonic
 *
 * Everything is relative to the tonic, so that what is learnt in one key holds in all. The tokens
 * are the piece: models write them cell by cell in the order of attune_piece_cell. A piece is a
 * plain value of about 2 KiB; copy it with =.
 */
#ifndef ATTUNE_MODELS_PIECE_H
#define ATTUNE_MODELS_PIECE_H

#include <stdint.h>

#include "base/io/midi.h"
#include "models/pieces/setting.h"

enum attune_voice {
    ATTUNE_VOICE_CHORD, ATTUNE_VOICE_COMP, ATTUNE_VOICE_BASS, ATTUNE_VOICE_DRUMS,
    ATTUNE_VOICE_MELODY, ATTUNE_N_VOICES,
};

enum attune_comp {
    ATTUNE_COMP_TACET,    /* nothing */
    ATTUNE_COMP_WHOLE,    /* one chord for the bar */
    ATTUNE_COMP_HALVES,   /* a chord on the bar and in its second half */
    ATTUNE_COMP_BEATS,    /* a chord on every beat */
    ATTUNE_COMP_OFFBEATS, /* chords between the beats */
    ATTUNE_COMP_ARPEGGIO, /* rising and falling in eighths */
    ATTUNE_COMP_ALBERTI,  /* low, high, middle, high in eighths */
    ATTUNE_COMP_OOMPAH,   /* low note on the bar, chords on the other beats */
    ATTUNE_N_COMPS,
};

enum {
    ATTUNE_HOLD = 0, /* bass and melody: the note (or rest) goes on */
    ATTUNE_REST = 1,
    ATTUNE_PITCH = 2, /* first pitch token */
    ATTUNE_KICK = 1,
    ATTUNE_SNARE = 2,
    ATTUNE_HIHAT = 4,
    ATTUNE_MELODY_SPAN = 25, /* semitones, two octaves with both ends */
    ATTUNE_N_CHORD_TOKENS = 12 * ATTUNE_N_CHORD_QUALITIES,
    ATTUNE_N_BASS_TOKENS = ATTUNE_PITCH + 13,
    ATTUNE_N_DRUM_TOKENS = 8,
    ATTUNE_N_MELODY_TOKENS = ATTUNE_PITCH + ATTUNE_MELODY_SPAN,
    ATTUNE_MAX_TOKENS = ATTUNE_N_CHORD_TOKENS, /* of any voice */
    ATTUNE_MAX_CELLS =
        ATTUNE_MAX_BARS * (2 + ATTUNE_MAX_BEATS + ATTUNE_MAX_EIGHTHS + ATTUNE_MAX_STEPS),
};

struct attune_piece {
    struct attune_setting setting;
    /* Bar b, position p of voice v is at voice row [b * units of v + p]. */
    uint8_t chord[ATTUNE_MAX_BARS];
    uint8_t comp[ATTUNE_MAX_BARS];
    uint8_t bass[ATTUNE_MAX_BARS * ATTUNE_MAX_BEATS];
    uint8_t drums[ATTUNE_MAX_BARS * ATTUNE_MAX_EIGHTHS];
    uint8_t melody[ATTUNE_MAX_BARS * ATTUNE_MAX_STEPS];
};

/* One cell of a piece in writing order: bar by bar, in a bar voice by voice, in a voice by
 * position. */
struct attune_cell {
    enum attune_voice voice;
    int bar, position;
};

/* Tokens that a voice chooses from. */
int attune_voice_tokens(enum attune_voice voice);

/* Cells of a voice in one bar: 0 for drums where the setting has none. */
int attune_voice_units(const struct attune_setting *setting, enum attune_voice voice);

size_t attune_piece_n_cells(const struct attune_setting *setting);

/* Cells in writing order: start from {0} and step until false. */
bool attune_cell_next(const struct attune_setting *setting, struct attune_cell *cell);

/* The token of a cell; the cell must exist under the piece's setting. */
uint8_t *attune_piece_at(struct attune_piece *piece, struct attune_cell cell);
uint8_t attune_piece_token(const struct attune_piece *piece, struct attune_cell cell);

/* The piece as one row of tokens in writing order and back. tokens: (attune_piece_n_cells,).
 * Reading clamps nothing: false when a token is outside its voice's range. */
void attune_piece_to_tokens(const struct attune_piece *piece, uint8_t *tokens);
bool attune_piece_from_tokens(struct attune_piece *piece, const struct attune_setting *setting,
                              const uint8_t *tokens);

/* Chord tokens. */
int attune_chord_token(struct attune_chord chord, int tonic);
struct attune_chord attune_token_chord(int token, int tonic);

/* Semitones above the root of the chord's 3 or 4 notes, ascending; returns their number. */
int attune_chord_intervals(enum attune_chord_quality quality, int intervals[4]);

/* The MIDI pitch of melody token ATTUNE_PITCH: the tonic nearest below C4..F4. */
int attune_melody_base(const struct attune_setting *setting);

/* The piece as an ordinary type-1 file: conductor track, melody, chords, bass, drums. The chords
 * are voiced with the least movement from the chord before. Release with attune_midi_release. */
enum attune_code attune_piece_to_midi(const struct attune_piece *piece, struct attune_midi *midi,
                                      struct attune_err *err);

/* attune_piece_to_midi, then attune_midi_write to `out`.mid; path receives the name. */
enum attune_code attune_piece_write(const struct attune_piece *piece, const char *out, char *path,
                                    size_t path_size, struct attune_err *err);

#endif
