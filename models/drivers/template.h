/* Keys in braces, in commands and sample patterns: {text} {seed} {out} ... Replaced byte for byte,
 * never through a shell; "{{" and "}}" stand for braces. What a prompt leaves open becomes the
 * empty string. */
#ifndef ATTUNE_MODELS_TEMPLATE_H
#define ATTUNE_MODELS_TEMPLATE_H

#include "base/text.h"
#include "models/generator.h"

enum attune_template_use {
    ATTUNE_TEMPLATE_PATTERN = 1, /* paths of finished samples: prompt, seed, model */
    ATTUNE_TEMPLATE_COMMAND = 2, /* arguments: all keys */
};

/* ATTUNE_E_INPUT names an unknown key, and the nearest known one, or an open brace. */
enum attune_code attune_template_check(const char *text, enum attune_template_use use,
                                       const char *model, struct attune_err *err);

/* Appends the text with its keys replaced. The text must have passed the check. */
void attune_template_expand(struct attune_buf *out, const char *text, const char *model,
                            const struct attune_request *request);

/* "A minor", "F# major". buf holds at least 16 bytes. */
const char *attune_key_text(const struct attune_attributes *attributes, char *buf, size_t size);

#endif
