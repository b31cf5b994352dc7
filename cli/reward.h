/* The parts of `attune reward`: one file per sub-command, options shared. */
#ifndef ATTUNE_CLI_REWARD_H
#define ATTUNE_CLI_REWARD_H

#include "base/text.h"
#include "cli/command.h"
#include "harness/prefs/vote_table.h"
#include "harness/reward/items.h"
#include "harness/reward/reward_model.h"

struct attune_reward_options {
    const char *format, *from, *axis;
    const char *features, *embeddings, *folder, *metrics; /* where samples' features come from */
    const char *models, *score_a, *score_b, *ties;        /* test */
    const char *groups, *score;                           /* test: right and wrong answers */
    const char *ensemble;                                 /* score, test */
    const char *composite;                                /* score */
    double lambda;
    const char *out, *head, *hidden, *embedding_name;     /* train */
    double rate, l2, margin, smoothing, centring;
    uint64_t members, epochs, patience, batch, folds;
    bool no_generator_folds;
};

enum attune_code attune_reward_train_command(const struct attune_common *common,
                                             const struct attune_reward_options *options,
                                             char **files, int n_files, struct attune_err *err);
enum attune_code attune_reward_score_command(const struct attune_common *common,
                                             const struct attune_reward_options *options,
                                             char **args, int n_args, struct attune_err *err);
/* The same with --composite: a weighted sum of standardised scores, without a model. */
enum attune_code attune_reward_composite_command(const struct attune_common *common,
                                                 const struct attune_reward_options *options,
                                                 char **args, int n_args, struct attune_err *err);
enum attune_code attune_reward_test_command(const struct attune_common *common,
                                            const struct attune_reward_options *options,
                                            char **files, int n_files, struct attune_err *err);
/* The same with --groups: RewardBench 2's ties score, for prompts with several right answers. */
enum attune_code attune_reward_ties_command(const struct attune_common *common,
                                            const struct attune_reward_options *options,
                                            struct attune_err *err);
enum attune_code attune_reward_probe_command(const struct attune_common *common,
                                             const struct attune_reward_options *options,
                                             char **args, int n_args, int *exit_code,
                                             struct attune_err *err);

enum attune_code attune_reward_serve_command(const struct attune_reward_options *options,
                                             const char *path, struct attune_err *err);

/* The votes of the files, or those of the database when no file is named. */
enum attune_code attune_reward_votes(const struct attune_common *common,
                                     const struct attune_reward_options *options, char **files,
                                     int n_files, struct attune_vote_table *votes,
                                     struct attune_err *err);

/* Features of the named samples, for a model (its metrics, at least) or, with NULL, for training.
 * more: further metric globs, or NULL. */
enum attune_code attune_reward_items(const struct attune_common *common,
                                     const struct attune_reward_options *options,
                                     const struct attune_names *names,
                                     const struct attune_reward_model *model, const char *more,
                                     struct attune_items *items, struct attune_err *err);

/* What the model in a file says of the named samples, on an axis (NULL, or one that it does not
 * have: its only one), into reward (names->n,); NAN where a feature is missing. items receives what
 * it heard, and must be released even on failure. */
enum attune_code attune_reward_rate(const struct attune_common *common,
                                    const struct attune_reward_options *options, const char *path,
                                    const char *axis, const struct attune_names *names,
                                    const char *more, struct attune_items *items, double *reward,
                                    struct attune_err *err);

/* The n-th of comma-separated words; false past the last. A test takes so many candidates. */
enum { ATTUNE_REWARD_CANDIDATES = 8 };
bool attune_reward_word(const char *list, size_t n, char *out, size_t size);

struct attune_reward_voice attune_reward_voice_of(const struct attune_reward_options *options);

#endif
