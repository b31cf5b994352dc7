/* Child processes: started by argument vector (never a shell) in a process group of their own, with
 * a reduced environment, limits on memory and files, deadlines and bounded output. Everything a
 * child can do wrong comes back as an error: it hangs, dies, floods, stops reading, writes half a
 * line. A child never outlives its process struct.
 *
 * One process is used by one thread at a time; different processes may be used by different
 * threads.
 */
#ifndef ATTUNE_MODELS_PROCESS_H
#define ATTUNE_MODELS_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define ATTUNE_FILE_BYTES (UINT64_C(16) << 30)

/* What a suite says of the processes of a model, scorer or embedding. */
struct attune_process_limits {
    uint64_t memory_bytes;   /* address space of a process; 0: no limit */
    uint64_t file_bytes;     /* of any file it writes; 0: ATTUNE_FILE_BYTES */
    const char *const *env;  /* NULL-terminated names let through beside the usual; may be NULL */
    const char *const *gpus; /* NULL-terminated, dealt out to the workers in turn; may be NULL */
};

struct attune_process_spec {
    /* NULL-terminated; argv[0] with a slash is relative to folder, else sought in PATH */
    const char *const *argv;
    const char *folder;      /* where the child starts; NULL: here */
    struct attune_process_limits limits;
    const char *gpu;         /* its CUDA_VISIBLE_DEVICES; NULL: ours */
    bool talk;               /* stdin is a pipe; otherwise /dev/null */
    bool die_with_thread;    /* killed when the starting thread ends, also by kill -9 of attune */
};

struct attune_process;

/* Starts the child. ATTUNE_E_MISSING: no such program; ATTUNE_E_IO: the system refused. */
enum attune_code attune_process_start(struct attune_process **out,
                                      const struct attune_process_spec *spec,
                                      struct attune_err *err);

/* SIGTERM to the whole group, SIGKILL after grace_s and to whatever the child has started outside
 * its group, then everything is given back. NULL-safe. */
void attune_process_stop(struct attune_process *process, double grace_s);

/* A deadline: seconds on the monotonic clock. */
double attune_now_s(void);

/* Writes all bytes. ATTUNE_E_TIMEOUT at the deadline, ATTUNE_E_CHILD when the child has closed its
 * input, ATTUNE_E_INTERRUPTED when *cancelled becomes true. cancelled may be NULL. */
enum attune_code attune_process_write(struct attune_process *process, const char *bytes,
                                      size_t n_bytes, double deadline_s,
                                      const atomic_bool *cancelled, struct attune_err *err);

/* Reads one line without its newline into line (reset first). ATTUNE_E_CHILD: the child ended or
 * closed its output (the message says how and quotes the end of its stderr), the line is longer
 * than max_bytes or holds a zero byte; ATTUNE_E_TIMEOUT says how much of a line had come. */
enum attune_code attune_process_read_line(struct attune_process *process, struct attune_buf *line,
                                          size_t max_bytes, double deadline_s,
                                          const atomic_bool *cancelled, struct attune_err *err);

/* Whether output waits to be read, or the child has closed its output. */
bool attune_process_has_output(struct attune_process *process);

/* Waits for the end of the child, throwing away its output. ATTUNE_E_CHILD unless it exits with 0,
 * also when it prints more than max_output bytes. */
enum attune_code attune_process_wait(struct attune_process *process, size_t max_output,
                                     double deadline_s, const atomic_bool *cancelled,
                                     struct attune_err *err);

/* The last bytes of stderr in one printable line, at most a few hundred; "" when it was silent. */
const char *attune_process_stderr(struct attune_process *process);

/* Where a program named argv0 would be found, as attune_process_start does: into path. False if
 * nowhere. */
bool attune_program_find(const char *argv0, const char *folder, char *path, size_t size);

#endif
