/* The parts of `attune prefs`: options shared by its sub-commands. */
#ifndef ATTUNE_CLI_PREFS_H
#define ATTUNE_CLI_PREFS_H

#include "cli/command.h"
#include "harness/prefs/prefs.h"

struct attune_prefs_options {
    const char *format, *from, *ties, *both_bad, *ci, *axis, *control;
    const char *features, *folder, *metrics, *models; /* agree */
    const char *plot, *plot_wins, *plot_history, *history;
    double ridge, k;
    uint64_t replicates;
};

/* What became of a file's rows, on stderr. */
void attune_prefs_say_account(const char *path, const struct attune_prefs_account *account);

/* attune prefs rank [FILE...]: ratings of the models. */
enum attune_code attune_prefs_rank_command(const struct attune_common *common,
                                           const struct attune_prefs_options *options, char **files,
                                           int n_files, struct attune_err *err);

/* attune prefs agree [FILE...]: every metric, score and reward model against people's labels. */
enum attune_code attune_prefs_agree_command(const struct attune_common *common,
                                            const struct attune_prefs_options *options,
                                            char **files, int n_files, struct attune_err *err);

#endif
