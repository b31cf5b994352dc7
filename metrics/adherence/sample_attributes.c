#include "metrics/adherence/sample_attributes.h"

#include <stdlib.h>

#include "metrics/adherence/tempo_bins.h"
#include "metrics/analysis/beats.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/notes.h"

const struct attune_attributes *attune_asked(struct attune_analysis *a, const char **why)
{
    const struct attune_prompt *prompt = attune_analysis_prompt(a);
    *why = prompt ? NULL : "no prompt";
    return prompt ? &prompt->attributes : NULL;
}

/* Seconds for which each tempo holds, summed over its returns. */
struct tempo_use {
    double bpm, seconds;
};

static void use_tempo(struct tempo_use *uses, size_t *n_uses, double bpm, double seconds)
{
    enum { MAX_TEMPI = 256 }; /* a ritardando of more steps adds nothing to the longest */
    size_t i = 0;
    while (i < *n_uses && uses[i].bpm != bpm) {
        i++;
    }
    if (i == *n_uses) {
        if (i == MAX_TEMPI) {
            return;
        }
        uses[(*n_uses)++] = (struct tempo_use){.bpm = bpm};
    }
    uses[i].seconds += seconds;
}

static struct attune_value symbolic_tempo(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_tempo_map *map = attune_analysis_tempo_map(a);
    struct tempo_use uses[256];
    size_t n_uses = 0;
    if (notes->why) {
        return attune_undefined(notes->why);
    }
    if (!map) {
        attune_analysis_oom(a);
        return attune_undefined("out of memory");
    }
    double from_s = notes->notes[0].onset_s,
           bpm = attune_tempo_map_bpm(map, notes->notes[0].onset_tick);
    for (size_t i = 0; i < a->midi->n_events; i++) {
        const struct attune_midi_event *event = &a->midi->events[i];
        if (event->kind == ATTUNE_MIDI_TEMPO && event->value > 0) {
            const double s = attune_tempo_map_seconds(map, event->tick);
            if (s > from_s && s < notes->end_s) {
                use_tempo(uses, &n_uses, bpm, s - from_s);
                from_s = s;
                bpm = attune_tempo_map_bpm(map, event->tick);
            }
        }
    }
    use_tempo(uses, &n_uses, bpm, notes->end_s - from_s);
    struct tempo_use longest = uses[0];
    for (size_t i = 1; i < n_uses; i++) {
        longest = uses[i].seconds > longest.seconds ? uses[i] : longest;
    }
    return attune_defined(longest.bpm);
}

struct attune_value attune_sample_tempo(struct attune_analysis *a)
{
    if (attune_analysis_modality(a) == ATTUNE_SYMBOLIC) {
        return symbolic_tempo(a);
    }
    const struct attune_beats *beats = attune_analysis_beats(a);
    return beats->why ? attune_undefined(beats->why) : attune_defined(beats->tempo_bpm);
}

int attune_asked_beats_per_bar(const struct attune_attributes *asked)
{
    const bool compound =
        asked->denominator == 8 && asked->numerator > 3 && asked->numerator % 3 == 0;
    return compound ? asked->numerator / 3 : asked->numerator;
}

struct attune_value attune_tempo_bins_apart(struct attune_analysis *a)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (!asked->has_tempo) {
        return attune_undefined("the prompt asks for no tempo");
    }
    const struct attune_value tempo = attune_sample_tempo(a);
    if (tempo.state != ATTUNE_DEFINED) {
        return tempo;
    }
    return attune_defined(abs(attune_tempo_bin(tempo.v) - attune_tempo_bin(asked->tempo_bpm)));
}

struct attune_value attune_key_is_asked(struct attune_analysis *a, bool or_relative)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (!asked->has_key) {
        return attune_undefined("the prompt asks for no key");
    }
    const struct attune_key *key = attune_analysis_key(a);
    if (key->why) {
        return attune_undefined(key->why);
    }
    if (key->mode == asked->mode) {
        return attune_defined(key->tonic == asked->tonic ? 1.0 : 0.0);
    }
    const int relative = (asked->tonic + (asked->mode == ATTUNE_MAJOR ? 9 : 3)) % 12;
    return attune_defined(or_relative && key->tonic == relative ? 1.0 : 0.0);
}
