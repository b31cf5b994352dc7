/* Margins against votes, over all and by strata. */
#include "harness/reward/reward_test.h"

#include <math.h>

#include "base/mem.h"

const char *const attune_stratum_names[ATTUNE_N_STRATUM_KINDS] = {
    [ATTUNE_BY_CONFIDENCE] = "confidence",
    [ATTUNE_BY_MONTH] = "month",
    [ATTUNE_BY_DURATION] = "duration",
    [ATTUNE_BY_MODEL] = "generator",
};

static const double duration_edges[] = {15.0, 30.0, 60.0}; /* seconds */
static const char *const duration_names[] = {"below 15 s", "15-30 s", "30-60 s", "60 s and above"};

enum attune_code attune_margins_test(const struct attune_vote_table *votes, const double *margin,
                                     enum attune_tie_credit ties, struct attune_calibration *out,
                                     struct attune_err *err)
{
    struct attune_margin *pairs = attune_alloc(votes->n, sizeof *pairs);
    size_t n = 0;
    if (!pairs) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu comparisons", votes->n);
    }
    for (size_t i = 0; i < votes->n; i++) {
        if (isfinite(margin[i])) {
            pairs[n++] = (struct attune_margin){margin[i], votes->rows[i].outcome};
        }
    }
    enum attune_code code = attune_calibrate(pairs, n, ties, out, err);
    attune_release(pairs);
    return code;
}

/* The stratum of a vote as a number that sorts: -1 for none. side: 0 or 1, for generators. */
static long value_of(const struct attune_vote_row *v, enum attune_stratum_kind kind, int side)
{
    const double length = 0.5 * (v->length_a + v->length_b);
    long class = 0;
    switch (kind) {
    case ATTUNE_BY_CONFIDENCE:
        return side == 0 && v->confidence >= 0.0 && v->confidence < 1e6 ? lround(v->confidence)
                                                                        : -1;
    case ATTUNE_BY_MONTH:
        return side == 0 ? v->month : -1;
    case ATTUNE_BY_DURATION:
        for (size_t i = 0; i < 3; i++) {
            class += length >= duration_edges[i];
        }
        return side == 0 && isfinite(length) ? class : -1;
    case ATTUNE_BY_MODEL:
        return side == 0 ? (long)v->model_a : v->model_a == v->model_b ? -1 : (long)v->model_b;
    case ATTUNE_N_STRATUM_KINDS:
        break;
    }
    return -1;
}

static void name_stratum(const struct attune_vote_table *votes, struct attune_stratum *s,
                         long value)
{
    switch (s->kind) {
    case ATTUNE_BY_CONFIDENCE:
        snprintf(s->name, sizeof s->name, "%ld", value);
        break;
    case ATTUNE_BY_MONTH:
        snprintf(s->name, sizeof s->name, "%04ld-%02ld", 1970 + value / 12, 1 + value % 12);
        break;
    case ATTUNE_BY_DURATION:
        snprintf(s->name, sizeof s->name, "%s", duration_names[value]);
        break;
    case ATTUNE_BY_MODEL:
    case ATTUNE_N_STRATUM_KINDS:
        snprintf(s->name, sizeof s->name, "%.95s", votes->models.name[value]);
        break;
    }
}

struct member {
    long value;
    size_t vote;
};

static int by_value(const void *x, const void *y)
{
    const struct member *a = x, *b = y;
    return a->value != b->value ? (a->value < b->value ? -1 : 1) : a->vote < b->vote ? -1 : 1;
}

struct strata {
    const struct attune_vote_table *votes;
    const double *margin;
    enum attune_tie_credit ties;
    struct member *members;      /* (2 n,) */
    struct attune_margin *pairs; /* (n,) */
    struct attune_stratum *items;
    size_t n, capacity;
};

static enum attune_code add_kind(struct strata *s, enum attune_stratum_kind kind,
                                 struct attune_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < s->votes->n; i++) {
        for (int side = 0; side < 2 && isfinite(s->margin[i]); side++) {
            s->members[n] = (struct member){value_of(&s->votes->rows[i], kind, side), i};
            n += s->members[n].value >= 0;
        }
    }
    if (n) {
        qsort(s->members, n, sizeof *s->members, by_value);
    }
    for (size_t from = 0, to; from < n; from = to) {
        size_t m = 0;
        for (to = from; to < n && s->members[to].value == s->members[from].value; to++) {
            const size_t vote = s->members[to].vote;
            s->pairs[m++] =
                (struct attune_margin){s->margin[vote], s->votes->rows[vote].outcome};
        }
        void *items = s->items;
        if (!attune_grow(&items, &s->capacity, s->n, sizeof *s->items)) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for strata");
        }
        s->items = items;
        struct attune_stratum *stratum = &s->items[s->n++];
        *stratum = (struct attune_stratum){.kind = kind};
        name_stratum(s->votes, stratum, s->members[from].value);
        enum attune_code code = attune_calibrate(s->pairs, m, s->ties, &stratum->result, err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_margins_strata(const struct attune_vote_table *votes, const double *margin,
                                       enum attune_tie_credit ties, struct attune_stratum **out,
                                       size_t *n, struct attune_err *err)
{
    struct strata s = {.votes = votes, .margin = margin, .ties = ties};
    s.members = attune_alloc(2 * votes->n, sizeof *s.members);
    s.pairs = attune_alloc(votes->n, sizeof *s.pairs);
    enum attune_code code = s.members && s.pairs
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for strata");
    for (int kind = 0; kind < ATTUNE_N_STRATUM_KINDS && !code; kind++) {
        code = add_kind(&s, (enum attune_stratum_kind)kind, err);
    }
    attune_release(s.members);
    attune_release(s.pairs);
    if (code) {
        attune_release(s.items);
        s.items = NULL;
        s.n = 0;
    }
    *out = s.items;
    *n = s.n;
    return code;
}

void attune_strata_generators(const struct attune_stratum *strata, size_t n, double *mean,
                              const struct attune_stratum **worst)
{
    double sum = 0.0;
    size_t n_generators = 0;
    *worst = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct attune_stratum *s = &strata[i];
        if (s->kind == ATTUNE_BY_MODEL && isfinite(s->result.accuracy)) {
            sum += s->result.accuracy;
            n_generators++;
            *worst = !*worst || s->result.accuracy < (*worst)->result.accuracy ? s : *worst;
        }
    }
    *mean = n_generators ? sum / (double)n_generators : NAN;
}

struct attune_test attune_margins_compare(const struct attune_vote_table *votes,
                                          const double *first, const double *second,
                                          size_t *n_first, size_t *n_second)
{
    *n_first = *n_second = 0;
    for (size_t i = 0; i < votes->n; i++) {
        const int outcome = votes->rows[i].outcome;
        if (outcome != 0 && isfinite(first[i]) && isfinite(second[i])) {
            const bool one = first[i] * outcome > 0.0, two = second[i] * outcome > 0.0;
            *n_first += one && !two;
            *n_second += two && !one;
        }
    }
    return attune_mcnemar(*n_first, *n_second);
}
