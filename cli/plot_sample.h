/* Figures of one sample for `attune plot`. */
#ifndef ATTUNE_CLI_PLOT_SAMPLE_H
#define ATTUNE_CLI_PLOT_SAMPLE_H

#include "reports/plots/plot.h"

/* Draws a kind of the list that is of a sample. name: a path, or the id of a sample in a run of the
 * database (run_name NULL: the latest). ATTUNE_E_INPUT with the reason where there is nothing to
 * draw. */
enum attune_code attune_plot_sample(const char *db, const char *run_name, const char *kind,
                                    const char *name, struct attune_figure *figure,
                                    struct attune_err *err);

#endif
