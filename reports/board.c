/* Reading the standings of a run. */
#include "reports/board.h"

#include <math.h>

#include "base/text.h"
#include "harness/store/leaderboard.h"
#include "metrics/metric.h"

static enum attune_code out_of_memory(struct attune_err *err)
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
        return out_of_memory(err);
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
            code = copy ? ATTUNE_OK : out_of_memory(err);
        }
        if (!code && !attune_grow((void **)&all->items, &all->capacity, all->n, sizeof *m)) {
            code = out_of_memory(err);
        }
        if (!code) {
            all->items[all->n++] = *m;
        }
    }
    attune_metric_list_release(&sets);
    return code;
}

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
                 : out_of_memory(err);
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
    return failed ? out_of_memory(err) : ATTUNE_OK;
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
    code = group ? make_rows(board, group, err) : out_of_memory(err);
    if (code) {
        goto out;
    }
    board->standing = attune_alloc(board->metrics.n * board->n_rows, sizeof *board->standing);
    if (!board->standing) {
        code = out_of_memory(err);
        goto out;
    }
    bool found = false;
    if (!by_method && board->run->ended) {
        code = fetch(board, store, globs, &found, err);
    }
    if (!code && !found) {
        code = compute(board, store, globs, group, seed, n_threads, err);
    }
    if (!code && !by_method) {
        code = add_notes(board, store, globs, err);
    }
out:
    attune_release(group);
    if (code) {
        attune_board_release(board);
    }
    return code;
}

bool attune_standing_is_best(const struct attune_board *board, size_t metric, size_t row)
{
    size_t n_ranked = 0;
    for (size_t r = 0; r < board->n_rows; r++) {
        n_ranked += attune_board_cell(board, metric, r)->rank_low > 0;
    }
    return n_ranked > 1 && attune_board_cell(board, metric, row)->rank_low == 1;
}

bool attune_row_is_proxy(const struct attune_board_row *row, const char *metric)
{
    return row->selected_on && row->selected_on[0] && attune_glob_list(row->selected_on, metric);
}

/* Smaller is better; infinite where there is no mean. */
static double badness(const struct attune_board *board, size_t metric, size_t row)
{
    const struct attune_metric_info *m = &board->metrics.items[metric];
    const struct attune_standing *s = attune_board_cell(board, metric, row);
    if (!s->present || isnan(s->mean)) {
        return INFINITY;
    }
    return strcmp(m->direction, "down") == 0     ? s->mean
           : strcmp(m->direction, "target") == 0 ? fabs(s->mean - m->target)
                                                 : -s->mean;
}

void attune_board_order(const struct attune_board *board, size_t metric, size_t *order)
{
    for (size_t r = 0; r < board->n_rows; r++) {
        size_t at = r; /* insertion keeps the order of the suite among equals */
        for (; at > 0 && badness(board, metric, order[at - 1]) > badness(board, metric, r); at--) {
            order[at] = order[at - 1];
        }
        order[at] = r;
    }
}

/* Stand-ins for a pillar that was not measured itself, best known first. */
static const struct {
    const char *pillar, *metrics;
} stand_ins[] = {
    {"harmony", "harmonic.key_clarity,harmonic.chord_clarity,harmonic.in_scale_ratio"},
    {"coherence", "temporal.groove_consistency,temporal.structure_mid"},
    {"quality", "quality.clipping_ratio,quality.silence_ratio,quality.bandwidth_hz"},
    {"adherence", "adherence.key,adherence.chords,adherence.time_signature"},
    {"reward", "reward.*"},
    {"diversity", "set.*"},
};
enum { N_STAND_INS = sizeof stand_ins / sizeof *stand_ins, MAX_HEADLINE = 12 };

static bool shown(const size_t *index, size_t n, size_t metric)
{
    for (size_t i = 0; i < n; i++) {
        if (index[i] == metric) {
            return true;
        }
    }
    return false;
}

static size_t add_matching(const struct attune_board *board, const char *globs, size_t limit,
                           size_t *index, size_t n)
{
    size_t added = 0;
    for (size_t k = 0; k < board->metrics.n && added < limit; k++) {
        if (attune_metric_chosen(globs, board->metrics.items[k].name) && !shown(index, n, k)) {
            index[n++] = k;
            added++;
        }
    }
    return n;
}

/* One word of rank_by: a metric, a pillar, or a pillar's stand-ins. */
static size_t add_word(const struct attune_board *board, const char *word, size_t *index, size_t n)
{
    const size_t before = n;
    n = add_matching(board, word, board->metrics.n, index, n);
    for (size_t i = 0; n == before && i < N_STAND_INS; i++) {
        if (strcmp(stand_ins[i].pillar, word) == 0) {
            n = add_matching(board, stand_ins[i].metrics, 2, index, n);
        }
    }
    return n;
}

size_t attune_board_named(const struct attune_board *board, const char *words, size_t *index)
{
    size_t n = 0;
    static const char word_bytes[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.*?-";
    while (*(words += strcspn(words, word_bytes))) {
        char word[128];
        const size_t length = strspn(words, word_bytes);
        if (length < sizeof word) {
            memcpy(word, words, length);
            word[length] = '\0';
            n = add_word(board, word, index, n);
        }
        words += length;
    }
    return n;
}

size_t attune_board_headline(const struct attune_board *board, size_t *index)
{
    size_t n = attune_board_named(board, board->run->rank_by, index);
    n = n < MAX_HEADLINE ? n : MAX_HEADLINE;
    for (size_t i = 0; n == 0 && i < N_STAND_INS; i++) {
        n = add_word(board, stand_ins[i].pillar, index, n);
    }
    if (n == 0) { /* nothing known: all of them */
        for (; n < board->metrics.n; n++) {
            index[n] = n;
        }
    }
    return n;
}
