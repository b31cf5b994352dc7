/* Results of `attune eval` as JSON Lines, CSV and a table. */
#include "cli/eval_result.h"

#include "base/mem.h"
#include "metrics/metric.h"

static void release_quantity(struct attune_quantity *q)
{
    attune_release(q->name);
    attune_release(q->values);
    attune_release(q->why);
}

void attune_eval_result_release(struct attune_eval_result *result)
{
    for (size_t i = 0; i < result->n_quantities; i++) {
        release_quantity(&result->quantities[i]);
    }
    attune_release(result->quantities);
    attune_release(result->error);
    *result = (struct attune_eval_result){0};
}

void attune_eval_result_add(struct attune_eval_result *result, const char *name,
                            const double *values, size_t n, bool is_vector, const char *why)
{
    void *items = result->quantities;
    if (!attune_grow(&items, &result->capacity, result->n_quantities, sizeof *result->quantities)) {
        result->out_of_memory = true;
        return;
    }
    result->quantities = items;
    struct attune_quantity q = {.name = attune_strdup(name), .n = why ? 0 : n,
                                .is_vector = is_vector, .why = attune_strdup(why)};
    if (!why) {
        q.values = attune_alloc(n, sizeof *q.values);
        if (q.values && n) {
            memcpy(q.values, values, n * sizeof *values);
        }
    }
    if (!q.name || (why ? !q.why : !q.values)) {
        release_quantity(&q);
        result->out_of_memory = true;
        return;
    }
    result->quantities[result->n_quantities++] = q;
}

static void add_json_value(struct attune_buf *out, const struct attune_quantity *q)
{
    if (!q->is_vector) {
        attune_buf_add_double(out, q->values[0]);
        return;
    }
    attune_buf_add(out, "[");
    for (size_t i = 0; i < q->n; i++) {
        attune_buf_add(out, i ? ", " : "");
        attune_buf_add_double(out, q->values[i]);
    }
    attune_buf_add(out, "]");
}

/* The quantities that are defined, or those that are not, as one JSON object. */
static void add_json_object(struct attune_buf *out, const struct attune_eval_result *r,
                            bool defined)
{
    const char *separator = "";
    attune_buf_add(out, "{");
    for (size_t i = 0; i < r->n_quantities; i++) {
        const struct attune_quantity *q = &r->quantities[i];
        if ((q->why == NULL) != defined) {
            continue;
        }
        attune_buf_add(out, separator);
        attune_buf_add_json(out, q->name);
        attune_buf_add(out, ": ");
        if (defined) {
            add_json_value(out, q);
        } else {
            attune_buf_add_json(out, q->why);
        }
        separator = ", ";
    }
    attune_buf_add(out, "}");
}

void attune_eval_print_json(struct attune_buf *out, const struct attune_eval_result *r)
{
    attune_buf_add(out, "{\"path\": ");
    attune_buf_add_json(out, r->path);
    attune_buf_addf(out, ", \"modality\": \"%s\", \"status\": \"%s\", \"error\": ", r->modality,
                    r->ok ? "ok" : "failed");
    if (r->ok) {
        attune_buf_add(out, "null, \"duration_s\": ");
        attune_buf_add_double(out, r->duration_s);
    } else {
        attune_buf_add_json(out, r->error ? r->error : "out of memory");
        attune_buf_add(out, ", \"duration_s\": null");
    }
    attune_buf_add(out, ", \"metrics\": ");
    add_json_object(out, r, true);
    attune_buf_add(out, ", \"undefined\": ");
    add_json_object(out, r, false);
    attune_buf_add(out, "}\n");
}

/* The columns of a table over several files: every name that occurs, in order of first occurrence;
 * a vector counts one column per element. */
struct columns {
    struct column {
        const char *name;
        size_t n; /* widest vector, 1 for scalars */
        bool is_vector;
    } *items;
    size_t n, capacity;
};

static bool add_columns(struct columns *columns, const struct attune_eval_result *r)
{
    size_t hint = 0; /* files mostly have the same columns in the same order */
    for (size_t i = 0; i < r->n_quantities; i++) {
        const struct attune_quantity *q = &r->quantities[i];
        size_t at = hint;
        if (at >= columns->n || strcmp(columns->items[at].name, q->name) != 0) {
            for (at = 0; at < columns->n && strcmp(columns->items[at].name, q->name) != 0; at++) {
            }
        }
        if (at == columns->n) {
            void *items = columns->items;
            if (!attune_grow(&items, &columns->capacity, columns->n, sizeof *columns->items)) {
                return false;
            }
            columns->items = items;
            columns->items[columns->n++] = (struct column){.name = q->name, .n = 1};
        }
        struct column *column = &columns->items[at];
        column->is_vector = column->is_vector || q->is_vector;
        column->n = q->n > column->n ? q->n : column->n;
        hint = at + 1;
    }
    return true;
}

static const struct attune_quantity *lookup(const struct attune_eval_result *r, const char *name,
                                            size_t *hint)
{
    for (size_t step = 0; step < r->n_quantities; step++) {
        const size_t i = (*hint + step) % r->n_quantities;
        if (strcmp(r->quantities[i].name, name) == 0) {
            *hint = i + 1;
            return &r->quantities[i];
        }
    }
    return NULL;
}

static void csv_header(struct attune_buf *out, const struct columns *columns)
{
    attune_buf_add(out, "path,modality,status,error,duration_s");
    for (size_t c = 0; c < columns->n; c++) {
        for (size_t k = 0; k < columns->items[c].n; k++) {
            attune_buf_addf(out, columns->items[c].is_vector ? ",%s[%zu]" : ",%s",
                            columns->items[c].name, k);
        }
    }
    attune_buf_add(out, "\n");
}

