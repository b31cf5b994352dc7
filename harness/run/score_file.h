/* Scores that a program wrote before the run (Audiobox-Aesthetics, SongEval, any table of paths and
 * values), attached to samples by path and never by order.
 *
 * A row belongs to the sample whose path it gives: absolute, relative to the suite's folder, or
 * relative to the folder of the run's samples. A part of a path is not enough, since two models'
 * files often share it. */
#ifndef ATTUNE_HARNESS_SCORE_FILE_H
#define ATTUNE_HARNESS_SCORE_FILE_H

#include "base/text.h"
#include "harness/run/record.h"

struct attune_score_file;

/* ATTUNE_E_IO; ATTUNE_E_INPUT with the line, as of prefs/ratings.h. */
enum attune_code attune_score_file_read(struct attune_score_file **out, const char *path,
                                        struct attune_err *err);
void attune_score_file_free(struct attune_score_file *file);

struct attune_score_question {
    const char *scorer_name;
    size_t scorer;      /* its index */
    const char *folder; /* of the suite, absolute */
};

/* Adds the scores of the record's path as "scorer.NAME.AXIS". ATTUNE_E_INPUT: there are none.
 * Any thread. */
enum attune_code attune_score_file_ask(const struct attune_score_file *file,
                                       const struct attune_score_question *question,
                                       struct attune_record *record, struct attune_err *err);

/* Appends text as part of a metric's id: letters, digits, '_' and '-', anything else as '_'. */
void attune_score_name_add(struct attune_buf *out, const char *text);

#endif
