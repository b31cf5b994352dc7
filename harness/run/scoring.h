/* Outside scorers: worker processes of role "scorer" that look at a finished file and its prompt
 * and answer with named numbers. Their values become metrics "scorer.<scorer>.<key>". */
#ifndef ATTUNE_HARNESS_SCORING_H
#define ATTUNE_HARNESS_SCORING_H

#include <stdatomic.h>

#include "harness/run/record.h"
#include "harness/suite/suite.h"

struct attune_scoring;

/* Makes the pools; nothing is started before the first question. Also with no scorer at all. */
enum attune_code attune_scoring_new(struct attune_scoring **out, const struct attune_suite *suite,
                                    struct attune_err *err);
void attune_scoring_free(struct attune_scoring *scoring);

/* Name, identity and direction of every scorer; lives as long as the scoring. */
const struct attune_scorer_identity *attune_scoring_identities(const struct attune_scoring *scoring,
                                                               size_t *n);

/* Asks one scorer about a file and adds its values to the record. Any thread. ATTUNE_E_CHILD,
 * ATTUNE_E_TIMEOUT: the scorer failed for this sample; ATTUNE_E_INTERRUPTED. */
enum attune_code attune_scoring_ask(struct attune_scoring *scoring, size_t scorer, const char *path,
                                    const struct attune_prompt *prompt,
                                    const atomic_bool *cancelled, struct attune_record *record,
                                    struct attune_err *err);

#endif
