/* What the pages of one report share while they are written. */
#ifndef ATTUNE_REPORTS_PAGE_PARTS_H
#define ATTUNE_REPORTS_PAGE_PARTS_H

#include "metrics/stats/bootstrap.h"
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

/* Every model that has its base in the run against that base, prompt by prompt. One column for each
 * such model and metric; differences are turned so that positive is better. */
struct attune_page_changes {
    size_t *model, *base;             /* (n,) positions in the board */
    size_t *metric;                   /* (n_metrics,) of parts->scores: those with a direction */
    double *better;                   /* (n * n_metrics, n_prompts) */
    unsigned char *defined;           /* the same shape */
    struct attune_interval *interval; /* (n * n_metrics,) of the mean difference */
    size_t n, n_metrics;
};
enum attune_code attune_page_changes_read(struct attune_page_changes *out,
                                          const struct attune_page_parts *parts,
                                          struct attune_err *err);
void attune_page_changes_release(struct attune_page_changes *changes);

/* The section of index.html: a row per model, its mean differences with intervals. */
void attune_page_changes_table(struct attune_buf *out, const struct attune_page_parts *parts,
                               const struct attune_page_changes *changes);

/* OUT/models/N.html for the item-th of them, N being its place in the board from 1: per metric the
 * prompts on which it fell most behind its base, with both players. */
enum attune_code attune_page_model(const struct attune_page_parts *parts,
                                   const struct attune_page_changes *changes, size_t item,
                                   struct attune_err *err);

/* A player where there is one, and links to the file. label: what a screen reader says. */
void attune_page_player(struct attune_buf *out, const struct attune_page_sample *sample,
                        const char *label);

/* Writes OUT/name, or fails where the text ran out of memory. */
enum attune_code attune_page_save(const struct attune_page_parts *parts, const char *name,
                                  const struct attune_buf *text, struct attune_err *err);

/* OUT/prompts/N.html, N from 1. */
enum attune_code attune_page_prompt(const struct attune_page_parts *parts, size_t prompt,
                                    struct attune_err *err);

/* OUT/index.html. figures: the pictures are there. */
enum attune_code attune_page_index(const struct attune_page_parts *parts,
                                   const struct attune_board *methods,
                                   const struct attune_page_changes *changes, bool figures,
                                   struct attune_err *err);

#endif
