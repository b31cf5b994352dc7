/* The gate's decision. */
#include "reports/gate.h"

#include <math.h>

#include "base/rng.h"
#include "base/text.h"
#include "metrics/stats/effect.h"
#include "metrics/stats/multiplicity.h"
#include "metrics/stats/order.h"
#include "metrics/stats/paired.h"

enum { N_DRAWS = 20000 };
static const double power = 0.8;

/* ---- margins */

static enum attune_code parse_one(struct attune_margin *out, const char *text, size_t n,
                                  struct attune_err *err)
{
    char item[200], *end = NULL;
    snprintf(item, sizeof item, "%.*s", (int)n, text);
    char *equals = strchr(item, '=');
    const char *amount = equals ? equals + 1 : item;
    *out = (struct attune_margin){.kind = ATTUNE_MARGIN_EXACT};
    if (equals) {
        *equals = '\0';
        const size_t length = strlen(item);
        if (length >= sizeof out->glob) {
            return attune_fail(err, ATTUNE_E_USAGE, "'%s' is too long for a metric", item);
        }
        memcpy(out->glob, item, length + 1);
    }
    if (strcmp(amount, "exact") == 0) {
        return ATTUNE_OK;
    }
    out->amount = strtod(amount, &end);
    out->kind = strcmp(end, "sd") == 0  ? ATTUNE_MARGIN_SD
                : strcmp(end, "%") == 0 ? ATTUNE_MARGIN_SHARE
                                        : ATTUNE_MARGIN_UNITS;
    if (end == amount || (out->kind == ATTUNE_MARGIN_UNITS && *end) || !(out->amount > 0.0) ||
        !isfinite(out->amount)) {
        attune_fail(err, ATTUNE_E_USAGE, "'%.*s' is no margin", (int)n, text);
        attune_err_hint(err, "as in 0.3sd, 2%%, 0.05, exact, or 'temporal.*=0.2sd,quality.*=5%%'");
        return ATTUNE_E_USAGE;
    }
    out->amount /= out->kind == ATTUNE_MARGIN_SHARE ? 100.0 : 1.0;
    return ATTUNE_OK;
}

enum attune_code attune_margins_parse(struct attune_margins *out, const char *text,
                                      struct attune_err *err)
{
    while (*text) {
        const size_t n = strcspn(text, ",");
        if (out->n == ATTUNE_MAX_MARGINS) {
            return attune_fail(err, ATTUNE_E_USAGE, "more than %d margins", ATTUNE_MAX_MARGINS);
        }
        enum attune_code code = parse_one(&out->items[out->n++], text, n, err);
        if (code) {
            return code;
        }
        text += n + (text[n] == ',');
    }
    return ATTUNE_OK;
}

static struct attune_margin margin_for(const struct attune_margins *margins, const char *metric)
{
    struct attune_margin found = {.kind = ATTUNE_MARGIN_SD, .amount = 0.3};
    for (size_t i = 0; i < margins->n; i++) {
        if (!margins->items[i].glob[0] || attune_glob(margins->items[i].glob, metric)) {
            found = margins->items[i];
        }
    }
    return found;
}

/* ---- the decision */

enum attune_gate_verdict attune_gate_verdict(double p_not_inferior, double p_worse_holm,
                                             double alpha)
{
    return p_not_inferior <= alpha ? ATTUNE_GATE_PASS
           : p_worse_holm <= alpha ? ATTUNE_GATE_REGRESS
                                   : ATTUNE_GATE_INCONCLUSIVE;
}

const char *attune_gate_word(enum attune_gate_verdict verdict)
{
    static const char *const words[] = {"pass", "regress", "inconclusive", "skipped"};
    return words[verdict];
}

static double margin_in_units(const struct attune_contrast *c, struct attune_margin margin)
{
    switch (margin.kind) {
    case ATTUNE_MARGIN_SD:
        return margin.amount * c->sd_b;
    case ATTUNE_MARGIN_SHARE:
        return margin.amount * fabs(c->mean_b);
    case ATTUNE_MARGIN_UNITS:
        return margin.amount;
    case ATTUNE_MARGIN_EXACT:
        break;
    }
    return 0.0;
}

static void find_worst(struct attune_gate_row *row)
{
    const struct attune_contrast *c = row->contrast;
    for (size_t i = 0; i < c->n; i++) {
        if (c->better[i] >= 0.0) {
            continue;
        }
        size_t at = row->n_worst < 3 ? row->n_worst++ : 3;
        for (; at > 0 && c->better[row->worst[at - 1]] > c->better[i]; at--) {
            if (at < 3) {
                row->worst[at] = row->worst[at - 1];
            }
        }
        if (at < 3) {
            row->worst[at] = i;
        }
    }
}

static void test_row(struct attune_gate_row *row, const struct attune_margins *margins,
                     uint64_t seed)
{
    const struct attune_contrast *c = row->contrast;
    const struct attune_margin margin = margin_for(margins, c->metric);
    row->exact = margin.kind == ATTUNE_MARGIN_EXACT;
    row->p_not_inferior = row->p_worse = 1.0;
    row->n_needed = INFINITY;
    if (c->skipped || strcmp(c->direction, "none") == 0) {
        row->verdict = ATTUNE_GATE_SKIPPED;
        return;
    }
    row->verdict = ATTUNE_GATE_INCONCLUSIVE;
    if (c->n == 0) {
        return;
    }
    find_worst(row);
    row->margin = margin_in_units(c, margin);
    if (c->verdict == ATTUNE_VERDICT_IDENTICAL) {
        row->p_not_inferior = 0.0;
        return;
    }
    if (row->exact) {
        row->p_worse = 0.0; /* moved, and must not */
        return;
    }
    const uint64_t stream = attune_mix64(seed, attune_mix64_text(c->metric));
    row->p_not_inferior = attune_permutation_upper(c->better, c->n, row->margin, N_DRAWS, stream);
    row->p_worse = attune_permutation_lower(c->better, c->n, 0.0, N_DRAWS, stream);
    const double sd = attune_sd(c->better, c->n);
    row->n_needed = sd > 0.0 ? attune_prompts_needed_one_sided(row->margin / sd, 0.05, power) : 2.0;
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
    if (!gate->rows) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the gate");
    }
    for (size_t i = 0; i < gate->n; i++) {
        gate->rows[i].contrast = &gate->contrasts.items[i];
        test_row(&gate->rows[i], margins, seed);
    }
    enum attune_code code = correct(gate, err);
    for (size_t i = 0; !code && i < gate->n; i++) {
        struct attune_gate_row *row = &gate->rows[i];
        if (row->verdict == ATTUNE_GATE_SKIPPED) {
            continue;
        }
        row->verdict = attune_gate_verdict(row->p_not_inferior, row->p_worse, gate->alpha);
        gate->n_pass += row->verdict == ATTUNE_GATE_PASS;
        gate->n_regress += row->verdict == ATTUNE_GATE_REGRESS;
        gate->n_inconclusive += row->verdict == ATTUNE_GATE_INCONCLUSIVE;
    }
    gate->verdict = gate->n_regress                         ? ATTUNE_GATE_REGRESS
                    : gate->n_inconclusive || !gate->n_pass ? ATTUNE_GATE_INCONCLUSIVE
                                                            : ATTUNE_GATE_PASS;
    return code;
}

void attune_gate_release(struct attune_gate *gate)
{
    attune_contrasts_release(&gate->contrasts);
    attune_release(gate->rows);
    *gate = (struct attune_gate){0};
}
