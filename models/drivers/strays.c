#include "models/drivers/strays.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
    BLOCK = 1 << 14,
    MAX_ROUNDS = 200, /* of a millisecond: one that waits for a dead disk cannot be killed */
};

bool attune_mark_make(char mark[ATTUNE_MARK_SIZE])
{
    uint64_t bits[2];
    mark[0] = '\0';
    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
        return false;
    }
    snprintf(mark, ATTUNE_MARK_SIZE, "ATTUNE_%016llx%016llx=1", (unsigned long long)bits[0],
             (unsigned long long)bits[1]);
    return true;
}

/* Whether the environment of a process holds the mark; unreadable is no. */
static bool has_mark(int proc, const char *pid, const char *mark)
{
    char path[32], block[BLOCK];
    const size_t n_mark = strlen(mark);
    snprintf(path, sizeof path, "%.16s/environ", pid);
    const int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    bool found = false;
    size_t kept = 0; /* of the block before, in case the mark lies across the two */
    for (ssize_t n; fd >= 0 && !found && (n = read(fd, block + kept, BLOCK - kept)) > 0;) {
        const size_t have = kept + (size_t)n;
        found = memmem(block, have, mark, n_mark) != NULL;
        kept = have < n_mark ? have : n_mark - 1;
        memmove(block, block + have - kept, kept);
    }
    if (fd >= 0) {
        close(fd);
    }
    return found;
}

static size_t kill_marked(const char *mark)
{
    size_t n = 0;
    DIR *proc = opendir("/proc");
    for (const struct dirent *e; proc && (e = readdir(proc));) {
        if (isdigit((unsigned char)e->d_name[0]) && has_mark(dirfd(proc), e->d_name, mark)) {
            kill((pid_t)strtol(e->d_name, NULL, 10), SIGKILL);
            n++;
        }
    }
    if (proc) {
        closedir(proc);
    }
    return n;
}

void attune_strays_kill(const char *mark)
{
    /* Again until none is found: one may have forked while the others were being looked at. */
    for (int i = 0; mark[0] && i < MAX_ROUNDS && kill_marked(mark) > 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}
