/* What scores a finished sample beside the metrics: worker processes of role "scorer" that look at
 * the file and its prompt, files of scores that a program has written already, and reward models.
 * Their values become metrics "scorer.<name>.<key>" and "reward.<name>[.<axis>]". */
#ifndef ATTUNE_HARNESS_SCORING_H
#define ATTUNE_HARNESS_SCORING_H

#include <stdatomic.h>

#include "harness/run/record.h"
#include "harness/suite/suite.h"

struct attune_scoring;

/* Reads files and reward models, makes the pools; no worker is started before the first question.
 * Also with no scorer at all. ATTUNE_E_INPUT, ATTUNE_E_IO: a file that cannot serve. */
enum attune_code attune_scoring_new(struct attune_scoring **out, const struct attune_suite *suite,
                                    struct attune_err *err);
void attune_scoring_free(struct attune_scoring *scoring);

/* Name, identity and direction of every scorer; lives as long as the scoring. */
const struct attune_scorer_identity *attune_scoring_identities(const struct attune_scoring *scoring,
                                                               size_t *n);

/* Keeps the reward models in table `reward_model`, inside the caller's transaction. */
enum attune_code attune_scoring_register(const struct attune_scoring *scoring,
                                         struct attune_store *store, struct attune_err *err);

/* Asks one scorer about the record's file and adds its values. Any thread. ATTUNE_E_CHILD,
 * ATTUNE_E_TIMEOUT, ATTUNE_E_INPUT: it failed for this sample; ATTUNE_E_INTERRUPTED. */
enum attune_code attune_scoring_ask(struct attune_scoring *scoring, size_t scorer,
                                    const struct attune_prompt *prompt,
                                    const atomic_bool *cancelled, struct attune_record *record,
                                    struct attune_err *err);

#endif
