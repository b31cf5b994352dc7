/* The parts of `attune prefs`: options shared by its sub-commands. */
#ifndef ATTUNE_CLI_PREFS_H
#define ATTUNE_CLI_PREFS_H

#include "cli/command.h"

struct attune_prefs_options {
    const char *format, *from, *ties, *both_bad, *ci, *axis, *control;
    const char *features, *folder, *metrics, *models; /* agree */
    const char *plot, *plot_wins;
    double ridge;
    uint64_t replicates;
};

/* attune prefs agree [FILE...]: every metric, score and reward model against people's labels. */
enum attune_code attune_prefs_agree_command(const struct attune_common *common,
                                            const struct attune_prefs_options *options,
                                            char **files, int n_files, struct attune_err *err);

#endif
