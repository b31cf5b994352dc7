/* Metrics of whole sets in a run: the samples, their rows, the values. Shared by the files of that
 * work only. */
#ifndef ATTUNE_HARNESS_RUN_SETS_H
#define ATTUNE_HARNESS_RUN_SETS_H

#include "base/text.h"
#include "harness/run/run_state.h"
#include "harness/sets/set_source.h"
#include "harness/store/set_scores.h"
#include "metrics/set/set_metric.h"

/* All finished samples of the run, by model, prompt, seed. */
struct attune_run_samples {
    struct attune_run_state *r;
    struct attune_embed_item *items; /* (n,) */
    uint32_t *prompt;                /* (n,) index in the suite */
    size_t *first;                   /* (n_models + 1,) where each model's begin */
    size_t n, capacity, prompt_capacity;
    struct attune_arena text;
    bool out_of_memory;
};

/* A value of one model under one metric, one reference, one embedding. */
struct attune_set_outcome {
    struct attune_set_score score;
    const struct attune_set_metric *metric;
    size_t embedding, reference; /* indices; reference n_references: none */
    char identity[ATTUNE_HASH_SIZE];
};

struct attune_sets_work {
    struct attune_run_state *r;
    struct attune_run_samples samples;
    struct attune_set_options options;
    struct attune_set_outcome *outcomes;
    size_t n_outcomes, capacity;
    char (*reference_hash)[ATTUNE_HASH_SIZE]; /* (n_references,) of the embedding at hand */
    struct attune_arena text;                 /* what outcomes point to */
};

/* The rows of one model, with their prompts, and the warnings a reader needs. */
struct attune_model_rows {
    struct attune_matrix rows;
    uint32_t *group;           /* (n,) */
    struct attune_buf warnings;
    char content[ATTUNE_HASH_SIZE]; /* samples and prompts, in order */
};

/* Everything that one model, one reference (or none) and one embedding give. */
struct attune_comparison {
    size_t model, embedding, reference;
    const struct attune_embedder *embedder;
    const struct attune_model_rows *candidate;
    struct attune_set view; /* of the reference; n = 0: none */
    const char *warnings;   /* of the reference */
    struct attune_set_pair *pair; /* made when first needed */
};

static inline enum attune_code attune_sets_oom(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for metrics of sets");
}

/* set_rows.c */
enum attune_code attune_run_samples_read(struct attune_run_samples *s, struct attune_run_state *r,
                                         struct attune_err *err);
enum attune_code attune_model_rows_make(const struct attune_sets_work *w, size_t model,
                                       struct attune_model_rows *c, struct attune_err *err);
void attune_model_rows_release(struct attune_model_rows *c);
/* The lines of warnings, those on single files replaced by their number: "'pop': 3 of 70 ...". */
void attune_add_file_summary(struct attune_buf *out, const char *warnings, const char *name,
                             size_t n_files);

/* set_outcomes.c: all wanted metrics of one comparison, found or computed; and all outcomes into
 * the database. */
enum attune_code attune_sets_compare(struct attune_sets_work *w, struct attune_comparison *c,
                                     struct attune_err *err);
enum attune_code attune_sets_put(struct attune_sets_work *w, struct attune_err *err);

#endif
