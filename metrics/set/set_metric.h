/* Metrics of a set of samples: the descriptor, the registry and the way from rows to values.
 *
 * A set metric compares the embeddings of candidates with those of a reference, or describes the
 * candidates alone. Beginning and stepping are the same for all of them, so they are done once for
 * all: rows are collected in a struct attune_set_pair (set.h), which also keeps what several
 * metrics share; the descriptor holds the final step. metrics/set/sets.def lists the metrics once.
 */
#ifndef ATTUNE_METRICS_SET_SET_METRIC_H
#define ATTUNE_METRICS_SET_SET_METRIC_H

#include "metrics/metric.h"
#include "metrics/set/set.h"

enum { ATTUNE_SET_MAX_DETAILS = 12 };

struct attune_set_value {
    struct attune_value value;
    double ci_low, ci_high; /* meaningful when ci_why is NULL */
    const char *ci_why;     /* static text: why there is no interval */
    struct {
        const char *key;    /* JSON key: "rank_reference", "r2", ... */
        double v;
    } detail[ATTUNE_SET_MAX_DETAILS];
    size_t n_details;
};

struct attune_set_metric {
    const char *id;    /* "set.fad" */
    int version;       /* grows with any change that can move a value */
    const char *title;
    const char *unit;
    enum attune_direction direction;
    double target;     /* for ATTUNE_TARGET */
    double lo, hi;
    bool needs_reference;
    bool needs_features; /* of the notes: struct attune_set.features, and its details are theirs */
    bool takes_moments; /* works where only mean and covariance are known */
    const char *summary, *formula, *source, *undefined_when;
    /* An undefined value is not an error; ATTUNE_E_MEMORY and ATTUNE_E_INTERNAL are. */
    enum attune_code (*final)(struct attune_set_pair *pair, struct attune_set_value *out,
                              struct attune_err *err);
};

/* All set metrics in the order of sets.def. */
extern const struct attune_set_metric *const attune_set_metrics[];
extern const size_t attune_n_set_metrics;

/* By id, or NULL. */
const struct attune_set_metric *attune_set_metric_find(const char *id);

/* Evaluates one metric: undefined where the reference or the rows themselves are missing. */
enum attune_code attune_set_metric_eval(const struct attune_set_metric *metric,
                                        struct attune_set_pair *pair, struct attune_set_value *out,
                                        struct attune_err *err);

/* What a set metric shares with one of samples, for lists and descriptions; inputs is 0, eval NULL.
 */
struct attune_metric attune_set_metric_view(const struct attune_set_metric *metric);

/* Adds a detail; ignored when there is no room. */
void attune_set_detail(struct attune_set_value *out, const char *key, double v);

#endif
