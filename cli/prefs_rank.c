/* attune prefs rank: ratings of models as table, JSON, CSV and figures. */
#include <math.h>

#include "base/mem.h"
#include "cli/prefs.h"
#include "cli/report_common.h"
#include "harness/prefs/prefs_rank.h"
#include "harness/prefs/prefs_store.h"
#include "reports/plots/plot_prefs.h"

enum { FEW_VOTES = 30 };

static enum attune_tie_model tie_model(const char *name)
{
    return strcmp(name, "drop") == 0         ? ATTUNE_TIES_DROP
           : strcmp(name, "davidson") == 0   ? ATTUNE_TIES_DAVIDSON
           : strcmp(name, "rao-kupper") == 0 ? ATTUNE_TIES_RAO_KUPPER
                                             : ATTUNE_TIES_HALF;
}

static void number_or_null(struct attune_buf *out, const char *key, double value)
{
    attune_buf_addf(out, ", \"%s\": ", key);
    attune_buf_add_double(out, value);
}

/* NAME_effect of every control, and null for those that the votes could have carried. */
static void print_effects(struct attune_buf *out, const struct attune_ballot *ballot,
                          const struct attune_ranking *r)
{
    static const char *const always[] = {"length", "loudness", "density"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        bool controlled = false;
        for (size_t c = 0; c < ballot->n_controls; c++) {
            controlled = controlled || strcmp(ballot->control[c], always[i]) == 0;
        }
        if (!controlled) {
            attune_buf_addf(out, ", \"%s_effect\": null", always[i]);
        }
    }
    for (size_t c = 0; c < ballot->n_controls; c++) {
        struct attune_buf key = ATTUNE_BUF_INIT;
        attune_buf_addf(&key, "%s_effect", ballot->control[c]);
        attune_buf_add(out, ", ");
        attune_buf_add_json(out, attune_buf_text(&key));
        attune_buf_add(out, ": ");
        attune_buf_add_double(out, r->effect[c]);
        attune_buf_release(&key);
    }
}

static void print_json(struct attune_buf *out, const struct attune_ballot *ballot,
                       const struct attune_ranking *r)
{
    attune_buf_addf(out, "{\"n_comparisons\": %llu, \"ties\": %llu, \"both_bad\": %llu",
                    (unsigned long long)ballot->n_comparisons, (unsigned long long)ballot->n_ties,
                    (unsigned long long)ballot->n_both_bad);
    attune_buf_addf(out, ", \"n_components\": %zu, \"failed_replicates\": %zu", r->n_components,
                    r->n_failed_replicates);
    number_or_null(out, "log_likelihood", r->log_likelihood);
    print_effects(out, ballot, r);
    attune_buf_add(out, ",\n \"ranking\": [");
    for (size_t i = 0; i < r->n; i++) {
        const struct attune_ranked *row = &r->rows[i];
        attune_buf_addf(out, "%s\n  {\"model\": ", i ? "," : "");
        attune_buf_add_json(out, row->model);
        number_or_null(out, "rating", row->rating);
        number_or_null(out, "ci_low", row->ci_low);
        number_or_null(out, "ci_high", row->ci_high);
        number_or_null(out, "n", row->n);
        number_or_null(out, "win_rate", row->win_rate);
        attune_buf_addf(out,
                        ", \"rank\": %zu, \"rank_low\": %zu, \"rank_high\": %zu, "
                        "\"few_votes\": %s}",
                        row->rank, row->rank_low, row->rank_high,
                        row->n < FEW_VOTES ? "true" : "false");
    }
    attune_buf_add(out, "\n ],\n \"win_matrix\": [");
    for (size_t i = 0; i < r->n; i++) {
        attune_buf_add(out, i ? ",\n  [" : "\n  [");
        for (size_t j = 0; j < r->n; j++) {
            attune_buf_add(out, j ? ", " : "");
            attune_buf_add_double(out, r->win_matrix[i * r->n + j]);
        }
        attune_buf_add(out, "]");
    }
    attune_buf_add(out, "\n ]}\n");
}

