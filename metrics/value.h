/* A metric's value: a number, or the reason why there is none.
 * Undefined is neither 0 nor NaN; averages leave it out and say how many they left out. */
#ifndef ATTUNE_METRICS_VALUE_H
#define ATTUNE_METRICS_VALUE_H

#include <math.h>

enum attune_state {
    ATTUNE_DEFINED,
    ATTUNE_UNDEFINED,      /* the metric applies, but this sample gives no value */
    ATTUNE_NOT_APPLICABLE, /* the metric does not apply to this modality */
};

struct attune_value {
    double v;         /* meaningful only when DEFINED; then finite */
    enum attune_state state;
    const char *why; /* static text or text that lives as long as the analysis; NULL when DEFINED */
};

static inline struct attune_value attune_undefined(const char *why)
{
    return (struct attune_value){.v = 0.0, .state = ATTUNE_UNDEFINED, .why = why};
}

static inline struct attune_value attune_defined(double v)
{
    if (!isfinite(v)) {
        return attune_undefined("the computation gave no finite number");
    }
    return (struct attune_value){.v = v, .state = ATTUNE_DEFINED, .why = NULL};
}

#endif
