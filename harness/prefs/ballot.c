/* Takes votes one by one, and makes them ready for a fit. */
#include "harness/prefs/ballot.h"

#include <math.h>

#include "base/mem.h"

/* Votes in memory before equal ones are merged. */
enum { FIRST_MERGE = 1 << 16 };

void attune_ballot_release(struct attune_ballot *ballot)
{
    attune_names_release(&ballot->models);
    attune_release(ballot->differences);
    attune_votes_release(&ballot->votes);
}

static enum attune_code check_axis(struct attune_ballot *ballot, const char *axis, long line,
                                   struct attune_err *err)
{
    if (ballot->n_comparisons == 0 || strcmp(ballot->axis_seen, axis) == 0) {
        snprintf(ballot->axis_seen, sizeof ballot->axis_seen, "%s", axis);
        return ATTUNE_OK;
    }
    attune_fail(err, ATTUNE_E_INPUT, "line %ld: votes on two axes, '%s' and '%s'", line,
                ballot->axis_seen, axis);
    attune_err_hint(err, "choose one with --axis");
    return ATTUNE_E_INPUT;
}

/* What a vote says of its two clips itself. */
static double own_difference(const struct attune_preference *p, const char *name)
{
    const struct {
        const char *name;
        double a, b;
    } carried[] = {{"length", p->length_a, p->length_b},
                   {"loudness", p->loudness_a, p->loudness_b},
                   {"density", p->density_a, p->density_b}};
    for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) {
        if (strcmp(carried[i].name, name) == 0) {
            return carried[i].a - carried[i].b;
        }
    }
    return NAN;
}

/* The controlled differences of a comparison; false when one is unknown. */
static bool differences(const struct attune_ballot *ballot, const struct attune_preference *p,
                        double d[ATTUNE_MAX_CONTROLS])
{
    for (size_t i = 0; i < ballot->n_controls; i++) {
        d[i] = own_difference(p, ballot->control[i]);
        if (!isfinite(d[i]) && ballot->value) {
            d[i] = ballot->value(ballot->value_context, p->sample_a, i) -
                   ballot->value(ballot->value_context, p->sample_b, i);
        }
        if (!isfinite(d[i])) {
            return false;
        }
    }
    return true;
}

static enum attune_code keep_differences(struct attune_ballot *ballot, const double *d,
                                         struct attune_err *err)
{
    const size_t k = ballot->n_controls;
    void *items = ballot->differences;
    if (!attune_grow(&items, &ballot->difference_capacity, ballot->votes.n_rows,
                     k * sizeof(double))) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    ballot->differences = items;
    memcpy(ballot->differences + k * ballot->votes.n_rows, d, k * sizeof *d);
    return ATTUNE_OK;
}

/* A file of any length costs no more than twice its distinct pairings. */
static enum attune_code merge_when_full(struct attune_ballot *ballot, struct attune_err *err)
{
    ballot->n_merge = ballot->n_merge ? ballot->n_merge : FIRST_MERGE;
    if (ballot->votes.n_rows < ballot->n_merge) {
        return ATTUNE_OK;
    }
    enum attune_code code = attune_votes_aggregate(&ballot->votes, err);
    if (2 * ballot->votes.n_rows > ballot->n_merge) {
        ballot->n_merge *= 2;
    }
    return code;
}

enum attune_code attune_ballot_take(void *context, const struct attune_preference *p,
                                    struct attune_err *err)
{
    struct attune_ballot *ballot = context;
    if (ballot->axis && strcmp(ballot->axis, p->axis) != 0) {
        return ATTUNE_OK;
    }
    ballot->n_both_bad += p->winner == ATTUNE_WINNER_BOTH_BAD;
    if (p->winner == ATTUNE_WINNER_BOTH_BAD && !ballot->both_bad_is_tie) {
        return ATTUNE_OK;
    }
    double d[ATTUNE_MAX_CONTROLS];
    const bool controls = ballot->n_controls > 0;
    if (!differences(ballot, p, d)) {
        ballot->n_without_control++;
        return ATTUNE_OK;
    }
    if (strcmp(p->model_a, p->model_b) == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "line %ld: '%s' is compared with itself", p->line,
                           p->model_a);
    }
    enum attune_code code = check_axis(ballot, p->axis, p->line, err);
    const size_t a = code ? 0 : attune_names_add(&ballot->models, p->model_a);
    const size_t b = code ? 0 : attune_names_add(&ballot->models, p->model_b);
    if (code) {
        return code;
    }
    if (a == SIZE_MAX || b == SIZE_MAX) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model names");
    }
    const int outcome = p->winner == ATTUNE_WINNER_A   ? ATTUNE_A_WINS
                        : p->winner == ATTUNE_WINNER_B ? ATTUNE_B_WINS
                                                       : ATTUNE_TIE;
    if (controls) {
        code = keep_differences(ballot, d, err);
    }
    ballot->n_comparisons++;
    ballot->n_ties += outcome == ATTUNE_TIE;
    if (!code) {
        code = attune_votes_add(&ballot->votes, (uint32_t)a, (uint32_t)b, outcome, 1.0, err);
    }
    if (!code && ballot->history) {
        code = attune_elo_history_add(ballot->history, a, b, outcome, p->time, p->line, err);
    }
    return code || controls ? code : merge_when_full(ballot, err);
}

/* A difference over its sd; false where all are the same. A zero difference stays zero. */
static bool standardise(double *difference, size_t n, size_t stride)
{
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += difference[i * stride] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double d = difference[i * stride] - mean;
        squares += d * d;
    }
    for (size_t i = 0; i < n && squares > 0.0; i++) {
        difference[i * stride] /= sqrt(squares / (double)n);
    }
    return squares > 0.0;
}

enum attune_code attune_ballot_close(struct attune_ballot *ballot, struct attune_err *err)
{
    const size_t k = ballot->n_controls;
    if (k == 0) {
        return attune_votes_aggregate(&ballot->votes, err);
    }
    for (size_t c = 0; c < k; c++) {
        if (!standardise(ballot->differences + c, ballot->votes.n_rows, k)) {
            attune_fail(err, ATTUNE_E_INPUT, "no comparison has clips of different known %s",
                        ballot->control[c]);
            attune_err_hint(err, "fields '%s_a' and '%s_b' of the votes, or --features FILE",
                            ballot->control[c], ballot->control[c]);
            return ATTUNE_E_INPUT;
        }
    }
    ballot->votes.covariates = ballot->differences;
    ballot->votes.n_covariates = k;
    ballot->differences = NULL;
    return ATTUNE_OK;
}
