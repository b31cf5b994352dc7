/* Elo ratings over the votes' time. */
#include "harness/prefs/elo_history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/io/file.h"
#include "base/mem.h"

void attune_elo_history_release(struct attune_elo_history *history)
{
    attune_release(history->votes);
    attune_buf_release(&history->times);
    *history = (struct attune_elo_history){0};
}

/* ATTUNE_TIME_...: -1 for what is none of them. */
static int clock_of(const char *time, double *seconds)
{
    char *end;
    int year, month, day;
    *seconds = 0.0;
    if (!time[0]) {
        return ATTUNE_TIME_NONE;
    }
    const double number = strtod(time, &end);
    if (!*end && isfinite(number)) {
        *seconds = number;
        return ATTUNE_TIME_NUMBER;
    }
    return sscanf(time, "%4d-%2d-%2d", &year, &month, &day) == 3 ? ATTUNE_TIME_DATE : -1;
}

static enum attune_code bad_clock(const char *time, long line, bool known, struct attune_err *err)
{
    if (!known) {
        attune_fail(err, ATTUNE_E_INPUT, "line %ld: time '%.40s' is neither a number nor a date",
                    line, time);
    } else {
        attune_fail(err, ATTUNE_E_INPUT, "line %ld: time '%.40s' is of another kind than before",
                    line, time);
    }
    attune_err_hint(err, "all seconds, all dates (2025-07-31T12:00:00Z), or none");
    return ATTUNE_E_INPUT;
}

enum attune_code attune_elo_history_add(struct attune_elo_history *history, size_t a, size_t b,
                                        enum attune_outcome outcome, const char *time, long line,
                                        struct attune_err *err)
{
    double seconds;
    const int clock = clock_of(time, &seconds);
    if (clock < 0 || (history->n > 0 && clock != (int)history->clock)) {
        return bad_clock(time, line, clock >= 0, err);
    }
    void *votes = history->votes;
    if (!attune_grow(&votes, &history->capacity, history->n, sizeof *history->votes)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    history->votes = votes;
    history->clock = clock;
    history->votes[history->n] = (struct attune_timed_vote){
        .a = (uint32_t)a,
        .b = (uint32_t)b,
        .outcome = outcome,
        .place = history->n,
        .time = history->times.n_bytes,
        .seconds = seconds,
    };
    history->n++;
    attune_buf_add_bytes(&history->times, time, strlen(time) + 1);
    return history->times.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for times")
                                 : ATTUNE_OK;
}

/* A vote with the text of its time, for the comparison function. */
struct dated {
    struct attune_timed_vote vote;
    const char *time;
};

static int by_place(const struct attune_timed_vote *x, const struct attune_timed_vote *y)
{
    return (x->place > y->place) - (x->place < y->place);
}

static int by_seconds(const void *a, const void *b)
{
    const struct attune_timed_vote *x = a, *y = b;
    const int order = (x->seconds > y->seconds) - (x->seconds < y->seconds);
    return order ? order : by_place(x, y);
}

static int by_date(const void *a, const void *b)
{
    const struct dated *x = a, *y = b;
    const int order = strcmp(x->time, y->time);
    return order ? order : by_place(&x->vote, &y->vote);
}

static enum attune_code sort_dates(struct attune_elo_history *history, struct attune_err *err)
{
    struct dated *dated = attune_alloc(history->n, sizeof *dated);
    if (!dated) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for times");
    }
    for (size_t i = 0; i < history->n; i++) {
        const struct attune_timed_vote *vote = &history->votes[i];
        dated[i] = (struct dated){*vote, history->times.text + vote->time};
    }
    qsort(dated, history->n, sizeof *dated, by_date);
    for (size_t i = 0; i < history->n; i++) {
        history->votes[i] = dated[i].vote;
    }
    attune_release(dated);
    return ATTUNE_OK;
}

enum attune_code attune_elo_history_sort(struct attune_elo_history *history, struct attune_err *err)
{
    if (history->clock == ATTUNE_TIME_DATE) {
        return sort_dates(history, err);
    }
    if (history->clock == ATTUNE_TIME_NUMBER) {
        qsort(history->votes, history->n, sizeof *history->votes, by_seconds);
    }
    return ATTUNE_OK;
}

enum attune_code attune_elo_history_replay(const struct attune_elo_history *history,
                                           size_t n_models, double k, attune_elo_fn *each,
                                           void *context, struct attune_err *err)
{
    double *rating = attune_alloc(n_models, sizeof *rating);
    if (!rating) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings");
    }
    for (size_t i = 0; i < n_models; i++) {
        rating[i] = ATTUNE_ELO_START;
    }
    for (size_t i = 0; i < history->n; i++) {
        const struct attune_timed_vote *v = &history->votes[i];
        attune_elo_update(&rating[v->a], &rating[v->b], v->outcome, k);
        each(context, i + 1, v, rating);
    }
    attune_release(rating);
    return ATTUNE_OK;
}

const char *attune_elo_history_time(const struct attune_elo_history *history,
                                    const struct attune_timed_vote *vote)
{
    return history->times.text + vote->time;
}

struct writing {
    const struct attune_elo_history *history;
    const struct attune_names *models;
    struct attune_buf out;
};

static void write_vote(void *context, size_t vote, const struct attune_timed_vote *v,
                       const double *rating)
{
    struct writing *w = context;
    for (int side = 0; side < 2; side++) {
        const uint32_t model = side ? v->b : v->a;
        attune_buf_addf(&w->out, "%zu,", vote);
        attune_buf_add_csv(&w->out, attune_elo_history_time(w->history, v));
        attune_buf_add(&w->out, ",");
        attune_buf_add_csv(&w->out, w->models->name[model]);
        attune_buf_add(&w->out, ",");
        attune_buf_add_double(&w->out, rating[model]);
        attune_buf_add(&w->out, "\n");
    }
}

enum attune_code attune_elo_history_write(const struct attune_elo_history *history,
                                          const struct attune_names *models, double k,
                                          const char *path, struct attune_err *err)
{
    struct writing w = {.history = history, .models = models};
    attune_buf_add(&w.out, "vote,time,model,rating\n");
    enum attune_code code = attune_elo_history_replay(history, models->n, k, write_vote, &w, err);
    if (!code) {
        code = w.out.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for ratings")
                            : attune_file_write(path, attune_buf_text(&w.out), w.out.n_bytes, err);
    }
    attune_buf_release(&w.out);
    return code;
}
