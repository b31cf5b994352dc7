/* The walk over a YAML document beside its schema. */
#include "harness/suite/suite_yaml.h"

#include <errno.h>
#include <math.h>

#include "base/text.h"

enum attune_code attune_yaml_parse(struct attune_yaml *yaml, const char *file, const char *text,
                                   size_t n_bytes, struct attune_err *err)
{
    *yaml = (struct attune_yaml){.file = file};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n_bytes);
    enum attune_code code = ATTUNE_OK;
    if (yaml_parser_load(&parser, &yaml->document)) {
        yaml->loaded = true;
        if (!yaml_document_get_root_node(&yaml->document)) {
            code = attune_fail_at(err, ATTUNE_E_INPUT, file, 0, "the file is empty");
        }
    } else if (parser.error == YAML_MEMORY_ERROR) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    } else {
        const bool by_byte = parser.error == YAML_READER_ERROR;
        code = attune_fail_at(err, ATTUNE_E_INPUT, file,
                              by_byte ? 0 : (long)parser.problem_mark.line + 1, "not YAML: %s",
                              parser.problem ? parser.problem : "unknown problem");
    }
    yaml_parser_delete(&parser);
    if (code) {
        attune_yaml_release(yaml);
    }
    return code;
}

void attune_yaml_release(struct attune_yaml *yaml)
{
    if (yaml->loaded) {
        yaml_document_delete(&yaml->document);
        yaml->loaded = false;
    }
}

yaml_node_t *attune_yaml_root(const struct attune_yaml *yaml)
{
    return yaml_document_get_root_node((yaml_document_t *)&yaml->document);
}

static yaml_node_t *node_at(const struct attune_yaml *yaml, int index)
{
    return yaml_document_get_node((yaml_document_t *)&yaml->document, index);
}

const char *attune_yaml_text(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

yaml_node_t *attune_yaml_get(const struct attune_yaml *yaml, yaml_node_t *mapping, const char *key)
{
    if (!mapping || mapping->type != YAML_MAPPING_NODE) {
        return NULL;
    }
    for (yaml_node_pair_t *p = mapping->data.mapping.pairs.start;
         p < mapping->data.mapping.pairs.top; p++) {
        const char *name = attune_yaml_text(node_at(yaml, p->key));
        if (name && strcmp(name, key) == 0) {
            return node_at(yaml, p->value);
        }
    }
    return NULL;
}

yaml_node_t *attune_yaml_item(const struct attune_yaml *yaml, yaml_node_t *sequence, size_t i)
{
    if (!sequence || sequence->type != YAML_SEQUENCE_NODE) {
        return NULL;
    }
    const yaml_node_item_t *item = sequence->data.sequence.items.start + i;
    return item < sequence->data.sequence.items.top ? node_at(yaml, *item) : NULL;
}

long attune_yaml_node_line(const yaml_node_t *node)
{
    return (long)node->start_mark.line + 1;
}

enum attune_code attune_yaml_place(const struct attune_yaml *yaml, long line,
                                   struct attune_err *err)
{
    if (err) {
        err->code = ATTUNE_E_INPUT;
        err->line = line;
        snprintf(err->file, sizeof err->file, "%s", yaml->file);
    }
    return ATTUNE_E_INPUT;
}

long attune_yaml_line(const struct attune_yaml *yaml, const char *section, size_t index,
                      const char *key)
{
    yaml_node_t *node = attune_yaml_root(yaml);
    yaml_node_t *deeper = section ? attune_yaml_get(yaml, node, section) : NULL;
    node = deeper ? deeper : node;
    if (deeper && deeper->type == YAML_SEQUENCE_NODE &&
        (deeper = attune_yaml_item(yaml, node, index))) {
        node = deeper;
        deeper = key ? attune_yaml_get(yaml, node, key) : NULL;
        node = deeper ? deeper : node;
    }
    return attune_yaml_node_line(node);
}

/* ---- checking */

struct walk {
    const struct attune_yaml *yaml;
    const cyaml_schema_field_t *open;
    char where[160]; /* "models[2].timeout_s" */
    struct attune_err *err;
};

static enum attune_code check_value(struct walk *w, yaml_node_t *node,
                                    const cyaml_schema_value_t *schema);

static enum attune_code wrong(struct walk *w, const yaml_node_t *node, const char *wanted)
{
    const char *text = attune_yaml_text(node);
    const char *given = text ? text : node->type == YAML_SEQUENCE_NODE ? "a list" : "a mapping";
    return attune_fail_at(w->err, ATTUNE_E_INPUT, w->yaml->file, attune_yaml_node_line(node),
                          text ? "key '%s': '%.80s' is not %s" : "key '%s': %s is not %s", w->where,
                          given, wanted);
}

static enum attune_code check_number(struct walk *w, yaml_node_t *node, bool whole, bool is_signed)
{
    const char *text = attune_yaml_text(node);
    char *end = NULL;
    errno = 0;
    if (text && whole) {
        strtoll(text, &end, 10);
        if (*text && !*end && !errno && (is_signed || *text != '-')) {
            return ATTUNE_OK;
        }
    } else if (text) {
        const double x = strtod(text, &end);
        if (*text && !*end && isfinite(x)) {
            return ATTUNE_OK;
        }
    }
    return wrong(w, node,
                 !whole      ? "a number"
                 : is_signed ? "a whole number"
                             : "a whole number from 0");
}

static enum attune_code check_bool(struct walk *w, yaml_node_t *node)
{
    static const char *const words[] = {"true", "false", "yes", "no", "on", "off"};
    const char *text = attune_yaml_text(node);
    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return ATTUNE_OK;
        }
    }
    return wrong(w, node, "true or false");
}

