/* The standings of a board: those stored at the end of the run, else computed from its scores; and
 * what a reader of a set's value has to know. */
#include <math.h>

#include "base/text.h"
#include "reports/board_parts.h"

/* The standings of sets: a model's own, a method's as the mean of its models, then without an
 * interval. */
static void group_sets(const struct attune_board *board, const size_t *group, size_t n_metrics,
                       const struct attune_standing *by_model, struct attune_standing *out)
{
    for (size_t i = 0; i < n_metrics * board->models.n; i++) {
        const struct attune_standing *from = &by_model[i];
        struct attune_standing *to =
            &out[i / board->models.n * board->n_rows + group[i % board->models.n]];
        const size_t n_models = board->rows[group[i % board->models.n]].n_models;
        if (n_models == 1) {
            *to = *from;
            if (board->by_method) { /* ranks are among models */
                to->rank_low = to->rank_high = 0;
            }
        } else if (from->present) {
            const double sum = to->present ? to->mean : 0.0;
            *to = (struct attune_standing){.present = true, .ci_low = NAN, .ci_high = NAN,
                                           .mean = sum + from->mean / (double)n_models,
                                           .n = to->n + from->n};
        }
    }
}

static enum attune_code compute_sets(struct attune_board *board, struct attune_store *store,
                                     const char *globs, const size_t *group,
                                     struct attune_err *err)
{
    const size_t n = board->metrics.n - board->n_sample_metrics;
    struct attune_set_score_list scores = {0};
    const struct attune_metric_list metrics = {.items = board->metrics.items +
                                                        board->n_sample_metrics,
                                               .n = n};
    if (n == 0) {
        return ATTUNE_OK;
    }
    struct attune_standing *by_model = attune_alloc(n * board->models.n, sizeof *by_model);
    enum attune_code code =
        by_model ? attune_read_set_scores(store, board->run->id, globs, &scores, err)
                 : attune_board_memory(err);
    if (!code) {
        attune_set_standings(&scores, &metrics, &board->models, by_model);
        group_sets(board, group, n, by_model,
                   board->standing + board->n_sample_metrics * board->n_rows);
    }
    attune_set_score_list_release(&scores);
    attune_release(by_model);
    return code;
}

static enum attune_code compute(struct attune_board *board, struct attune_store *store,
                                const char *globs, const size_t *group, uint64_t seed,
                                size_t n_threads, struct attune_err *err)
{
    const struct attune_metric_list of_samples = {.items = board->metrics.items,
                                                  .n = board->n_sample_metrics};
    const struct attune_standing_options options = {.seed = seed,
                                                    .n_threads = n_threads,
                                                    .group = board->by_method ? group : NULL,
                                                    .n_groups = board->n_rows};
    enum attune_code code = attune_standings(store, board->run->id, &board->models, &of_samples,
                                             &options, board->standing, err);
    return code ? code : compute_sets(board, store, globs, group, err);
}

/* The stored rows come by metric, then by model, in the order of both lists. */
static enum attune_code fetch(struct attune_board *board, struct attune_store *store,
                              const char *globs, bool *found, struct attune_err *err)
{
    struct attune_leaderboard stored = {0};
    enum attune_code code = attune_read_leaderboard(store, board->run->id, globs, &stored, err);
    if (code) {
        goto out;
    }
    *found = stored.n > 0;
    size_t metric = 0, row = 0;
    for (size_t i = 0; i < stored.n; i++) {
        const struct attune_leaderboard_row *s = &stored.items[i];
        while (metric < board->metrics.n &&
               (strcmp(board->metrics.items[metric].name, s->metric) != 0 || row >= board->n_rows ||
                strcmp(board->rows[row].name, s->model) != 0)) {
            row = row + 1 < board->n_rows ? row + 1 : (metric++, 0);
        }
        if (metric == board->metrics.n) {
            *found = false; /* of another set of models: compute instead */
            break;
        }
        board->standing[metric * board->n_rows + row] = (struct attune_standing){
            true,           s->mean,     s->ci_low,    s->ci_high, s->n,
            s->n_undefined, s->rank_low, s->rank_high, NULL};
    }
out:
    attune_leaderboard_release(&stored);
    return code;
}

/* "9 samples against 50 in 149 dimensions (attune-1); samples: no more rows ..." for the reader of
 * a value of a set. What is odd about the reference is the same for all models: it stays in the
 * database. */
static enum attune_code note(struct attune_board *board, const struct attune_set_score_info *s,
                             struct attune_standing *standing, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    if (s->why) {
        attune_buf_addf(&text, "undefined: %s", s->why);
    } else {
        attune_buf_addf(&text, "%lld samples", (long long)s->n);
        if (s->n_reference > 0) {
            attune_buf_addf(&text, " against %lld", (long long)s->n_reference);
        }
        attune_buf_addf(&text, " in %lld dimensions (%s)", (long long)s->n_dims, s->embedding);
    }
    const char *line = s->warnings && !s->why ? s->warnings : "";
    while (*line) {
        const size_t n = strcspn(line, "\n");
        if (strncmp(line, "reference ", 10) != 0) {
            attune_buf_add(&text, "; ");
            attune_buf_add_bytes(&text, line, n);
        }
        line += n + (line[n] == '\n');
    }
    char *copy = attune_arena_alloc(&board->text, text.n_bytes + 1, 1);
    const bool failed = text.failed || !copy;
    if (!failed) {
        standing->note = memcpy(copy, attune_buf_text(&text), text.n_bytes + 1);
    }
    attune_buf_release(&text);
    return failed ? attune_board_memory(err) : ATTUNE_OK;
}

static enum attune_code add_notes(struct attune_board *board, struct attune_store *store,
                                  const char *globs, struct attune_err *err)
{
    struct attune_set_score_list scores = {0};
    enum attune_code code = attune_read_set_scores(store, board->run->id, globs, &scores, err);
    for (size_t i = 0; i < scores.n && !code; i++) {
        size_t metric = board->n_sample_metrics, row = 0;
        while (metric < board->metrics.n &&
               strcmp(board->metrics.items[metric].name, scores.items[i].metric) != 0) {
            metric++;
        }
        while (row < board->n_rows && strcmp(board->rows[row].name, scores.items[i].model) != 0) {
            row++;
        }
        if (metric < board->metrics.n && row < board->n_rows) {
            code = note(board, &scores.items[i], &board->standing[metric * board->n_rows + row],
                        err);
        }
    }
    attune_set_score_list_release(&scores);
    return code;
}

enum attune_code attune_board_stand(struct attune_board *board, struct attune_store *store,
                                    const char *globs, const size_t *group, uint64_t seed,
                                    size_t n_threads, struct attune_err *err)
{
    bool found = false;
    enum attune_code code = ATTUNE_OK;
    if (!board->by_method && board->run->ended) {
        code = fetch(board, store, globs, &found, err);
    }
    if (!code && !found) {
        code = compute(board, store, globs, group, seed, n_threads, err);
    }
    return code || board->by_method ? code : add_notes(board, store, globs, err);
}
