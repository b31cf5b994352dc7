#include "models/drivers/output.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/io/file.h"

/* Folder of out (with all links followed) into folder, and its last component. */
static const char *split(const char *out, char folder[PATH_MAX])
{
    const char *slash = strrchr(out, '/');
    char before[PATH_MAX];
    int n = slash ? snprintf(before, sizeof before, "%.*s", (int)(slash - out) + 1, out)
                  : snprintf(before, sizeof before, ".");
    if (n <= 0 || (size_t)n >= sizeof before || !realpath(before, folder)) {
        return NULL;
    }
    return slash ? slash + 1 : out;
}

enum attune_code attune_output_check(const char *out, const char *path, struct attune_err *err)
{
    char folder[PATH_MAX], real[PATH_MAX];
    struct stat info;
    if (path[0] != '/') {
        return attune_fail(err, ATTUNE_E_CHILD, "path '%.200s' is not absolute", path);
    }
    if (!split(out, folder)) {
        return attune_fail(err, ATTUNE_E_IO, "the sample's folder is gone: '%.200s'", out);
    }
    if (!realpath(path, real)) {
        return attune_fail(err, ATTUNE_E_CHILD, "no file at '%.200s'", path);
    }
    size_t n = strlen(folder);
    if (strncmp(real, folder, n) != 0 || real[n] != '/') {
        return attune_fail(err, ATTUNE_E_CHILD, "wrote outside its folder: '%.200s'", real);
    }
    if (stat(real, &info) != 0 || !S_ISREG(info.st_mode)) {
        return attune_fail(err, ATTUNE_E_CHILD, "'%.200s' is not a regular file", path);
    }
    if (info.st_size == 0) {
        return attune_fail(err, ATTUNE_E_CHILD, "'%.200s' is empty", path);
    }
    return ATTUNE_OK;
}

enum attune_code attune_output_find(const char *out, const char *extension, char *path, size_t size,
                                    struct attune_err *err)
{
    char folder[PATH_MAX], found[NAME_MAX + 1] = "";
    const char *name = split(out, folder);
    DIR *dir = name ? opendir(folder) : NULL;
    if (!dir) {
        return attune_fail(err, ATTUNE_E_IO, "the sample's folder is gone: '%.200s'", out);
    }
    size_t n_name = strlen(name), n_found = 0;
    bool exact = false;
    for (struct dirent *e = readdir(dir); e && !exact; e = readdir(dir)) {
        if (strncmp(e->d_name, name, n_name) == 0 && e->d_name[n_name] == '.') {
            exact = extension && strcmp(e->d_name + n_name, extension) == 0;
            n_found = exact ? 1 : n_found + 1;
            snprintf(found, sizeof found, "%s", e->d_name);
        }
    }
    closedir(dir);
    if (n_found != 1) {
        return attune_fail(err, ATTUNE_E_CHILD,
                           n_found ? "wrote several files '%.200s.*': which is the sample?"
                                   : "wrote no file '%.200s.*'",
                           out);
    }
    int n = snprintf(path, size, "%s/%s", folder, found);
    if (n < 0 || (size_t)n >= size) {
        return attune_fail(err, ATTUNE_E_IO, "path too long: '%.200s...'", folder);
    }
    return attune_output_check(out, path, err);
}
