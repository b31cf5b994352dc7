/* Chords of a phrase: a walk over scale degrees with the usual tonic - subdominant - dominant
 * tendencies (Piston 1941, table of usual root progressions), closed by a cadence. */
#include "models/pieces/harmony.h"

enum { I, II, III, IV, V, VI, VII };

int attune_degree_chord(enum attune_mode mode, int degree)
{
    static const uint8_t roots[2][7] = {{0, 2, 4, 5, 7, 9, 11}, {0, 2, 3, 5, 7, 8, 11}};
    static const uint8_t qualities[2][7] = {
        {ATTUNE_CHORD_MAJ, ATTUNE_CHORD_MIN, ATTUNE_CHORD_MIN, ATTUNE_CHORD_MAJ, ATTUNE_CHORD_MAJ,
         ATTUNE_CHORD_MIN, ATTUNE_CHORD_DIM},
        {ATTUNE_CHORD_MIN, ATTUNE_CHORD_DIM, ATTUNE_CHORD_MAJ, ATTUNE_CHORD_MIN, ATTUNE_CHORD_MAJ,
         ATTUNE_CHORD_MAJ, ATTUNE_CHORD_DIM},
    };
    return roots[mode][degree] * ATTUNE_N_CHORD_QUALITIES + qualities[mode][degree];
}

bool attune_in_chord(int pc, int chord)
{
    int intervals[4], root = chord / ATTUNE_N_CHORD_QUALITIES;
    int n = attune_chord_intervals((enum attune_chord_quality)(chord % ATTUNE_N_CHORD_QUALITIES),
                                   intervals);
    for (int i = 0; i < n; i++) {
        if ((root + intervals[i]) % 12 == pc) {
            return true;
        }
    }
    return false;
}

bool attune_in_scale(enum attune_mode mode, int pc, int chord)
{
    static const uint16_t scale[2] = {0xab5, 0x5ad}; /* bit i: i semitones above the tonic */
    if (mode == ATTUNE_MINOR && attune_in_chord(11, chord)) {
        return pc != 10 && (pc == 11 || (scale[ATTUNE_MINOR] >> pc & 1));
    }
    return scale[mode] >> pc & 1;
}

void attune_phrase_chords(uint8_t *chords, int n_bars, enum attune_mode mode,
                          enum attune_cadence cadence, struct attune_rng *rng)
{
    /* (from, to): relative frequency of each root progression. */
    static const double follow[7][7] = {
        [I] = {0, 2, 1, 4, 4, 3, 0},  [II] = {0, 0, 0, 1, 6, 0, 1}, [III] = {0, 0, 0, 3, 0, 5, 0},
        [IV] = {2, 2, 0, 0, 5, 0, 1}, [V] = {5, 0, 0, 1, 0, 3, 0},  [VI] = {0, 4, 1, 4, 2, 0, 0},
        [VII] = {6, 0, 0, 0, 0, 1, 0},
    };
    static const int8_t close[ATTUNE_N_CADENCES][2] = {{-1, V}, {V, I}, {IV, I}, {V, VI}};
    int degrees[4] = {I, I, I, I};
    int first = close[cadence][0], n_close = n_bars > 1 && first >= 0 ? 2 : 1;
    degrees[n_bars - 1] = close[cadence][1];
    if (n_close == 2) {
        degrees[n_bars - 2] = first;
    }
    for (int bar = 1; bar < n_bars - n_close; bar++) {
        double weight[7];
        bool last = bar + 1 == n_bars - n_close;
        for (int d = 0; d < 7; d++) {
            /* The chord before the cadence must lead into it. */
            double onward = last ? follow[d][degrees[bar + 1]] : 1.0;
            weight[d] = follow[degrees[bar - 1]][d] * (onward + 0.02);
        }
        degrees[bar] = (int)attune_rng_choice(rng, weight, 7);
    }
    for (int bar = 0; bar < n_bars; bar++) {
        chords[bar] = (uint8_t)attune_degree_chord(mode, degrees[bar]);
        if (degrees[bar] == V && bar + 1 < n_bars && attune_rng_uniform(rng) < 0.4) {
            chords[bar] += ATTUNE_CHORD_DOM7 - ATTUNE_CHORD_MAJ;
        }
    }
}
