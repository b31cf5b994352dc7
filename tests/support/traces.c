#include "tests/support/traces.h"

#include <sqlite3.h>

#include "base/io/file.h"
#include "base/mem.h"

static void add_rows(struct attune_buf *out, const char *db)
{
    static const char *const queries[] = {
        "SELECT * FROM (SELECT model, prompt, seed, status, metric, quote(value), state, why"
        " FROM sample_scores ORDER BY 1, 2, 3, 5)",
        "SELECT model, metric, quote(mean), quote(ci_low), quote(ci_high), n, rank_low, rank_high"
        " FROM leaderboard ORDER BY 1, 2",
        "SELECT prompt, model_a, model_b, winner FROM preference ORDER BY 1, 2, 3, 4",
        "SELECT name FROM baseline ORDER BY 1",
    };
    sqlite3 *handle = NULL;
    sqlite3_open_v2(db, &handle, SQLITE_OPEN_READWRITE, NULL);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        sqlite3_stmt *stmt = NULL;
        sqlite3_prepare_v2(handle, queries[i], -1, &stmt, NULL);
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            for (int c = 0; c < sqlite3_column_count(stmt); c++) {
                const char *text = (const char *)sqlite3_column_text(stmt, c);
                attune_buf_addf(out, "%s|", text ? text : "");
            }
            attune_buf_add(out, "\n");
        }
        sqlite3_finalize(stmt);
    }
    sqlite3_close(handle);
}

static void add_file(struct attune_buf *out, const char *path)
{
    char *bytes = NULL;
    size_t n = 0;
    if (attune_file_read(path, 64 << 20, &bytes, &n, NULL) == ATTUNE_OK) {
        attune_buf_addf(out, "== %s\n", path);
        attune_buf_add_bytes(out, bytes, n);
        attune_release(bytes);
    }
}

/* The files called out*, but databases and the samples beside them. Of those that are not the same
 * in `whole` (may be NULL) *n_other is the count. */
static void add_outputs(struct attune_buf *out, const struct attune_buf *whole, size_t *n_other)
{
    struct attune_file_list files = {0};
    attune_file_walk(&files, ".", NULL);
    *n_other = 0;
    for (size_t i = 0; i < files.n; i++) {
        if (strncmp(files.paths[i], "./out", 5) == 0 && !strstr(files.paths[i], ".db")) {
            const size_t before = out->n_bytes;
            add_file(out, files.paths[i]);
            *n_other += whole && !memmem(attune_buf_text(whole), whole->n_bytes,
                                         out->text + before, out->n_bytes - before);
        }
    }
    attune_file_list_release(&files);
}

void traces_look(struct traces *t, const struct traces *whole)
{
    attune_buf_reset(&t->printed);
    attune_buf_reset(&t->files);
    attune_buf_reset(&t->rows);
    add_file(&t->printed, "stdout");
    add_outputs(&t->files, whole ? &whole->files : NULL, &t->n_other);
    add_rows(&t->rows, attune_file_exists("out.db") ? "out.db" : "run.db");
}

void traces_release(struct traces *t)
{
    attune_buf_release(&t->printed);
    attune_buf_release(&t->files);
    attune_buf_release(&t->rows);
}

bool traces_same(const struct attune_buf *a, const struct attune_buf *b)
{
    return a->n_bytes == b->n_bytes &&
           memcmp(attune_buf_text(a), attune_buf_text(b), a->n_bytes) == 0;
}
