/* What an audit says of each metric: does it follow the dose, does it tell clean from damaged, does
 * it keep its promises, what does it think of things that are not music. */
#ifndef ATTUNE_HARNESS_AUDIT_SUMMARY_H
#define ATTUNE_HARNESS_AUDIT_SUMMARY_H

#include "harness/audit/audit.h"
#include "metrics/stats/bootstrap.h"

enum attune_audit_verdict {
    ATTUNE_AUDIT_NOT_DECLARED, /* the metric does not say that it responds */
    ATTUNE_AUDIT_HOLDS,        /* it gets worse with the dose: the interval of tau excludes 0 */
    ATTUNE_AUDIT_LOST,     /* it says so, but all of the interval lies below a tau of .2 that way */
    ATTUNE_AUDIT_UNCLEAR,  /* too few pieces to tell: the interval holds both 0 and .2 */
};
extern const char *const attune_audit_verdict_names[]; /* "-", "holds", "LOST", "unclear" */

/* One metric under one series of doses. Tau is Kendall's tau-b between dose and value (metrics with
 * a target: distance from it), per piece; a constant value has tau 0. AUC is the probability that a
 * clean piece has a better value than a damaged one (descriptive metrics: a greater one). */
struct attune_audit_response {
    size_t metric; /* index into the selection */
    size_t series;
    size_t n;      /* pieces with at least 6 of 11 doses defined */
    double tau;    /* mean over pieces */
    struct attune_interval tau_interval; /* 95 % bootstrap over pieces */
    double curve_tau;                    /* tau of the mean curve; pieces defined at all doses */
    /* over the defined pieces; meaningless where none is */
    double mean[ATTUNE_N_DOSES], auc[ATTUNE_N_DOSES];
    size_t n_defined[ATTUNE_N_DOSES];
    enum attune_audit_verdict verdict;
};

/* One metric under one change that should not matter. */
struct attune_audit_invariance {
    size_t metric, check;
    size_t n;               /* pieces defined before and after */
    size_t n_lost;          /* pieces defined before or after only */
    /* relative to the greater of the two values' magnitude, or to the spread over pieces where that
     * is more: a slope that cancels to nothing has no relative error */
    double largest_change;
    double typical_change;  /* median change over the deviation between pieces; 0 where that is 0 */
    double order;           /* tau-b between the pieces' values before and after */
    bool promised, kept;    /* kept: no piece lost, largest change at most 1e-4 */
};

/* One metric on one null. */
struct attune_audit_null_response {
    size_t metric, null;
    size_t n;          /* draws that gave a value */
    double mean;
    /* share of clean pieces that the best draw is better than (descriptive: greater) */
    double better_than;
};

struct attune_audit_summary {
    struct attune_audit_response *responses;
    size_t n_responses;
    struct attune_audit_invariance *invariances;
    size_t n_invariances;
    struct attune_audit_null_response *nulls;
    size_t n_nulls;
    size_t n_held, n_lost, n_unclear; /* verdicts over declared responses */
    size_t n_promises, n_broken;
};

/* Metrics that are defined nowhere in a series are left out. Release with
 * attune_audit_summary_release. */
enum attune_code attune_audit_summarise(struct attune_audit_summary *summary,
                                        const struct attune_audit *audit, uint64_t seed,
                                        struct attune_err *err);
void attune_audit_summary_release(struct attune_audit_summary *summary);

#endif
