/* `builtin: null`: one constant piece, whatever the prompt and seed. A metric that ranks it high
 * measures something else than the answer to a prompt. */
#include "models/pieces/builtin.h"
#include "models/pieces/corpus.h"
#include "models/generator.h"

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    static const struct attune_setting setting = {
        .tonic = 0, .mode = ATTUNE_MAJOR, .metre = ATTUNE_METRE_4_4, .tempo_bpm = 120.0,
        .n_bars = 16, .bass_program = 33,
    };
    struct attune_piece piece;
    struct attune_rng rng;
    attune_rng_init(&rng, 0, 0);
    attune_corpus_compose(&piece, &setting, 0, &rng);
    return attune_builtin_finish(&piece, request, out, err);
}

static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    return attune_builtin_fingerprint("null", ATTUNE_CORPUS_VERSION, hash);
}

static const char *const no_options[] = {NULL};

const struct attune_generator attune_generator_null = {
    .name = "null", .summary = "one constant piece, whatever the prompt", .builtin = true,
    .options = no_options, .open = attune_builtin_open_stateless, .generate = generate,
    .close = attune_builtin_close_stateless, .fingerprint = fingerprint,
};
