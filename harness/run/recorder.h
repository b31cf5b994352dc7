/* The one thread that writes: finished samples are handed over through a bounded queue and
 * committed in batches, as many as wait. A crash loses what was not committed, at most a queue's
 * length of samples. */
#ifndef ATTUNE_HARNESS_RECORDER_H
#define ATTUNE_HARNESS_RECORDER_H

#include "harness/run/record.h"

enum { ATTUNE_RECORDER_QUEUE = 256 };

struct attune_recorder_spec {
    /* used by the recorder's thread alone until attune_recorder_finish */
    struct attune_store *store;
    int64_t run;
    const struct attune_scorer_identity *scorers;
    size_t n_scorers;
    void *context;
    /* called about ten times a second and after every commit; may be NULL */
    void (*tick)(void *context);
};

struct attune_recorder;
enum attune_code attune_recorder_start(struct attune_recorder **out,
                                       const struct attune_recorder_spec *spec,
                                       struct attune_err *err);

/* Takes the record over (heap memory, released by the recorder). Waits while the queue is full.
 * False when the database refused something: no further work makes sense. Any thread. */
bool attune_recorder_push(struct attune_recorder *recorder, struct attune_record *record);

/* Whether the database has refused something. Any thread. */
bool attune_recorder_failed(const struct attune_recorder *recorder);

/* Commits the rest, ends the thread, frees the recorder; the first error of all. */
enum attune_code attune_recorder_finish(struct attune_recorder *recorder, struct attune_err *err);

#endif
