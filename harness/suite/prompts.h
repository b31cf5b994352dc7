/* Prompt sets: reading the formats people have, checking ids and texts.
 *
 * Formats are told apart by content: JSON Lines of our own ({"id", "text", "attributes"}), MidiCaps
 * JSON Lines ({"location", "caption", ...}), MusicCaps CSV (header with ytid and caption), or plain
 * text, one prompt per line. Attributes that a prompt does not give are read from its text. */
#ifndef ATTUNE_HARNESS_PROMPTS_H
#define ATTUNE_HARNESS_PROMPTS_H

#include "base/hash.h"
#include "metrics/prompt.h"

struct attune_prompt_set {
    struct attune_prompt *items; /* (n,) ids and texts on the heap */
    long *lines;                 /* (n,) where each stands in its file; for messages */
    size_t n, capacity, line_capacity;
    char hash[ATTUNE_HASH_SIZE]; /* over all ids, texts and attributes, in order */
};

/* Reads a file. ATTUNE_E_INPUT names the line: duplicate id, empty text, invalid UTF-8, bad
 * attribute. */
enum attune_code attune_prompts_read(struct attune_prompt_set *set, const char *path,
                                     struct attune_err *err);

/* Appends one prompt; id NULL: "p001" by position. attributes: its JSON object or NULL. file and
 * line are for messages. */
struct json_t;
enum attune_code attune_prompts_add(struct attune_prompt_set *set, const char *id, const char *text,
                                    const struct json_t *attributes, const char *file, long line,
                                    struct attune_err *err);

/* Checks that ids differ and fills the hash; attune_prompts_read does it itself. */
enum attune_code attune_prompts_finish(struct attune_prompt_set *set, const char *file,
                                       struct attune_err *err);
void attune_prompts_release(struct attune_prompt_set *set);

/* The prompt a file was made for: the only one of the set, else the one whose id (or its safe name)
 * is the file's stem, with or without a seed ("p001.wav", "p001__s3.mid"). NULL when there is none.
 */
const struct attune_prompt *attune_prompts_for_file(const struct attune_prompt_set *set,
                                                    const char *path);

/* Hash of one prompt's id, text and attributes. */
enum attune_code attune_prompt_hash(const struct attune_prompt *prompt, char out[ATTUNE_HASH_SIZE],
                                    struct attune_err *err);

/* A file name that any id maps to: letters, digits, '.', '_' and '-' stay; whatever else is in it,
 * a leading dot or great length is replaced and a hash of the id appended, so that different ids
 * give different names. */
enum { ATTUNE_SAFE_NAME_SIZE = 96 };
void attune_safe_name(const char *id, char out[ATTUNE_SAFE_NAME_SIZE]);

#endif
