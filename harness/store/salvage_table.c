/* Reading a table from both ends and from between its unreadable pages. */
#include "harness/store/salvage_table.h"

#include "base/mem.h"
#include "base/text.h"

/* Ranges without a single readable row that are halved before the rest of a table is given up:
 * seconds of work, and more keys than one lost inner page of the tree stands for. */
enum { MAX_BARREN = 1 << 18 };

/* More rows than a page of 4096 bytes holds. */
enum { PAGE_ROWS = 256 };

struct reader {
    sqlite3 *from;
    struct attune_store *to;
    sqlite3_stmt *forward, *backward, *insert;
    int key_column;  /* -1: the table has no integer key */
    bool unique_key; /* one row for every key */
    size_t n_barren;
    struct attune_table_gaps *gaps;
    struct attune_err *err;
};

/* What one scan met. */
struct scan {
    bool complete;
    size_t n;
    int64_t last;              /* key of the last row that was read */
    int64_t recent[PAGE_ROWS]; /* keys of the last rows, a ring */
};

void attune_table_gaps_release(struct attune_table_gaps *gaps)
{
    attune_release(gaps->items);
    *gaps = (struct attune_table_gaps){0};
}

static enum attune_code add_gap(struct reader *r, int64_t lo, int64_t hi)
{
    struct attune_table_gaps *g = r->gaps;
    if (g->n && lo <= g->items[g->n - 1].hi + 1 && hi + 1 >= g->items[g->n - 1].lo) {
        struct attune_gap *last = &g->items[g->n - 1];
        last->lo = lo < last->lo ? lo : last->lo;
        last->hi = hi > last->hi ? hi : last->hi;
        return ATTUNE_OK;
    }
    if (!attune_grow((void **)&g->items, &g->capacity, g->n, sizeof *g->items)) {
        return attune_fail(r->err, ATTUNE_E_MEMORY, "out of memory");
    }
    g->items[g->n++] = (struct attune_gap){lo, hi};
    return ATTUNE_OK;
}

/* Trouble of the file, as opposed to that of the moment (locked, out of memory). */
static bool is_damage(int rc)
{
    const int primary = rc & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_IOERR || primary == SQLITE_NOTADB ||
           primary == SQLITE_FORMAT || primary == SQLITE_TOOBIG;
}

/* A row that is there already was met from the other side; one that breaks another constraint is
 * no row of attune's. */
static enum attune_code copy_row(struct reader *r, sqlite3_stmt *row, int64_t key)
{
    const int n = sqlite3_column_count(row);
    int rc = SQLITE_OK;
    for (int i = 0; i < n && rc == SQLITE_OK; i++) {
        rc = sqlite3_bind_value(r->insert, i + 1, sqlite3_column_value(row, i));
    }
    if (rc == SQLITE_OK) {
        sqlite3_step(r->insert);
        rc = sqlite3_reset(r->insert);
    }
    if (rc == SQLITE_OK) {
        return ATTUNE_OK;
    }
    if ((rc & 0xff) != SQLITE_CONSTRAINT) {
        return attune_store_fail(r->to, "copy a row", r->err);
    }
    const int why = sqlite3_extended_errcode(attune_store_sqlite(r->to));
    return why == SQLITE_CONSTRAINT_PRIMARYKEY || why == SQLITE_CONSTRAINT_ROWID
               ? ATTUNE_OK
               : add_gap(r, key, key);
}

/* What was read just before an unreadable place may be of the same page: where a key has many rows,
 * some of these keys' rows may be missing, or not what was written. */
static enum attune_code doubt_page(struct reader *r, const struct scan *scan)
{
    if (r->unique_key || scan->n == 0) {
        return ATTUNE_OK;
    }
    int64_t lo = scan->last, hi = lo;
    for (size_t i = 0; i < scan->n && i < PAGE_ROWS; i++) {
        lo = scan->recent[i] < lo ? scan->recent[i] : lo;
        hi = scan->recent[i] > hi ? scan->recent[i] : hi;
    }
    return add_gap(r, lo, hi);
}

/* Rows with lo <= key <= hi until the end, an unreadable page, or a key out of order. */
static enum attune_code scan(struct reader *r, sqlite3_stmt *stmt, int64_t lo, int64_t hi,
                             struct scan *result)
{
    const int direction = stmt == r->forward ? 1 : -1;
    enum attune_code code = ATTUNE_OK;
    int rc;
    result->n = 0;
    sqlite3_bind_int64(stmt, 1, lo);
    sqlite3_bind_int64(stmt, 2, hi);
    while (code == ATTUNE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const int64_t key = r->key_column < 0 ? lo : sqlite3_column_int64(stmt, r->key_column);
        if (key < lo || key > hi ||
            (result->n && (direction > 0 ? key < result->last : key > result->last))) {
            break;
        }
        result->recent[result->n++ % PAGE_ROWS] = key;
        result->last = key;
        code = copy_row(r, stmt, key);
    }
    result->complete = code == ATTUNE_OK && rc == SQLITE_DONE;
    if (code == ATTUNE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW && !is_damage(rc)) {
        code = (rc & 0xff) == SQLITE_NOMEM
                   ? attune_fail(r->err, ATTUNE_E_MEMORY, "out of memory")
                   : attune_fail(r->err, ATTUNE_E_STORE, "cannot read the damaged database: %s",
                                 sqlite3_errmsg(r->from));
    }
    sqlite3_reset(stmt);
    return code == ATTUNE_OK && !result->complete ? doubt_page(r, result) : code;
}

