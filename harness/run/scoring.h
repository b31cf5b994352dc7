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

/* The version of its handshake is part of a worker's identity. Recalled is the one that the store
 * has last seen, so that a run with nothing to score starts no worker only to ask. */
enum attune_code attune_scoring_recall(struct attune_scoring *scoring, struct attune_store *store,
                                       struct attune_err *err);

/* Starts a worker of each such scorer and asks; *changed: an identity is another now. One that
 * cannot be started stays what it was, and one that tells another version later is refused.
 * ATTUNE_E_INTERRUPTED, ATTUNE_E_MEMORY. */
enum attune_code attune_scoring_meet(struct attune_scoring *scoring, const atomic_bool *cancelled,
                                     bool *changed, struct attune_err *err);

/* Keeps the reward models in table `reward_model` and versions that are new as events of the run,
 * inside the caller's transaction. */
enum attune_code attune_scoring_register(const struct attune_scoring *scoring,
                                         struct attune_store *store, int64_t run,
                                         struct attune_err *err);

/* Asks one scorer about the record's file and adds its values. Any thread. ATTUNE_E_CHILD,
 * ATTUNE_E_TIMEOUT, ATTUNE_E_INPUT: it failed for this sample; ATTUNE_E_INTERRUPTED. */
enum attune_code attune_scoring_ask(struct attune_scoring *scoring, size_t scorer,
                                    const struct attune_prompt *prompt,
                                    const atomic_bool *cancelled, struct attune_record *record,
                                    struct attune_err *err);

#endif
