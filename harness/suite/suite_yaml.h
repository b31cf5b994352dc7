/* A YAML document beside its libcyaml schema: finds what libcyaml would refuse and says where, what
 * is allowed and what was probably meant; then answers where a key stands, for the checks that
 * follow.
 *
 * libcyaml fills the structs, but its errors name neither line nor neighbour, and it reads any word
 * as a boolean; this walk over libyaml's tree uses the same schema, so there is one list of keys.
 */
#ifndef ATTUNE_HARNESS_SUITE_YAML_H
#define ATTUNE_HARNESS_SUITE_YAML_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <yaml.h>

#include "base/err.h"

struct attune_yaml {
    yaml_document_t document;
    const char *file; /* for messages; borrowed */
    bool loaded;
};

/* ATTUNE_E_INPUT with the line of a syntax error, an empty document or an alias. */
enum attune_code attune_yaml_parse(struct attune_yaml *yaml, const char *file, const char *text,
                                   size_t n_bytes, struct attune_err *err);
void attune_yaml_release(struct attune_yaml *yaml);

/* Checks the whole document against schema. Mappings whose field list is `open` may have further
 * keys with scalar values or lists of scalars. */
enum attune_code attune_yaml_check(const struct attune_yaml *yaml,
                                   const cyaml_schema_value_t *schema,
                                   const cyaml_schema_field_t *open, struct attune_err *err);

/* The value of a key of a mapping node, or NULL. */
yaml_node_t *attune_yaml_get(const struct attune_yaml *yaml, yaml_node_t *mapping, const char *key);
yaml_node_t *attune_yaml_root(const struct attune_yaml *yaml);
yaml_node_t *attune_yaml_item(const struct attune_yaml *yaml, yaml_node_t *sequence, size_t i);
const char *attune_yaml_text(const yaml_node_t *scalar); /* NULL when not a scalar */

/* Line of section, section[index], or section[index].key (key NULL, section NULL: as far as it
 * goes). */
long attune_yaml_line(const struct attune_yaml *yaml, const char *section, size_t index,
                      const char *key);
long attune_yaml_node_line(const yaml_node_t *node);

/* Puts a place into an error that has been filled. Returns ATTUNE_E_INPUT. */
enum attune_code attune_yaml_place(const struct attune_yaml *yaml, long line,
                                   struct attune_err *err);

#endif
