/* Sets from NPY files, statistics and folders of music. */
#include "harness/sets/set_source.h"

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

/* The content of a set: the hashes of its files, in order. */
static enum attune_code add_hash(struct attune_buf *content, const char *path,
                                 struct attune_err *err)
{
    char hash[ATTUNE_HASH_SIZE];
    enum attune_code code = attune_hash_file(path, hash, err);
    if (!code) {
        attune_buf_addf(content, "%s\n", hash);
    }
    return code;
}

static enum attune_code finish_hash(struct attune_set_source *source, struct attune_buf *content,
                                    struct attune_err *err)
{
    attune_hash_bytes(attune_buf_text(content), content->n_bytes, source->hash);
    const bool failed = content->failed;
    attune_buf_release(content);
    return failed ? out_of_memory(err) : ATTUNE_OK;
}

static enum attune_code read_npy_files(struct attune_set_source *source,
                                       const struct attune_file_list *files, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    struct attune_buf content = ATTUNE_BUF_INIT;
    size_t capacity = 0;
    for (size_t i = 0; i < files->n && !code; i++) {
        struct attune_matrix next;
        if (is_npy(files->paths[i])) {
            code = attune_npy_read(&next, files->paths[i], err);
            if (!code) {
                code = append_rows(&source->rows, &capacity, &next, files->paths[i], err);
            }
            if (!code) {
                code = add_hash(&content, files->paths[i], err);
            }
        }
    }
    const enum attune_code hashed = finish_hash(source, &content, code ? NULL : err);
    return code ? code : hashed;
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
    struct attune_buf content = ATTUNE_BUF_INIT;
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
    if (!code) {
        code = add_hash(&content, mu_path.text, err);
    }
    if (!code) {
        code = add_hash(&content, cov_path.text, err);
    }
    if (!code) {
        code = finish_hash(source, &content, err);
    }
out:
    attune_buf_release(&content);
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

static enum attune_code find_groups(struct attune_set_source *source, struct attune_err *err)
{
    const size_t n = source->rows.n_rows;
    source->group = attune_alloc(n, sizeof *source->group);
    if (!source->group) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (!prompt_of(source->files.paths[source->file[i]], &source->group[i])) {
            attune_release(source->group);
            source->group = NULL;
            return ATTUNE_OK;
        }
    }
    return ATTUNE_OK;
}

/* source->files become rows. */
static enum attune_code embed_files(struct attune_set_source *source,
                                    const struct attune_set_loader *loader,
                                    struct attune_buf *warnings, struct attune_err *err)
{
    const size_t n = source->files.n;
    struct attune_embed_item *items = attune_alloc(n, sizeof *items);
    struct attune_buf content = ATTUNE_BUF_INIT;
    if (!items) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        items[i].path = source->files.paths[i];
    }
    enum attune_code code =
        attune_embedder_run(loader->embedder, items, n, loader->n_threads, loader->cancelled, err);
    if (!code) {
        code = attune_embed_rows(&source->rows, &source->file, items, n, warnings, err);
    }
    for (size_t i = 0; i < n && !code; i++) {
        if (items[i].vector.v) { /* the others are no part of the set */
            attune_buf_addf(&content, "%s\n", items[i].hash);
        }
    }
    if (!code && n > 0 && items[0].hash[0]) {
        code = finish_hash(source, &content, err);
    }
    if (!code && source->rows.v) {
        code = find_groups(source, err);
    }
    source->embedded = true;
    attune_buf_release(&content);
    attune_embed_items_release(items, n);
    return code;
}

static enum attune_code load_files(struct attune_set_source *source, const char *path,
                                   const struct attune_set_loader *loader,
                                   struct attune_buf *warnings, struct attune_err *err)
{
    enum attune_code code = attune_file_walk(&source->files, path, err);
    if (code) {
        return code;
    }
    code = read_npy_files(source, &source->files, err);
    if (!code && !source->rows.v) {
        code = embed_files(source, loader, warnings, err);
    }
    if (!code && !source->rows.v) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                              "no NPY, audio or MIDI file that can be used");
    }
    return code;
}

enum attune_code attune_set_source_load(struct attune_set_source *source, const char *path,
                                        const char *name, const struct attune_set_loader *loader,
                                        struct attune_buf *warnings, struct attune_err *err)
{
    bool moments = false;
    enum attune_code code = ATTUNE_OK;
    *source = (struct attune_set_source){0};
    if (attune_dir_exists(path)) {
        code = read_moments(source, path, &moments, err);
    }
    if (!code && !moments) {
        code = load_files(source, path, loader, warnings, err);
    }
    if (!code && !moments) {
        source->d = source->rows.n_cols;
        /* Embedded rows are finite: none is dropped, and source->file stays true. */
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
    attune_release(source->file);
    attune_release(source->features);
    attune_file_list_release(&source->files);
    *source = (struct attune_set_source){0};
}

struct attune_set attune_set_source_view(const struct attune_set_source *source)
{
    return (struct attune_set){
        .rows = source->rows.v, .n = source->rows.n_rows, .d = source->d, .group = source->group,
        .features = source->features, .mean = source->mean, .cov = source->cov,
    };
}
