/* Reading a run: its models or methods as rows, its metrics as columns. */
#include "reports/board.h"

#include "reports/board_parts.h"

enum attune_code attune_board_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a leaderboard");
}

void attune_board_release(struct attune_board *board)
{
    attune_run_list_release(&board->runs);
    attune_model_list_release(&board->models);
    attune_metric_list_release(&board->metrics);
    attune_release(board->rows);
    attune_release(board->standing);
    attune_arena_release(&board->text);
    *board = (struct attune_board){0};
}

/* Rows of the board: models, or methods in the order of their first model. group (n_models,):
 * the row of each. */
static enum attune_code make_rows(struct attune_board *board, size_t *group, struct attune_err *err)
{
    board->rows = attune_alloc(board->models.n, sizeof *board->rows);
    if (!board->rows) {
        return attune_board_memory(err);
    }
    for (size_t m = 0; m < board->models.n; m++) {
        const struct attune_model_info *model = &board->models.items[m];
        size_t r = board->by_method ? 0 : board->n_rows;
        while (r < board->n_rows && strcmp(board->rows[r].method, model->method) != 0) {
            r++;
        }
        group[m] = r;
        if (r < board->n_rows) {
            board->rows[r].n_models++;
            board->rows[r].simulated = board->rows[r].simulated && model->simulated;
            continue;
        }
        board->rows[board->n_rows++] = (struct attune_board_row){
            .name = board->by_method ? model->method : model->name,
            .method = model->method,
            .base = board->by_method ? NULL : model->base,
            .selected_on = board->by_method ? NULL : model->selected_on,
            .simulated = model->simulated,
            .n_models = 1,
        };
    }
    return ATTUNE_OK;
}

/* Moves the metrics of sets behind those of samples. */
static enum attune_code read_metrics(struct attune_board *board, struct attune_store *store,
                                     const char *globs, struct attune_err *err)
{
    struct attune_metric_list sets = {0};
    struct attune_metric_list *all = &board->metrics;
    enum attune_code code = attune_read_metrics(store, board->run->id, globs, all, err);
    board->n_sample_metrics = all->n;
    if (!code) {
        code = attune_read_set_metrics(store, board->run->id, globs, &sets, err);
    }
    for (size_t i = 0; i < sets.n && !code; i++) {
        struct attune_metric_info *m = &sets.items[i];
        const char **texts[] = {&m->name,      &m->identity, &m->title,   &m->unit,
                                &m->direction, &m->inputs,   &m->summary, &m->source};
        for (size_t k = 0; k < sizeof texts / sizeof *texts && !code; k++) {
            const size_t n = strlen(*texts[k]) + 1;
            char *copy = attune_arena_alloc(&all->text, n, 1);
            *texts[k] = copy ? memcpy(copy, *texts[k], n) : "";
            code = copy ? ATTUNE_OK : attune_board_memory(err);
        }
        if (!code && !attune_grow((void **)&all->items, &all->capacity, all->n, sizeof *m)) {
            code = attune_board_memory(err);
        }
        if (!code) {
            all->items[all->n++] = *m;
        }
    }
    attune_metric_list_release(&sets);
    return code;
}

static enum attune_code find_run(struct attune_board *board, struct attune_store *store,
                                 const char *run, struct attune_err *err)
{
    int64_t id = 0;
    enum attune_code code = attune_read_run_id(store, run, &id, err);
    if (!code) {
        code = attune_read_runs(store, &board->runs, err);
    }
    for (size_t i = 0; !code && i < board->runs.n; i++) {
        if (board->runs.items[i].id == id) {
            board->run = &board->runs.items[i];
        }
    }
    return code || board->run ? code
                              : attune_fail(err, ATTUNE_E_STORE, "run %lld is gone", (long long)id);
}

static enum attune_code count_prompts(struct attune_board *board, struct attune_store *store,
                                      struct attune_err *err)
{
    enum attune_code code =
        attune_count_prompts(store, board->run->id, &board->n_prompts, err);
    const size_t n_cells = board->models.n * board->n_prompts;
    board->n_seeds = n_cells ? (size_t)board->run->n_planned / n_cells : 0;
    return code;
}

enum attune_code attune_board_read(struct attune_board *board, struct attune_store *store,
                                   const char *run, const char *globs, bool by_method,
                                   uint64_t seed, size_t n_threads, struct attune_err *err)
{
    *board = (struct attune_board){.by_method = by_method};
    size_t *group = NULL;
    enum attune_code code = find_run(board, store, run, err);
    if (!code) {
        code = attune_read_models(store, board->run->id, &board->models, err);
    }
    if (!code) {
        code = read_metrics(board, store, globs, err);
    }
    if (!code) {
        code = count_prompts(board, store, err);
    }
    if (code) {
        goto out;
    }
    if (board->metrics.n == 0) {
        code = attune_fail(err, ATTUNE_E_USAGE, "no metric of run '%s' matches '%s'",
                           board->run->name, globs ? globs : "*");
        attune_err_hint(err, "`attune leaderboard --format csv` lists all of them");
        goto out;
    }
    group = attune_alloc(board->models.n, sizeof *group);
    code = group ? make_rows(board, group, err) : attune_board_memory(err);
    if (code) {
        goto out;
    }
    board->standing = attune_alloc(board->metrics.n * board->n_rows, sizeof *board->standing);
    if (!board->standing) {
        code = attune_board_memory(err);
        goto out;
    }
    code = attune_board_stand(board, store, globs, group, seed, n_threads, err);
out:
    attune_release(group);
    if (code) {
        attune_board_release(board);
    }
    return code;
}
