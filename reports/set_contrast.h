/* Two models set against each other as sets: do their samples come from one distribution?
 * Permutation tests over the embeddings that the run has kept (metrics/set/two_sample.h). */
#ifndef ATTUNE_REPORTS_SET_CONTRAST_H
#define ATTUNE_REPORTS_SET_CONTRAST_H

#include "metrics/set/two_sample.h"
#include "reports/contrast.h"
#include "reports/sheets/sheet.h"

struct attune_set_contrast {
    const char *embedding;
    size_t n_a, n_b, n_dims;
    struct attune_two_sample test;
    /* The sharper p of each statistic (within pairs where there are enough), Holm-corrected over
     * all statistics and embeddings shown. */
    double p_holm[ATTUNE_N_TWO_SAMPLE];
};
struct attune_set_contrasts {
    struct attune_set_contrast *items; /* (n,) one per embedding of side a's run */
    size_t n;
    double alpha;
    struct attune_embedding_list embeddings;
};

/* n is 0 where the run has kept no embeddings. */
enum attune_code attune_set_contrasts_read(struct attune_set_contrasts *out,
                                           struct attune_store *store, struct attune_side a,
                                           struct attune_side b,
                                           const struct attune_contrast_options *options,
                                           struct attune_err *err);
void attune_set_contrasts_release(struct attune_set_contrasts *contrasts);

void attune_set_contrast_sheet(const struct attune_set_contrasts *contrasts, const char *name_a,
                               const char *name_b, struct attune_sheet *out);

#endif
