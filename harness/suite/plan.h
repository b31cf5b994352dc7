/* What a run has to do: model x prompt x seed, in a fixed order, restricted by limit, glob and
 * shard. */
#ifndef ATTUNE_HARNESS_PLAN_H
#define ATTUNE_HARNESS_PLAN_H

#include "harness/suite/suite.h"

struct attune_plan_options {
    uint64_t limit;    /* the first so many prompts; 0: all */
    const char *only;  /* globs over "model" or "model/prompt/seed", comma-separated; NULL: all */
    unsigned shard, n_shards; /* this one of so many, from 1; 0 of 0: everything */
};

struct attune_plan_item {
    uint32_t model, prompt, seed; /* indices into the suite */
};

struct attune_plan {
    struct attune_plan_item *items; /* (n,) by model, then prompt, then seed */
    size_t n;
    size_t n_whole; /* items of the suite without limit, glob and shard */
};

/* Models that are left out have no items. Shard i takes every n-th item, so that all shards hold
 * about the same share of every model. ATTUNE_E_USAGE when the glob matches nothing. */
enum attune_code attune_plan_init(struct attune_plan *plan, const struct attune_suite *suite,
                                  const struct attune_plan_options *options,
                                  struct attune_err *err);
void attune_plan_release(struct attune_plan *plan);

/* "3/8" into shard and n_shards; "auto" from the environment of Slurm, Open MPI, MPICH, PBS and LSF
 * (*source says which; NULL where none is found: then everything). ATTUNE_E_USAGE. */
enum attune_code attune_shard_parse(const char *text, unsigned *shard, unsigned *n_shards,
                                    const char **source, struct attune_err *err);

#endif
