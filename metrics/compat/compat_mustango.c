/* compat.mustango.*: the prompt-adherence flags of the Mustango and Text2midi scripts (Melechovsky
 * et al. 2024).
 *
 *   tb    the same tempo bin;  tbt  bins that differ by at most one
 *   ck    the same tonic, enharmonics merged, and mode
 *   ckd   ck, or the "relative" key with its sign inverted, as the public script has it: for A
 * minor it accepts F sharp major and refuses C major, for C major it accepts E flat minor
 *
 * A prompt without a tempo falls into the last bin there (8), and here. Tempo and key of the sample
 * are ours. adherence.* holds the corrected flags.
 */
#include "metrics/adherence/tempo_bins.h"
#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/key.h"
#include "metrics/compat/compat.h"

static void emit(const struct attune_compat_sink *sink, const char *name, const char *why,
                 bool value)
{
    if (why) {
        sink->undefined(sink->context, name, why);
    } else {
        sink->scalar(sink->context, name, value ? 1.0 : 0.0);
    }
}

void attune_compat_mustango(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    const struct attune_prompt *prompt = attune_analysis_prompt(a);
    if (!prompt) {
        return;
    }
    const struct attune_attributes *asked = &prompt->attributes;
    const struct attune_value tempo = attune_sample_tempo(a);
    const int asked_bin = asked->has_tempo ? attune_tempo_bin(asked->tempo_bpm) : 8;
    const int bin = attune_tempo_bin(tempo.v);
    emit(sink, "compat.mustango.tb", tempo.why, bin == asked_bin);
    emit(sink, "compat.mustango.tbt", tempo.why, bin >= asked_bin - 1 && bin <= asked_bin + 1);

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
