/* Features from the experiment's database: metrics of its samples, scores of outside programs. */
#include <math.h>

#include "base/mem.h"
#include "harness/reward/items.h"
#include "harness/store/store.h"

static const char rows_sql[] =
    "SELECT path, metric, value FROM sample_scores WHERE state = 'ok' AND path IS NOT NULL"
    " UNION ALL SELECT item, axis, value FROM rating WHERE kind = 'score'";

enum pass { NAME_FEATURES, FILL_VALUES };

static enum attune_code walk(struct attune_items *items, struct attune_store *store,
                             enum pass pass, struct attune_err *err)
{
    sqlite3_stmt *s = attune_store_prepare(store, rows_sql, err);
    enum attune_code code = s ? ATTUNE_OK : ATTUNE_E_STORE;
    int step = SQLITE_ROW;
    while (!code && (step = sqlite3_step(s)) == SQLITE_ROW) {
        const char *metric = (const char *)sqlite3_column_text(s, 1);
        const size_t item =
            attune_items_match(items->names, (const char *)sqlite3_column_text(s, 0));
        if (item == SIZE_MAX) {
            continue;
        }
        if (pass == FILL_VALUES) {
            const size_t k = attune_names_find(&items->features, metric);
            items->x[item * items->features.n + k] = (float)sqlite3_column_double(s, 2);
            items->n_found++;
        } else if (attune_names_add(&items->features, metric) == SIZE_MAX) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for features");
        }
    }
    if (!code && step != SQLITE_DONE) {
        code = attune_store_fail(store, "read the scores", err);
    }
    sqlite3_finalize(s);
    return code;
}

enum attune_code attune_items_from_store(struct attune_items *items,
                                         const struct attune_names *names,
                                         struct attune_store *store, struct attune_err *err)
{
    *items = (struct attune_items){.names = names};
    enum attune_code code = walk(items, store, NAME_FEATURES, err);
    code = code ? code : attune_items_make_rows(items, err);
    code = code ? code : walk(items, store, FILL_VALUES, err);
    if (code) {
        attune_items_release(items);
    }
    return code;
}
