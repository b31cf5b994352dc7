/* Names of damages and inputs. */
#include "cli/metric_words.h"

static const struct {
    unsigned bit;
    const char *name;
} damages[] = {
    {ATTUNE_DAMAGE_PITCH, "pitch noise"},
    {ATTUNE_DAMAGE_ONSET, "onset jitter"},
    {ATTUNE_DAMAGE_SHUFFLE, "shuffled bars"},
    {ATTUNE_DAMAGE_TRANSPOSED_BARS, "transposed bars"},
    {ATTUNE_DAMAGE_DELETE, "deleted notes"},
    {ATTUNE_DAMAGE_RANDOM_NOTES, "random notes"},
    {ATTUNE_DAMAGE_TEMPO, "tempo wander"},
    {ATTUNE_DAMAGE_FREEZE, "freezing"},
    {ATTUNE_DAMAGE_SPLICE, "foreign bars"},
    {ATTUNE_DAMAGE_NOISE, "additive noise"},
    {ATTUNE_DAMAGE_CLIPPING, "clipping"},
    {ATTUNE_DAMAGE_LOWPASS, "low-pass"},
    {ATTUNE_DAMAGE_DROPOUT, "drop-outs"},
    {ATTUNE_DAMAGE_CUT, "early cut"},
    {ATTUNE_DAMAGE_DETUNE, "detuning"},
};

void attune_metric_responses(struct attune_buf *out, const struct attune_metric *metric)
{
    const char *separator = "";
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        if (metric->responds_to & damages[i].bit) {
            attune_buf_addf(out, "%s%s%s", separator, damages[i].name,
                            metric->symbolic_only & damages[i].bit ? " (symbolic only)" : "");
            separator = ", ";
        }
    }
    attune_buf_add(out, metric->responds_to ? "" : "nothing declared");
}

const char *attune_metric_inputs(const struct attune_metric *metric)
{
    switch (metric->inputs) {
    case ATTUNE_AUDIO | ATTUNE_SYMBOLIC: return "audio and symbolic";
    case ATTUNE_AUDIO: return "audio";
    case ATTUNE_SYMBOLIC: return "symbolic";
    default: return "sets of samples (attune distance)";
    }
}
