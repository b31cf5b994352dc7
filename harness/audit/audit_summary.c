/* From cells to statements: taus and their intervals, areas, kept promises. */
#include "harness/audit/audit_summary.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/pillars/pillar.h"
#include "metrics/stats/association.h"
#include "metrics/stats/kendall.h"
#include "metrics/stats/order.h"

enum { MIN_DOSES = 6, MIN_PIECES = 6 };
#define WEAK_TAU 0.2 /* ARBITRARY: a response that cannot be stronger is none */

const char *const attune_audit_verdict_names[] = {"-", "holds", "LOST", "unclear"};

static const struct attune_metric *metric_of(const struct attune_audit *audit, size_t metric)
{
    return attune_metrics[audit->selection.index[metric]];
}

/* What is correlated with the dose. */
static double followed(const struct attune_metric *metric, double value)
{
    return metric->direction == ATTUNE_TARGET ? fabs(value - metric->target) : value;
}

/* Values of one piece over the doses; returns how many are defined. dose, value: (ATTUNE_N_DOSES,)
 */
static size_t curve_of(const struct attune_audit *audit, const struct attune_audit_response *r,
                       size_t piece, double *dose, double *value)
{
    const struct attune_metric *metric = metric_of(audit, r->metric);
    size_t n = 0;
    for (int level = 0; level < ATTUNE_N_DOSES; level++) {
        const struct attune_audit_cell *cell =
            attune_audit_damaged(audit, piece, r->series, level) + r->metric;
        if (cell->defined) {
            dose[n] = level;
            value[n++] = followed(metric, cell->v);
        }
    }
    return n;
}

/* Taus of all pieces into one column of the bootstrap's table, and the tau of the mean curve. */
static void correlate(const struct attune_audit *audit, struct attune_audit_response *r,
                      double *tau, unsigned char *defined)
{
    double dose[ATTUNE_N_DOSES], value[ATTUNE_N_DOSES], sum[ATTUNE_N_DOSES] = {0}, total = 0.0;
    double scratch[ATTUNE_KENDALL_SCRATCH(ATTUNE_N_DOSES)];
    size_t n_whole = 0;
    r->n = 0;
    for (size_t piece = 0; piece < audit->n_pieces; piece++) {
        const size_t n = curve_of(audit, r, piece, dose, value);
        defined[piece] = n >= MIN_DOSES;
        tau[piece] = defined[piece] ? attune_kendall_tau_b(dose, value, n, scratch) : 0.0;
        total += tau[piece];
        r->n += defined[piece];
        for (size_t i = 0; i < n && n == ATTUNE_N_DOSES; i++) {
            sum[i] += value[i];
        }
        n_whole += n == ATTUNE_N_DOSES;
    }
    r->tau = r->n ? total / (double)r->n : 0.0;
    for (int i = 0; i < ATTUNE_N_DOSES; i++) {
        dose[i] = i;
    }
    r->curve_tau = n_whole ? attune_kendall_tau_b(dose, sum, ATTUNE_N_DOSES, scratch) : 0.0;
}

/* Means and areas per dose. scratch: (2 * n_pieces,) */
static enum attune_code separate(const struct attune_audit *audit, struct attune_audit_response *r,
                                 double *scratch, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    const struct attune_metric *metric = metric_of(audit, r->metric);
    double *clean = scratch, *damaged = scratch + audit->n_pieces;
    for (int level = 0; level < ATTUNE_N_DOSES && !code; level++) {
        double *good = level == 0 ? clean : damaged;
        double sum = 0.0;
        size_t n = 0;
        for (size_t piece = 0; piece < audit->n_pieces; piece++) {
            const struct attune_audit_cell *cell =
                attune_audit_damaged(audit, piece, r->series, level) + r->metric;
            if (cell->defined) {
                sum += cell->v;
                good[n++] = attune_metric_goodness(metric, cell->v);
            }
        }
        r->n_defined[level] = n;
        r->mean[level] = n ? sum / (double)n : 0.0;
        r->auc[level] = 0.5;
        if (level > 0 && r->n_defined[0] && n) {
            code = attune_auc(clean, r->n_defined[0], damaged, n, &r->auc[level], err);
        }
    }
    return code;
}

