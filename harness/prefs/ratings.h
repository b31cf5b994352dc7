/* Ratings of single items from the files in which labs publish them, and scores that outside
 * programs wrote: one record per item, axis and rater.
 *
 * Reading is as strict as that of comparisons (prefs.h): a missing axis, a value off its scale or
 * an item that is rated twice is an error with its line, and the account says what became of every
 * row.
 */
#ifndef ATTUNE_HARNESS_RATINGS_H
#define ATTUNE_HARNESS_RATINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

/* Texts are never NULL ("" where the format has none) and live during the call. */
struct attune_rating {
    long line;
    const char *item;   /* the sample's name or path, as the file says it */
    const char *system, *prompt, *axis, *rater;
    double value;
    bool is_score;      /* of a program, not of a person */
};

typedef enum attune_code attune_rating_fn(void *context, const struct attune_rating *rating,
                                          struct attune_err *err);

struct attune_ratings_account {
    const char *format;
    uint64_t n_rows, n_ratings; /* records in the file; ratings handed on */
    uint64_t n_empty;           /* empty cells, left out */
    uint64_t raters_low, raters_high; /* per item and axis; 0: the format names none */
};

/* What a file's format is, by its name or its columns: the name of a format of ratings, or NULL
 * (comparisons, or nothing known: the reader of those says so). */
const char *attune_ratings_recognise(const char *path, const char *format);

/* format: one of attune_ratings_formats, or NULL to recognise it. */
enum attune_code attune_ratings_read(const char *path, const char *format, attune_rating_fn *take,
                                     void *context, struct attune_ratings_account *account,
                                     struct attune_err *err);

/* "ratings, songeval, ..." for messages and help. */
void attune_ratings_formats(struct attune_buf *out);

#endif
