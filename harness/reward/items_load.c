/* The three sources of features: a table of metric values, embeddings, the sound files. */
#include <math.h>

#include "base/io/file.h"
#include "base/io/npy.h"
#include "base/mem.h"
#include "base/thread.h"
#include "harness/evaluate.h"
#include "harness/prefs/record_reader.h"
#include "harness/reward/items.h"

/* Columns of a table that are about the file, not about its sound. */
static const char *const described[] = {"path",  "item",   "file",       "file_name", "filename",
                                        "name",  "system", "model",      "prompt",    "rater",
                                        "seed",  "error",  "duration_s", "modality",  "status"};

static void missing(struct attune_items *items, const char *name, const char *why)
{
    if (!items->reason[0]) {
        snprintf(items->reason, sizeof items->reason, "'%.120s': %.100s", name, why);
    }
}

/* Whether a comma-separated list has the name itself, not a pattern of it. */
static bool names_exactly(const char *list, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strcspn(at, ",") == n && strncmp(at, name, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool wanted(const struct attune_item_source *source, const char *name)
{
    for (size_t i = 0; i < sizeof described / sizeof *described; i++) {
        if (strcmp(described[i], name) == 0) {
            return names_exactly(source->metrics, name);
        }
    }
    return source->metrics ? attune_glob_list(source->metrics, name)
                           : !attune_glob("reward.*", name);
}

/* ---- a table */

static const char *path_of(struct attune_records *r)
{
    for (size_t i = 0; i < 6; i++) {
        if (attune_records_has(r, described[i])) {
            return attune_records_get(r, described[i]);
        }
    }
    return "";
}

/* Calls each for the record's features: members of "metrics" where eval wrote JSON, else fields. */
typedef enum attune_code feature_fn(void *context, const char *name, const char *text, double value,
                                    struct attune_err *err);

static enum attune_code each_feature(struct attune_records *r,
                                     const struct attune_item_source *source, feature_fn *each,
                                     void *context, struct attune_err *err)
{
    const json_t *metrics = attune_records_json(r, "metrics");
    enum attune_code code = ATTUNE_OK;
    const char *name;
    if (metrics) {
        json_t *value;
        if (wanted(source, "duration_s") && attune_records_has(r, "duration_s")) {
            code = each(context, "duration_s", "number",
                        json_number_value(attune_records_json(r, "duration_s")), err);
        }
        json_object_foreach((json_t *)metrics, name, value) {
            if (!code && wanted(source, name)) {
                code = each(context, name, json_is_number(value) ? "number" : "",
                            json_number_value(value), err);
            }
        }
        return code;
    }
    for (size_t i = 0; !code && (name = attune_records_field(r, i)) != NULL; i++) {
        if (wanted(source, name)) {
            const char *text = attune_records_get(r, name);
            char *end;
            const double value = strtod(text, &end);
            code = each(context, name, *end ? NULL : text, value, err);
        }
    }
    return code;
}

struct table {
    struct attune_items *items;
    const char *path;
    struct attune_records *records;
    size_t item;
};

static enum attune_code note_feature(void *context, const char *name, const char *text,
                                     double value, struct attune_err *err)
{
    struct table *t = context;
    return attune_names_add(&t->items->features, name) == SIZE_MAX
               ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for features")
               : ATTUNE_OK;
}

static enum attune_code put_feature(void *context, const char *name, const char *text, double value,
                                    struct attune_err *err)
{
    struct table *t = context;
    if (!text) {
        return attune_fail_at(err, ATTUNE_E_INPUT, t->path, attune_records_line(t->records),
                              "'%s' is no number", name);
    }
    const size_t k = attune_names_find(&t->items->features, name);
    if (text[0] && isfinite(value) && k != SIZE_MAX) {
        t->items->x[t->item * t->items->features.n + k] = (float)value;
    }
    return ATTUNE_OK;
}

/* First pass: the features there are. Second pass: their values. */
static enum attune_code walk_table(struct table *t, const struct attune_item_source *source,
                                   feature_fn *each, struct attune_err *err)
{
    bool has_record = true;
    enum attune_code code = attune_records_open(&t->records, t->path, err);
    while (!code && has_record) {
        code = attune_records_next(t->records, &has_record, err);
        if (code || !has_record) {
            break;
        }
        t->item = attune_items_match(t->items->names, path_of(t->records));
        if (each == note_feature || t->item != SIZE_MAX) {
            code = each_feature(t->records, source, each, t, err);
            t->items->n_found += each != note_feature;
        }
    }
    attune_records_close(t->records);
    t->records = NULL;
    return code;
}

static enum attune_code load_table(struct attune_items *items,
                                   const struct attune_item_source *source, struct attune_err *err)
{
    struct table t = {.items = items, .path = source->table};
    enum attune_code code = walk_table(&t, source, note_feature, err);
    code = code ? code : attune_items_make_rows(items, err);
    return code ? code : walk_table(&t, source, put_feature, err);
}

/* ---- embeddings */

static enum attune_code name_dimensions(struct attune_items *items, size_t d,
                                        struct attune_err *err)
{
    for (size_t k = 0; k < d; k++) {
        char name[32];
        snprintf(name, sizeof name, "embedding[%zu]", k);
        if (attune_names_add(&items->features, name) == SIZE_MAX) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for features");
        }
    }
    return attune_items_make_rows(items, err);
}

/* All rows in one file, their paths line by line beside it. */
static enum attune_code load_rows(struct attune_items *items, const char *path,
                                  struct attune_err *err)
{
    struct attune_matrix m = {0};
    struct attune_buf list = ATTUNE_BUF_INIT;
    char *bytes = NULL, *rest = NULL;
    size_t n_bytes = 0, row = 0;
    attune_buf_addf(&list, "%s.txt", path);
    enum attune_code code = attune_npy_read(&m, path, err);
    code = code ? code : attune_file_read(attune_buf_text(&list), 1 << 28, &bytes, &n_bytes, err);
    code = code ? code : name_dimensions(items, m.n_cols, err);
    for (char *line = bytes; !code && line && *line && row < m.n_rows; line = rest, row++) {
        char *end = strchr(line, '\n');
        rest = end ? end + 1 : NULL;
        if (end) {
            *end = '\0';
        }
        const size_t item = attune_items_match(items->names, line);
        if (item != SIZE_MAX) {
            memcpy(items->x + item * m.n_cols, m.v + row * m.n_cols, m.n_cols * sizeof *m.v);
            items->n_found++;
        }
    }
    if (!code && (row != m.n_rows || (rest && *rest))) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, attune_buf_text(&list), (long)row,
                              "names other than one per row: the embeddings have %zu", m.n_rows);
    }
    attune_matrix_release(&m);
    attune_release(bytes);
    attune_buf_release(&list);
    return code;
}

