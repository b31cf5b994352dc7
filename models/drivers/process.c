/* Talking to child processes over pipes and poll, and their end. */
#include "models/drivers/process.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "models/drivers/spawn.h"

enum {
    BLOCK = 1 << 16,
    TAIL = 320,       /* bytes of stderr kept: with what is said before them, all of a message */
    POLL_MS = 50,     /* how often the end of a child and Ctrl-C are looked for */
};

struct attune_process {
    struct attune_spawned child;
    bool ended;
    int status;
    size_t n_output;  /* bytes of stdout and stderr so far */
    char *block;      /* (BLOCK,) stdout read but not yet taken: [block_from, block_to) */
    size_t block_from, block_to;
    char tail[TAIL];
    size_t n_tail;
    char message[TAIL + 1];
};

double attune_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum attune_code attune_process_start(struct attune_process **out,
                                      const struct attune_process_spec *spec,
                                      struct attune_err *err)
{
    struct attune_process *p = attune_alloc(1, sizeof *p);
    char *block = attune_alloc(BLOCK, 1);
    if (!p || !block) {
        attune_release(p);
        attune_release(block);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory starting '%s'",
                           spec->argv[0] ? spec->argv[0] : "");
    }
    p->block = block;
    enum attune_code code = attune_spawn(spec, &p->child, err);
    if (code != ATTUNE_OK) {
        attune_process_stop(p, 0.0);
        return code;
    }
    *out = p;
    return ATTUNE_OK;
}

static bool has_ended(struct attune_process *p)
{
    if (!p->ended && p->child.pid > 0) {
        p->ended = waitpid(p->child.pid, &p->status, WNOHANG) == p->child.pid;
    }
    return p->ended;
}

void attune_process_stop(struct attune_process *p, double grace_s)
{
    if (!p) {
        return;
    }
    attune_fd_close(&p->child.in);
    if (p->child.pid > 0) {
        double until = attune_now_s() + grace_s;
        if (grace_s > 0.0 && !has_ended(p)) {
            kill(-p->child.pid, SIGTERM);
            while (!has_ended(p) && attune_now_s() < until) {
                nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
            }
        }
        kill(-p->child.pid, SIGKILL); /* whatever is left of the group */
        if (!p->ended) {
            waitpid(p->child.pid, &p->status, 0);
        }
        attune_strays_kill(p->child.mark);
    }
    attune_fd_close(&p->child.out);
    attune_fd_close(&p->child.err);
    attune_release(p->block);
    attune_release(p);
}

static void keep_tail(struct attune_process *p, const char *bytes, size_t n)
{
    if (n > TAIL) {
        bytes += n - TAIL;
        n = TAIL;
    }
    if (p->n_tail + n > TAIL) {
        size_t drop = p->n_tail + n - TAIL;
        memmove(p->tail, p->tail + drop, p->n_tail - drop);
        p->n_tail -= drop;
    }
    memcpy(p->tail + p->n_tail, bytes, n);
    p->n_tail += n;
}

static void drain_stderr(struct attune_process *p)
{
    char bytes[4096];
    /* A bounded number of reads: a child that floods stderr must not keep us here. */
    for (int i = 0; i < 16 && p->child.err >= 0; i++) {
        ssize_t n = read(p->child.err, bytes, sizeof bytes);
        if (n > 0) {
            p->n_output += (size_t)n;
            keep_tail(p, bytes, (size_t)n);
        } else {
            if (n == 0) {
                attune_fd_close(&p->child.err);
            }
            return;
        }
    }
}

const char *attune_process_stderr(struct attune_process *p)
{
    drain_stderr(p);
    size_t n = 0;
    for (size_t i = 0; i < p->n_tail; i++) {
        unsigned char c = (unsigned char)p->tail[i];
        bool space = c == '\n' || c == '\t' || c == ' ';
        if (space ? n > 0 && p->message[n - 1] != ' ' : c > 32 && c < 127) {
            p->message[n++] = space ? ' ' : (char)c;
        }
    }
    while (n > 0 && p->message[n - 1] == ' ') {
        n--;
    }
    p->message[n] = '\0';
    return p->message;
}

static enum attune_code ended_badly(struct attune_process *p, const char *when,
                                    struct attune_err *err)
{
    const char *said = attune_process_stderr(p);
    const char *quote = *said ? "; stderr: " : "";
    if (p->ended && WIFSIGNALED(p->status)) {
        return attune_fail(err, ATTUNE_E_CHILD, "killed by signal %d (%s)%s%s%s",
                           WTERMSIG(p->status), strsignal(WTERMSIG(p->status)), when, quote, said);
    }
    if (p->ended) {
        return attune_fail(err, ATTUNE_E_CHILD, "exit code %d%s%s%s", WEXITSTATUS(p->status), when,
                           quote, said);
    }
    return attune_fail(err, ATTUNE_E_CHILD, "closed its output%s%s%s", when, quote, said);
}

/* Waits for events on stdin (if wanted), stdout and stderr; drains stderr. */
static enum attune_code wait_ready(struct attune_process *p, bool to_write, double deadline_s,
                                   const atomic_bool *cancelled, struct attune_err *err)
{
    if (cancelled && atomic_load(cancelled)) {
        return attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted");
    }
    double left_ms = 1000.0 * (deadline_s - attune_now_s());
    if (left_ms <= 0.0) {
        return attune_fail(err, ATTUNE_E_TIMEOUT, "no answer in time");
    }
    struct pollfd fds[3] = {
        {.fd = to_write ? p->child.in : -1, .events = POLLOUT},
        {.fd = p->child.out, .events = POLLIN},
        {.fd = p->child.err, .events = POLLIN},
    };
    if (to_write) {
        fds[1].fd = -1;
    }
    poll(fds, 3, left_ms < POLL_MS ? (int)left_ms + 1 : POLL_MS);
    drain_stderr(p);
    return ATTUNE_OK;
}

