/* compat.mustango.*: the prompt-adherence scores of the Mustango and Text2midi scripts (Melechovsky
 * et al. 2024).
 *
 *   tb      the same tempo bin;  tbt  bins that differ by at most one
 *   ck      the same tonic, enharmonics merged, and mode
 *   ckd     ck, or the "relative" key with its sign inverted, as the public script has it: for A
 *           minor it accepts F sharp major and refuses C major, for C major E flat minor
 *   pcm     all chords asked for found in order
 *   ecm     share of them found in order up to the first one that is missing
 *   cmao    share found in any order;  cmaomm  the same by root and kind: minor (m, m6, m7, m7b5),
 *           diminished or augmented, else major
 *   bm      as many beats per bar as asked for
 *
 * A prompt without a tempo falls into the last bin there (8), and here. Tempo, key, chords and
 * beats of the sample are ours; chord sequences have no immediate repeats (chord_match.h).
 * adherence.* holds the corrected scores.
 */
#include <stdlib.h>

#include "metrics/adherence/chord_match.h"
#include "metrics/adherence/sample_attributes.h"
#include "metrics/adherence/tempo_bins.h"
#include "metrics/analysis/beats.h"
#include "metrics/analysis/chords.h"
#include "metrics/analysis/key.h"
#include "metrics/compat/compat.h"

static void emit(const struct attune_compat_sink *sink, const char *name, const char *why,
                 double value)
{
    if (why) {
        sink->undefined(sink->context, name, why);
    } else {
        sink->scalar(sink->context, name, value);
    }
}

static void emit_tempo(struct attune_analysis *a, const struct attune_attributes *asked,
                       const struct attune_compat_sink *sink)
{
    const struct attune_value tempo = attune_sample_tempo(a);
    const int asked_bin = asked->has_tempo ? attune_tempo_bin(asked->tempo_bpm) : 8;
    const int apart = abs(attune_tempo_bin(tempo.v) - asked_bin);
    emit(sink, "compat.mustango.tb", tempo.why, apart == 0);
    emit(sink, "compat.mustango.tbt", tempo.why, apart <= 1);
}

static void emit_key(struct attune_analysis *a, const struct attune_attributes *asked,
                     const struct attune_compat_sink *sink)
{
    const struct attune_key *key = attune_analysis_key(a);
    const char *why = asked->has_key ? key->why : "the prompt asks for no key";
    const bool same_mode = key->mode == asked->mode;
    const bool correct = same_mode && key->tonic == asked->tonic;
    /* the true relative key lies the other way */
    const int away = asked->mode == ATTUNE_MINOR ? 9 : 3;
    emit(sink, "compat.mustango.ck", why, correct);
    emit(sink, "compat.mustango.ckd", why,
         correct || (!same_mode && key->tonic == (asked->tonic + away) % 12));
}

/* How many of the first chords asked for are found, each after the one before. */
static size_t found_until_missing(const struct attune_chord_match *match)
{
    size_t n = 0;
    for (size_t i = 0; i < match->n_played && n < match->n_asked; i++) {
        n += attune_chord_equal(match->played[i], match->asked[n]);
    }
    return n;
}

static int kind(enum attune_chord_quality quality)
{
    switch (quality) {
    case ATTUNE_CHORD_MIN:
    case ATTUNE_CHORD_MIN7:
    case ATTUNE_CHORD_HDIM7:
        return 2;
    case ATTUNE_CHORD_DIM:
    case ATTUNE_CHORD_DIM7:
    case ATTUNE_CHORD_AUG:
        return 3;
    default:
        return 1;
    }
}

static bool same_kind(struct attune_chord a, struct attune_chord b)
{
    return a.root == b.root && kind(a.quality) == kind(b.quality);
}

static void emit_chords(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    const struct attune_chord_match match = attune_chord_match(a);
    size_t in_order = 0, any_order = 0, any_kind = 0;
    if (!match.why) {
        in_order = found_until_missing(&match);
        any_order = attune_chords_any_order(a, &match, attune_chord_equal);
        any_kind = attune_chords_any_order(a, &match, same_kind);
    }
    const double n = (double)match.n_asked;
    emit(sink, "compat.mustango.pcm", match.why, in_order == match.n_asked);
    emit(sink, "compat.mustango.ecm", match.why, (double)in_order / n);
    emit(sink, "compat.mustango.cmao", match.why, (double)any_order / n);
    emit(sink, "compat.mustango.cmaomm", match.why, (double)any_kind / n);
}

void attune_compat_mustango(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    const struct attune_prompt *prompt = attune_analysis_prompt(a);
    if (!prompt) {
        return;
    }
    const struct attune_attributes *asked = &prompt->attributes;
    emit_tempo(a, asked, sink);
    emit_key(a, asked, sink);
    emit_chords(a, sink);
    const struct attune_beats *beats = attune_analysis_beats(a);
    emit(sink, "compat.mustango.bm",
         asked->has_time_signature ? beats->why : "the prompt asks for no time signature",
         beats->beats_per_bar == attune_asked_beats_per_bar(asked));
}
