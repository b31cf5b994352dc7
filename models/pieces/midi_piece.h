/* Any MIDI file as a piece: what of it the grid of the built-in models can hold.
 *
 *     bars       from the first with a pitched note, at most 64, at least 4; the piece ends where
 * the length of a bar changes. Metres 4/4, 2/2 (as 4/4), 3/4 and 6/8; others are refused time
 * onsets to the nearest 16th; of melody notes that fall on one step the last stays key        the
 * best of the 24 keys over the whole file; everything is kept relative to it tempo      that of the
 * first bar; later changes are dropped melody     the file's melody (metrics/analysis/parts.h),
 * moved by octaves so that its mean lies in the middle of the two octaves, single notes beyond them
 * folded in. A silence shorter than an eighth is articulation and dropped chords     one per bar:
 * the chord of most of its beats; bars without one go on with the last bass       the file's bass,
 * its first onset in each beat, as semitones above the bar's root, octave dropped comp       what
 * neither is melody nor bass: the figure whose onsets are most like those of the bar drums channel
 * 10 by eighths: kicks, snares (with rim and clap), hi-hats and cymbals; other percussion is
 * dropped
 *
 * Dynamics, pedals, bends, further voices and lyrics are dropped.
 */
#ifndef ATTUNE_MODELS_MIDI_PIECE_H
#define ATTUNE_MODELS_MIDI_PIECE_H

#include "metrics/analysis/analysis.h"
#include "models/pieces/piece.h"

/* analysis must hold midi (attune_analysis_load_midi). NULL, or why the file can't be a piece; the
 * text lives until the next sample is loaded. */
const char *attune_piece_from_midi(struct attune_analysis *analysis, const struct attune_midi *midi,
                                   struct attune_piece *piece);

#endif
