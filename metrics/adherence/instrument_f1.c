/* Instruments: F1 of asked and played ones.
 *
 *     recall     share of the instruments asked for of which some program plays (instruments.h)
 *     precision  share of the played General MIDI families, drums being one, of which some program
 * was asked for value      2 P R / (P + R), 0 when both are 0
 *
 * Names that the table does not know are left out. */
#include <string.h>

#include "metrics/adherence/instruments.h"
#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

enum { DRUMS = 128 };

/* What plays: programs, and the drums. */
struct played {
    bool program[DRUMS + 1];
};

static bool covers(const struct attune_instrument *instrument, int program)
{
    if (program == DRUMS || instrument->is_drums) {
        return program == DRUMS && instrument->is_drums;
    }
    return program >= instrument->first && program <= instrument->last;
}

static double precision(const struct played *played, const struct attune_instrument *const *asked,
                        size_t n_asked)
{
    bool family[ATTUNE_N_INSTRUMENT_FAMILIES] = {false},
         wanted[ATTUNE_N_INSTRUMENT_FAMILIES] = {false};
    for (int program = 0; program <= DRUMS; program++) {
        for (size_t i = 0; played->program[program] && i < n_asked; i++) {
            wanted[program / 8] |= covers(asked[i], program);
        }
        family[program / 8] |= played->program[program];
    }
    int n_families = 0, n_wanted = 0;
    for (int i = 0; i < ATTUNE_N_INSTRUMENT_FAMILIES; i++) {
        n_families += family[i];
        n_wanted += wanted[i];
    }
    return (double)n_wanted / n_families;
}

static double recall(const struct played *played, const struct attune_instrument *const *asked,
                     size_t n_asked)
{
    int n_present = 0;
    for (size_t i = 0; i < n_asked; i++) {
        int program = 0;
        while (program <= DRUMS && !(played->program[program] && covers(asked[i], program))) {
            program++;
        }
        n_present += program <= DRUMS;
    }
    return (double)n_present / (double)n_asked;
}

static struct attune_value eval(struct attune_analysis *a)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (asked->n_instruments == 0) {
        return attune_undefined("the prompt asks for no instruments");
    }
    const struct attune_notes *notes = attune_analysis_notes(a);
    if (notes->why) {
        return attune_undefined(notes->why);
    }
    const struct attune_instrument *known[ATTUNE_MAX_PROMPT_INSTRUMENTS];
    size_t n_known = 0;
    for (size_t i = 0; i < asked->n_instruments; i++) {
        known[n_known] = attune_instrument_find(asked->instruments[i]);
        n_known += known[n_known] != NULL;
    }
    if (n_known == 0) {
        return attune_undefined("none of the instruments asked for is known");
    }
    struct played played = {{false}};
    for (size_t i = 0; i < notes->n_notes; i++) {
        played.program[notes->notes[i].is_drum ? DRUMS : notes->notes[i].program] = true;
    }
    const double p = precision(&played, known, n_known), r = recall(&played, known, n_known);
    return attune_defined(p + r > 0.0 ? 2.0 * p * r / (p + r) : 0.0);
}

const struct attune_metric attune_metric_adherence_instrument_f1 = {
    .id = "adherence.instrument_f1",
    .version = 1,
    .title = "Instruments",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "do the instruments asked for play, and no others",
    .formula =
        "F1 of recall over asked instruments and precision over played General MIDI "
        "families",
    .source = "house definition",
    .undefined_when = "the prompt asks for no instruments that are known, or there are no notes",
    .eval = eval,
};
