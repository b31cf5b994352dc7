/* One finished sample on its way into the database, and the writer that puts it there: the sample,
 * the file it made, and all its scores. One writer per database at a time; it belongs to one
 * thread. */
#ifndef ATTUNE_HARNESS_RECORD_H
#define ATTUNE_HARNESS_RECORD_H

#include "base/mem.h"
#include "harness/run/identity.h"
#include "harness/store/store.h"
#include "models/generator.h"

struct attune_record_score {
    int64_t metric;     /* id in `metric`, or 0: outside scorer, by name */
    const char *name;   /* "scorer.clap.clap", where metric is 0 */
    size_t scorer;      /* index of the scorer, where metric is 0 */
    double value;
    const char *why;    /* NULL: value holds */
};

struct attune_record {
    int64_t model, prompt, seed, params; /* database ids */
    char key[ATTUNE_HASH_SIZE];
    bool failed;
    char error[640];
    const char *files;  /* folder that stored paths are relative to; borrowed */
    char path[4096];    /* full path; "" where no file was made */
    struct attune_identity identity;
    char modality[16];
    double duration_s;  /* NaN: unknown */
    char scored[ATTUNE_HASH_SIZE]; /* "": not with everything, look again next time */
    double generate_s, evaluate_s; /* NaN: unknown */
    struct attune_generation made; /* without path */
    struct attune_candidate_list candidates; /* where the model keeps them */
    int64_t made_before; /* id of the sample whose file and candidates these are; 0: made now */
    struct attune_record_score *scores; /* (n_scores,) */
    size_t n_scores, score_capacity;
    struct attune_arena text; /* names and reasons */
};

/* Adds a score; why is copied. False when out of memory. */
bool attune_record_add(struct attune_record *record, struct attune_record_score score);
void attune_record_release(struct attune_record *record);

/* How the writer registers metrics of outside scorers that it meets for the first time. */
struct attune_scorer_identity {
    const char *section;  /* "scorer" or "reward": its metrics are "section.name[.key]" */
    const char *name;     /* of the scorer */
    const char *identity; /* hash of its program, arguments and version */
    const char *summary;  /* of its metrics */
    bool higher_is_better;
};

/* Whether a metric of that name is one of the scorer's. */
bool attune_scorer_owns(const struct attune_scorer_identity *scorer, const char *metric);

struct attune_writer;
enum attune_code attune_writer_new(struct attune_writer **out, struct attune_store *store,
                                   int64_t run, const struct attune_scorer_identity *scorers,
                                   size_t n_scorers, struct attune_err *err);
void attune_writer_free(struct attune_writer *writer);

/* Inserts or replaces the sample of (run, model, prompt, seed) and adds its scores, inside the
 * caller's transaction. */
enum attune_code attune_writer_put(struct attune_writer *writer, const struct attune_record *record,
                                   struct attune_err *err);

#endif
