/* Figures of a run from the database. */
#ifndef ATTUNE_CLI_PLOT_RUN_H
#define ATTUNE_CLI_PLOT_RUN_H

#include "cli/command.h"
#include "reports/plots/plot.h"

struct attune_plot_choice {
    const char *metrics, *run, *by; /* metrics, run: NULL for the kind's and the latest */
    bool by_prompt;
    double served, reward_tokens; /* frontier */
    const char *reference;        /* pareto: "X,Y"; NULL: none */
};

/* args: (n_args,) names or globs of the models to draw; all where there are none. Fills the
 * figure, draws nothing. */
enum attune_code attune_plot_run(const struct attune_common *common,
                                 const struct attune_plot_choice *choice,
                                 const struct attune_plot_kind *kind, char **args, int n_args,
                                 struct attune_figure *figure, struct attune_err *err);

#endif
