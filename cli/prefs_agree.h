/* The table of `attune prefs agree`: what was measured, and its output. */
#ifndef ATTUNE_CLI_PREFS_AGREE_H
#define ATTUNE_CLI_PREFS_AGREE_H

#include "cli/prefs.h"
#include "harness/prefs/rating_table.h"
#include "harness/prefs/vote_table.h"
#include "metrics/stats/human_agreement.h"

/* One candidate on one axis of the labels. */
struct attune_agree_row {
    const char *axis;
    char name[128];
    struct attune_agreement samples, systems;
    double p; /* of the samples, Holm-corrected over all rows */
};

/* How far the people of an axis agree with each other. */
struct attune_agree_raters {
    const char *axis;
    double alpha, reliability;
};

struct attune_agreeing {
    const struct attune_common *common;
    const struct attune_prefs_options *o;
    struct attune_rating_table ratings;
    struct attune_vote_table votes;
    struct attune_agree_row *rows;
    size_t n_rows, row_capacity;
    struct attune_agree_raters *raters; /* (ratings.axes.n,) */
    size_t n_raters;
};

/* To stdout in the wanted format, and the figure where one is asked for. */
enum attune_code attune_agree_print(const struct attune_agreeing *agreeing,
                                    struct attune_err *err);

#endif