/* FOLDER/NAME.npy, also with the sample's folders left out; several rows are averaged. */
static enum attune_code read_embedding(const char *folder, const char *name,
                                       struct attune_matrix *m, struct attune_err *err)
{
    const char *slash = strrchr(name, '/');
    struct attune_buf path = ATTUNE_BUF_INIT;
    attune_buf_addf(&path, "%s/%s.npy", folder, name);
    if (!attune_file_exists(attune_buf_text(&path)) && slash) {
        attune_buf_reset(&path);
        attune_buf_addf(&path, "%s/%s.npy", folder, slash + 1);
    }
    enum attune_code code = attune_npy_read(m, attune_buf_text(&path), err);
    attune_buf_release(&path);
    return code;
}

static enum attune_code load_folder(struct attune_items *items, const char *folder,
                                    struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < items->names->n && !code; i++) {
        struct attune_matrix m = {0};
        struct attune_err why = ATTUNE_ERR_INIT;
        if (read_embedding(folder, items->names->name[i], &m, &why)) {
            missing(items, items->names->name[i], why.message);
            continue;
        }
        if (!items->x) {
            code = name_dimensions(items, m.n_cols, err);
        }
        const size_t d = items->features.n;
        if (!code && m.n_cols != d) {
            code = attune_fail(err, ATTUNE_E_INPUT,
                               "'%s': an embedding of %zu dimensions, others have %zu",
                               items->names->name[i], m.n_cols, d);
        }
        for (size_t k = 0; k < d && !code; k++) {
            double sum = 0.0;
            for (size_t row = 0; row < m.n_rows; row++) {
                sum += m.v[row * d + k];
            }
            items->x[i * d + k] = (float)(sum / (double)m.n_rows);
        }
        items->n_found++;
        attune_matrix_release(&m);
    }
    return code;
}

