/* What `attune prefs rank --control` holds constant: values that the votes carry, or columns of
 * --features by sample. */
#include <math.h>

#include "base/text.h"
#include "cli/prefs.h"

/* Controls that votes may carry, what one more of each is, and the column of `attune eval` that
 * gives it where they do not. */
static const struct {
    const char *name, *more, *column;
} carried[] = {
    {"length", "longer", "duration_s"},
    {"loudness", "louder", "quality.loudness_lufs"},
    {"density", "denser", "symbolic.note_density"},
};
enum { N_CARRIED = sizeof carried / sizeof *carried };

static size_t carried_at(const char *name)
{
    size_t i = 0;
    while (i < N_CARRIED && strcmp(carried[i].name, name) != 0) {
        i++;
    }
    return i;
}

const char *attune_prefs_control_more(const char *name)
{
    const size_t i = carried_at(name);
    return i < N_CARRIED ? carried[i].more : "more";
}

static const char *column_of(const char *name)
{
    const size_t i = carried_at(name);
    return i < N_CARRIED ? carried[i].column : name;
}

static enum attune_code take_names(const char *list, bool any, struct attune_ballot *ballot,
                                   struct attune_err *err)
{
    for (const char *at = list; at && *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
        const int n = (int)strcspn(at, ",");
        if (ballot->n_controls == ATTUNE_MAX_CONTROLS || n >= ATTUNE_CONTROL_NAME) {
            return attune_fail(err, ATTUNE_E_USAGE,
                               "--control takes at most %d names of at most %d letters",
                               ATTUNE_MAX_CONTROLS, ATTUNE_CONTROL_NAME - 1);
        }
        char *name = ballot->control[ballot->n_controls++];
        snprintf(name, ATTUNE_CONTROL_NAME, "%.*s", n, at);
        if (!any && carried_at(name) == N_CARRIED) {
            attune_fail(err, ATTUNE_E_USAGE,
                        "--control '%s': allowed are length, loudness, density", name);
            attune_err_hint(err, "with --features FILE also the columns of that file");
            return ATTUNE_E_USAGE;
        }
    }
    return ATTUNE_OK;
}

static enum attune_code take_samples(void *context, const struct attune_preference *p,
                                     struct attune_err *err)
{
    struct attune_names *names = context;
    const char *samples[] = {p->sample_a, p->sample_b};
    for (int side = 0; side < 2; side++) {
        if (samples[side][0] && attune_names_add(names, samples[side]) == SIZE_MAX) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for samples");
        }
    }
    return ATTUNE_OK;
}

static double value_of(void *context, const char *sample, size_t control)
{
    const struct attune_prefs_controls *c = context;
    const size_t item = sample[0] ? attune_names_find(&c->samples, sample) : SIZE_MAX;
    return item == SIZE_MAX || c->column[control] == SIZE_MAX
               ? NAN
               : c->items.x[item * c->items.features.n + c->column[control]];
}

/* Columns of the controls; one that only the file can give must be there. */
static enum attune_code find_columns(struct attune_prefs_controls *c, const char *path,
                                     const struct attune_ballot *ballot, struct attune_err *err)
{
    for (size_t i = 0; i < ballot->n_controls; i++) {
        const char *name = ballot->control[i];
        c->column[i] = attune_names_find(&c->items.features, column_of(name));
        if (c->column[i] == SIZE_MAX && carried_at(name) == N_CARRIED) {
            return attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "no column '%s'", name);
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_prefs_controls_init(struct attune_prefs_controls *c,
                                            const struct attune_common *common,
                                            const struct attune_prefs_options *o, char **files,
                                            int n_files, struct attune_ballot *ballot,
                                            struct attune_err *err)
{
    *c = (struct attune_prefs_controls){0};
    enum attune_code code = take_names(o->control, o->features != NULL, ballot, err);
    if (code || !o->features || ballot->n_controls == 0) {
        return code;
    }
    struct attune_buf wanted = ATTUNE_BUF_INIT;
    for (size_t i = 0; i < ballot->n_controls; i++) {
        attune_buf_addf(&wanted, "%s%s", i ? "," : "", column_of(ballot->control[i]));
    }
    const struct attune_item_source source = {.table = o->features,
                                              .metrics = attune_buf_text(&wanted)};
    code = attune_prefs_votes(common, o, files, n_files, false, take_samples, &c->samples, err);
    code = code ? code : attune_items_load(&c->items, &c->samples, &source, err);
    code = code ? code : find_columns(c, o->features, ballot, err);
    attune_buf_release(&wanted);
    ballot->value = value_of;
    ballot->value_context = c;
    return code;
}

void attune_prefs_controls_release(struct attune_prefs_controls *c)
{
    attune_names_release(&c->samples);
    attune_items_release(&c->items);
}
