/* Files and folders: whole-file reads with a size cap, atomic writes, sorted walks, paths. */
#ifndef ATTUNE_BASE_IO_FILE_H
#define ATTUNE_BASE_IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

/* The whole file, with one terminating zero byte that n_bytes does not count. Release *bytes with
 * attune_release. ATTUNE_E_IO: cannot be read; ATTUNE_E_INPUT: larger than max_bytes, or not a
 * regular file. */
enum attune_code attune_file_read(const char *path, size_t max_bytes, char **bytes, size_t *n_bytes,
                                  struct attune_err *err);

/* Opens a regular file for reading; never blocks on a FIFO or device. *fd is -1 on failure.
 * ATTUNE_E_IO: cannot be opened; ATTUNE_E_INPUT: not a regular file. */
enum attune_code attune_file_open(int *fd, uint64_t *n_bytes, const char *path,
                                  struct attune_err *err);

/* Reads until n_bytes are there or the file ends; bytes read, or -1 with errno set. */
ptrdiff_t attune_file_read_block(int fd, void *block, size_t n_bytes);

/* A temporary file beside its final place. Write to fd (or with attune_temp_write), then commit:
 * sync and rename. Drop removes what was not committed; it may be called at any time after init,
 * also twice. */
struct attune_temp {
    int fd; /* -1 when closed */
    char *name, *path;
};
#define ATTUNE_TEMP_INIT {.fd = -1}
enum attune_code attune_temp_open(struct attune_temp *temp, const char *path,
                                  struct attune_err *err);
enum attune_code attune_temp_write(struct attune_temp *temp, const void *bytes, size_t n_bytes,
                                   struct attune_err *err);
enum attune_code attune_temp_commit(struct attune_temp *temp, struct attune_err *err);
void attune_temp_drop(struct attune_temp *temp);

/* Writes a temporary file beside path, syncs, renames: path is either the old or the new file. What
 * exists and is no regular file (a device, a pipe) is written to directly. */
enum attune_code attune_file_write(const char *path, const void *bytes, size_t n_bytes,
                                   struct attune_err *err);

/* The same with text, as folder/name ("" folder or absolute name: name alone). ATTUNE_E_MEMORY
 * where it, or anything that went into it, was cut short. */
enum attune_code attune_text_save(const char *folder, const char *name,
                                  const struct attune_buf *text, struct attune_err *err);

/* mkdir -p. */
enum attune_code attune_dir_make(const char *path, struct attune_err *err);

bool attune_file_exists(const char *path);
bool attune_dir_exists(const char *path);

/* Joins folder and name ("" folder or absolute name: name alone) into out. Returns out. */
const char *attune_path_join(struct attune_buf *out, const char *folder, const char *name);

/* The folder part of path ("." where there is none) into out. */
const char *attune_path_folder(struct attune_buf *out, const char *path);

/* All regular files below path (or path itself when it is a file), full paths, sorted by bytes;
 * hidden files and folders are left out, links to folders are not followed. */
struct attune_file_list {
    char **paths; /* (n,) */
    size_t n, capacity;
};
enum attune_code attune_file_walk(struct attune_file_list *list, const char *path,
                                  struct attune_err *err);
void attune_file_list_release(struct attune_file_list *list);

#endif
