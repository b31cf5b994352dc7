/* `attune eval --reference`: the evaluated files as a set against a reference, and each file's
 * nearest reference. */
#ifndef ATTUNE_CLI_EVAL_REFERENCE_H
#define ATTUNE_CLI_EVAL_REFERENCE_H

#include "base/io/file.h"
#include "cli/command.h"

struct attune_eval_reference {
    const char *path;      /* a SET as in `attune distance` */
    const char *globs;     /* --metrics: those over set metrics count; NULL or none: all */
    const char *soundfont; /* MIDI is rendered through it; NULL: notes as notes */
    bool json;             /* one line of JSON, or a table */
};

/* Prints to stdout; warnings go into the JSON, else to stderr. */
enum attune_code attune_eval_against(const struct attune_common *common,
                                     const struct attune_eval_reference *how,
                                     const struct attune_file_list *files, struct attune_err *err);

#endif
