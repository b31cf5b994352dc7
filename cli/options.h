/* Parsing of options and arguments from tables, and the help made from them. */
#ifndef ATTUNE_CLI_OPTIONS_H
#define ATTUNE_CLI_OPTIONS_H

#include "base/text.h"
#include "cli/command.h"

extern const struct attune_opt attune_common_options[];

/* Fills common and options from argv (without the program's and the command's names). Positional
 * arguments are moved to the front of argv; *n_args is their number. `--name=value`, `--name
 * value`, `--` ends options. ATTUNE_E_USAGE with the nearest option name. */
enum attune_code attune_options_parse(const struct attune_command *command,
                                      struct attune_common *common, void *options, char **argv,
                                      int argc, int *n_args, struct attune_err *err);

void attune_help_command(struct attune_buf *out, const struct attune_command *command);
void attune_help_all(struct attune_buf *out);

const struct attune_command *attune_command_find(const char *name);

#endif
