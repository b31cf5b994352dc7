/* Evaluating a pillar from its table. */
#include "metrics/pillars/pillar.h"

#include <math.h>

const char *const attune_pillar_names[ATTUNE_N_PILLARS] = {"harmony", "coherence", "quality"};

#define PROVENANCE(text)
#define MEMBER(pillar, modality, metric, version, weight, ...)                                     \
    {ATTUNE_PILLAR_##pillar, ATTUNE_##modality, metric, version, weight, {__VA_ARGS__}},
#define GUARD(pillar, modality, metric, at_zero, at_one)
const struct attune_pillar_member attune_pillar_members[] = {
#include "metrics/pillars/pillars.def"
    {.metric = NULL}, /* before the first derivation the table is empty */
};
const size_t attune_n_pillar_members =
    sizeof attune_pillar_members / sizeof *attune_pillar_members - 1;
#undef MEMBER
#undef GUARD

#define MEMBER(pillar, modality, metric, version, weight, ...)
#define GUARD(pillar, modality, metric, at_zero, at_one)                                           \
    {ATTUNE_PILLAR_##pillar, ATTUNE_##modality, metric, at_zero, at_one},
const struct attune_pillar_guard attune_pillar_guards[] = {
#include "metrics/pillars/pillars.def"
    {.metric = NULL},
};
const size_t attune_n_pillar_guards =
    sizeof attune_pillar_guards / sizeof *attune_pillar_guards - 1;
#undef GUARD
#undef PROVENANCE

#define GUARD(pillar, modality, metric, at_zero, at_one)
#define PROVENANCE(text) text
const char *const attune_pillar_provenance = ""
#include "metrics/pillars/pillars.def"
    ;
#undef MEMBER
#undef GUARD
#undef PROVENANCE

double attune_metric_goodness(const struct attune_metric *metric, double value)
{
    switch (metric->direction) {
    case ATTUNE_DOWN:
        return -value;
    case ATTUNE_TARGET:
        return -fabs(value - metric->target);
    default:
        return value;
    }
}

double attune_pillar_share(const double quantiles[ATTUNE_PILLAR_QUANTILES], double goodness)
{
    const int last = ATTUNE_PILLAR_QUANTILES - 1;
    goodness = fmin(goodness, quantiles[last]);
    int below = 0, upto = 0; /* quantiles < x, quantiles <= x */
    while (below <= last && quantiles[below] < goodness) {
        below++;
    }
    upto = below;
    while (upto <= last && quantiles[upto] <= goodness) {
        upto++;
    }
    double position;
    if (upto > below) { /* on one quantile or on a run of equal ones */
        position = 0.5 * (below + upto - 1);
    } else if (below == 0) {
        position = 0.0;
    } else {
        const double low = quantiles[below - 1], high = quantiles[below];
        position = below - 1 + (goodness - low) / (high - low);
    }
    return position / last;
}

double attune_pillar_guard_factor(const struct attune_pillar_guard *guard, double value)
{
    const double range = guard->at_one - guard->at_zero;
    const double x = range != 0.0 ? (value - guard->at_zero) / range : 1.0;
    return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

struct attune_value attune_pillar_eval(enum attune_pillar pillar, struct attune_analysis *analysis)
{
    const enum attune_modality modality = attune_analysis_modality(analysis);
    double sum = 0.0, weight = 0.0, factor = 1.0;
    size_t n = 0, n_defined = 0;
    for (size_t i = 0; i < attune_n_pillar_members; i++) {
        const struct attune_pillar_member *member = &attune_pillar_members[i];
        if (member->pillar != pillar || member->modality != modality) {
            continue;
        }
        const struct attune_metric *metric = attune_metric_find(member->metric);
        const struct attune_value value = attune_metric_eval(metric, analysis);
        n++;
        if (value.state == ATTUNE_DEFINED) {
            const double goodness = attune_metric_goodness(metric, value.v);
            sum += member->weight * attune_pillar_share(member->quantiles, goodness);
            weight += member->weight;
            n_defined++;
        }
    }
    if (n == 0) {
        return attune_undefined("the shipped tables hold no members for this modality");
    }
    if (2 * n_defined < n || weight <= 0.0) {
        return attune_undefined("fewer than half of the members are defined");
    }
    for (size_t i = 0; i < attune_n_pillar_guards; i++) {
        const struct attune_pillar_guard *guard = &attune_pillar_guards[i];
        if (guard->pillar == pillar && guard->modality == modality) {
            const struct attune_value value =
                attune_metric_eval(attune_metric_find(guard->metric), analysis);
            if (value.state == ATTUNE_DEFINED) {
                factor *= attune_pillar_guard_factor(guard, value.v);
            }
        }
    }
    return attune_defined(100.0 * factor * sum / weight);
}
