/* Text: a growing buffer, numbers that read back exactly, matching and guessing.
 *
 * A buffer that runs out of memory remembers it (`failed`) and ignores further appends, so that a
 * long run of appends is checked once at its end.
 */
#ifndef ATTUNE_BASE_TEXT_H
#define ATTUNE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct attune_buf {
    char *text; /* terminated once something was appended; NULL before */
    size_t n_bytes, capacity;
    bool failed;
};

#define ATTUNE_BUF_INIT {0}

void attune_buf_release(struct attune_buf *buf);
void attune_buf_reset(struct attune_buf *buf);
void attune_buf_add(struct attune_buf *buf, const char *text);
void attune_buf_add_bytes(struct attune_buf *buf, const char *bytes, size_t n);
void attune_buf_addf(struct attune_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* text as a JSON string with quotes; control characters escaped, invalid UTF-8 replaced by U+FFFD.
 */
void attune_buf_add_json(struct attune_buf *buf, const char *text);

/* A CSV field, quoted where RFC 4180 needs it. */
void attune_buf_add_csv(struct attune_buf *buf, const char *text);

/* The shortest decimal that strtod reads back as the same double; "null" for NaN and infinities. */
void attune_buf_add_double(struct attune_buf *buf, double value);

/* Whether any buffer of this process has ever run out of memory. Text is often put together from
 * the text of other buffers, and is whole only if none of them was cut short: those who print it or
 * save it ask here at the end instead of at every piece. */
bool attune_text_lost(void);

/* The text, never NULL ("" when empty or failed). */
const char *attune_buf_text(const struct attune_buf *buf);

/* Shell-style match with * and ?; the whole text must match. */
bool attune_glob(const char *pattern, const char *text);

/* Whether text matches one of the comma-separated globs; a NULL or empty list matches everything.
 */
bool attune_glob_list(const char *patterns, const char *text);

/* The candidate nearest to word by edit distance, or NULL when none is near (more than a third of
 * its letters differ). For "did you mean". */
const char *attune_nearest(const char *word, const char *const *candidates, size_t n);

/* Length of the valid UTF-8 sequence at text (1-4), 0 when it is not one. text is terminated. */
size_t attune_utf8_step(const char *text);

#endif