/* write() without SIGPIPE reaching the program: blocked for this thread, and taken if it was
 * raised. */
static ssize_t write_quietly(int fd, const char *bytes, size_t n)
{
    sigset_t pipe_only, before, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t written = write(fd, bytes, n);
    int error = errno;
    if (written < 0 && error == EPIPE && !was_pending) {
        sigtimedwait(&pipe_only, NULL, &(struct timespec){0});
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return written;
}

enum attune_code attune_process_write(struct attune_process *p, const char *bytes, size_t n_bytes,
                                      double deadline_s, const atomic_bool *cancelled,
                                      struct attune_err *err)
{
    while (n_bytes > 0) {
        ssize_t n = p->child.in < 0 ? -1 : write_quietly(p->child.in, bytes, n_bytes);
        if (n > 0) {
            bytes += n;
            n_bytes -= (size_t)n;
            continue;
        }
        if (p->child.in < 0 || (errno != EAGAIN && errno != EINTR)) {
            nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* let its end be seen */
            if (has_ended(p)) {
                return ended_badly(p, " before the request", err);
            }
            return attune_fail(err, ATTUNE_E_CHILD, "closed its input");
        }
        enum attune_code code = wait_ready(p, true, deadline_s, cancelled, err);
        if (code == ATTUNE_E_TIMEOUT) {
            return attune_fail(err, code, "does not read its input");
        }
        if (code != ATTUNE_OK) {
            return code;
        }
    }
    return ATTUNE_OK;
}

/* Fills the empty block: bytes read, 0 at the end of output, -1 when nothing is there yet. */
static ssize_t fill_block(struct attune_process *p)
{
    if (p->child.out < 0) {
        return 0;
    }
    ssize_t n = read(p->child.out, p->block, BLOCK);
    if (n > 0) {
        p->n_output += (size_t)n;
        p->block_from = 0;
        p->block_to = (size_t)n;
    } else if (n == 0) {
        attune_fd_close(&p->child.out);
    } else if (errno != EAGAIN && errno != EINTR) {
        attune_fd_close(&p->child.out);
        return 0;
    }
    return n;
}

bool attune_process_has_output(struct attune_process *p)
{
    return p->block_from < p->block_to || fill_block(p) >= 0;
}

enum attune_code attune_process_read_line(struct attune_process *p, struct attune_buf *line,
                                          size_t max_bytes, double deadline_s,
                                          const atomic_bool *cancelled, struct attune_err *err)
{
    attune_buf_reset(line);
    for (;;) {
        /* Looked for before its last words are read. A child of its own may hold the pipe open. */
        const bool ended = has_ended(p);
        ssize_t n = p->block_from < p->block_to ? 1 : fill_block(p);
        if (n > 0) {
            const char *from = p->block + p->block_from;
            size_t have = p->block_to - p->block_from;
            const char *end = memchr(from, '\n', have);
            size_t take = end ? (size_t)(end - from) : have;
            if (line->n_bytes + take > max_bytes) {
                return attune_fail(err, ATTUNE_E_CHILD, "a line longer than %zu bytes", max_bytes);
            }
            if (memchr(from, '\0', take)) {
                return attune_fail(err, ATTUNE_E_CHILD, "binary output instead of a line of JSON");
            }
            attune_buf_add_bytes(line, from, take);
            p->block_from += take + (end != NULL);
            if (line->failed) {
                return attune_fail(err, ATTUNE_E_MEMORY, "out of memory reading a line");
            }
            if (end) {
                return ATTUNE_OK;
            }
            continue;
        }
        if (n == 0 || ended) {
            for (int i = 0; i < 20 && !has_ended(p); i++) {
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
            }
            return ended_badly(p, line->n_bytes ? " in the middle of a line" : " without an answer",
                               err);
        }
        enum attune_code code = wait_ready(p, false, deadline_s, cancelled, err);
        if (code == ATTUNE_E_TIMEOUT && line->n_bytes > 0) {
            return attune_fail(err, code, "no answer in time, only %zu bytes of an unfinished line",
                               line->n_bytes);
        }
        if (code != ATTUNE_OK) {
            return code;
        }
    }
}

enum attune_code attune_process_wait(struct attune_process *p, size_t max_output, double deadline_s,
                                     const atomic_bool *cancelled, struct attune_err *err)
{
    while (!has_ended(p)) {
        while (fill_block(p) > 0 && p->n_output <= max_output) {
            p->block_from = p->block_to;
        }
        if (p->n_output > max_output) {
            return attune_fail(err, ATTUNE_E_CHILD, "printed more than %zu bytes", max_output);
        }
        if (p->child.out < 0 && p->child.err < 0) {
            /* Both ends closed: the exit is a moment away, or the child works on in silence. */
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
        enum attune_code code = ATTUNE_OK;
        if (!has_ended(p)) {
            code = wait_ready(p, false, deadline_s, cancelled, err);
        }
        if (code != ATTUNE_OK) {
            return code;
        }
    }
    if (!WIFEXITED(p->status) || WEXITSTATUS(p->status) != 0) {
        return ended_badly(p, "", err);
    }
    return ATTUNE_OK;
}
