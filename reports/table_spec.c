/* Reading table specs. */
#include "reports/table_spec.h"

#include <cyaml/cyaml.h>

#include "base/io/file.h"
#include "harness/suite/suite_schema.h"
#include "harness/suite/suite_yaml.h"

enum { MAX_SPEC_BYTES = 1 << 20 };

/* The file as libcyaml sees it; what was not given stays 0 or NULL. */
struct raw {
    const char *sort, *baseline, *caption, *label, *run;
    const char **metrics, **models, **methods;
    unsigned metrics_count, models_count, methods_count, columns_count;
    int rows, *columns;
    bool *intervals;
    unsigned *decimals;
};

enum { BY_MODEL, BY_METHOD };
enum { METHOD, BASE, DIVERGENCE, CANDIDATES, TOKENS, REWARD_CALLS, TIME };

static const cyaml_strval_t row_words[] = {{"model", BY_MODEL}, {"method", BY_METHOD}};
static const cyaml_strval_t column_words[] = {
    {"method", METHOD},
    {"base", BASE},
    {"divergence", DIVERGENCE},
    {"candidates", CANDIDATES},
    {"tokens", TOKENS},
    {"reward_calls", REWARD_CALLS},
    {"time", TIME},
};
static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, const char *, 1, CYAML_UNLIMITED),
};
static const cyaml_schema_value_t column_entry = {
    CYAML_VALUE_ENUM(CYAML_FLAG_DEFAULT, int, column_words, CYAML_ARRAY_LEN(column_words)),
};

#define GIVEN (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define TEXT(member) CYAML_FIELD_STRING_PTR(#member, GIVEN, struct raw, member, 1, CYAML_UNLIMITED)
#define LIST(member, entry)                                                                        \
    CYAML_FIELD_SEQUENCE(#member, GIVEN, struct raw, member, entry, 1, CYAML_UNLIMITED)

static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_ENUM("rows", CYAML_FLAG_OPTIONAL, struct raw, rows, row_words,
                     CYAML_ARRAY_LEN(row_words)),
    LIST(metrics, &text_entry),
    LIST(columns, &column_entry),
    LIST(models, &text_entry),
    LIST(methods, &text_entry),
    TEXT(sort),
    TEXT(baseline),
    CYAML_FIELD_BOOL_PTR("intervals", GIVEN, struct raw, intervals),
    CYAML_FIELD_UINT_PTR("decimals", GIVEN, struct raw, decimals),
    TEXT(caption),
    TEXT(label),
    TEXT(run),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw, fields),
};

void attune_table_spec_release(struct attune_table_spec *spec)
{
    attune_arena_release(&spec->text);
    *spec = (struct attune_table_spec){0};
}

/* NULL stays NULL; out of memory turns up as *failed. */
static const char *keep(struct attune_table_spec *spec, const char *text, bool *failed)
{
    const size_t n = text ? strlen(text) + 1 : 0;
    char *copy = text ? attune_arena_alloc(&spec->text, n, 1) : NULL;
    *failed = *failed || (text && !copy);
    return copy ? memcpy(copy, text, n) : NULL;
}

static const char *keep_list(struct attune_table_spec *spec, const char **items, unsigned n,
                             bool *failed)
{
    struct attune_buf joined = ATTUNE_BUF_INIT;
    for (unsigned i = 0; i < n; i++) {
        attune_buf_addf(&joined, "%s%s", i ? "," : "", items[i]);
    }
    *failed = *failed || joined.failed;
    const char *copy = n ? keep(spec, attune_buf_text(&joined), failed) : NULL;
    attune_buf_release(&joined);
    return copy;
}

static enum attune_code take(struct attune_table_spec *out, const struct raw *raw,
                             const struct attune_yaml *yaml, struct attune_err *err)
{
    bool failed = false;
    out->by_method = raw->rows == BY_METHOD;
    out->metrics = keep_list(out, raw->metrics, raw->metrics_count, &failed);
    out->models = keep_list(out, raw->models, raw->models_count, &failed);
    out->methods = keep_list(out, raw->methods, raw->methods_count, &failed);
    out->sort = keep(out, raw->sort, &failed);
    out->baseline = keep(out, raw->baseline, &failed);
    out->caption = keep(out, raw->caption, &failed);
    out->label = keep(out, raw->label, &failed);
    out->run = keep(out, raw->run, &failed);
    out->no_intervals = raw->intervals && !*raw->intervals;
    out->decimals = raw->decimals ? (int)*raw->decimals + 1 : 0;
    for (unsigned i = 0; i < raw->columns_count; i++) {
        const int c = raw->columns[i];
        out->layout.method = out->layout.method || c == METHOD;
        out->layout.base = out->layout.base || c == BASE;
        out->layout.costs |= c >= DIVERGENCE ? 1u << (c - DIVERGENCE) : 0;
    }
    if (failed) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a table");
    }
    if (out->decimals > 10) {
        return attune_fail_at(err, ATTUNE_E_INPUT, yaml->file,
                              attune_yaml_line(yaml, "decimals", 0, NULL),
                              "decimals %u: allowed are 0 to 9", *raw->decimals);
    }
    if (out->label && out->label[strspn(out->label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                                    "TUVWXYZ0123456789:-.")]) {
        return attune_fail_at(
            err, ATTUNE_E_INPUT, yaml->file, attune_yaml_line(yaml, "label", 0, NULL),
            "label '%.40s': allowed are letters, digits, ':', '-', '.'", out->label);
    }
    return ATTUNE_OK;
}

enum attune_code attune_table_spec_read(struct attune_table_spec *out, const char *path,
                                        struct attune_err *err)
{
    *out = (struct attune_table_spec){0};
    char *text = NULL;
    size_t n_bytes = 0;
    struct attune_yaml yaml = {0};
    struct raw *raw = NULL;
    enum attune_code code = attune_file_read(path, MAX_SPEC_BYTES, &text, &n_bytes, err);
    code = code ? code : attune_yaml_parse(&yaml, path, text, n_bytes, err);
    code = code ? code : attune_yaml_check(&yaml, &schema, NULL, err);
    if (!code && cyaml_load_data((const uint8_t *)text, n_bytes, &attune_suite_yaml_config, &schema,
                                 (cyaml_data_t **)&raw, NULL) != CYAML_OK) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "cannot read the table");
    }
    code = code ? code : take(out, raw, &yaml, err);
    cyaml_free(&attune_suite_yaml_config, &schema, raw, 0);
    attune_yaml_release(&yaml);
    attune_release(text);
    if (code) {
        attune_table_spec_release(out);
    }
    return code;
}