static void print_csv(struct attune_buf *out, const struct attune_ranking *r)
{
    attune_buf_add(out, "model,rating,ci_low,ci_high,n,win_rate,rank,rank_low,rank_high\n");
    for (size_t i = 0; i < r->n; i++) {
        const struct attune_ranked *row = &r->rows[i];
        const double values[] = {row->rating, row->ci_low, row->ci_high, row->n, row->win_rate};
        attune_buf_add_csv(out, row->model);
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            attune_buf_add(out, ",");
            if (isfinite(values[k])) {
                attune_buf_add_double(out, values[k]);
            }
        }
        attune_buf_addf(out, ",%zu,%zu,%zu\n", row->rank, row->rank_low, row->rank_high);
    }
}

static void print_table(struct attune_buf *out, const struct attune_ballot *ballot,
                        const struct attune_ranking *r)
{
    bool few = false;
    attune_buf_addf(out, "%-6s %-32s %8s  %-19s %7s %6s\n", "rank", "model", "rating",
                    "95 % interval", "votes", "win %");
    for (size_t i = 0; i < r->n; i++) {
        const struct attune_ranked *row = &r->rows[i];
        char rank[32], interval[64];
        snprintf(rank, sizeof rank, row->rank_low == row->rank_high ? "%zu" : "%zu-%zu",
                 row->rank_low, row->rank_high);
        snprintf(interval, sizeof interval, isfinite(row->ci_low) ? "%.1f .. %.1f" : "-",
                 row->ci_low, row->ci_high);
        few = few || row->n < FEW_VOTES;
        attune_buf_addf(out, "%-6s %-32.32s %8.1f  %-19s %6.0f%s %6.1f\n", rank, row->model,
                        row->rating, interval, row->n, row->n < FEW_VOTES ? "*" : " ",
                        100.0 * row->win_rate);
    }
    attune_buf_addf(out, "\n%llu comparisons, %llu ties, %llu both bad\n",
                    (unsigned long long)ballot->n_comparisons, (unsigned long long)ballot->n_ties,
                    (unsigned long long)ballot->n_both_bad);
    if (few) {
        attune_buf_addf(out, "* fewer than %d votes\n", FEW_VOTES);
    }
    for (size_t i = 0; i < ballot->n_controls; i++) {
        const char *name = ballot->control[i];
        attune_buf_addf(out, "%s held constant: one sd %s is worth %+.1f points\n", name,
                        attune_prefs_control_more(name), attune_elo(r->effect[i]) - 1000.0);
    }
    if (ballot->n_without_control) {
        attune_buf_addf(out, "%llu comparisons left out: a value held constant is unknown\n",
                        (unsigned long long)ballot->n_without_control);
    }
}

enum attune_code attune_prefs_votes(const struct attune_common *common,
                                    const struct attune_prefs_options *o, char **files,
                                    int n_files, bool say, attune_preference_fn *take,
                                    void *context, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (int i = 0; i < n_files && !code; i++) {
        struct attune_prefs_account account;
        code = attune_prefs_read(files[i], o->from, take, context, &account, err);
        if (code && !err->file[0]) {
            snprintf(err->file, sizeof err->file, "%s", files[i]);
        }
        if (!code && say && common->verbose) {
            attune_prefs_say_account(files[i], &account);
        }
    }
    if (n_files == 0) {
        struct attune_store *store = NULL;
        code = attune_store_open(&store, common->db, ATTUNE_STORE_READ, err);
        if (!code) {
            code = attune_prefs_each(store, take, context, err);
            attune_store_close(store);
        }
    }
    return code;
}

static enum attune_code plot_ratings(const struct attune_ranking *r, const char *path,
                                     struct attune_err *err)
{
    struct attune_figure figure = {0};
    struct attune_plotted *rows = attune_alloc(r->n, sizeof *rows);
    enum attune_code code = rows ? attune_figure_init(&figure, path, NULL, err)
                                 : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    for (size_t i = 0; i < r->n && !code; i++) {
        rows[i] = (struct attune_plotted){r->rows[i].model, r->rows[i].rating, r->rows[i].ci_low,
                                          r->rows[i].ci_high, r->rows[i].rank_low == 1};
    }
    code = code ? code
                : attune_plot_intervals(&figure, "Rating (filled: may be best)", rows, r->n, 1000.0,
                                        err);
    code = code ? code : attune_figure_write(&figure, NULL, err);
    attune_say_warnings(&figure);
    attune_figure_release(&figure);
    attune_release(rows);
    return code;
}

