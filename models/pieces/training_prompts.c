#include "models/pieces/training_prompts.h"

#include "base/mem.h"
#include "base/rng.h"
#include "models/pieces/harmony.h"

static void fill(struct attune_attributes *a, struct attune_rng *rng)
{
    static const int metres[4][2] = {{4, 4}, {4, 4}, {3, 4}, {6, 8}};
    static const int lengths[4] = {8, 12, 16, 16};
    static const char *const instruments[4] = {"piano", "flute", "violin", "guitar"};
    size_t metre = attune_rng_below(rng, 4);
    a->has_key = a->has_tempo = a->has_time_signature = a->has_bars = true;
    a->tonic = (int)attune_rng_below(rng, 12);
    a->mode = attune_rng_below(rng, 2) ? ATTUNE_MINOR : ATTUNE_MAJOR;
    a->tempo_bpm = 70.0 + (double)attune_rng_below(rng, 71);
    a->numerator = metres[metre][0];
    a->denominator = metres[metre][1];
    a->n_bars = lengths[attune_rng_below(rng, 4)];
    a->n_instruments = 1;
    snprintf(a->instruments[0], sizeof a->instruments[0], "%s",
             instruments[attune_rng_below(rng, 4)]);
    if (attune_rng_below(rng, 2)) {
        snprintf(a->instruments[a->n_instruments++], sizeof a->instruments[0], "drums");
    }
    if (attune_rng_below(rng, 3) > 0) {
        uint8_t chords[4];
        attune_phrase_chords(chords, 4, a->mode, (enum attune_cadence)attune_rng_below(rng, 4),
                             rng);
        for (; a->n_chords < 4; a->n_chords++) {
            a->chords[a->n_chords] = attune_token_chord(chords[a->n_chords], a->tonic);
        }
    }
}

struct attune_prompt *attune_training_prompts_new(uint64_t seed, size_t n, struct attune_err *err)
{
    struct attune_prompt *prompts = attune_alloc(n, sizeof *prompts);
    bool ok = prompts != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        char name[64];
        struct attune_rng rng;
        attune_rng_init(&rng, seed, i);
        snprintf(name, sizeof name, "training prompt %llu-%zu", (unsigned long long)seed, i);
        prompts[i].id = attune_strdup(name);
        prompts[i].text = attune_strdup(name);
        ok = prompts[i].id && prompts[i].text;
        fill(&prompts[i].attributes, &rng);
    }
    if (!ok) {
        attune_training_prompts_free(prompts, n);
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu prompts", n);
        return NULL;
    }
    return prompts;
}

void attune_training_prompts_free(struct attune_prompt *prompts, size_t n)
{
    for (size_t i = 0; prompts && i < n; i++) {
        attune_release(prompts[i].id);
        attune_release(prompts[i].text);
    }
    attune_release(prompts);
}
