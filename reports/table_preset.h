/* Tables of papers by name. */
#ifndef ATTUNE_REPORTS_TABLE_PRESET_H
#define ATTUNE_REPORTS_TABLE_PRESET_H

#include "reports/table_spec.h"

/* A preset is a spec; what needs more than columns of the board has a build function (text2midi,
 * reward-models). A new table is a line in table_preset.c, and a file where it builds. */
struct attune_table_preset {
    const char *name, *summary;
    struct attune_table_spec spec;
};
extern const struct attune_table_preset attune_table_presets[]; /* ends with a NULL name */

/* ATTUNE_E_USAGE with the nearest name. */
enum attune_code attune_table_preset_find(const char *name, const struct attune_table_preset **out,
                                          struct attune_err *err);

#endif
