/* How often the gate cries wolf, and how often it sleeps: repeated weeks of a candidate that is
 * the baseline's equal, but for a loss that is put in on one metric.
 *
 * Invented weeks: prompt effects shared by both models, three seeds each with noise as large as
 * that between prompts; a third of the metrics is normal, a third skewed, a third yes or no.
 * Weeks from a pilot: prompts drawn with replacement from a comparison of two models, the signs of
 * each prompt's differences changed at random, over all metrics together. Then the models are equal
 * whatever the pilot found, and spread, ties and the correlation of the metrics are its own.
 *
 * Repetitions draw from streams of their own: any number of threads gives the same counts. */
#ifndef ATTUNE_REPORTS_GATE_SIMULATE_H
#define ATTUNE_REPORTS_GATE_SIMULATE_H

#include "reports/gate.h"

struct attune_gate_world {
    const struct attune_contrasts *pilot; /* NULL: invented weeks */
    size_t n_metrics;                     /* of invented weeks */
    const struct attune_margins *margins;
    double alpha;
    uint64_t seed;
    size_t n_threads;
};

struct attune_gate_trial {
    size_t n_prompts, n_repetitions;
    double loss;     /* in standard deviations of the baseline's prompt means; metrics take turns */
    size_t count[3]; /* repetitions by verdict: pass, regress, inconclusive */
};

/* Fills count. ATTUNE_E_MEMORY, ATTUNE_E_INCONCLUSIVE for a pilot without a metric to gate. */
enum attune_code attune_gate_simulate(const struct attune_gate_world *world,
                                      struct attune_gate_trial *trial, struct attune_err *err);

#endif
