#include "models/drivers/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/io/file.h"
#include "models/drivers/environment.h"

void attune_fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0 && attune_file_exists(path);
}

bool attune_program_find(const char *argv0, const char *folder, char *path, size_t size)
{
    if (strchr(argv0, '/')) {
        const char *before = argv0[0] == '/' || !folder || !*folder ? "" : folder;
        int n = snprintf(path, size, "%s%s%s", before, *before ? "/" : "", argv0);
        return n > 0 && (size_t)n < size && is_program(path);
    }
    const char *entry = getenv("PATH");
    while (entry && *entry) {
        size_t length = strcspn(entry, ":");
        int n = snprintf(path, size, "%.*s/%s", (int)length, entry, argv0);
        if (length > 0 && n > 0 && (size_t)n < size && is_program(path)) {
            return true;
        }
        entry += length + (entry[length] == ':');
    }
    return false;
}

static bool limit(int resource, uint64_t most)
{
    struct rlimit own;
    if (getrlimit(resource, &own) != 0) {
        return false;
    }
    /* A limit that is there already is never raised. */
    rlim_t to = own.rlim_max != RLIM_INFINITY && own.rlim_max < most ? own.rlim_max : (rlim_t)most;
    return setrlimit(resource, &(struct rlimit){to, to}) == 0;
}

/* Between fork and exec only async-signal-safe calls are allowed: other threads may hold locks. */
static void become(const char *program, const struct attune_process_spec *spec,
                   char *const *environment, const int fds[3], int report)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    if (spec->die_with_thread) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    bool ok = !spec->folder || !*spec->folder || chdir(spec->folder) == 0;
    for (int i = 0; ok && i < 3; i++) {
        ok = dup2(fds[i], i) == i;
    }
    const struct attune_process_limits *limits = &spec->limits;
    ok = ok && (limits->memory_bytes == 0 || limit(RLIMIT_AS, limits->memory_bytes));
    ok = ok && limit(RLIMIT_FSIZE, limits->file_bytes ? limits->file_bytes : ATTUNE_FILE_BYTES);
    limit(RLIMIT_CORE, 0);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (ok) {
        execve(program, (char *const *)spec->argv, environment);
    }
    int error = errno;
    ssize_t ignored = write(report, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

static bool make_pipe(int *read_end, int *write_end)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return false;
    }
    /* Ends above 2, so that the child's dup2 never overwrites one that it still needs. */
    for (int i = 0; i < 2; i++) {
        if (fds[i] <= 2) {
            int up = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
            close(fds[i]);
            fds[i] = up;
        }
    }
    *read_end = fds[0];
    *write_end = fds[1];
    return fds[0] >= 0 && fds[1] >= 0;
}

static void set_nonblocking(int fd)
{
    if (fd >= 0) {
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
}

/* The pipes of the child: its ends in child, ours in out. */
static bool make_pipes(bool talk, int child[3], struct attune_spawned *out)
{
    if (!talk) {
        child[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    } else if (!make_pipe(&child[0], &out->in)) {
        return false;
    }
    return child[0] >= 0 && make_pipe(&out->out, &child[1]) && make_pipe(&out->err, &child[2]);
}

enum attune_code attune_spawn(const struct attune_process_spec *spec, struct attune_spawned *out,
                              struct attune_err *err)
{
    char found[4096], program[PATH_MAX];
    *out = (struct attune_spawned){.in = -1, .out = -1, .err = -1};
    /* An absolute path, because the child starts in another folder. */
    if (!spec->argv[0] || !attune_program_find(spec->argv[0], spec->folder, found, sizeof found) ||
        !realpath(found, program)) {
        return attune_fail(err, ATTUNE_E_MISSING, "no program '%s'",
                           spec->argv[0] ? spec->argv[0] : "");
    }
    char gpu[300];
    snprintf(gpu, sizeof gpu, ATTUNE_GPU_VARIABLE "=%s", spec->gpu ? spec->gpu : "");
    if (!attune_mark_make(out->mark)) {
        return attune_fail(err, ATTUNE_E_IO, "cannot start '%s': no random numbers", program);
    }
    const char *const added[] = {out->mark, spec->gpu ? gpu : NULL, NULL};
    char **environment = attune_environment_new(spec->limits.env, added);
    if (!environment) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory starting '%s'", program);
    }
    enum attune_code code = ATTUNE_OK;
    int child[3] = {-1, -1, -1}, report[2] = {-1, -1}, error = 0;
    if (!make_pipes(spec->talk, child, out) || !make_pipe(&report[0], &report[1]) ||
        (out->pid = fork()) < 0) {
        out->pid = 0;
        code = attune_fail(err, ATTUNE_E_IO, "cannot start '%s': %s", program, strerror(errno));
        goto out;
    }
    if (out->pid == 0) {
        become(program, spec, environment, child, report[1]);
    }
    setpgid(out->pid, out->pid); /* also here: whoever comes first */
    attune_fd_close(&report[1]);
    if (read(report[0], &error, sizeof error) == (ssize_t)sizeof error) {
        code = attune_fail(err, ATTUNE_E_IO, "cannot start '%s': %s", program, strerror(error));
        goto out;
    }
    set_nonblocking(out->in);
    set_nonblocking(out->out);
    set_nonblocking(out->err);
out:
    attune_environment_free(environment);
    for (int i = 0; i < 3; i++) {
        attune_fd_close(&child[i]);
    }
    attune_fd_close(&report[0]);
    attune_fd_close(&report[1]);
    return code;
}
