/* Files and folders on POSIX. */
#include "base/io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { MAX_DEPTH = 64 }; /* of a walk; deeper is an error, not a stack overflow */

static enum attune_code fail_io(struct attune_err *err, const char *path, const char *what)
{
    return attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot %s: %s", what, strerror(errno));
}

enum attune_code attune_file_open(int *fd, uint64_t *n_bytes, const char *path,
                                  struct attune_err *err)
{
    struct stat st;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block before fstat */
    if (*fd < 0) {
        return fail_io(err, path, "open");
    }
    if (fstat(*fd, &st) != 0) {
        fail_io(err, path, "open");
        close(*fd);
        *fd = -1;
        return ATTUNE_E_IO;
    }
    if (!S_ISREG(st.st_mode)) {
        close(*fd);
        *fd = -1;
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "not a regular file");
    }
    *n_bytes = (uint64_t)st.st_size;
    return ATTUNE_OK;
}

ptrdiff_t attune_file_read_block(int fd, void *block, size_t n_bytes)
{
    size_t n = 0;
    while (n < n_bytes) {
        const ssize_t got = read(fd, (char *)block + n, n_bytes - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        n += (size_t)got;
    }
    return (ptrdiff_t)n;
}

enum attune_code attune_file_read(const char *path, size_t max_bytes, char **bytes, size_t *n_bytes,
                                  struct attune_err *err)
{
    int fd;
    uint64_t size;
    char *buf = NULL;
    enum attune_code code = attune_file_open(&fd, &size, path, err);
    if (code) {
        return code;
    }
    if (size > max_bytes || size >= SIZE_MAX) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "%llu bytes: at most %zu are read",
                              (unsigned long long)size, max_bytes);
        goto out;
    }
    buf = attune_alloc((size_t)size + 1, 1);
    if (!buf) {
        code = attune_fail_at(err, ATTUNE_E_MEMORY, path, 0, "out of memory for %llu bytes",
                              (unsigned long long)size);
        goto out;
    }
    const ptrdiff_t got = attune_file_read_block(fd, buf, (size_t)size);
    if (got < 0) {
        code = fail_io(err, path, "read");
        goto out;
    }
    buf[got] = '\0';
    *bytes = buf;
    *n_bytes = (size_t)got;
    buf = NULL;
out:
    attune_release(buf);
    close(fd);
    return code;
}

