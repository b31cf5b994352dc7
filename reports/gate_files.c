/* The files behind the prompts that lost most. */
#include "reports/gate.h"

/* One pass over the samples of one model. */
struct search {
    struct attune_gate *gate;
    bool baseline, failed;
};

static bool look(void *context, const struct attune_sample_row *sample)
{
    struct search *search = context;
    for (size_t i = 0; sample->path && i < search->gate->n; i++) {
        struct attune_gate_row *row = &search->gate->rows[i];
        for (size_t k = 0; k < row->n_worst; k++) {
            struct attune_gate_prompt *worst = &row->worst[k];
            if (worst->seed != sample->seed || strcmp(worst->name, sample->prompt) != 0) {
                continue;
            }
            const size_t n = strlen(sample->path) + 1;
            char *path = attune_arena_alloc(&search->gate->contrasts.arena, n, 1);
            search->failed = search->failed || !path;
            *(search->baseline ? &worst->before : &worst->path) =
                path ? memcpy(path, sample->path, n) : NULL;
        }
    }
    return !search->failed;
}

enum attune_code attune_gate_find_files(struct attune_gate *gate, struct attune_store *store,
                                        struct attune_side candidate, struct attune_side baseline,
                                        struct attune_err *err)
{
    struct search search = {.gate = gate};
    enum attune_code code =
        attune_read_samples(store, candidate.run, candidate.model, look, &search, err);
    search.baseline = true;
    code =
        code ? code : attune_read_samples(store, baseline.run, baseline.model, look, &search, err);
    return code || !search.failed ? code
                                  : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the gate");
}
