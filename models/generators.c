/* The list of all generators, made from generators.def, and look-ups in it. */
#include "models/generator.h"

#include "base/text.h"

#define GENERATOR(name) extern const struct attune_generator attune_generator_##name;
#include "models/generators.def"
#undef GENERATOR

const struct attune_generator *const attune_generators[] = {
#define GENERATOR(name) &attune_generator_##name,
#include "models/generators.def"
#undef GENERATOR
    NULL,
};

const char *const attune_method_names[ATTUNE_N_METHODS] = {
    "none", "sft", "rlhf", "dpo", "inference", "other",
};

const char *attune_option_get(const struct attune_model_spec *spec, const char *name,
                              const char *fallback)
{
    for (size_t i = 0; i < spec->n_options; i++) {
        if (strcmp(spec->options[i].name, name) == 0) {
            return spec->options[i].value;
        }
    }
    return fallback;
}

enum attune_code attune_generator_for(const struct attune_model_spec *spec,
                                      const struct attune_generator **out, struct attune_err *err)
{
    const char *wanted = spec->builtin   ? spec->builtin
                         : spec->command ? "command"
                         : spec->worker  ? "worker"
                                         : "samples";
    const char *names[64];
    size_t n_names = 0;
    for (size_t i = 0; attune_generators[i]; i++) {
        const struct attune_generator *g = attune_generators[i];
        if (g->builtin == (spec->builtin != NULL)) {
            if (strcmp(g->name, wanted) == 0) {
                *out = g;
                return ATTUNE_OK;
            }
            names[n_names++] = g->name;
        }
    }
    enum attune_code code = attune_fail(
        err, ATTUNE_E_INPUT, "model '%s': no built-in generator '%s'", spec->name, wanted);
    const char *near = attune_nearest(wanted, names, n_names);
    if (near) {
        attune_err_hint(err, "did you mean '%s'? `attune list models` shows all", near);
    } else {
        attune_err_hint(err, "`attune list models` shows all");
    }
    return code;
}
