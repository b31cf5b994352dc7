/* Sets from NPY files, statistics and folders of music. */
#include "cli/set_source.h"

#include "base/hash.h"
#include "base/io/file.h"
#include "base/mem.h"

static bool is_npy(const char *path)
{
    char head[6] = "";
    FILE *file = fopen(path, "rb");
    const bool read = file && fread(head, 1, sizeof head, file) == sizeof head;
    if (file) {
        fclose(file);
    }
    return read && memcmp(head, "\x93NUMPY", 6) == 0;
}

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a set of embeddings");
}

/* Rows of next below those of m, which has room for capacity elements; next is released. Room
 * doubles, so that a folder of many small files is read in linear time. */
static enum attune_code append_rows(struct attune_matrix *m, size_t *capacity,
                                    struct attune_matrix *next, const char *path,
                                    struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    const size_t n_old = m->n_rows * m->n_cols, n_new = next->n_rows * next->n_cols;
    if (m->v && next->n_cols != m->n_cols) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                              "%zu columns, the files before it have %zu", next->n_cols, m->n_cols);
    } else if (!m->v || n_old + n_new > *capacity) {
        *capacity = m->v ? 2 * (n_old + n_new) : n_new;
        float *joined = attune_alloc_aligned(*capacity, sizeof *joined);
        if (joined && m->v) {
            memcpy(joined, m->v, n_old * sizeof *joined);
        }
        code = joined ? ATTUNE_OK : out_of_memory(err);
        if (joined) {
            attune_release(m->v);
            m->v = joined;
            m->n_cols = next->n_cols;
        }
    }
    if (!code && n_new > 0) {
        memcpy(m->v + n_old, next->v, n_new * sizeof *m->v);
        m->n_rows += next->n_rows;
    }
    attune_matrix_release(next);
    return code;
}

static enum attune_code read_npy_files(struct attune_matrix *out,
                                       const struct attune_file_list *files, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    size_t capacity = 0;
    for (size_t i = 0; i < files->n && !code; i++) {
        struct attune_matrix next;
        if (is_npy(files->paths[i])) {
            code = attune_npy_read(&next, files->paths[i], err);
            if (!code) {
                code = append_rows(out, &capacity, &next, files->paths[i], err);
            }
        }
    }
    return code;
}

static double *to_doubles(const struct attune_matrix *m)
{
    const size_t n = m->n_rows * m->n_cols;
    double *v = attune_alloc(n, sizeof *v);
    for (size_t i = 0; v && i < n; i++) {
        v[i] = m->v[i];
    }
    return v;
}

/* mu.npy and cov.npy of a folder. *found is false where they are not there. */
static enum attune_code read_moments(struct attune_set_source *source, const char *folder,
                                     bool *found, struct attune_err *err)
{
    struct attune_buf mu_path = ATTUNE_BUF_INIT, cov_path = ATTUNE_BUF_INIT;
    struct attune_matrix mu = {0}, cov = {0};
    attune_path_join(&mu_path, folder, "mu.npy");
    attune_path_join(&cov_path, folder, "cov.npy");
    enum attune_code code = ATTUNE_OK;
    *found = attune_file_exists(attune_buf_text(&mu_path)) &&
             attune_file_exists(attune_buf_text(&cov_path));
    if (!*found) {
        goto out;
    }
    code = attune_npy_read(&mu, mu_path.text, err);
    if (!code) {
        code = attune_npy_read(&cov, cov_path.text, err);
    }
    const size_t d = mu.n_rows * mu.n_cols;
    if (!code && (cov.n_rows != d || cov.n_cols != d || d == 0)) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, folder, 0,
                              "cov.npy is (%zu, %zu), mu.npy has %zu elements", cov.n_rows,
                              cov.n_cols, d);
    }
    if (!code) {
        source->mean = to_doubles(&mu);
        source->cov = to_doubles(&cov);
        source->d = d;
        code = source->mean && source->cov ? ATTUNE_OK : out_of_memory(err);
    }
out:
    attune_matrix_release(&mu);
    attune_matrix_release(&cov);
    attune_buf_release(&mu_path);
    attune_buf_release(&cov_path);
    return code;
}

/* The prompt part of "folder/PROMPT__sSEED.ext" as a number, or false. */
static bool prompt_of(const char *path, uint32_t *group)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const char *mark = NULL;
    for (const char *p = name; (p = strstr(p, "__s")); p++) {
        mark = p;
    }
    if (!mark || mark == name) {
        return false;
    }
    char hex[ATTUNE_HASH_SIZE];
    attune_hash_bytes(name, (size_t)(mark - name), hex);
    hex[8] = '\0';
    *group = (uint32_t)strtoul(hex, NULL, 16);
    return true;
}

static enum attune_code find_groups(struct attune_set_source *source,
                                    const struct attune_file_list *files, const size_t *kept,
                                    struct attune_err *err)
{
    const size_t n = source->rows.n_rows;
    source->group = attune_alloc(n, sizeof *source->group);
    if (!source->group) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (!prompt_of(files->paths[kept[i]], &source->group[i])) {
            attune_release(source->group);
            source->group = NULL;
            return ATTUNE_OK;
        }
    }
    return ATTUNE_OK;
}

static enum attune_code load_files(struct attune_set_source *source, const char *path,
                                   size_t n_threads, struct attune_buf *warnings,
                                   struct attune_err *err)
{
    struct attune_file_list files;
    size_t *kept = NULL;
    enum attune_code code = attune_file_walk(&files, path, err);
    if (code) {
        return code;
    }
    code = read_npy_files(&source->rows, &files, err);
    if (!code && !source->rows.v) {
        code = attune_embed_files(&source->rows, &kept, &files, 0, n_threads, warnings, err);
        source->embedding = "attune-1";
        if (!code) {
            code = find_groups(source, &files, kept, err);
        }
    }
    if (!code && !source->rows.v) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                              "no NPY, audio or MIDI file that can be used");
    }
    attune_release(kept);
    attune_file_list_release(&files);
    return code;
}

enum attune_code attune_set_source_load(struct attune_set_source *source, const char *path,
                                        const char *name, size_t n_threads,
                                        struct attune_buf *warnings, struct attune_err *err)
{
    bool moments = false;
    enum attune_code code = ATTUNE_OK;
    *source = (struct attune_set_source){0};
    if (attune_dir_exists(path)) {
        code = read_moments(source, path, &moments, err);
    }
    if (!code && !moments) {
        code = load_files(source, path, n_threads, warnings, err);
    }
    if (!code && !moments) {
        source->d = source->rows.n_cols;
        attune_set_clean(&source->rows, source->group, name, warnings);
        if (source->rows.n_rows == 0 || source->d == 0) {
            code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "the set holds no usable row");
        }
    }
    if (code) {
        attune_set_source_release(source);
    }
    return code;
}

void attune_set_source_release(struct attune_set_source *source)
{
    attune_matrix_release(&source->rows);
    attune_release(source->mean);
    attune_release(source->cov);
    attune_release(source->group);
    *source = (struct attune_set_source){0};
}

struct attune_set attune_set_source_view(const struct attune_set_source *source)
{
    return (struct attune_set){
        .rows = source->rows.v, .n = source->rows.n_rows, .d = source->d, .group = source->group,
        .mean = source->mean, .cov = source->cov,
    };
}
