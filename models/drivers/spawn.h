/* Inside the room: a child process with its pipes, limits and environment, freshly started. */
#ifndef ATTUNE_MODELS_SPAWN_H
#define ATTUNE_MODELS_SPAWN_H

#include <sys/types.h>

#include "models/drivers/process.h"
#include "models/drivers/strays.h"

struct attune_spawned {
    pid_t pid;         /* leads a process group of its own; 0: nothing was started */
    int in, out, err;  /* our ends of its pipes, non-blocking; -1: none */
    char mark[ATTUNE_MARK_SIZE]; /* in its environment, and in that of all it starts */
};

/* ATTUNE_E_MISSING: no such program; ATTUNE_E_IO: the system refused; ATTUNE_E_MEMORY. Whatever
 * happens, the caller stops the child and closes the pipes that are there. */
enum attune_code attune_spawn(const struct attune_process_spec *spec, struct attune_spawned *out,
                              struct attune_err *err);

/* Closes *fd unless it is -1, and makes it -1. */
void attune_fd_close(int *fd);

#endif
