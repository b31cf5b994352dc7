#include "models/option.h"

#include <math.h>

enum attune_code attune_option_number(const struct attune_model_spec *spec, const char *name,
                                      double fallback, double lo, double hi, double *out,
                                      struct attune_err *err)
{
    const char *text = attune_option_get(spec, name, NULL);
    char *end = NULL;
    *out = text ? strtod(text, &end) : fallback;
    if (text && (end == text || *end || !(*out >= lo && *out <= hi))) {
        return attune_fail(err, ATTUNE_E_INPUT, "model '%s': %s is '%s', not a number in %g..%g",
                           spec->name, name, text, lo, hi);
    }
    return ATTUNE_OK;
}

enum attune_code attune_option_count(const struct attune_model_spec *spec, const char *name,
                                     uint64_t fallback, uint64_t lo, uint64_t hi, uint64_t *out,
                                     struct attune_err *err)
{
    double value = 0.0;
    enum attune_code code =
        attune_option_number(spec, name, (double)fallback, (double)lo, (double)hi, &value, err);
    if (code == ATTUNE_OK && value != floor(value)) {
        return attune_fail(err, ATTUNE_E_INPUT, "model '%s': %s is '%s', not a whole number",
                           spec->name, name, attune_option_get(spec, name, ""));
    }
    *out = (uint64_t)value;
    return code;
}
