/* The hand-made reward: prompt adherence plus quality, what MusicRL-R optimises.
 *
 *     rules = adherence + (key clarity + groove consistency)/2
 *
 * adherence  share of pitched note-ons that fit the prompt: the chord asked for in their bar (one
 * chord per bar, repeated), or, where no chords are asked for, the asked key's scale (minor with
 * raised seventh)
 *
 * After Cideron et al. 2024, whose hand-made reward adds text adherence (MuLan) and acoustic
 * quality; here both are symbolic. Undefined without a prompt that asks for chords or a key, and
 * where a part is undefined. */
#include "metrics/analysis/grid.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

extern const struct attune_metric attune_metric_harmonic_key_clarity;
extern const struct attune_metric attune_metric_temporal_groove_consistency;

/* Pitch classes of a chord as bits. */
static unsigned chord_set(struct attune_chord chord)
{
    static const unsigned above_root[ATTUNE_N_CHORD_QUALITIES] = {
        [ATTUNE_CHORD_MAJ] = 0x091,  [ATTUNE_CHORD_MIN] = 0x089,   [ATTUNE_CHORD_DIM] = 0x049,
        [ATTUNE_CHORD_AUG] = 0x111,  [ATTUNE_CHORD_DOM7] = 0x491,  [ATTUNE_CHORD_MAJ7] = 0x891,
        [ATTUNE_CHORD_MIN7] = 0x489, [ATTUNE_CHORD_HDIM7] = 0x449, [ATTUNE_CHORD_DIM7] = 0x249,
        [ATTUNE_CHORD_SUS2] = 0x085, [ATTUNE_CHORD_SUS4] = 0x0a1,
    };
    unsigned set = chord.root < 0 ? 0xfff : above_root[chord.quality] << chord.root;
    return (set | set >> 12) & 0xfff;
}

static unsigned scale_set(const struct attune_attributes *a)
{
    unsigned set = (a->mode == ATTUNE_MINOR ? 0xdadu : 0xab5u) << a->tonic;
    return (set | set >> 12) & 0xfff;
}

static struct attune_value adherence(struct attune_analysis *analysis)
{
    const struct attune_prompt *prompt = attune_analysis_prompt(analysis);
    const struct attune_notes *notes = attune_analysis_notes(analysis);
    const struct attune_grid *grid = attune_analysis_grid(analysis);
    if (!prompt || (prompt->attributes.n_chords == 0 && !prompt->attributes.has_key)) {
        return attune_undefined("the prompt asks for neither chords nor a key");
    }
    if (notes->why || grid->why) {
        return attune_undefined(notes->why ? notes->why : grid->why);
    }
    const struct attune_attributes *a = &prompt->attributes;
    size_t bar = 0, n = 0, fitting = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (bar + 1 < grid->n_bars && note->onset_tick >= grid->bar_tick[bar + 1]) {
            bar++;
        }
        if (!note->is_drum) {
            unsigned set = a->n_chords > 0 ? chord_set(a->chords[bar % a->n_chords]) : scale_set(a);
            fitting += set >> note->pitch % 12 & 1;
            n++;
        }
    }
    return n ? attune_defined((double)fitting / (double)n) : attune_undefined("no pitched notes");
}

static struct attune_value eval(struct attune_analysis *analysis)
{
    struct attune_value fit = adherence(analysis);
    if (fit.state != ATTUNE_DEFINED) {
        return fit;
    }
    struct attune_value key = attune_metric_eval(&attune_metric_harmonic_key_clarity, analysis);
    struct attune_value groove =
        attune_metric_eval(&attune_metric_temporal_groove_consistency, analysis);
    if (key.state != ATTUNE_DEFINED || groove.state != ATTUNE_DEFINED) {
        return key.state != ATTUNE_DEFINED ? key : groove;
    }
    return attune_defined(fit.v + 0.5 * (key.v + groove.v));
}

const struct attune_metric attune_metric_reward_rules = {
    .id = "reward.rules",
    .version = 1,
    .title = "Hand-made reward",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = -0.5,
    .hi = 2,
    .inputs = ATTUNE_SYMBOLIC,
    .responds_to = ATTUNE_DAMAGE_PITCH | ATTUNE_DAMAGE_RANDOM_NOTES,
    .summary = "notes in the asked chords or key, plus key clarity and groove consistency",
    .formula = "share of pitched note-ons in the asked chord of their bar (or in the asked key's "
               "scale) + (key"
               " clarity + groove consistency)/2",
    .source = "after Cideron et al. 2024 (MusicRL-R)",
    .undefined_when = "the prompt asks for neither chords nor a key, or a part is undefined",
    .eval = eval,
};
