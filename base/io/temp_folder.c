#include "base/io/temp_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_DEPTH = 64 }; /* what lies deeper stays: an open folder per level, and a bounded stack */

enum attune_code attune_temp_folder_make(char path[ATTUNE_TEMP_FOLDER_SIZE], const char *purpose,
                                         struct attune_err *err)
{
    const char *parent = getenv("TMPDIR");
    parent = parent && *parent ? parent : "/tmp";
    const int n =
        snprintf(path, ATTUNE_TEMP_FOLDER_SIZE, "%s/attune-%s-XXXXXX", parent, purpose);
    errno = ENAMETOOLONG;
    if (n < ATTUNE_TEMP_FOLDER_SIZE && mkdtemp(path)) {
        return ATTUNE_OK;
    }
    path[0] = '\0';
    attune_fail(err, ATTUNE_E_IO, "cannot make a temporary folder in '%s': %s", parent,
                strerror(errno));
    attune_err_hint(err, "TMPDIR names another place");
    return ATTUNE_E_IO;
}

/* Takes over fd. */
static void empty(int fd, int depth)
{
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(fd, entry->d_name, 0) == 0) {
            continue;
        }
        if (depth < MAX_DEPTH) {
            empty(openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                  depth + 1);
        }
        unlinkat(fd, entry->d_name, AT_REMOVEDIR);
    }
    closedir(dir);
}

void attune_folder_empty(const char *path)
{
    empty(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), 0);
}

void attune_temp_folder_remove(const char *path)
{
    if (path[0]) {
        attune_folder_empty(path);
        rmdir(path);
    }
}
