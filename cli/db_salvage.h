/* `attune db salvage DAMAGED.db --out NEW.db`. */
#ifndef ATTUNE_CLI_DB_SALVAGE_H
#define ATTUNE_CLI_DB_SALVAGE_H

#include "cli/command.h"

/* Exit 0: every row was read; 1: something is lost, and said. */
enum attune_code attune_db_salvage(const struct attune_common *common, const char *damaged,
                                   const char *out, int *exit_code, struct attune_err *err);

#endif