static void csv_row(struct attune_buf *out, const struct columns *columns,
                    const struct attune_eval_result *r)
{
    attune_buf_add_csv(out, r->path);
    attune_buf_addf(out, ",%s,%s,", r->modality, r->ok ? "ok" : "failed");
    attune_buf_add_csv(out, r->ok || !r->error ? "" : r->error);
    attune_buf_add(out, ",");
    if (r->ok) {
        attune_buf_add_double(out, r->duration_s);
    }
    size_t hint = 0;
    for (size_t c = 0; c < columns->n; c++) {
        const struct attune_quantity *q = lookup(r, columns->items[c].name, &hint);
        for (size_t k = 0; k < columns->items[c].n; k++) {
            attune_buf_add(out, ",");
            if (q && k < q->n) {
                attune_buf_add_double(out, q->values[k]);
            }
        }
    }
    attune_buf_add(out, "\n");
}

static bool collect(struct columns *columns, const struct attune_eval_result *results, size_t n,
                    struct attune_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (!add_columns(columns, &results[i])) {
            out->failed = true;
            return false;
        }
    }
    return true;
}

void attune_eval_print_csv(struct attune_buf *out, const struct attune_eval_result *results,
                           size_t n)
{
    struct columns columns = {0};
    if (collect(&columns, results, n, out)) {
        csv_header(out, &columns);
        for (size_t i = 0; i < n; i++) {
            csv_row(out, &columns, &results[i]);
        }
    }
    attune_release(columns.items);
}

enum { SIDE_BY_SIDE = 3 };

static void table_files(struct attune_buf *out, const struct columns *columns,
                        const struct attune_eval_result *results, size_t n)
{
    attune_buf_addf(out, "%-34s", "");
    for (size_t i = 0; i < n; i++) {
        const char *name = strrchr(results[i].path, '/');
        attune_buf_addf(out, " %14.14s", name ? name + 1 : results[i].path);
    }
    attune_buf_add(out, "\n");
    for (size_t c = 0; c < columns->n; c++) {
        const struct attune_metric *m = attune_metric_find(columns->items[c].name);
        const char *why = NULL;
        attune_buf_addf(out, "%-34s", columns->items[c].name);
        for (size_t i = 0; i < n; i++) {
            size_t hint = 0;
            const struct attune_quantity *q = lookup(&results[i], columns->items[c].name, &hint);
            if (q && q->n == 1) {
                attune_buf_addf(out, " %14.6g", q->values[0]);
            } else {
                attune_buf_addf(out, " %14s", q && q->n ? "(vector)" : "-");
                why = q && q->why ? q->why : why;
            }
        }
        if (m && strcmp(m->unit, "1") != 0) {
            attune_buf_addf(out, " %s", m->unit);
        }
        if (why) {
            attune_buf_addf(out, "  undefined: %s", why);
        }
        attune_buf_add(out, "\n");
    }
}

static void table_summary(struct attune_buf *out, const struct columns *columns,
                          const struct attune_eval_result *results, size_t n)
{
    attune_buf_addf(out, "%-34s %11s %10s %10s %10s %5s %5s\n", "", "mean", "sd", "min", "max", "n",
                    "undef");
    for (size_t c = 0; c < columns->n; c++) {
        double sum = 0.0, squares = 0.0, lo = INFINITY, hi = -INFINITY;
        size_t used = 0, undefined = 0, hint = 0;
        for (size_t i = 0; i < n; i++, hint = 0) {
            const struct attune_quantity *q = lookup(&results[i], columns->items[c].name, &hint);
            undefined += q && q->why;
            if (q && q->n == 1) {
                const double x = q->values[0];
                used++;
                sum += x;
                lo = x < lo ? x : lo;
                hi = x > hi ? x : hi;
            }
        }
        const double mean = used ? sum / (double)used : 0.0;
        for (size_t i = 0; i < n; i++, hint = 0) {
            const struct attune_quantity *q = lookup(&results[i], columns->items[c].name, &hint);
            if (q && q->n == 1) {
                squares += (q->values[0] - mean) * (q->values[0] - mean);
            }
        }
        if (used > 1) {
            attune_buf_addf(out, "%-34s %11.5g %10.4g %10.4g %10.4g %5zu %5zu\n",
                            columns->items[c].name, mean, sqrt(squares / (double)(used - 1)), lo,
                            hi, used, undefined);
        } else if (used == 1) {
            attune_buf_addf(out, "%-34s %11.5g %10s %10.4g %10.4g %5d %5zu\n",
                            columns->items[c].name, mean, "-", lo, hi, 1, undefined);
        } else {
            attune_buf_addf(out, "%-34s %11s %10s %10s %10s %5d %5zu\n", columns->items[c].name,
                            "-", "-", "-", "-", 0, undefined);
        }
    }
}

void attune_eval_print_table(struct attune_buf *out, const struct attune_eval_result *results,
                             size_t n)
{
    struct columns columns = {0};
    if (collect(&columns, results, n, out)) {
        if (n <= SIDE_BY_SIDE) {
            table_files(out, &columns, results, n);
        } else {
            table_summary(out, &columns, results, n);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!results[i].ok) {
            attune_buf_addf(out, "failed: %s: %s\n", results[i].path,
                            results[i].error ? results[i].error : "out of memory");
        }
    }
    attune_release(columns.items);
}
