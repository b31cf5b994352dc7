/* `builtin: corpus`: the rule-based composer as a generator, the control row of every comparison.
 * It answers the prompt's setting, never flawed, and needs no training. */
#include "models/pieces/builtin.h"
#include "models/pieces/corpus.h"
#include "models/generator.h"

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    struct attune_setting setting;
    struct attune_piece piece;
    struct attune_rng rng;
    attune_setting_init(&setting, request->prompt);
    attune_rng_init(&rng, attune_request_seed(request), 0);
    attune_corpus_compose(&piece, &setting, 0, &rng);
    return attune_builtin_finish(&piece, request, out, err);
}

static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    return attune_builtin_fingerprint("corpus", ATTUNE_CORPUS_VERSION, hash);
}

static const char *const no_options[] = {NULL};

const struct attune_generator attune_generator_corpus = {
    .name = "corpus", .summary = "rule-based composer, the control row", .builtin = true,
    .options = no_options, .open = attune_builtin_open_stateless, .generate = generate,
    .close = attune_builtin_close_stateless, .fingerprint = fingerprint,
};
