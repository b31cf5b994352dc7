/* The files behind the paths of a command line. */
#ifndef ATTUNE_CLI_COLLECT_H
#define ATTUNE_CLI_COLLECT_H

#include "base/io/file.h"
#include "cli/command.h"

/* Files named on the command line are taken as they are; what a folder holds is sorted by content,
 * and what is neither audio nor MIDI is named on stderr (unless --quiet) and left out. Release
 * files in any case. */
enum attune_code attune_collect_files(const struct attune_common *common, char **args, int n_args,
                                      struct attune_file_list *files, struct attune_err *err);

#endif