static enum attune_code check_enum(struct walk *w, yaml_node_t *node,
                                   const cyaml_schema_value_t *schema)
{
    enum { MAX = 32 };
    const char *names[MAX];
    size_t n = 0;
    const char *text = attune_yaml_text(node);
    struct attune_buf allowed = ATTUNE_BUF_INIT;
    for (uint32_t i = 0; i < schema->enumeration.count && n < MAX; i++) {
        names[n++] = schema->enumeration.strings[i].str;
        if (text && strcmp(text, names[n - 1]) == 0) {
            attune_buf_release(&allowed);
            return ATTUNE_OK;
        }
        attune_buf_addf(&allowed, "%s%s", i ? ", " : "one of ", names[n - 1]);
    }
    enum attune_code code = wrong(w, node, attune_buf_text(&allowed));
    const char *near = text ? attune_nearest(text, names, n) : NULL;
    if (near) {
        attune_err_hint(w->err, "did you mean '%s'?", near);
    }
    attune_buf_release(&allowed);
    return code;
}

static enum attune_code check_sequence(struct walk *w, yaml_node_t *node,
                                       const cyaml_schema_value_t *schema)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        return wrong(w, node, "a list");
    }
    const size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (n < schema->sequence.min) {
        return attune_fail_at(w->err, ATTUNE_E_INPUT, w->yaml->file, attune_yaml_node_line(node),
                              "key '%s': %zu entries, at least %u are needed", w->where, n,
                              schema->sequence.min);
    }
    const size_t n_where = strlen(w->where);
    for (size_t i = 0; i < n; i++) {
        snprintf(w->where + n_where, sizeof w->where - n_where, "[%zu]", i + 1);
        enum attune_code code =
            check_value(w, attune_yaml_item(w->yaml, node, i), schema->sequence.entry);
        if (code) {
            return code;
        }
        w->where[n_where] = '\0';
    }
    return ATTUNE_OK;
}

static enum attune_code unknown_key(struct walk *w, const yaml_node_t *node, const char *name,
                                    const cyaml_schema_field_t *fields)
{
    enum { MAX = 64 };
    const char *names[MAX];
    size_t n = 0;
    struct attune_buf allowed = ATTUNE_BUF_INIT;
    for (const cyaml_schema_field_t *f = fields; f->key && n < MAX; f++) {
        names[n++] = f->key;
        attune_buf_addf(&allowed, "%s%s", n > 1 ? ", " : "", f->key);
    }
    const char *near = attune_nearest(name, names, n);
    attune_fail_at(w->err, ATTUNE_E_INPUT, w->yaml->file, attune_yaml_node_line(node),
                   "unknown key '%.60s'%s%s; allowed are %s", name, w->where[0] ? " in " : "",
                   w->where, attune_buf_text(&allowed));
    attune_buf_release(&allowed);
    if (near) {
        attune_err_hint(w->err, "did you mean '%s'?", near);
    }
    return ATTUNE_E_INPUT;
}

