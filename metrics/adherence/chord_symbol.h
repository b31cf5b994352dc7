/* Chord symbols as people, MidiCaps and Harte (2005) write them: "A-", "Bb", "E:min", "Am7",
 * "F#m7b5", "Cmaj7/E", "D:sus4(b7)", "N". A "-" after the root is minor, as on lead sheets.
 * Extensions beyond the seventh, added notes and the bass are read and dropped, because the house
 * knows eleven qualities: a ninth, eleventh or thirteenth becomes its seventh chord, a sixth or an
 * added ninth its triad, a power chord a major triad. attributes_json.h writes symbols. No memory,
 * no state. */
#ifndef ATTUNE_METRICS_ADHERENCE_CHORD_SYMBOL_H
#define ATTUNE_METRICS_ADHERENCE_CHORD_SYMBOL_H

#include "metrics/prompt.h"

/* Whether the first n_bytes of text are one chord symbol, nothing around it. *out only then. */
bool attune_chord_parse(const char *text, size_t n_bytes, struct attune_chord *out);

/* A whole list ("Am F C G", "Am, F - C | G"); separators are spaces, commas, semicolons, bars,
 * dashes with a space around them and arrows. Fails (returns false, *n_chords 0) at anything else
 * and beyond `room` chords. */
bool attune_chord_list_parse(const char *text, struct attune_chord *chords, size_t room,
                             size_t *n_chords);

/* A pitch-class name at the start of text: letter A-G of either case, then any of # b and their
 * Unicode signs. Returns the bytes read, 0 when there is none; *pitch_class 0..11. */
size_t attune_pitch_class_parse(const char *text, size_t n_bytes, int *pitch_class);

#endif
