/* The list of presets. */
#include "reports/table_preset.h"

#include "reports/table_compute.h"
#include "reports/table_reward_models.h"
#include "reports/table_tax.h"
#include "reports/table_text2midi.h"

/* Scorers that papers on songs report: SongEval, Audiobox aesthetics, CLAP, MuQ-MuLan. */
#define SONG_METRICS                                                                               \
    "scorer.*songeval*,scorer.*coherence*,scorer.*musicality*,scorer.*memorability*,"              \
    "scorer.*aes*,scorer.*audiobox*,scorer.*clap*,scorer.*mulan*,pillar.*,"                        \
    "temporal.structure_mid,temporal.structure_long"

const struct attune_table_preset attune_table_presets[] = {
    {"leaderboard", "models by the metrics that the suite ranks by", {0}},
    {"methods",
     "headline metrics with method, base, divergence from the base and cost",
     {.layout = {.method = true, .base = true, .costs = ATTUNE_ALL_COSTS}}},
    {"by-method", "one row per alignment method, its models averaged", {.by_method = true}},
    {"bestofn",
     "inference-time models beside what they select from, by candidates and divergence",
     {.methods = "none,inference",
      .sort = "candidates",
      .layout = {.base = true, .costs = ATTUNE_ALL_COSTS}}},
    {"compute",
     "methods ranked at equal compute, by budget; where training overtakes search",
     {.build = attune_compute_sheet, .builds_metrics = true}},
    {"tax",
     "what alignment changed in metrics it was not aimed at: signed, with intervals, corrected",
     {.build = attune_tax_sheet, .builds_metrics = true}},
    {"text2midi",
     "the columns of the text-to-MIDI literature (CR, CLAP, TB, TBT, CK, CKD), published rows "
     "beside",
     {.build = attune_text2midi_sheet}},
    {"songs",
     "the columns of the song literature (SongEval, Audiobox, CLAP), structure and pillars",
     {.metrics = SONG_METRICS}},
    {"reward-models",
     "rewards and scorers: whom each ranks first, and whether the pillars agree",
     {.build = attune_reward_models_sheet}},
    {"harmony", "all harmonic-consistency metrics", {.metrics = "harmonic.*"}},
    {"coherence", "all temporal-coherence metrics", {.metrics = "temporal.*"}},
    {.name = NULL},
};

enum attune_code attune_table_preset_find(const char *name, const struct attune_table_preset **out,
                                          struct attune_err *err)
{
    const char *names[32];
    size_t n = 0;
    for (const struct attune_table_preset *p = attune_table_presets; p->name; p++) {
        if (strcmp(p->name, name) == 0) {
            *out = p;
            return ATTUNE_OK;
        }
        names[n++] = p->name;
    }
    const char *near = attune_nearest(name, names, n);
    attune_fail(err, ATTUNE_E_USAGE, "no table '%s'", name);
    attune_err_hint(err, near ? "did you mean '%s'?" : "a preset (`attune list tables`) or a file",
                    near);
    return ATTUNE_E_USAGE;
}