/* The keys that were met last belong to the gap where more rows of theirs may be lost. */
static enum attune_code add_range(struct reader *r, int64_t first, int64_t last,
                                  const struct scan *up, const struct scan *down)
{
    if (r->unique_key) {
        first += up->n > 0;
        last -= down->n > 0;
        return first <= last ? add_gap(r, first, last) : ATTUNE_OK;
    }
    return first <= last ? add_gap(r, first, last) : add_gap(r, last, first);
}

/* Halves the range at most 62 times, so the recursion is that deep. */
static enum attune_code read_range(struct reader *r, int64_t lo, int64_t hi)
{
    struct scan up, down;
    enum attune_code code = scan(r, r->forward, lo, hi, &up);
    if (code || up.complete) {
        return code;
    }
    code = scan(r, r->backward, lo, hi, &down);
    if (code || down.complete) {
        return code;
    }
    r->n_barren += up.n + down.n == 0;
    const int64_t first = up.n ? up.last : lo, last = down.n ? down.last : hi;
    if (lo == hi || first >= last || r->n_barren > MAX_BARREN) {
        return add_range(r, first, last, &up, &down);
    }
    const int64_t middle = first + (last - first) / 2;
    code = read_range(r, first, middle);
    return code ? code : read_range(r, middle + 1, last);
}

static sqlite3_stmt *prepare_scan(sqlite3 *from, const struct attune_table_spec *table,
                                  bool backward)
{
    struct attune_buf sql = ATTUNE_BUF_INIT;
    sqlite3_stmt *stmt = NULL;
    attune_buf_addf(&sql, "SELECT * FROM %s NOT INDEXED WHERE %s BETWEEN ?1 AND ?2 ORDER BY ",
                    table->name, table->key);
    for (const char *c = table->order; *c; c++) {
        if (*c == ',' && backward) {
            attune_buf_add(&sql, " DESC");
        }
        attune_buf_add_bytes(&sql, c, 1);
    }
    attune_buf_add(&sql, backward ? " DESC" : "");
    if (!sql.failed) {
        sqlite3_prepare_v2(from, attune_buf_text(&sql), -1, &stmt, NULL);
    }
    attune_buf_release(&sql);
    return stmt;
}

/* By column name: a table of an older schema lacks the later columns. */
static sqlite3_stmt *prepare_insert(struct attune_store *to, const char *table, sqlite3_stmt *row,
                                    struct attune_err *err)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    const int n = sqlite3_column_count(row);
    sqlite3_str_appendf(sql, "INSERT INTO %s (", table);
    for (int i = 0; i < n; i++) {
        sqlite3_str_appendf(sql, "%s\"%w\"", i ? ", " : "", sqlite3_column_name(row, i));
    }
    sqlite3_str_appendall(sql, ") VALUES (");
    for (int i = 0; i < n; i++) {
        sqlite3_str_appendf(sql, "%s?%d", i ? ", " : "", i + 1);
    }
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    sqlite3_stmt *stmt = NULL;
    if (text) {
        stmt = attune_store_prepare(to, text, err);
    } else {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    sqlite3_free(text);
    return stmt;
}

static bool has_table(sqlite3 *from, const char *name)
{
    return sqlite3_table_column_metadata(from, "main", name, NULL, NULL, NULL, NULL, NULL, NULL) ==
           SQLITE_OK;
}

static int find_column(sqlite3_stmt *row, const char *name)
{
    for (int i = sqlite3_column_count(row) - 1; i >= 0; i--) {
        if (strcmp(sqlite3_column_name(row, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

enum attune_code attune_salvage_table(sqlite3 *from, struct attune_store *to,
                                      const struct attune_table_spec *table,
                                      struct attune_table_gaps *gaps, struct attune_err *err)
{
    if (!has_table(from, table->name)) {
        return ATTUNE_OK;
    }
    struct reader r = {.from = from, .to = to, .gaps = gaps, .err = err,
                       .unique_key = strcmp(table->key, table->order) == 0};
    enum attune_code code = ATTUNE_OK;
    r.forward = prepare_scan(from, table, false);
    r.backward = prepare_scan(from, table, true);
    if (!r.forward || !r.backward) {
        code = attune_fail(err, ATTUNE_E_STORE, "cannot read table '%s': %s", table->name,
                           sqlite3_errmsg(from));
        goto out;
    }
    r.insert = prepare_insert(to, table->name, r.forward, err);
    if (!r.insert) {
        code = ATTUNE_E_STORE;
        goto out;
    }
    r.key_column = find_column(r.forward, table->key);
    code = r.key_column < 0 ? read_range(&r, 1, 1) : read_range(&r, 1, ATTUNE_KEY_MAX);
out:
    sqlite3_finalize(r.forward);
    sqlite3_finalize(r.backward);
    sqlite3_finalize(r.insert);
    return code;
}
