/* Reading attributes from a text, word by word: what the files of attributes.h share.
 * Positions are bytes; nothing is read beyond the text's end. */
#ifndef ATTUNE_METRICS_ADHERENCE_TEXT_SCAN_H
#define ATTUNE_METRICS_ADHERENCE_TEXT_SCAN_H

#include "metrics/adherence/attributes.h"

enum { ATTUNE_SCAN_MAX_TEXT = 16384 };

/* A text being read; what one attribute has taken is not read as another. */
struct attune_scan {
    const char *text;
    size_t n_bytes; /* at most ATTUNE_SCAN_MAX_TEXT */
    bool used[ATTUNE_SCAN_MAX_TEXT];
    struct attune_attribute_words *words; /* or NULL */
};

/* Letters and digits of ASCII make words. */
bool attune_scan_is_word(char c);
bool attune_scan_begins_word(const struct attune_scan *s, size_t at);

/* The byte at a position, 0 beyond the end. */
char attune_scan_byte(const struct attune_scan *s, size_t at);

/* The position after spaces and hyphens. */
size_t attune_scan_skip(const struct attune_scan *s, size_t at);

/* Marks bytes as read for an attribute. */
void attune_scan_take(struct attune_scan *s, const char *attribute, size_t from, size_t n_bytes);

/* Bytes of the lower-case phrase at `at`, whatever the text's case, or 0. A space in the phrase
 * stands for spaces and hyphens; it must end with a word, of which a plural is allowed. */
size_t attune_scan_phrase(const struct attune_scan *s, size_t at, const char *phrase);

/* Whether one of the cues stands before `at`, with nothing but fillers between. */
bool attune_scan_has_cue(const struct attune_scan *s, size_t at, const char *const *cues,
                         size_t n_cues);

/* Whether "no", "not" or "without" stands right before `at`. */
bool attune_scan_is_negated(const struct attune_scan *s, size_t at);

/* A number in digits or words at a word's beginning; bytes read or 0. */
size_t attune_scan_number(const struct attune_scan *s, size_t at, double *value);

/* One attribute each, where the text asks for it (attributes_rhythm.c, attributes_harmony.c). */
void attune_read_tempo(struct attune_scan *s, struct attune_attributes *out);
void attune_read_meter(struct attune_scan *s, struct attune_attributes *out);
void attune_read_bars(struct attune_scan *s, struct attune_attributes *out);
void attune_read_key(struct attune_scan *s, struct attune_attributes *out);
void attune_read_chords(struct attune_scan *s, struct attune_attributes *out);

#endif