static enum attune_audit_verdict judge(const struct attune_audit *audit,
                                       const struct attune_audit_response *r)
{
    const struct attune_metric *metric = metric_of(audit, r->metric);
    const struct attune_audit_series *series = &audit->series[r->series];
    const unsigned claimed = metric->responds_to &
                             ~(series->seen_as == ATTUNE_AUDIO ? metric->symbolic_only : 0u);
    if (!(claimed & series->damage->responds_to)) {
        return ATTUNE_AUDIT_NOT_DECLARED;
    }
    if (r->n < MIN_PIECES || r->tau_interval.why) {
        return ATTUNE_AUDIT_UNCLEAR;
    }
    /* The interval as strength in the declared direction. */
    const double low = r->tau_interval.low, high = r->tau_interval.high;
    const bool falls = metric->direction == ATTUNE_UP ||
                       (metric->direction == ATTUNE_NONE && low + high < 0.0);
    const double least = falls ? -high : low, most = falls ? -low : high;
    return least > 0.0       ? ATTUNE_AUDIT_HOLDS
           : most < WEAK_TAU ? ATTUNE_AUDIT_LOST
                             : ATTUNE_AUDIT_UNCLEAR;
}

static bool is_defined_somewhere(const struct attune_audit *audit, size_t metric, size_t series)
{
    for (size_t piece = 0; piece < audit->n_pieces; piece++) {
        if (attune_audit_damaged(audit, piece, series, 0)[metric].defined) {
            return true;
        }
    }
    return false;
}

static enum attune_code respond(struct attune_audit_summary *summary,
                                const struct attune_audit *audit, uint64_t seed,
                                struct attune_err *err)
{
    const size_t most = audit->selection.n * audit->n_series, n_pieces = audit->n_pieces;
    enum attune_code code = ATTUNE_E_MEMORY;
    double *tau = attune_alloc(most * n_pieces, sizeof *tau);
    unsigned char *defined = attune_alloc(most * n_pieces, 1);
    double *scratch = attune_alloc(2 * n_pieces, sizeof *scratch);
    struct attune_interval *intervals = attune_alloc(most, sizeof *intervals);
    summary->responses = attune_alloc(most, sizeof *summary->responses);
    if (!tau || !defined || !scratch || !intervals || !summary->responses) {
        attune_fail(err, code, "out of memory for the audit's summary");
        goto out;
    }
    for (size_t metric = 0; metric < audit->selection.n; metric++) {
        for (size_t series = 0; series < audit->n_series; series++) {
            if (is_defined_somewhere(audit, metric, series)) {
                const size_t k = summary->n_responses++;
                struct attune_audit_response *r = &summary->responses[k];
                *r = (struct attune_audit_response){.metric = metric, .series = series};
                correlate(audit, r, tau + k * n_pieces, defined + k * n_pieces);
                code = separate(audit, r, scratch, err);
                if (code) {
                    goto out;
                }
            }
        }
    }
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.seed = seed;
    how.n_replicates = 2000;
    code = attune_bootstrap_means(
        &how, &(struct attune_columns){tau, defined, summary->n_responses, n_pieces}, intervals,
        err);
    for (size_t k = 0; k < summary->n_responses && !code; k++) {
        struct attune_audit_response *r = &summary->responses[k];
        r->tau_interval = intervals[k];
        r->verdict = judge(audit, r);
        summary->n_held += r->verdict == ATTUNE_AUDIT_HOLDS;
        summary->n_lost += r->verdict == ATTUNE_AUDIT_LOST;
        summary->n_unclear += r->verdict == ATTUNE_AUDIT_UNCLEAR;
    }
out:
    attune_release(tau);
    attune_release(defined);
    attune_release(scratch);
    attune_release(intervals);
    return code;
}

/* scratch: (COMPARE_SCRATCH * n_pieces,) */
enum { COMPARE_SCRATCH = 3 + ATTUNE_KENDALL_SCRATCH(1) };
static struct attune_audit_invariance compare(const struct attune_audit *audit, size_t metric,
                                              size_t check, double *scratch)
{
    double *before = scratch, *after = before + audit->n_pieces, *change = after + audit->n_pieces;
    struct attune_audit_invariance v = {.metric = metric, .check = check};
    const enum attune_modality modality = attune_audit_checks[check].modality;
    for (size_t piece = 0; piece < audit->n_pieces; piece++) {
        const struct attune_audit_cell a = attune_audit_clean(audit, piece, modality)[metric];
        const struct attune_audit_cell b = attune_audit_checked(audit, piece, check)[metric];
        if (a.defined && b.defined) {
            before[v.n] = a.v;
            after[v.n] = b.v;
            change[v.n++] = fabs(a.v - b.v);
        }
        v.n_lost += a.defined != b.defined;
    }
    if (v.n > 0) {
        const double spread = attune_sd(before, v.n);
        for (size_t i = 0; i < v.n; i++) {
            const double size = fmax(fmax(fabs(before[i]), fabs(after[i])), fmax(spread, 1e-12));
            v.largest_change = fmax(v.largest_change, change[i] / size);
        }
        v.order = attune_kendall_tau_b(before, after, v.n, change + audit->n_pieces);
        v.typical_change = spread > 0.0 ? attune_quantile(change, v.n, 0.5) / spread : 0.0;
    }
    v.promised = metric_of(audit, metric)->invariant & attune_audit_checks[check].invariance;
    v.kept = v.n_lost == 0 && v.largest_change <= 1e-4;
    return v;
}

