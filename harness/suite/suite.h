/* A suite: which models answer which prompts with which seeds, and what is measured. Read from
 * YAML; every error names file, line and key, what is allowed, and the nearest valid word.
 *
 * The suite owns everything in it, prompts included; model specs point into it and live as long as
 * it does. */
#ifndef ATTUNE_HARNESS_SUITE_H
#define ATTUNE_HARNESS_SUITE_H

#include "base/hash.h"
#include "base/mem.h"
#include "harness/evaluate.h"
#include "harness/suite/prompts.h"
#include "models/generator.h"

struct attune_suite_model {
    struct attune_model_spec spec;
    const struct attune_generator *generator;
    const char *selected_on; /* metrics it was optimised or selected on; NULL: none known */
    const char *family;      /* models that differ in one knob alone: one curve; may be NULL */
    const char *left_out;    /* why it does not take part here (if_installed), or NULL */
    bool simulated;          /* aligned to the simulated listener */
};

/* Values from outside the metrics, from one of three: a program that is asked, the file of one that
 * has run already, a reward model. */
struct attune_suite_scorer {
    const char *name;
    const char *const *worker; /* NULL-terminated argument vector, or NULL */
    const char *scores;        /* file of values by path, or NULL */
    const char *reward;        /* file of a reward model, or NULL */
    unsigned n_workers;
    double timeout_s;
    struct attune_process_limits limits;
    bool higher_is_better;
};

/* What the metrics of whole sets see samples through. */
struct attune_suite_embedding {
    const char *name;
    const char *const *worker; /* NULL-terminated argument vector; NULL: the built-in attune-1 */
    unsigned n_workers;
    double timeout_s;
    struct attune_process_limits limits;
};

struct attune_suite_reference {
    const char *name, *path; /* path resolved against the suite's folder */
};

struct attune_suite {
    const char *path, *folder; /* folder: absolute */
    const char *text;
    char hash[ATTUNE_HASH_SIZE];
    const char *name;
    struct attune_prompt_set prompts;
    const int64_t *seeds; /* (n_seeds,) all different, 0 .. 2^63-1 */
    size_t n_seeds;
    struct attune_suite_model *models; /* (n_models,) */
    size_t n_models;
    struct attune_suite_scorer *scorers; /* (n_scorers,) reward models last */
    size_t n_scorers;
    struct attune_suite_embedding *embeddings; /* (n_embeddings,) at least one: attune-1 */
    size_t n_embeddings;
    struct attune_suite_reference *references; /* (n_references,) */
    size_t n_references;
    struct attune_selection metrics;
    const char *set_metrics; /* comma-separated globs of set metrics, "" for none */
    const char *const *rank_by; /* (n_rank_by,) pillars or metric globs */
    size_t n_rank_by;
    double allow_failed;     /* share of samples that may fail before the run counts as failed */
    bool render;             /* MIDI is rendered, and audio metrics are computed on the rendering */
    const char *soundfont;   /* path or NULL: the system's */
    const char *out;         /* folder of the samples, or NULL: beside the database */
    struct attune_arena text_arena;
};

/* ATTUNE_E_INPUT, ATTUNE_E_IO, ATTUNE_E_MEMORY. */
enum attune_code attune_suite_load(struct attune_suite *suite, const char *path,
                                   struct attune_err *err);
void attune_suite_release(struct attune_suite *suite);

#endif