static enum attune_code plot_wins(const struct attune_ranking *r, const char *path,
                                  struct attune_err *err)
{
    struct attune_figure figure = {0};
    const char **names = attune_alloc(r->n, sizeof *names);
    enum attune_code code = names ? attune_figure_init(&figure, path, NULL, err)
                                  : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    for (size_t i = 0; i < r->n && !code; i++) {
        names[i] = r->rows[i].model;
    }
    code = code ? code
                : attune_plot_win_matrix(&figure, "Comparisons won by the row (%)", names,
                                         r->win_matrix, r->n, err);
    code = code ? code : attune_figure_write(&figure, NULL, err);
    attune_say_warnings(&figure);
    fputs(attune_buf_text(&figure.notes), stderr);
    attune_figure_release(&figure);
    attune_release(names);
    return code;
}

static enum attune_code plot_history(const struct attune_elo_history *history,
                                     const struct attune_names *models, double k, const char *path,
                                     struct attune_err *err)
{
    struct attune_figure figure = {0};
    enum attune_code code = attune_figure_init(&figure, path, NULL, err);
    code = code ? code : attune_plot_elo(&figure, history, models, k, err);
    code = code ? code : attune_figure_write(&figure, NULL, err);
    attune_say_warnings(&figure);
    attune_figure_release(&figure);
    return code;
}

enum attune_code attune_prefs_rank_command(const struct attune_common *common,
                                           const struct attune_prefs_options *o, char **files,
                                           int n_files, struct attune_err *err)
{
    struct attune_elo_history history = {0};
    struct attune_ballot ballot = {.axis = o->axis,
                                   .history = o->history || o->plot_history ? &history : NULL,
                                   .both_bad_is_tie = strcmp(o->both_bad, "tie") == 0};
    struct attune_ranking ranking = {0};
    struct attune_buf out = ATTUNE_BUF_INIT;
    struct attune_prefs_controls controls;
    enum attune_code code =
        attune_prefs_controls_init(&controls, common, o, files, n_files, &ballot, err);
    code = code ? code
                : attune_prefs_votes(common, o, files, n_files, true, attune_ballot_take, &ballot,
                                     err);
    if (code) {
        goto out;
    }
    const struct attune_rank_options options = {
        .model = {.ties = tie_model(o->ties), .ridge = o->ridge},
        .interval = strcmp(o->ci, "sandwich") == 0 ? ATTUNE_CI_SANDWICH
                    : strcmp(o->ci, "normal") == 0 ? ATTUNE_CI_NORMAL
                                                   : ATTUNE_CI_PERCENTILE,
        .n_replicates = o->replicates, .seed = common->seed, .n_threads = common->jobs,
    };
    code = attune_rank(&ballot, &options, &ranking, err);
    if (code) {
        goto out;
    }
    if (ranking.n_components > 1 && !common->quiet) {
        fprintf(stderr,
                "attune: the comparisons fall into %zu groups that never met: %s; only the ridge "
                "relates them\n",
                ranking.n_components, ranking.components);
    }
    if (strcmp(o->format, "json") == 0) {
        print_json(&out, &ballot, &ranking);
    } else if (strcmp(o->format, "csv") == 0) {
        print_csv(&out, &ranking);
    } else {
        print_table(&out, &ballot, &ranking);
    }
    fputs(attune_buf_text(&out), stdout);
    code = out.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
    code = code || !ballot.history ? code : attune_elo_history_sort(&history, err);
    code = code || !o->history
               ? code
               : attune_elo_history_write(&history, &ballot.models, o->k, o->history, err);
    code = code || !o->plot_history
               ? code
               : plot_history(&history, &ballot.models, o->k, o->plot_history, err);
    code = code || !o->plot ? code : plot_ratings(&ranking, o->plot, err);
    code = code || !o->plot_wins ? code : plot_wins(&ranking, o->plot_wins, err);
out:
    attune_buf_release(&out);
    attune_ranking_release(&ranking);
    attune_ballot_release(&ballot);
    attune_prefs_controls_release(&controls);
    attune_elo_history_release(&history);
    return code;
}
