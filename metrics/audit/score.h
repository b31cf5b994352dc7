/* A piece as an editable list of notes: what symbolic damage works on.
 *
 * A score is taken from an analysed MIDI file: its notes (house rule of notes.h), its bars and
 * beats (grid.h). Damage edits the notes (in ticks; the seconds of struct attune_note are not kept
 * up to date), then the score is assembled into a MIDI file again, with all other events of the
 * original. */
#ifndef ATTUNE_METRICS_AUDIT_SCORE_H
#define ATTUNE_METRICS_AUDIT_SCORE_H

#include "metrics/analysis/notes.h"

struct attune_score {
    const struct attune_midi *midi; /* the original, borrowed: division, tracks, all other events */
    struct attune_note *notes;      /* (n_notes,) owned; any order once edited */
    size_t n_notes, capacity;
    uint32_t *bar_tick;             /* (n_bars + 1,) owned */
    size_t n_bars;
    uint32_t *beat_tick;            /* (n_beats + 1,) owned */
    double *beat_s;                 /* (n_beats + 1,) owned */
    size_t n_beats;
    double *beat_factor;            /* (n_beats,) owned, or NULL: tempo is multiplied by this */
    /* In ticks. From the bar line `from` on (0: nowhere), the channels' settings (controllers,
     * programs, bends) are those of first .. end, bar by bar: a loop of sound, not only of notes.
     */
    struct {
        uint32_t first, end, from;
    } loop;
};

#define ATTUNE_SCORE_INIT {0}

/* Takes the notes and the grid of the symbolic sample that analysis holds, which was loaded from
 * midi. midi must outlive the score, the analysis need not. ATTUNE_E_INPUT: no notes. */
enum attune_code attune_score_init(struct attune_score *score, const struct attune_midi *midi,
                                   struct attune_analysis *analysis, struct attune_err *err);
enum attune_code attune_score_copy(struct attune_score *out, const struct attune_score *score,
                                   struct attune_err *err);
void attune_score_release(struct attune_score *score);

/* Appends a note; false when out of memory. */
bool attune_score_add(struct attune_score *score, const struct attune_note *note);

/* The bar in which tick lies; ticks behind the last bar belong to the last one. */
size_t attune_score_bar(const struct attune_score *score, uint32_t tick);

/* Ticks per second in the beat where tick lies. */
double attune_score_ticks_per_s(const struct attune_score *score, uint32_t tick);

/* The last bars of the piece, as many as fit into max_s seconds (at least one), moved to the
 * beginning, with the settings in force there: music with its own ending. A file like
 * attune_score_assemble's. */
enum attune_code attune_score_tail(const struct attune_score *score, double max_s,
                                   struct attune_midi *out, struct attune_err *err);

/* A MIDI file with these notes; release it with attune_midi_release. A note that a later one of the
 * same track, channel and pitch would cut is cut, so that reading the file back gives the same
 * notes. */
enum attune_code attune_score_assemble(const struct attune_score *score, struct attune_midi *out,
                                       struct attune_err *err);

#endif
