/* The list of presets. */
#include "reports/table_preset.h"

#include "reports/table_text2midi.h"

const struct attune_table_preset attune_table_presets[] = {
    {"leaderboard", "models by the metrics that the suite ranks by", NULL, false, {0}, NULL},
    {"methods",
     "models with method and base, headline metrics, divergence from the base and cost",
     NULL,
     false,
     {.method = true, .base = true, .cost = true},
     NULL},
    {"by-method", "one row per alignment method, its models averaged", NULL, true, {0}, NULL},
    {"text2midi",
     "the columns of the text-to-MIDI literature (CR, CLAP, TB, TBT, CK, CKD), published rows "
     "beside",
     "symbolic.cosiatec_ratio,scorer.*clap*,adherence.tempo_bin,adherence.tempo_bin_tolerance,"
     "adherence.key,adherence.key_duplicates",
     false,
     {0},
     attune_text2midi_sheet},
    {"harmony", "all harmonic-consistency metrics", "harmonic.*", false, {0}, NULL},
    {"coherence", "all temporal-coherence metrics", "temporal.*", false, {0}, NULL},
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
    attune_err_hint(err, near ? "did you mean '%s'?" : "`attune list tables` shows them", near);
    return ATTUNE_E_USAGE;
}

size_t attune_metrics_in_order(const struct attune_board *board, const char *globs, size_t *index)
{
    size_t n = 0;
    while (*globs) {
        char glob[128];
        const size_t length = strcspn(globs, ",");
        snprintf(glob, sizeof glob, "%.*s", (int)length, globs);
        for (size_t k = 0; k < board->metrics.n; k++) {
            bool shown = false;
            for (size_t i = 0; i < n; i++) {
                shown = shown || index[i] == k;
            }
            if (!shown && attune_glob(glob, board->metrics.items[k].name)) {
                index[n++] = k;
            }
        }
        globs += length + (globs[length] == ',');
    }
    return n;
}