static enum attune_code check_promises(struct attune_audit_summary *summary,
                                       const struct attune_audit *audit, struct attune_err *err)
{
    double *scratch = attune_alloc(COMPARE_SCRATCH * audit->n_pieces, sizeof *scratch);
    summary->invariances =
        attune_alloc(audit->selection.n * attune_audit_n_checks, sizeof *summary->invariances);
    if (!scratch || !summary->invariances) {
        attune_release(scratch);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the audit's summary");
    }
    for (size_t metric = 0; metric < audit->selection.n && audit->checks; metric++) {
        for (size_t check = 0; check < attune_audit_n_checks; check++) {
            const struct attune_audit_invariance v = compare(audit, metric, check, scratch);
            if (v.n > 0) {
                summary->invariances[summary->n_invariances++] = v;
                summary->n_promises += v.promised;
                summary->n_broken += v.promised && !v.kept;
            }
        }
    }
    attune_release(scratch);
    return ATTUNE_OK;
}

static struct attune_audit_null_response look_at_null(const struct attune_audit *audit,
                                                      size_t metric, size_t null)
{
    const struct attune_metric *m = metric_of(audit, metric);
    struct attune_audit_null_response r = {.metric = metric, .null = null};
    double best = -INFINITY, sum = 0.0;
    for (size_t draw = 0; draw < ATTUNE_AUDIT_NULL_DRAWS; draw++) {
        const struct attune_audit_cell cell = attune_audit_null(audit, null, draw)[metric];
        if (cell.defined) {
            best = fmax(best, attune_metric_goodness(m, cell.v));
            sum += cell.v;
            r.n++;
        }
    }
    size_t n_clean = 0, n_worse = 0;
    for (size_t piece = 0; piece < audit->n_pieces && r.n; piece++) {
        const struct attune_audit_cell cell =
            attune_audit_clean(audit, piece, audit->nulls[null].seen_as)[metric];
        n_clean += cell.defined;
        n_worse += cell.defined && attune_metric_goodness(m, cell.v) < best;
    }
    r.mean = r.n ? sum / (double)r.n : 0.0;
    r.better_than = n_clean ? (double)n_worse / (double)n_clean : 0.0;
    return r;
}

static enum attune_code look_at_nulls(struct attune_audit_summary *summary,
                                      const struct attune_audit *audit, struct attune_err *err)
{
    summary->nulls = attune_alloc(audit->selection.n * audit->n_nulls, sizeof *summary->nulls);
    if (!summary->nulls) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the audit's summary");
    }
    for (size_t metric = 0; metric < audit->selection.n; metric++) {
        for (size_t null = 0; null < audit->n_nulls; null++) {
            const struct attune_audit_null_response r = look_at_null(audit, metric, null);
            if (r.n > 0) {
                summary->nulls[summary->n_nulls++] = r;
            }
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_audit_summarise(struct attune_audit_summary *summary,
                                        const struct attune_audit *audit, uint64_t seed,
                                        struct attune_err *err)
{
    *summary = (struct attune_audit_summary){0};
    enum attune_code code = respond(summary, audit, seed, err);
    if (!code) {
        code = check_promises(summary, audit, err);
    }
    if (!code) {
        code = look_at_nulls(summary, audit, err);
    }
    if (code) {
        attune_audit_summary_release(summary);
    }
    return code;
}

void attune_audit_summary_release(struct attune_audit_summary *summary)
{
    attune_release(summary->responses);
    attune_release(summary->invariances);
    attune_release(summary->nulls);
    *summary = (struct attune_audit_summary){0};
}
