/* attune embed PATH... --out DIR|FILE.npy: the built-in embedding of audio and MIDI files. */
#include "base/io/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/embedding_choice.h"
#include "metrics/set/embedding.h"

struct options {
    const char *out, *model, *worker, *cache;
    uint64_t workers;
    bool raw;
};

static const struct attune_opt options_table[] = {
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "DIR|FILE.npy",
     .help = "a .npy file of all rows, or a folder for one .npy per input (needed)"},
    {"model", ATTUNE_OPT_CHOICE, offsetof(struct options, model), .choices = ATTUNE_EMBEDDING_NAME,
     .help = "the embedding (default: attune-1)"},
    {"worker", ATTUNE_OPT_TEXT, offsetof(struct options, worker), .metavar = "CMD",
     .help = "an embedding worker's command line instead, such as 'python3 clap.py'"},
    {"workers", ATTUNE_OPT_COUNT, offsetof(struct options, workers), .metavar = "N", .lo = 1,
     .hi = 256, .help = "processes of the worker (default: 1)"},
    {"cache", ATTUNE_OPT_TEXT, offsetof(struct options, cache), .metavar = "FILE",
     .help = ATTUNE_CACHE_HELP},
    {"raw", ATTUNE_OPT_FLAG, offsetof(struct options, raw),
     .help = "without the standardisation (what its constants were made from)"},
    {NULL},
};

static const struct options defaults = {.model = ATTUNE_EMBEDDING_NAME, .workers = 1};

/* All files below the arguments, in their order. */
static enum attune_code gather_files(struct attune_file_list *files, char **args, int n_args,
                                     struct attune_err *err)
{
    for (int i = 0; i < n_args; i++) {
        struct attune_file_list found;
        enum attune_code code = attune_file_walk(&found, args[i], err);
        if (code) {
            return code;
        }
        for (size_t k = 0; k < found.n; k++) {
            if (!attune_grow((void **)&files->paths, &files->capacity, files->n,
                             sizeof *files->paths)) {
                attune_file_list_release(&found);
                return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a list of files");
            }
            files->paths[files->n++] = found.paths[k];
            found.paths[k] = NULL; /* moved */
        }
        attune_file_list_release(&found);
    }
    return ATTUNE_OK;
}

/* FILE.npy gets all rows, and FILE.npy.txt the path of each. */
static enum attune_code write_file(const char *out, const struct attune_matrix *m,
                                   const size_t *kept, const struct attune_file_list *files,
                                   struct attune_err *err)
{
    struct attune_buf path = ATTUNE_BUF_INIT, names = ATTUNE_BUF_INIT;
    attune_buf_addf(&path, "%s.txt", out);
    for (size_t i = 0; i < m->n_rows; i++) {
        attune_buf_addf(&names, "%s\n", files->paths[kept[i]]);
    }
    enum attune_code code = attune_npy_write(out, m->v, m->n_rows, m->n_cols, err);
    if (!code && (path.failed || names.failed)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the list of rows");
    }
    if (!code) {
        code =
            attune_file_write(attune_buf_text(&path), attune_buf_text(&names), names.n_bytes, err);
    }
    attune_buf_release(&path);
    attune_buf_release(&names);
    return code;
}

/* One NPY of one row per input, DIR/NAME.EXT.npy. Two inputs of one name are an error, not a lost
 * row. */
static enum attune_code write_folder(const char *out, const struct attune_matrix *m,
                                     const size_t *kept, const struct attune_file_list *files,
                                     struct attune_err *err)
{
    struct attune_buf path = ATTUNE_BUF_INIT;
    enum attune_code code = attune_dir_make(out, err);
    for (size_t i = 0; i < m->n_rows && !code; i++) {
        const char *slash = strrchr(files->paths[kept[i]], '/');
        attune_buf_reset(&path);
        attune_buf_addf(&path, "%s/%s.npy", out, slash ? slash + 1 : files->paths[kept[i]]);
        for (size_t k = 0; k < i && !code; k++) {
            const char *other = strrchr(files->paths[kept[k]], '/');
            if (strcmp(other ? other : "", slash ? slash : "") == 0 && slash) {
                code = attune_fail_at(err, ATTUNE_E_INPUT, files->paths[kept[i]], 0,
                                      "two inputs of one name would overwrite each other in '%s'",
                                      out);
            }
        }
        if (!code) {
            code =
                attune_npy_write(attune_buf_text(&path), m->v + i * m->n_cols, 1, m->n_cols, err);
        }
    }
    attune_buf_release(&path);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    if (!o->out) {
        return attune_fail(err, ATTUNE_E_USAGE, "--out DIR or --out FILE.npy is needed");
    }
    struct attune_file_list files = {0};
    struct attune_embedding_choice embedding = {0};
    struct attune_embed_item *items = NULL;
    struct attune_matrix m = {0};
    struct attune_buf warnings = ATTUNE_BUF_INIT;
    size_t *kept = NULL;
    enum attune_code code = attune_embedding_choose(&embedding, o->worker ? o->worker : o->model,
                                                    o->cache, o->raw, o->workers, err);
    if (!code) {
        code = gather_files(&files, args, n_args, err);
    }
    if (!code) {
        items = attune_alloc(files.n, sizeof *items);
        code = items ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < files.n && !code; i++) {
        items[i].path = files.paths[i];
    }
    if (!code) {
        code = attune_embedder_run(embedding.embedder, items, files.n, common->jobs, NULL, err);
    }
    if (!code) {
        code = attune_embed_rows(&m, &kept, items, files.n, &warnings, err);
    }
    if (!code && m.n_rows == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "none of the %zu files has an embedding", files.n);
    }
    const size_t n_out = strlen(o->out);
    const bool one_file = n_out > 4 && strcmp(o->out + n_out - 4, ".npy") == 0;
    if (!code) {
        code = one_file ? write_file(o->out, &m, kept, &files, err)
                        : write_folder(o->out, &m, kept, &files, err);
    }
    if (!code) {
        printf("%zu of %zu files, %zu dimensions, %s%s\n", m.n_rows, files.n, m.n_cols,
               attune_embedder_name(embedding.embedder),
               o->raw ? " (raw)" : "");
        *exit_code = m.n_rows < files.n ? 1 : 0;
    }
    if (!common->quiet) {
        fputs(attune_buf_text(&warnings), stderr);
    }
    attune_release(kept);
    attune_matrix_release(&m);
    attune_embed_items_release(items, files.n);
    attune_embedding_choice_release(&embedding);
    attune_file_list_release(&files);
    attune_buf_release(&warnings);
    return code;
}

const struct attune_command attune_command_embed = {
    .name = "embed",
    .usage = "PATH... --out DIR|FILE.npy",
    .summary = "write the embeddings of audio or MIDI files",
    .details = "Rows come in the order of the files; next to FILE.npy, FILE.npy.txt names each "
               "row's file.\n"
               "Files without an embedding (silent, unreadable) are named on stderr; the exit code "
               "is then 1. A worker is any program that speaks the protocol of docs/suites.md,\n"
               "role embedder; what it has embedded once is kept by content.",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
