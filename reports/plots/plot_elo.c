/* Elo ratings over the votes. */
#include <math.h>

#include "base/mem.h"
#include "reports/escape.h"
#include "reports/plots/input.h"
#include "reports/plots/plot_prefs.h"

/* More points than this are not seen. */
enum { MAX_STEPS = 1200, N_TICS = 6 };

static const double left_cm = 1.2, header_cm = 0.8, footer_cm = 1.15, line_cm = 0.32;

struct course {
    size_t n_votes, n_steps, n_models;
    size_t *first;  /* (n_models,) first vote, 0: none */
    double *rating; /* (n_models, n_steps) at the last vote of a step, NAN: no vote in it */
    double *last;   /* (n_models,) */
    double low, high;
};

/* An end of a line with its name, from the top down. */
struct end {
    size_t model;
    double rating, y_cm;
};

static void course_release(struct course *c)
{
    attune_release(c->first);
    attune_release(c->rating);
    attune_release(c->last);
}

static size_t step_of(const struct course *c, size_t vote)
{
    return (vote - 1) * c->n_steps / c->n_votes;
}

static void follow(void *context, size_t vote, const struct attune_timed_vote *v,
                   const double *rating)
{
    struct course *c = context;
    const uint32_t models[2] = {v->a, v->b};
    for (int side = 0; side < 2; side++) {
        const uint32_t m = models[side];
        c->first[m] = c->first[m] ? c->first[m] : vote;
        c->rating[m * c->n_steps + step_of(c, vote)] = c->last[m] = rating[m];
        c->low = fmin(c->low, rating[m]);
        c->high = fmax(c->high, rating[m]);
    }
}

static enum attune_code course_init(struct course *c, const struct attune_elo_history *history,
                                    size_t n_models, double k, struct attune_err *err)
{
    const size_t n_steps = history->n < MAX_STEPS ? history->n : MAX_STEPS;
    *c = (struct course){.n_votes = history->n,
                         .n_steps = n_steps,
                         .n_models = n_models,
                         .low = ATTUNE_ELO_START,
                         .high = ATTUNE_ELO_START};
    c->first = attune_alloc(n_models, sizeof *c->first);
    c->rating = attune_alloc(n_models, (n_steps + 1) * sizeof *c->rating);
    c->last = attune_alloc(n_models, sizeof *c->last);
    if (!c->first || !c->rating || !c->last) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    for (size_t i = 0; i < n_models * n_steps; i++) {
        c->rating[i] = NAN;
    }
    return attune_elo_history_replay(history, n_models, k, follow, c, err);
}

/* A block per model: votes so far and the rating after them. */
static void add_data(struct attune_figure *figure, const struct course *c,
                     const struct attune_names *models)
{
    attune_buf_add(&figure->data, "# vote\trating\n");
    for (size_t m = 0; m < c->n_models; m++) {
        attune_buf_add(&figure->data, m ? "\n\n# " : "# ");
        attune_figure_data_text(figure, models->name[m]);
        attune_buf_addf(&figure->data, "\n%zu\t%g\n", c->first[m] ? c->first[m] - 1 : 0,
                        ATTUNE_ELO_START);
        for (size_t i = 0; i < c->n_steps; i++) {
            const double rating = c->rating[m * c->n_steps + i];
            if (isfinite(rating)) {
                attune_buf_addf(&figure->data, "%zu\t%.6g\n", (i + 1) * c->n_votes / c->n_steps,
                                rating);
            }
        }
        attune_buf_addf(&figure->data, "%zu\t%.6g\n", c->n_votes, c->last[m]);
    }
}

static int by_rating(const void *x, const void *y)
{
    const struct end *a = x, *b = y;
    const int order = (a->rating < b->rating) - (a->rating > b->rating);
    return order ? order : (a->model > b->model) - (a->model < b->model);
}

/* Sets the ends a line of type apart, inside the panel. Returns how many there are. */
static size_t set_ends(const struct course *c, const double range[2], double panel_cm,
                       struct end *ends)
{
    size_t n = 0;
    for (size_t m = 0; m < c->n_models; m++) {
        if (c->first[m]) {
            ends[n++] = (struct end){m, c->last[m],
                                     panel_cm * (c->last[m] - range[0]) / (range[1] - range[0])};
        }
    }
    qsort(ends, n, sizeof *ends, by_rating);
    for (size_t i = 1; i < n; i++) {
        ends[i].y_cm = fmin(ends[i].y_cm, ends[i - 1].y_cm - line_cm);
    }
    double least = 0.5 * line_cm;
    for (size_t i = n; i-- > 0; least = ends[i].y_cm + line_cm) {
        ends[i].y_cm = fmax(ends[i].y_cm, least);
    }
    return n;
}

