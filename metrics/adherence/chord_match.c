#include "metrics/adherence/chord_match.h"

#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/chords.h"
#include "metrics/analysis/internal.h"

struct attune_chord_match attune_chord_match(struct attune_analysis *a)
{
    struct attune_chord_match match = {0};
    const struct attune_attributes *asked = attune_asked(a, &match.why);
    if (!asked) {
        return match;
    }
    for (size_t i = 0; i < asked->n_chords; i++) {
        const struct attune_chord chord = asked->chords[i];
        const bool repeated =
            match.n_asked > 0 && attune_chord_equal(chord, match.asked[match.n_asked - 1]);
        if (chord.root >= 0 && !repeated) {
            match.asked[match.n_asked++] = chord;
        }
    }
    if (match.n_asked == 0) {
        match.why = "the prompt asks for no chords";
        return match;
    }
    const struct attune_chords *chords = attune_analysis_chords(a);
    match.why = chords->why;
    match.n_played = chords->why ? 0 : chords->n_chords;
    match.played = chords->sequence;
    return match;
}

bool attune_chord_same_third(struct attune_chord a, struct attune_chord b)
{
    const unsigned p = attune_chord_pitch_classes(a), q = attune_chord_pitch_classes(b);
    const unsigned minor = 1u << (a.root + 3) % 12, major = 1u << (a.root + 4) % 12;
    return a.root == b.root && ((p ^ q) & (minor | major)) == 0;
}

size_t attune_chords_in_order(const struct attune_chord_match *match)
{
    size_t length[ATTUNE_MAX_PROMPT_CHORDS + 1] = {0}; /* of the chords played so far */
    for (size_t i = 0; i < match->n_played; i++) {
        size_t before = 0; /* length[j] before this chord */
        for (size_t j = 0; j < match->n_asked; j++) {
            const size_t old = length[j + 1];
            if (attune_chord_equal(match->played[i], match->asked[j])) {
                length[j + 1] = before + 1;
            } else if (length[j] > old) {
                length[j + 1] = length[j];
            }
            before = old;
        }
    }
    return length[match->n_asked];
}

size_t attune_chords_any_order(struct attune_analysis *a, const struct attune_chord_match *match,
                               attune_chord_same *same)
{
    bool *counted = attune_arena_alloc(&a->scratch, match->n_played + 1, sizeof *counted);
    size_t n = 0;
    if (!counted) {
        attune_analysis_oom(a);
        return 0;
    }
    for (size_t j = 0; j < match->n_asked; j++) {
        for (size_t i = 0; i < match->n_played; i++) {
            if (!counted[i] && same(match->played[i], match->asked[j])) {
                counted[i] = true;
                n++;
                break;
            }
        }
    }
    attune_arena_reset(&a->scratch);
    return n;
}
