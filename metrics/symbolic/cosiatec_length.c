/* COSIATEC encoding length: what is left of the points when each repeated pattern is written
 * once (cosiatec.h). At most 2000 points: of a longer piece the first 2000 are encoded. */
#include "metrics/metric.h"
#include "metrics/symbolic/cosiatec.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_cosiatec *encoding = attune_analysis_cosiatec(a);
    return encoding->why ? attune_undefined(encoding->why)
                         : attune_defined((double)encoding->length);
}

const struct attune_metric attune_metric_symbolic_cosiatec_length = {
    .id = "symbolic.cosiatec_length",
    .version = 1,
    .title = "COSIATEC encoding length",
    .unit = "1",
    .direction = ATTUNE_NONE,
    .lo = 1,
    .hi = 2000,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "length of the encoding by translated patterns",
    .formula =
        "sum over TECs of (|pattern| + |translators| - 1), greedy by ratio; first 2000 "
        "points",
    .source = "Meredith 2013; Text2midi's CR (Bhandari et al. 2025)",
    .undefined_when = "there are no notes",
    .eval = eval,
};
