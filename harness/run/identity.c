/* Content hashes with the file facts that allow to trust them later. */
#include "harness/run/identity.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

enum { SETTLED_NS = 2000000000 };

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return ns_of(t);
}

static bool look(const char *path, struct attune_identity *out)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        errno = EINVAL;
        return false;
    }
    out->n_bytes = (int64_t)st.st_size;
    out->inode = (int64_t)st.st_ino;
    out->mtime_ns = ns_of(st.st_mtim);
    out->ctime_ns = ns_of(st.st_ctim);
    return true;
}

static bool same_facts(const struct attune_identity *a, const struct attune_identity *b)
{
    return a->n_bytes == b->n_bytes && a->inode == b->inode && a->mtime_ns == b->mtime_ns &&
           a->ctime_ns == b->ctime_ns;
}

enum attune_code attune_identify(const char *path, struct attune_identity *out,
                                 struct attune_err *err)
{
    struct attune_identity before = {0}, after = {0};
    if (!look(path, &before)) {
        return attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot read the sample: %s",
                              errno == EINVAL ? "not a regular file" : strerror(errno));
    }
    if (before.n_bytes == 0) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "the sample is an empty file");
    }
    const int64_t hashed_ns = now_ns();
    enum attune_code code = attune_hash_file(path, before.hash, err);
    if (code) {
        return code;
    }
    if (!look(path, &after) || !same_facts(&before, &after)) {
        return attune_fail_at(
            err, ATTUNE_E_INPUT, path, 0,
            "the sample changes while it is read; is something still writing it?");
    }
    *out = before;
    out->hashed_ns = hashed_ns;
    return ATTUNE_OK;
}

bool attune_identity_holds(const char *path, struct attune_identity *known)
{
    struct attune_identity now = {0};
    if (!look(path, &now) || now.n_bytes != known->n_bytes) {
        return false;
    }
    const bool settled = known->hashed_ns - known->ctime_ns >= SETTLED_NS;
    if (now.n_bytes > ATTUNE_ALWAYS_HASH && settled && same_facts(&now, known)) {
        return true;
    }
    struct attune_identity fresh;
    if (attune_identify(path, &fresh, NULL) != ATTUNE_OK || strcmp(fresh.hash, known->hash) != 0) {
        return false;
    }
    *known = fresh;
    return true;
}
