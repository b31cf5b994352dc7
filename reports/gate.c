/* The gate's decision. */
#include "reports/gate.h"

#include <math.h>

#include "base/rng.h"
#include "metrics/stats/effect.h"
#include "metrics/stats/multiplicity.h"
#include "metrics/stats/order.h"
#include "metrics/stats/permutation.h"

enum { N_DRAWS = 20000 };
static const double power = 0.8;

const char *attune_gate_word(enum attune_gate_verdict verdict)
{
    static const char *const words[] = {"pass", "regress", "inconclusive", "skipped"};
    return words[verdict];
}

/* Keeps the three largest losses in order. */
static void find_worst(struct attune_gate_row *row, const char *const *names)
{
    enum { MOST = sizeof row->worst / sizeof *row->worst };
    const struct attune_contrast *c = row->contrast;
    for (size_t i = 0; i < c->n; i++) {
        if (c->better[i] >= 0.0 ||
            (row->n_worst == MOST && row->worst[MOST - 1].change <= c->better[i])) {
            continue;
        }
        size_t at = row->n_worst < MOST ? row->n_worst++ : MOST - 1;
        for (; at > 0 && row->worst[at - 1].change > c->better[i]; at--) {
            row->worst[at] = row->worst[at - 1];
        }
        row->worst[at] = (struct attune_gate_prompt){.at = i,
                                                     .name = names ? names[c->prompt[i]] : "",
                                                     .change = c->better[i],
                                                     .seed = c->worst_seed ? c->worst_seed[i] : 0};
    }
}

/* The p-values of one metric; where no test is needed, 0 or 1. */
static void test_row(struct attune_gate *gate, struct attune_gate_row *row,
                     const struct attune_margins *margins, uint64_t seed, double *scratch)
{
    const struct attune_contrast *c = row->contrast;
    const struct attune_gate_margin margin = attune_margin_for(margins, c->metric);
    row->exact = margin.kind == ATTUNE_MARGIN_EXACT;
    row->p_not_inferior = row->p_worse = 1.0;
    row->n_needed = INFINITY;
    if (c->skipped || strcmp(c->direction, "none") == 0) {
        row->verdict = ATTUNE_GATE_SKIPPED;
        return;
    }
    row->verdict = ATTUNE_GATE_INCONCLUSIVE;
    if (c->n > 0) {
        find_worst(row, gate->contrasts.prompts);
    }
    if (row->exact && c->n_samples > 0) {
        *(c->n_moved ? &row->p_worse : &row->p_not_inferior) = 0.0;
        return;
    }
    if (c->n == 0 || row->exact) {
        return;
    }
    row->margin = attune_contrast_margin(c, margin);
    if (c->verdict == ATTUNE_VERDICT_IDENTICAL) {
        row->p_not_inferior = 0.0;
        return;
    }
    const uint64_t stream = attune_mix64(seed, attune_mix64_text(c->metric));
    row->p_not_inferior =
        attune_permutation_upper(c->better, c->n, row->margin, N_DRAWS, stream, scratch);
    row->p_worse = attune_permutation_lower(c->better, c->n, 0.0, N_DRAWS, stream, scratch);
    const double sd = attune_sd(c->better, c->n);
    row->n_needed =
        sd > 0.0 ? attune_prompts_needed_one_sided(row->margin / sd, gate->alpha, power) : 2.0;
}

static enum attune_gate_verdict verdict_of(const struct attune_gate_row *row, double alpha)
{
    if (row->p_not_inferior <= alpha) {
        return ATTUNE_GATE_PASS;
    }
    const struct attune_contrast *c = row->contrast;
    const bool beyond = row->exact || (c->n && attune_mean(c->better, c->n) < -row->margin);
    return beyond && row->p_worse <= alpha ? ATTUNE_GATE_REGRESS : ATTUNE_GATE_INCONCLUSIVE;
}

static enum attune_code correct(struct attune_gate *gate, struct attune_err *err)
{
    double *p = attune_alloc(gate->n, sizeof *p);
    if (!p) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the gate");
    }
    size_t n = 0;
    for (size_t i = 0; i < gate->n; i++) {
        if (gate->rows[i].verdict != ATTUNE_GATE_SKIPPED) {
            p[n++] = gate->rows[i].p_worse;
        }
    }
    enum attune_code code = attune_holm(p, n, err);
    n = 0;
    for (size_t i = 0; !code && i < gate->n; i++) {
        if (gate->rows[i].verdict != ATTUNE_GATE_SKIPPED) {
            gate->rows[i].p_worse = p[n++];
        }
    }
    attune_release(p);
    return code;
}

enum attune_code attune_gate_decide(struct attune_gate *gate, struct attune_contrasts *contrasts,
                                    const struct attune_margins *margins, uint64_t seed,
                                    struct attune_err *err)
{
    *gate =
        (struct attune_gate){.contrasts = *contrasts, .alpha = contrasts->alpha, .n = contrasts->n};
    *contrasts = (struct attune_contrasts){0};
    gate->rows = attune_alloc(gate->n, sizeof *gate->rows);
    double *scratch =
        attune_alloc(attune_permutation_scratch(gate->contrasts.n_prompts), sizeof *scratch);
    enum attune_code code = ATTUNE_OK;
    if (!gate->rows || !scratch) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the gate");
        goto out;
    }
    for (size_t i = 0; i < gate->n; i++) {
        gate->rows[i].contrast = &gate->contrasts.items[i];
        test_row(gate, &gate->rows[i], margins, seed, scratch);
    }
    code = correct(gate, err);
    for (size_t i = 0; !code && i < gate->n; i++) {
        struct attune_gate_row *row = &gate->rows[i];
        if (row->verdict == ATTUNE_GATE_SKIPPED) {
            continue;
        }
        row->verdict = verdict_of(row, gate->alpha);
        gate->n_pass += row->verdict == ATTUNE_GATE_PASS;
        gate->n_regress += row->verdict == ATTUNE_GATE_REGRESS;
        gate->n_inconclusive += row->verdict == ATTUNE_GATE_INCONCLUSIVE;
    }
    gate->verdict = gate->n_regress                         ? ATTUNE_GATE_REGRESS
                    : gate->n_inconclusive || !gate->n_pass ? ATTUNE_GATE_INCONCLUSIVE
                                                            : ATTUNE_GATE_PASS;
out:
    attune_release(scratch);
    return code;
}

void attune_gate_release(struct attune_gate *gate)
{
    attune_contrasts_release(&gate->contrasts);
    attune_release(gate->rows);
    *gate = (struct attune_gate){0};
}
