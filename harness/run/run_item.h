/* The steps of one item: look up, generate, score. Shared by the files of that work only. */
#ifndef ATTUNE_HARNESS_RUN_ITEM_H
#define ATTUNE_HARNESS_RUN_ITEM_H

#include "base/text.h"
#include "harness/run/run_state.h"

/* What the database knows of a finished item. */
struct attune_found {
    bool is_there, failed, same_run, fully_scored;
    struct attune_identity identity;
    char path[4096];
    struct attune_generation made;
    double generate_s;
    int64_t sample; /* its id */
};

/* The item at hand. */
struct attune_task {
    struct attune_run_state *r;
    struct attune_lane *lane;
    const struct attune_plan_item *item;
    struct attune_live_model *model;
    const struct attune_prompt *prompt;
    int64_t seed;
    char key[ATTUNE_HASH_SIZE];
    struct attune_record *record;
};

/* run_item.c: the hash of all that decides a sample. */
void attune_item_key(const struct attune_run_state *r, const struct attune_plan_item *item,
                     char key[ATTUNE_HASH_SIZE]);

/* item_lookup.c */
enum attune_code attune_lane_open(struct attune_run_state *r, struct attune_lane *lane,
                                  struct attune_err *err);
enum attune_code attune_item_look_up(struct attune_task *t, struct attune_found *f,
                                     struct attune_err *err);
/* Notes which of the run's metrics are stored for this content. Values of outside scorers are taken
 * over, so that the writer sees their names. */
enum attune_code attune_item_look_up_scores(struct attune_task *t, struct attune_err *err);

/* item_generate.c: into the sample's own folder; fills path, identity and cost of the record. */
enum attune_code attune_item_generate(struct attune_task *t, struct attune_err *err);

/* item_score.c: what is not stored yet, by the metrics and by the outside scorers. */
enum attune_code attune_item_score(struct attune_task *t, struct attune_err *err);

#endif
