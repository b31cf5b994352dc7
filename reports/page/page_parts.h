/* What the pages of one report share while they are written. */
#ifndef ATTUNE_REPORTS_PAGE_PARTS_H
#define ATTUNE_REPORTS_PAGE_PARTS_H

#include "reports/page/page_media.h"

struct attune_page_parts {
    const struct attune_page_options *options;
    const struct attune_board *board; /* by model, all metrics */
    const size_t *headline;           /* (n_headline,) metrics of the board */
    size_t n_headline;
    struct attune_prompt_list prompts;
    struct attune_page_samples samples;
    struct attune_score_table scores; /* of the headline metrics */
    size_t *by_prompt;                /* (samples.n,) sample numbers, prompt after prompt */
    size_t *first;                    /* (prompts.n + 1,) where each prompt begins in by_prompt */
};

/* OUT/prompts/N.html, N from 1. */
enum attune_code attune_page_prompt(const struct attune_page_parts *parts, size_t prompt,
                                    struct attune_err *err);

/* OUT/index.html. figures: the pictures are there. */
enum attune_code attune_page_index(const struct attune_page_parts *parts,
                                   const struct attune_board *methods, bool figures,
                                   struct attune_err *err);

#endif
