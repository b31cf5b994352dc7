#include "models/drivers/fingerprint.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io/file.h"
#include "models/drivers/process.h"

/* Adds "path hash" for a file; large files (weights) count by size and time of change, not by
 * content. */
static void add_file(struct attune_buf *buf, const char *path)
{
    enum { WHOLE_BYTES = 16 << 20 };
    char hash[ATTUNE_HASH_SIZE] = "";
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
        return;
    }
    if (info.st_size <= WHOLE_BYTES && attune_hash_file(path, hash, NULL) == ATTUNE_OK) {
        attune_buf_addf(buf, "%s\n", hash);
    } else {
        attune_buf_addf(buf, "%lld %lld\n", (long long)info.st_size, (long long)info.st_mtime);
    }
}

static bool is_python(const char *name)
{
    const size_t n = strlen(name);
    return n > 3 && strcmp(name + n - 3, ".py") == 0;
}

static int keep_python(const struct dirent *entry)
{
    return is_python(entry->d_name);
}

/* The modules beside a Python script, which it may import: name and content, in order of names. */
static void add_modules(struct attune_buf *buf, const char *script)
{
    struct attune_buf folder = ATTUNE_BUF_INIT, path = ATTUNE_BUF_INIT;
    struct dirent **entries = NULL;
    attune_path_folder(&folder, script);
    const int n = scandir(attune_buf_text(&folder), &entries, keep_python, alphasort);
    for (int i = 0; i < n; i++) {
        attune_buf_addf(buf, "%s ", entries[i]->d_name);
        add_file(buf, attune_path_join(&path, attune_buf_text(&folder), entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    buf->failed = buf->failed || folder.failed || path.failed;
    attune_buf_release(&folder);
    attune_buf_release(&path);
}

enum attune_code attune_fingerprint_argv(const char *const *argv, const char *folder,
                                         char hash[ATTUNE_HASH_SIZE], struct attune_err *err)
{
    struct attune_buf buf = ATTUNE_BUF_INIT, path = ATTUNE_BUF_INIT;
    char program[4096];
    if (attune_program_find(argv[0], folder, program, sizeof program)) {
        add_file(&buf, program);
    }
    for (size_t i = 1; argv[i]; i++) {
        attune_buf_addf(&buf, "%zu ", i);
        add_file(&buf, attune_path_join(&path, folder ? folder : "", argv[i]));
        if (is_python(argv[i]) && attune_file_exists(attune_buf_text(&path))) {
            add_modules(&buf, attune_buf_text(&path));
        }
    }
    enum attune_code code = ATTUNE_OK;
    if (buf.failed || path.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    } else {
        attune_hash_bytes(attune_buf_text(&buf), buf.n_bytes, hash);
    }
    attune_buf_release(&buf);
    attune_buf_release(&path);
    return code;
}

enum attune_code attune_identify_argv(const char *const *argv, const char *folder,
                                      char hash[ATTUNE_HASH_SIZE], struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    char program[ATTUNE_HASH_SIZE];
    enum attune_code code = attune_fingerprint_argv(argv, folder, program, err);
    if (code == ATTUNE_OK) {
        attune_buf_add(&text, program);
        for (const char *const *arg = argv; *arg; arg++) {
            attune_buf_add_json(&text, *arg);
        }
        attune_hash_bytes(attune_buf_text(&text), text.n_bytes, hash);
        if (text.failed) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
    }
    attune_buf_release(&text);
    return code;
}
