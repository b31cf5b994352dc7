/* Preloaded under attune by tests of what can happen to it at any moment, so that the program itself
 * needs no hooks. Its children do not see the variables and are left alone.
 *
 *     PRELOAD_LOG=FILE     one line "operation path" for each call that changes a file
 *     PRELOAD_KILL_AT=N    kill -9 at the N-th of these calls; of bytes to write, half are written
 *     PRELOAD_JUMP=N:S     after N readings the clock on the wall is put back by S seconds
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct {
    atomic_long n_calls, n_readings;
    long kill_at, jump_at, jump_s;
    int log_fd;
} state = {.log_fd = -1};

/* The library's own function of that name, found anew each time: none is called in a hot loop. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void read_variables(void)
{
    const char *kill_at = getenv("PRELOAD_KILL_AT"), *log = getenv("PRELOAD_LOG"),
               *jump = getenv("PRELOAD_JUMP");
    state.kill_at = kill_at ? atol(kill_at) : 0;
    state.log_fd = log ? (int)syscall(SYS_openat, AT_FDCWD, log,
                                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
                       : -1;
    if (jump) {
        state.jump_at = atol(jump);
        state.jump_s = strchr(jump, ':') ? atol(strchr(jump, ':') + 1) : 0;
    }
}

/* ---- calls that change files */

/* Counts one; true when it is the last. */
static bool is_last(const char *operation, const char *path)
{
    const bool last = atomic_fetch_add(&state.n_calls, 1) + 1 == state.kill_at;
    if (state.log_fd >= 0) {
        char line[PATH_MAX + 32];
        const int n = snprintf(line, sizeof line, "%s %s\n", operation, path);
        syscall(SYS_write, state.log_fd, line, (size_t)n);
    }
    return last;
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
}

static void count_path(const char *operation, const char *path)
{
    if (is_last(operation, path)) {
        die();
    }
}

/* Regular files only; true when this call is the last. */
static bool count_fd(const char *operation, int fd)
{
    char link[64], path[PATH_MAX];
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return false;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return is_last(operation, path);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (count_fd("write", fd)) {
        syscall(SYS_write, fd, bytes, n / 2);
        die();
    }
    return REAL(write)(fd, bytes, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
    if (count_fd("write", fd)) {
        syscall(SYS_pwrite64, fd, bytes, n / 2, offset);
        die();
    }
    return REAL(pwrite64)(fd, bytes, n, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
    return pwrite64(fd, bytes, n, offset);
}

#define ON_FD(name, parameters, arguments) \
    int name parameters                    \
    {                                      \
        if (count_fd(#name, fd)) {         \
            die();                         \
        }                                  \
        return REAL(name) arguments;       \
    }
ON_FD(fsync, (int fd), (fd))
ON_FD(fdatasync, (int fd), (fd))
ON_FD(ftruncate, (int fd, off_t n), (fd, n))
ON_FD(ftruncate64, (int fd, off64_t n), (fd, n))

#define ON_PATH(name, parameters, arguments) \
    int name parameters                      \
    {                                        \
        count_path(#name, path);             \
        return REAL(name) arguments;         \
    }
ON_PATH(rename, (const char *from, const char *path), (from, path))
ON_PATH(link, (const char *from, const char *path), (from, path))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
ON_PATH(rmdir, (const char *path), (path))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))

static int open_counted(const char *path, int flags, mode_t mode)
{
    if (flags & O_CREAT) {
        count_path("create", path);
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPEN(name)                                                           \
    int name(const char *path, int flags, ...)                               \
    {                                                                        \
        va_list ap;                                                          \
        va_start(ap, flags);                                                 \
        const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
        va_end(ap);                                                          \
        return open_counted(path, flags, mode);                              \
    }
OPEN(open)
OPEN(open64)

/* ---- the clock on the wall */

static long put_back_s(void)
{
    return state.jump_s && atomic_load(&state.n_readings) > state.jump_at ? state.jump_s : 0;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    const int result = (int)syscall(SYS_clock_gettime, clock, t);
    if (clock == CLOCK_REALTIME && result == 0) {
        t->tv_sec -= put_back_s(); /* the jump comes after this reading, not before it */
        atomic_fetch_add(&state.n_readings, 1);
    }
    return result;
}

time_t time(time_t *out)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (out) {
        *out = t.tv_sec;
    }
    return t.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    *out = (struct timeval){.tv_sec = t.tv_sec, .tv_usec = t.tv_nsec / 1000};
    return 0;
}

/* A wait until a time on the wall lasts longer once that clock was put back. Such times are past
 * 2001; those of the monotonic clock count from the start of the machine. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    struct timespec shifted = *until;
    shifted.tv_sec += until->tv_sec > 1000000000 ? put_back_s() : 0;
    return REAL(pthread_cond_timedwait)(cond, mutex, &shifted);
}
