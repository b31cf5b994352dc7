/* Melody, bass and accompaniment chords of a multi-track symbolic sample.
 *
 * A line is one channel of one track, drums left out. Rules, in order:
 *
 * melody  the line with most notes whose track name holds "melody", "vocal", "voice", "lead",
 *         "sing" or "solo"; else, of the lines with at least a quarter of the notes of the busiest
 *         one and neither a bass (below), percussive nor effects program, the one with the highest
 *         mean pitch, an octave of bonus given for being monophonic. Its skyline is the melody: of
 *         notes that begin together the highest, each ended by the next one's onset. A piece of
 *         one line has its skyline as melody.
 * bass    the line with most notes whose track name holds "bass" (but not "bassoon"); else the one
 *         with most notes, a bass program (32-39) and a mean pitch below C4 (60); else the lowest
 *         line but the melody's, if its mean pitch lies below E3 (52). Of notes that begin
 *         together the lowest. Pieces without one have no bass.
 * chords  tracked (chords.h) over one frame per beat of everything pitched that is not the melody
 */
#ifndef ATTUNE_METRICS_ANALYSIS_PARTS_H
#define ATTUNE_METRICS_ANALYSIS_PARTS_H

#include <stdint.h>

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

struct attune_part_note {
    uint32_t onset_tick, end_tick; /* end > onset */
    uint8_t pitch;
};

struct attune_parts {
    const char *why;      /* "fewer than four melody notes", "no accompaniment", ... */
    size_t n_melody, n_bass;
    const struct attune_part_note *melody, *bass; /* by onset, no two at once */
    uint16_t melody_track, bass_track; /* bass_track only with n_bass > 0 */
    size_t n_beats;
    /* (n_beats,) of the grid's beats; root -1 where there is none */
    const struct attune_chord *chord;
};

const struct attune_parts *attune_analysis_parts(struct attune_analysis *analysis);

/* The melody against the chords under it: one (note, beat) pair at a time, in order. */
struct attune_melody_walk {
    const struct attune_parts *parts;
    const uint32_t *beat_tick;
    size_t note, beat;
};

struct attune_melody_meeting {
    size_t note;              /* index in the melody */
    struct attune_chord chord;
    double ticks;             /* for which they sound together */
    int first;                /* the note begins here */
};

/* False at the end. Beats without a chord are left out. */
int attune_melody_walk_next(struct attune_melody_walk *walk, struct attune_melody_meeting *meeting);
struct attune_melody_walk attune_melody_walk_begin(struct attune_analysis *analysis);

/* Mean of a score of melody pitch and chord over the time that they sound together. */
struct attune_value attune_melody_mean(struct attune_analysis *analysis,
                                       double (*score)(int pitch, struct attune_chord chord));

#endif
