/* The result of one evaluated file, and the three shapes it is printed in. */
#ifndef ATTUNE_CLI_EVAL_RESULT_H
#define ATTUNE_CLI_EVAL_RESULT_H

#include "base/text.h"
#include "harness/evaluate.h"

/* One printed quantity: a number, a vector, or a reason. */
struct attune_quantity {
    char *name;
    double *values; /* (n,); NULL when undefined */
    size_t n;
    bool is_vector;
    char *why; /* NULL when defined */
};

struct attune_eval_result {
    const char *path; /* borrowed */
    /* "audio", "symbolic", or "" when the file failed before that was known */
    const char *modality;
    bool ok;
    char *error;
    double duration_s;
    /* (n_quantities,) in the order of metrics.def, then compat */
    struct attune_quantity *quantities;
    size_t n_quantities, capacity;
    bool out_of_memory;
};

void attune_eval_result_release(struct attune_eval_result *result);

/* why NULL: defined with the n values. Texts and values are copied. */
void attune_eval_result_add(struct attune_eval_result *result, const char *name,
                            const double *values, size_t n, bool is_vector, const char *why);

/* One JSON object and a newline. */
void attune_eval_print_json(struct attune_buf *out, const struct attune_eval_result *result);

/* A header and a row per file; a column per quantity that any file has, vectors as name[0], name[1]
 * ... */
void attune_eval_print_csv(struct attune_buf *out, const struct attune_eval_result *results,
                           size_t n);

/* For people: up to three files side by side, else mean, spread and counts over the files. */
void attune_eval_print_table(struct attune_buf *out, const struct attune_eval_result *results,
                             size_t n);

#endif
