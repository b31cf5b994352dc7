/* Pillars: the headline scores, 0 to 100.
 *
 *     pillar = 100 * g * sum_m w_m F_m(v_m) / sum_m w_m      over the members m that are defined
 *
 * F_m maps a metric's value to [0, 1]: the share of a reference pool that is worse. The pool holds
 * the audit's corpus undamaged and damaged in all doses, so that F_m still tells bad from worse.
 * For quality the pool ends where undamaged music begins (its lower quartile): being free of a
 * fault is all there is to win, so that one fault cannot disguise another. The weights w_m are
 * those of a pairwise logistic fit: of two doses of one damage on one piece the smaller must score
 * higher. Each guard lowers g from 1 in proportion as its metric leaves the range of the undamaged
 * corpus towards a degenerate end: one chord, one bar for ever, hiss, a bare tone. With the guards
 * the map is two-sided: nothing becomes better music by repeating itself. Undefined when fewer than
 * half of the members (by number) are defined.
 *
 * Members, weights, quantiles and guards are data (pillars.def), one set per modality, made by
 * `attune audit --derive-pillars`; the version of a pillar grows with every change of the data. */
#ifndef ATTUNE_METRICS_PILLARS_PILLAR_H
#define ATTUNE_METRICS_PILLARS_PILLAR_H

#include "metrics/metric.h"

enum attune_pillar { ATTUNE_PILLAR_HARMONY, ATTUNE_PILLAR_COHERENCE, ATTUNE_PILLAR_QUALITY,
                     ATTUNE_N_PILLARS };
extern const char *const attune_pillar_names[ATTUNE_N_PILLARS];

enum { ATTUNE_PILLAR_QUANTILES = 21 }; /* 0, 5, ... 100 % */

struct attune_pillar_member {
    enum attune_pillar pillar;
    enum attune_modality modality;
    const char *metric;
    int version;   /* of the metric when the table was made */
    double weight; /* sums to 1 per pillar and modality */
    double quantiles[ATTUNE_PILLAR_QUANTILES]; /* of the pool's goodness, ascending */
};

struct attune_pillar_guard {
    enum attune_pillar pillar;
    enum attune_modality modality;
    const char *metric;
    double at_zero, at_one; /* the value where the guard is 0, and from which on it is 1 */
};

extern const struct attune_pillar_member attune_pillar_members[];
extern const size_t attune_n_pillar_members;
extern const struct attune_pillar_guard attune_pillar_guards[];
extern const size_t attune_n_pillar_guards;
/* corpus, seed, version that the data comes from */
extern const char *const attune_pillar_provenance;

/* How good a value is: greater is better, whatever the metric's direction (descriptive: the value).
 */
double attune_metric_goodness(const struct attune_metric *metric, double value);

/* F_m: the share of the pool below x, linear between the quantiles, halfway where quantiles are
 * equal; beyond the best of the pool as there. */
double attune_pillar_share(const double quantiles[ATTUNE_PILLAR_QUANTILES], double goodness);

/* 0 at at_zero, 1 at at_one and beyond, linear between. */
double attune_pillar_guard_factor(const struct attune_pillar_guard *guard, double value);

struct attune_value attune_pillar_eval(enum attune_pillar pillar, struct attune_analysis *analysis);

#endif