/* ---- sound files */

struct listening {
    struct attune_items *items;
    const struct attune_item_source *source;
    struct attune_selection selection;
    struct attune_evaluator **evaluators; /* (n_threads,) */
    struct attune_value *values;          /* (n_threads, selection.n) */
    char (*why)[128];                     /* (names->n,) */
};

static void listen(void *context, size_t item, size_t worker)
{
    struct listening *l = context;
    const size_t d = l->selection.n;
    struct attune_value *values = l->values + worker * d;
    struct attune_buf path = ATTUNE_BUF_INIT;
    struct attune_err err = ATTUNE_ERR_INIT;
    const char *name = l->items->names->name[item];
    attune_buf_addf(&path, "%s%s%s", l->source->folder && name[0] != '/' ? l->source->folder : "",
                    l->source->folder && name[0] != '/' ? "/" : "", name);
    if (attune_evaluate_file(l->evaluators[worker], attune_buf_text(&path), NULL, &l->selection,
                             values, &err)) {
        snprintf(l->why[item], sizeof *l->why, "%.120s", err.message);
    } else {
        for (size_t k = 0; k < d; k++) {
            if (values[k].state == ATTUNE_DEFINED) {
                l->items->x[item * d + k] = (float)values[k].v;
            }
        }
    }
    attune_buf_release(&path);
}

static enum attune_code prepare(struct listening *l, struct attune_err *err)
{
    const size_t n_threads = l->source->n_threads;
    enum attune_code code = attune_selection_init(&l->selection, l->source->metrics, err);
    for (size_t k = 0; k < l->selection.n && !code; k++) {
        const char *id = attune_metrics[l->selection.index[k]]->id;
        if (wanted(l->source, id)) {
            l->selection.index[l->items->features.n] = l->selection.index[k];
            attune_names_add(&l->items->features, id);
        }
    }
    l->selection.n = l->items->features.n;
    l->evaluators = attune_alloc(n_threads, sizeof(struct attune_evaluator *));
    l->values = attune_alloc(n_threads, (l->selection.n + 1) * sizeof *l->values);
    l->why = attune_alloc(l->items->names->n, sizeof *l->why);
    if (!code && (!l->evaluators || !l->values || !l->why)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for metrics");
    }
    for (size_t i = 0; i < n_threads && !code; i++) {
        l->evaluators[i] = attune_evaluator_new(err);
        code = l->evaluators[i] ? ATTUNE_OK : ATTUNE_E_MEMORY;
    }
    return code ? code : attune_items_make_rows(l->items, err);
}

static enum attune_code load_sound(struct attune_items *items,
                                   const struct attune_item_source *source, struct attune_err *err)
{
    struct listening l = {.items = items, .source = source};
    enum attune_code code = prepare(&l, err);
    if (!code) {
        attune_parallel_for(items->names->n, source->n_threads, listen, &l);
    }
    for (size_t i = 0; i < items->names->n && !code; i++) {
        items->n_found += !l.why[i][0];
        if (l.why[i][0]) {
            missing(items, items->names->name[i], l.why[i]);
        }
    }
    for (size_t i = 0; l.evaluators && i < source->n_threads; i++) {
        attune_evaluator_free(l.evaluators[i]);
    }
    attune_release(l.evaluators);
    attune_release(l.values);
    attune_release(l.why);
    attune_selection_release(&l.selection);
    return code;
}

static bool is_npy(const char *path)
{
    const size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".npy") == 0;
}

enum attune_code attune_items_load(struct attune_items *items, const struct attune_names *names,
                                   const struct attune_item_source *source, struct attune_err *err)
{
    *items = (struct attune_items){.names = names};
    enum attune_code code = source->table ? load_table(items, source, err)
                            : !source->embeddings ? load_sound(items, source, err)
                            : is_npy(source->embeddings)
                                ? load_rows(items, source->embeddings, err)
                                : load_folder(items, source->embeddings, err);
    if (!code && items->n_found == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "none of the %zu samples has features%s%s",
                           names->n, items->reason[0] ? "; the first is missing: " : "",
                           items->reason);
        attune_err_hint(err, "samples are matched by name: '%.120s'",
                        names->n ? names->name[0] : "");
    }
    if (code) {
        attune_items_release(items);
    }
    return code;
}