static const cyaml_schema_field_t *field_of(const cyaml_schema_field_t *fields, const char *name)
{
    for (const cyaml_schema_field_t *f = fields; f->key; f++) {
        if (strcmp(f->key, name) == 0) {
            return f;
        }
    }
    return NULL;
}

/* An option of an open mapping: a scalar or a list of scalars. */
static enum attune_code check_option(struct walk *w, yaml_node_t *node)
{
    bool flat = node->type != YAML_MAPPING_NODE;
    yaml_node_t *item;
    for (size_t i = 0; flat && (item = attune_yaml_item(w->yaml, node, i)) != NULL; i++) {
        flat = item->type == YAML_SCALAR_NODE;
    }
    return flat ? ATTUNE_OK : wrong(w, node, "a text, a number or a list of them");
}

static enum attune_code check_pair(struct walk *w, yaml_node_t *mapping,
                                   const yaml_node_pair_t *pair, const cyaml_schema_field_t *fields)
{
    yaml_node_t *key = node_at(w->yaml, pair->key), *value = node_at(w->yaml, pair->value);
    const char *name = attune_yaml_text(key);
    if (!name) {
        return wrong(w, key, "a key");
    }
    for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < pair; p++) {
        const char *earlier = attune_yaml_text(node_at(w->yaml, p->key));
        if (earlier && strcmp(earlier, name) == 0) {
            return attune_fail_at(w->err, ATTUNE_E_INPUT, w->yaml->file, attune_yaml_node_line(key),
                                  "key '%.60s' stands twice; first on line %ld", name,
                                  attune_yaml_node_line(node_at(w->yaml, p->key)));
        }
    }
    const cyaml_schema_field_t *field = field_of(fields, name);
    if (!field && fields != w->open) {
        return unknown_key(w, key, name, fields);
    }
    const size_t n_where = strlen(w->where);
    snprintf(w->where + n_where, sizeof w->where - n_where, "%s%.60s", n_where ? "." : "", name);
    enum attune_code code = field ? check_value(w, value, &field->value) : check_option(w, value);
    if (code == ATTUNE_OK) {
        w->where[n_where] = '\0';
    }
    return code;
}

static enum attune_code check_mapping(struct walk *w, yaml_node_t *node,
                                      const cyaml_schema_field_t *fields)
{
    if (node->type != YAML_MAPPING_NODE) {
        return wrong(w, node, "a mapping of keys to values");
    }
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
         p < node->data.mapping.pairs.top; p++) {
        enum attune_code code = check_pair(w, node, p, fields);
        if (code) {
            return code;
        }
    }
    for (const cyaml_schema_field_t *f = fields; f->key; f++) {
        if (!(f->value.flags & CYAML_FLAG_OPTIONAL) && !attune_yaml_get(w->yaml, node, f->key)) {
            return attune_fail_at(w->err, ATTUNE_E_INPUT, w->yaml->file,
                                  attune_yaml_node_line(node), "key '%s' is missing%s%s", f->key,
                                  w->where[0] ? " in " : "", w->where);
        }
    }
    return ATTUNE_OK;
}

static enum attune_code check_value(struct walk *w, yaml_node_t *node,
                                    const cyaml_schema_value_t *schema)
{
    switch (schema->type) {
    case CYAML_MAPPING:
        return check_mapping(w, node, schema->mapping.fields);
    case CYAML_SEQUENCE:
        return check_sequence(w, node, schema);
    case CYAML_INT:
        return check_number(w, node, true, true);
    case CYAML_UINT:
        return check_number(w, node, true, false);
    case CYAML_FLOAT:
        return check_number(w, node, false, true);
    case CYAML_BOOL:
        return check_bool(w, node);
    case CYAML_ENUM:
        return check_enum(w, node, schema);
    case CYAML_STRING:
        return attune_yaml_text(node) && *attune_yaml_text(node) ? ATTUNE_OK
                                                                 : wrong(w, node, "a text");
    default:
        return ATTUNE_OK;
    }
}

enum attune_code attune_yaml_check(const struct attune_yaml *yaml,
                                   const cyaml_schema_value_t *schema,
                                   const cyaml_schema_field_t *open, struct attune_err *err)
{
    struct walk w = {.yaml = yaml, .open = open, .err = err};
    return check_value(&w, attune_yaml_root(yaml), schema);
}
