/* `builtin: random`: every cell of the grid drawn uniformly, in the prompt's metre, tempo and
 * length: the floor of every table. */
#include "models/pieces/builtin.h"
#include "models/generator.h"
#include "models/pieces/piece.h"

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    struct attune_piece piece = {0};
    struct attune_rng rng;
    attune_setting_init(&piece.setting, request->prompt);
    attune_rng_init(&rng, attune_request_seed(request), 0);
    struct attune_cell cell = {0};
    do {
        uint64_t n = (uint64_t)attune_voice_tokens(cell.voice);
        *attune_piece_at(&piece, cell) = (uint8_t)attune_rng_below(&rng, n);
    } while (attune_cell_next(&piece.setting, &cell));
    return attune_builtin_finish(&piece, request, out, err);
}

static enum attune_code fingerprint(void *state, char *hash, struct attune_err *err)
{
    return attune_builtin_fingerprint("random", 1, hash);
}

static const char *const no_options[] = {NULL};

const struct attune_generator attune_generator_random = {
    .name = "random", .summary = "uniform random tokens, the floor of every table", .builtin = true,
    .options = no_options, .open = attune_builtin_open_stateless, .generate = generate,
    .close = attune_builtin_close_stateless, .fingerprint = fingerprint,
};