static void name_ends(struct attune_figure *figure, const struct attune_names *models,
                      const struct end *ends, size_t n, double panel_cm)
{
    for (size_t i = 0; i < n; i++) {
        struct attune_buf name = ATTUNE_BUF_INIT;
        attune_plot_name(&name, models->name[ends[i].model], ATTUNE_PLOT_NAME_WIDTH);
        attune_buf_add(&figure->script, "set label ");
        attune_figure_text(figure, attune_buf_text(&name));
        attune_buf_addf(&figure->script,
                        " at graph 1,%.4f left offset 0.8,0 noenhanced tc rgb '%s'\n",
                        ends[i].y_cm / panel_cm, attune_figure_color(ends[i].model));
        attune_figure_spend(figure, &name);
    }
}

/* Numbers of votes, and where the votes have dates the day of each. */
static void add_tics(struct attune_figure *figure, const struct attune_elo_history *history)
{
    const size_t n = history->n < N_TICS ? history->n : N_TICS;
    attune_buf_add(&figure->script, "set xtics (");
    for (size_t i = 0; i < n; i++) {
        const size_t vote = n > 1 ? 1 + i * (history->n - 1) / (n - 1) : 1;
        struct attune_buf label = ATTUNE_BUF_INIT;
        attune_buf_addf(&label, "%zu", vote);
        attune_buf_add(&figure->script, i ? ", " : "");
        attune_figure_text(figure, attune_buf_text(&label));
        if (history->clock == ATTUNE_TIME_DATE) {
            attune_buf_reset(&label);
            attune_buf_addf(&label, "%.10s",
                            attune_elo_history_time(history, &history->votes[vote - 1]));
            attune_buf_add(&figure->script, ".\"\\n\".");
            attune_figure_tic(figure, attune_buf_text(&label));
        }
        attune_buf_addf(&figure->script, " %zu", vote);
        attune_figure_spend(figure, &label);
    }
    attune_buf_add(&figure->script, ") noenhanced\n");
}

static void add_lines(struct attune_figure *figure, size_t n_models)
{
    attune_buf_addf(&figure->script, "plot %g with lines dt 3 lc rgb '#777777'", ATTUNE_ELO_START);
    for (size_t m = 0; m < n_models; m++) {
        attune_buf_add(&figure->script, ", \\\n ");
        attune_figure_data_name(figure);
        attune_buf_addf(&figure->script, " index %zu with steps lw %.1f lc rgb '%s'", m,
                        m / 8 % 2 ? 0.7 : 1.5, attune_figure_color(m)); /* colours come again */
    }
    attune_buf_add(&figure->script, "\nset output\n");
}

static void draw(struct attune_figure *figure, const struct course *c, struct end *ends,
                 const struct attune_elo_history *history, const struct attune_names *models)
{
    const double panel_cm = fmax(5.5, line_cm * (double)(c->n_models + 1));
    double names_cm = 0.6, range[2];
    for (size_t m = 0; m < c->n_models; m++) {
        struct attune_buf name = ATTUNE_BUF_INIT;
        attune_plot_name(&name, models->name[m], ATTUNE_PLOT_NAME_WIDTH);
        names_cm =
            fmax(names_cm, 0.5 + attune_figure_text_cm(attune_text_width(attune_buf_text(&name))));
        attune_figure_spend(figure, &name);
    }
    attune_figure_begin(figure, ATTUNE_FIGURE_PAGE_CM, header_cm + panel_cm + footer_cm);
    attune_figure_panel(figure, left_cm, footer_cm, figure->width_cm - names_cm,
                        footer_cm + panel_cm);
    attune_figure_heading(figure, "Elo rating after every vote");
    attune_figure_axis(figure, 'y', c->low, c->high, panel_cm);
    attune_figure_range(c->low, c->high, range);
    attune_buf_addf(&figure->script, "set xrange [0:%zu]\nset grid y ls 9\n%s", c->n_votes,
                    history->clock == ATTUNE_TIME_DATE ? "" : "set xlabel 'vote' offset 0,0.3\n");
    add_tics(figure, history);
    name_ends(figure, models, ends, set_ends(c, range, panel_cm, ends), panel_cm);
    add_lines(figure, c->n_models);
    add_data(figure, c, models);
}

enum attune_code attune_plot_elo(struct attune_figure *figure,
                                 const struct attune_elo_history *history,
                                 const struct attune_names *models, double k,
                                 struct attune_err *err)
{
    struct course course;
    struct end *ends = attune_alloc(models->n, sizeof *ends);
    enum attune_code code = course_init(&course, history, models->n, k, err);
    if (!code && !ends) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a figure");
    }
    if (!code) {
        draw(figure, &course, ends, history, models);
    }
    course_release(&course);
    attune_release(ends);
    return code;
}
