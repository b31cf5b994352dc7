#include "metrics/symbolic/note_lengths.h"

#include <math.h>
#include <string.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

enum { CHANNELS = 16, NONE = 0xff };

int attune_note_length(double quarters)
{
    /* in 96ths of a whole note */
    static const double values[ATTUNE_N_NOTE_LENGTHS] = {96, 48, 24, 12, 6,  72,
                                                         36, 18, 9,  32, 16, 8};
    const double units = quarters * 24.0;
    int best = 0;
    for (int i = 1; i < ATTUNE_N_NOTE_LENGTHS; i++) {
        if (fabs(values[i] - units) < fabs(values[best] - units)) {
            best = i;
        }
    }
    return best;
}

struct attune_note_lengths attune_note_lengths(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    struct attune_note_lengths out = {.why = notes->why};
    if (out.why) {
        return out;
    }
    if (notes->n_drums == notes->n_notes || a->midi->division == 0) {
        out.why = a->midi->division == 0 ? "no note values in SMPTE time" : "no pitched notes";
        return out;
    }
    const size_t n_lines = (size_t)a->midi->n_tracks * CHANNELS;
    uint8_t *before = attune_arena_alloc(&a->scratch, n_lines, sizeof *before);
    if (!before) {
        attune_analysis_oom(a);
        out.why = "out of memory";
        return out;
    }
    memset(before, NONE, n_lines);
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (note->is_drum) {
            continue;
        }
        const double ticks = (double)note->end_tick - note->onset_tick;
        const int length = attune_note_length(ticks / a->midi->division);
        uint8_t *last = &before[(size_t)note->track * CHANNELS + note->channel];
        out.count[length]++;
        if (*last != NONE) {
            out.step[*last][length]++;
            out.n_steps++;
        }
        *last = (uint8_t)length;
    }
    attune_arena_reset(&a->scratch);
    return out;
}
