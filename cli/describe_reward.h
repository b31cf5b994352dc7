/* What a database knows of the reward models behind a column reward.NAME. */
#ifndef ATTUNE_CLI_DESCRIBE_REWARD_H
#define ATTUNE_CLI_DESCRIBE_REWARD_H

#include "cli/command.h"

/* Prints data, options and held-out figures of every training recorded under the name. *found is
 * false, and nothing is printed, where id is no such column or the database has no such model. */
enum attune_code attune_describe_reward(const struct attune_common *common, const char *id,
                                        bool *found, struct attune_err *err);

#endif
