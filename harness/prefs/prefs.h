/* Human preferences from the files in which labs publish them: one record per comparison and axis.
 *
 * Reading is strict and streaming: an unknown label, a missing column or a repeated comparison id
 * is an error with its line, nothing is dropped silently, and the account says what became of every
 * row. Formats are rows of one table in prefs.c.
 */
#ifndef ATTUNE_HARNESS_PREFS_H
#define ATTUNE_HARNESS_PREFS_H

#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

enum attune_winner { ATTUNE_WINNER_A, ATTUNE_WINNER_B, ATTUNE_WINNER_TIE, ATTUNE_WINNER_BOTH_BAD };
extern const char *const attune_winner_names[4]; /* a, b, tie, both_bad */

/* Texts are never NULL ("" where the format has none) and live during the call. */
struct attune_preference {
    long line;
    const char *id, *prompt, *model_a, *model_b, *sample_a, *sample_b, *rater, *axis, *time;
    enum attune_winner winner;
    double confidence;         /* NAN where there is none */
    double length_a, length_b; /* seconds, NAN where unknown: style control, as the next two */
    double loudness_a, loudness_b; /* LUFS */
    double density_a, density_b;   /* notes per second */
};

typedef enum attune_code attune_preference_fn(void *context,
                                              const struct attune_preference *preference,
                                              struct attune_err *err);

struct attune_prefs_account {
    const char *format; /* as given or recognised */
    uint64_t n_rows;    /* records in the file */
    uint64_t n_kept;    /* preferences handed on (one per axis that was voted on) */
    uint64_t n_ties, n_both_bad; /* of those */
    uint64_t n_no_vote; /* axes of a record without a vote, left out */
};

/* format: a name from attune_prefs_formats, or NULL to recognise it by the columns. */
enum attune_code attune_prefs_read(const char *path, const char *format, attune_preference_fn *take,
                                   void *context, struct attune_prefs_account *account,
                                   struct attune_err *err);

/* "pairs, fastchat, ..." for messages and help. */
void attune_prefs_formats(struct attune_buf *out);

#endif
