/* Inside the room: the two sides of a comparison while it is made. */
#ifndef ATTUNE_REPORTS_CONTRAST_GATHER_H
#define ATTUNE_REPORTS_CONTRAST_GATHER_H

#include "reports/contrast.h"

struct attune_contrast_pair {
    const struct attune_score_table *left, *right;
    size_t model_a, model_b;
    size_t *prompt_a, *prompt_b; /* (n_prompts,) positions of the common prompts */
    const struct attune_contrast_options *options;
    struct attune_contrasts *out;
    enum attune_code *code; /* (n,) */
};

/* Position of the metric of this name, or SIZE_MAX. */
size_t attune_contrast_metric(const struct attune_metric_list *metrics, const char *name);

/* Fills better, prompt, worst_seed, the counts, means and sd_b of a contrast from metric k_a of
 * side a and k_b of side b. False when out of memory. */
bool attune_contrast_gather(const struct attune_contrast_pair *pair, size_t k_a, size_t k_b,
                            struct attune_contrast *c);

#endif
