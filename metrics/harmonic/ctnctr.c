/* Chord-tone to non-chord-tone ratio, CTnCTR.
 *
 *     (n_c + n_p) / (n_c + n_n)
 *
 * n_c  melody notes that begin on a tone of the chord under them
 * n_n  the other melody notes over a chord
 * n_p  those of them that resolve: the next note is one or two semitones away
 *
 * Melody and chords: metrics/analysis/parts.h. Notes that begin where no chord sounds are left
 * out. */
#include <stdlib.h>

#include "metrics/analysis/chords.h"
#include "metrics/analysis/parts.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_parts *parts = attune_analysis_parts(a);
    if (parts->why) {
        return attune_undefined(parts->why);
    }
    struct attune_melody_walk walk = attune_melody_walk_begin(a);
    struct attune_melody_meeting meeting;
    double n_chord_tones = 0.0, n_others = 0.0, n_proper = 0.0;
    while (attune_melody_walk_next(&walk, &meeting)) {
        const size_t i = meeting.note;
        const int pitch = parts->melody[i].pitch;
        if (!meeting.first) {
            continue;
        }
        if (attune_chord_pitch_classes(meeting.chord) >> pitch % 12 & 1u) {
            n_chord_tones++;
            continue;
        }
        const int step = i + 1 < parts->n_melody ? abs(parts->melody[i + 1].pitch - pitch) : 0;
        n_others++;
        n_proper += step == 1 || step == 2;
    }
    return n_chord_tones + n_others > 0.0
                     ? attune_defined((n_chord_tones + n_proper) / (n_chord_tones + n_others))
                     : attune_undefined("no chord sounds under the melody");
}

const struct attune_metric attune_metric_harmonic_ctnctr = {
    .id = "harmonic.ctnctr",
    .version = 1,
    .title = "Chord-tone ratio",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of melody notes that belong to their chord or resolve",
    .formula =
        "(n_c + n_p) / (n_c + n_n): chord tones, others, others that resolve by 1 or 2 "
        "semitones",
    .source = "Yeh et al. 2021",
    .undefined_when = "fewer than four melody notes, or no accompaniment",
    .eval = eval,
};
