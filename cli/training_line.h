/* The progress line of a training, for `attune model` and `attune run`. */
#ifndef ATTUNE_CLI_TRAINING_LINE_H
#define ATTUNE_CLI_TRAINING_LINE_H

#include <stdbool.h>

#include "models/training.h"

struct attune_training_line {
    bool terminal, quiet;
    size_t last_tenth; /* of a training that prints plain lines */
};

/* A watcher's fn; context is the line. On a terminal the line is rewritten, else there is one line
 * for every tenth. */
void attune_training_line_show(void *context, const struct attune_training_progress *progress);

#endif
