/* Two models set against each other, prompt by prompt: what `compare` prints and what the gate
 * decides on.
 *
 * The two sides may come from different runs (a baseline and this week's candidate). Prompts are
 * matched by name and text; metrics by name, version and scorer: those that differ are left out
 * with the reason, never mixed. A prompt's seeds are averaged first, prompts are the unit of every
 * number here.
 */
#ifndef ATTUNE_REPORTS_CONTRAST_H
#define ATTUNE_REPORTS_CONTRAST_H

#include "harness/store/store_read.h"
#include "harness/suite/gate_rules.h"

struct attune_side {
    int64_t run;
    const char *model;
};

enum attune_verdict {
    ATTUNE_VERDICT_A, /* a is better (descriptive metrics: larger) */
    ATTUNE_VERDICT_B,
    ATTUNE_VERDICT_ALIKE,     /* not separated, and shown to differ by less than the margin */
    ATTUNE_VERDICT_OPEN,      /* the data do not say */
    ATTUNE_VERDICT_IDENTICAL, /* equal on every prompt */
    ATTUNE_VERDICT_NO_DATA,   /* fewer than 2 prompts with a value on both sides */
};

struct attune_contrast {
    const char *metric, *title, *unit, *direction;
    double target;
    const char *skipped;   /* why there is no comparison; NULL when there is one */
    size_t n, n_left_out;  /* prompts compared; common prompts without a value on one side */
    double mean_a, mean_b; /* over the compared prompts */
    double sd_b;           /* of b's prompt means (for a target: of their distances); 0 for n < 2 */
    double difference;     /* mean_a - mean_b */
    double ci_low, ci_high;       /* 95 % bootstrap over prompts; NaN where there is none */
    double p, p_holm, p_wilcoxon; /* two-sided; p by sign changes, Holm over all metrics compared */
    double dz;                    /* Cohen's d of the differences, positive where a is better */
    double improvement;           /* share of prompts on which a is better, ties half */
    double margin;                /* in the metric's unit; 0 where none was given */
    double p_equivalent; /* of |difference| < margin, Holm over all metrics; 1 without a margin */
    bool within_margin;  /* shown to differ by less than the margin */
    double n_needed; /* prompts needed at this effect for power .8; infinite where there is none */
    enum attune_verdict verdict;
    /* Differences by prompt, turned so that positive is better for a; (n,) with the prompt's
     * index. */
    double *better;
    size_t *prompt;
    int64_t *worst_seed; /* (n,) seed of the prompt's sample that lost most */
    /* Samples of equal prompt and seed, and those that differ in value or in being defined. */
    size_t n_samples, n_moved;
};

struct attune_contrasts {
    struct attune_contrast *items; /* (n,) in the order of side a's metrics */
    size_t n, n_compared;          /* n_compared: those not skipped */
    const char **prompts;          /* (n_prompts,) names of the common prompts */
    size_t n_prompts, n_prompts_a, n_prompts_b;
    double alpha;
    struct attune_arena arena; /* everything above */
};

struct attune_contrast_options {
    const char *globs;                    /* over metric names; NULL: all that have a direction */
    const struct attune_margins *margins; /* for verdicts of equivalence; NULL: none are given */
    /* Other directions than the metrics' own; NULL: none. */
    const struct attune_directions *directions;
    double alpha; /* .05 */
    uint64_t seed;
    size_t n_threads;
};

/* ATTUNE_E_USAGE (with the nearest name) when a model is not in its run; ATTUNE_E_INPUT when no
 * prompt is common. */
enum attune_code attune_contrasts_read(struct attune_contrasts *out, struct attune_store *store,
                                       struct attune_side a, struct attune_side b,
                                       const struct attune_contrast_options *options,
                                       struct attune_err *err);
/* The same from scores that have been read, b may be a; directions of the options are not looked
 * at. */
enum attune_code attune_contrasts_of(struct attune_contrasts *out,
                                     const struct attune_score_table *a, const char *model_a,
                                     const struct attune_score_table *b, const char *model_b,
                                     const struct attune_contrast_options *options,
                                     struct attune_err *err);
void attune_contrasts_release(struct attune_contrasts *contrasts);

/* Whether no compared prompt's value moved. */
bool attune_contrast_unchanged(const struct attune_contrast *contrast);

/* A margin in the metric's unit; 0 for exact. */
double attune_contrast_margin(const struct attune_contrast *contrast,
                              struct attune_gate_margin margin);

/* The position of a model by name; ATTUNE_E_USAGE with the nearest name. */
enum attune_code attune_contrast_model(const struct attune_model_list *models, const char *name,
                                       size_t *out, struct attune_err *err);

/* The verdict in words, with what to do about an open one. Returns buf. */
const char *attune_contrast_words(const struct attune_contrast *contrast, const char *name_a,
                                  const char *name_b, char *buf, size_t size);

#endif
