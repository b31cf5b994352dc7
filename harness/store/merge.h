/* Joining the databases of shards, or of runs made apart, into one.
 *
 * Rows are matched by what they are (run key, model name, prompt hash, content hash ...), never by
 * id, so the result does not depend on the order of the inputs, and merging an input again changes
 * nothing. Each input is one transaction. Where both sides hold a sample, a finished one wins over
 * a failed one. */
#ifndef ATTUNE_HARNESS_MERGE_H
#define ATTUNE_HARNESS_MERGE_H

#include "harness/store/store.h"

struct attune_merge_counts {
    int64_t n_runs, n_samples, n_scores, n_preferences; /* rows that are new in the output */
};

/* Takes everything of the database at `path` into out. ATTUNE_E_INPUT where the two contradict each
 * other: other content for the same finished sample, other values for the same content, other
 * weights under one model's name; the message counts and names the first, and nothing of this input
 * is taken. Inside, the leaderboards of the runs concerned are left to the caller. */
enum attune_code attune_merge(struct attune_store *out, const char *path,
                              struct attune_merge_counts *counts, struct attune_err *err);

/* Items of a run that no shard has finished: calls each with status "missing" or "failed", in the
 * order (model, prompt, seed). */
enum attune_code attune_stragglers(struct attune_store *store, int64_t run,
                                   void (*each)(void *context, const char *model,
                                                const char *prompt, int64_t seed,
                                                const char *status),
                                   void *context, struct attune_err *err);

#endif
