/* The parts of `attune prefs`: options shared by its sub-commands. */
#ifndef ATTUNE_CLI_PREFS_H
#define ATTUNE_CLI_PREFS_H

#include "cli/command.h"
#include "harness/prefs/ballot.h"
#include "harness/reward/items.h"

struct attune_prefs_options {
    const char *format, *from, *ties, *both_bad, *ci, *axis, *control;
    const char *features;                  /* rank, agree */
    const char *folder, *metrics, *models; /* agree */
    const char *plot, *plot_wins, *plot_history, *history;
    double ridge, k;
    uint64_t replicates;
};

/* What became of a file's rows, on stderr. */
void attune_prefs_say_account(const char *path, const struct attune_prefs_account *account);

/* The votes of the files, or those of the database when no file is named; say: what became of the
 * rows, on stderr with --verbose. */
enum attune_code attune_prefs_votes(const struct attune_common *common,
                                    const struct attune_prefs_options *options, char **files,
                                    int n_files, bool say, attune_preference_fn *take,
                                    void *context, struct attune_err *err);

/* Values to hold constant that the votes do not carry themselves. */
struct attune_prefs_controls {
    struct attune_names samples;
    struct attune_items items;
    size_t column[ATTUNE_MAX_CONTROLS]; /* of items; SIZE_MAX: none */
};

/* Reads --control and --features into a ballot that no vote is in yet; release also on failure. */
enum attune_code attune_prefs_controls_init(struct attune_prefs_controls *controls,
                                            const struct attune_common *common,
                                            const struct attune_prefs_options *options,
                                            char **files, int n_files,
                                            struct attune_ballot *ballot, struct attune_err *err);
void attune_prefs_controls_release(struct attune_prefs_controls *controls);

/* What more of a control is: "longer", "louder", "denser", else "more". */
const char *attune_prefs_control_more(const char *name);

/* attune prefs rank [FILE...]: ratings of the models. */
enum attune_code attune_prefs_rank_command(const struct attune_common *common,
                                           const struct attune_prefs_options *options, char **files,
                                           int n_files, struct attune_err *err);

/* attune prefs agree [FILE...]: every metric, score and reward model against people's labels. */
enum attune_code attune_prefs_agree_command(const struct attune_common *common,
                                            const struct attune_prefs_options *options,
                                            char **files, int n_files, struct attune_err *err);

#endif