enum attune_code attune_temp_open(struct attune_temp *temp, const char *path,
                                  struct attune_err *err)
{
    enum { TRIES = 1000 };
    const size_t size = strlen(path) + 64;
    *temp =
        (struct attune_temp){.fd = -1, .path = attune_strdup(path), .name = attune_alloc(size, 1)};
    if (!temp->path || !temp->name) {
        attune_temp_drop(temp);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for '%s'", path);
    }
    /* Not mkstemp: its files are private, and umask cannot be read without a race between threads.
     */
    for (int i = 0; i < TRIES && temp->fd < 0; i++) {
        snprintf(temp->name, size, "%s.tmp-%ld-%d", path, (long)getpid(), i);
        temp->fd = open(temp->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (temp->fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (temp->fd < 0) {
        fail_io(err, path, "create");
        attune_release(temp->name); /* nothing to unlink */
        temp->name = NULL;
        attune_temp_drop(temp);
        return ATTUNE_E_IO;
    }
    return ATTUNE_OK;
}

enum attune_code attune_temp_commit(struct attune_temp *temp, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    if (fsync(temp->fd) != 0 || rename(temp->name, temp->path) != 0) {
        code = fail_io(err, temp->path, "write");
    } else {
        attune_release(temp->name); /* it is gone: drop must not unlink it */
        temp->name = NULL;
    }
    attune_temp_drop(temp);
    return code;
}

void attune_temp_drop(struct attune_temp *temp)
{
    if (temp->fd >= 0) {
        close(temp->fd);
    }
    if (temp->name) {
        unlink(temp->name);
    }
    attune_release(temp->name);
    attune_release(temp->path);
    *temp = (struct attune_temp)ATTUNE_TEMP_INIT;
}

enum attune_code attune_temp_write(struct attune_temp *temp, const void *bytes, size_t n_bytes,
                                   struct attune_err *err)
{
    for (size_t done = 0; done < n_bytes;) {
        const ssize_t n = write(temp->fd, (const char *)bytes + done, n_bytes - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail_io(err, temp->path, "write");
        }
        done += (size_t)n;
    }
    return ATTUNE_OK;
}

/* Devices, pipes and the like take the bytes as they come: renaming a file over /dev/stdout would
 * replace it. */
static enum attune_code write_special(const char *path, const void *bytes, size_t n_bytes,
                                      struct attune_err *err)
{
    FILE *file = fopen(path, "wb");
    const bool written = file && fwrite(bytes, 1, n_bytes, file) == n_bytes;
    const bool closed = file && fclose(file) == 0;
    return written && closed
               ? ATTUNE_OK
               : attune_fail(err, ATTUNE_E_IO, "cannot write '%s': %s", path, strerror(errno));
}

enum attune_code attune_file_write(const char *path, const void *bytes, size_t n_bytes,
                                   struct attune_err *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        return write_special(path, bytes, n_bytes, err);
    }
    struct attune_temp temp = ATTUNE_TEMP_INIT;
    enum attune_code code = attune_temp_open(&temp, path, err);
    if (!code) {
        code = attune_temp_write(&temp, bytes, n_bytes, err);
    }
    if (!code) {
        code = attune_temp_commit(&temp, err);
    }
    attune_temp_drop(&temp);
    return code;
}

enum attune_code attune_text_save(const char *folder, const char *name,
                                  const struct attune_buf *text, struct attune_err *err)
{
    struct attune_buf path = ATTUNE_BUF_INIT;
    attune_path_join(&path, folder, name);
    enum attune_code code =
        attune_text_lost()
            ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for '%s'", name)
            : attune_file_write(attune_buf_text(&path), attune_buf_text(text), text->n_bytes, err);
    attune_buf_release(&path);
    return code;
}

enum attune_code attune_dir_make(const char *path, struct attune_err *err)
{
    char *prefix = attune_strdup(path);
    if (!prefix) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for '%s'", path);
    }
    enum attune_code code = ATTUNE_OK;
    for (char *p = prefix; *p && !code;) {
        p += strspn(p, "/");
        p += strcspn(p, "/");
        const char kept = *p;
        *p = '\0';
        /* "/" and "" need no making; an existing link to a folder is fine. */
        if (prefix[0] && mkdir(prefix, 0777) != 0 && !attune_dir_exists(prefix)) {
            code = attune_fail_at(err, ATTUNE_E_IO, path, 0, "cannot make the folder '%s': %s",
                                  prefix, strerror(errno));
        }
        *p = kept;
    }
    attune_release(prefix);
    return code;
}

bool attune_file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool attune_dir_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *attune_path_join(struct attune_buf *out, const char *folder, const char *name)
{
    attune_buf_reset(out);
    if (folder && folder[0] && name[0] != '/') {
        attune_buf_add(out, folder);
        if (folder[strlen(folder) - 1] != '/') {
            attune_buf_add(out, "/");
        }
    }
    attune_buf_add(out, name);
    return attune_buf_text(out);
}

const char *attune_path_folder(struct attune_buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    attune_buf_reset(out);
    if (!slash) {
        attune_buf_add(out, ".");
    } else {
        attune_buf_add_bytes(out, path, slash == path ? 1 : (size_t)(slash - path));
    }
    return attune_buf_text(out);
}

static enum attune_code list_add(struct attune_file_list *list, const char *path,
                                 struct attune_err *err)
{
    char *copy = attune_strdup(path);
    if (!copy ||
        !attune_grow((void **)&list->paths, &list->capacity, list->n, sizeof *list->paths)) {
        attune_release(copy);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a list of %zu files", list->n);
    }
    list->paths[list->n++] = copy;
    return ATTUNE_OK;
}

static enum attune_code walk(struct attune_file_list *list, const char *folder, int depth,
                             struct attune_err *err)
{
    if (depth > MAX_DEPTH) {
        return attune_fail_at(err, ATTUNE_E_INPUT, folder, 0, "folders nested deeper than %d",
                              MAX_DEPTH);
    }
    DIR *dir = opendir(folder);
    if (!dir) {
        return fail_io(err, folder, "read");
    }
    enum attune_code code = ATTUNE_OK;
    struct attune_buf path = ATTUNE_BUF_INIT;
    const struct dirent *entry;
    while (!code && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        attune_path_join(&path, folder, entry->d_name);
        if (path.failed) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory while reading '%s'", folder);
            break;
        }
        struct stat link, target;
        if (lstat(path.text, &link) != 0 || stat(path.text, &target) != 0) {
            continue; /* vanished meanwhile, or a dangling link */
        }
        if (S_ISREG(target.st_mode)) {
            code = list_add(list, path.text, err);
        } else if (S_ISDIR(link.st_mode)) {
            code = walk(list, path.text, depth + 1, err);
        }
    }
    attune_buf_release(&path);
    closedir(dir);
    return code;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum attune_code attune_file_walk(struct attune_file_list *list, const char *path,
                                  struct attune_err *err)
{
    *list = (struct attune_file_list){0};
    struct stat st;
    if (stat(path, &st) != 0) {
        return fail_io(err, path, "open");
    }
    enum attune_code code =
        S_ISDIR(st.st_mode) ? walk(list, path, 0, err) : list_add(list, path, err);
    if (code) {
        attune_file_list_release(list);
        return code;
    }
    if (list->n > 1) {
        qsort(list->paths, list->n, sizeof *list->paths, by_bytes);
    }
    return ATTUNE_OK;
}

void attune_file_list_release(struct attune_file_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        attune_release(list->paths[i]);
    }
    attune_release(list->paths);
    *list = (struct attune_file_list){0};
}
