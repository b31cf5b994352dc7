/* Reading an experiment: the one header through which reports sees the store.
 *
 * Lists come back as arrays that the caller releases with the function beside them; strings in them
 * are owned by the list. Order is fixed: runs by id, models and prompts and metrics by their
 * position in the suite. Errors are ATTUNE_E_STORE unless said otherwise.
 */
#ifndef ATTUNE_HARNESS_STORE_READ_H
#define ATTUNE_HARNESS_STORE_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

struct attune_store;

/* Opens for reading only. Missing or foreign files are ATTUNE_E_STORE with a hint. */
enum attune_code attune_store_open_read(struct attune_store **out, const char *path,
                                        struct attune_err *err);
void attune_store_close(struct attune_store *store); /* NULL-safe */

/* A consistent copy of the whole database as one file, also while a run goes on; path is either the
 * old or the new file. */
enum attune_code attune_store_copy(struct attune_store *store, const char *path,
                                   struct attune_err *err);

/* ---- runs */

struct attune_run_info {
    int64_t id;
    const char *name, *key, *suite, *suite_hash, *suite_path, *prompt_hash, *files, *rank_by;
    const char *attune_version, *attune_commit, *compiler, *cflags, *cpu, *host, *libraries, *fft;
    const char *soundfont, *soundfont_hash; /* NULL where nothing was rendered */
    const char *started, *ended;            /* ended NULL: not finished */
    int64_t n_planned, n_threads, n_ok, n_failed;
    double allow_failed;
};
struct attune_run_list {
    struct attune_run_info *items; /* (n,) */
    size_t n, capacity;
    struct attune_arena text;
};
enum attune_code attune_read_runs(struct attune_store *store, struct attune_run_list *out,
                                  struct attune_err *err);
void attune_run_list_release(struct attune_run_list *list);

/* The run to report on: wanted is NULL (the one begun or continued last), an id, or a suite's name
 * (its latest). ATTUNE_E_USAGE when there is none of that name, ATTUNE_E_STORE when there is no run
 * at all. */
enum attune_code attune_read_run_id(struct attune_store *store, const char *wanted, int64_t *run,
                                    struct attune_err *err);

/* ---- models */

struct attune_model_info {
    int64_t id;
    /* base, selected_on and family may be NULL; models of one family differ in one knob alone */
    const char *name, *method, *base, *generator, *spec, *selected_on, *family;
    bool simulated;
    int64_t n_ok, n_failed;
    /* Means over finished samples; NaN where unknown. */
    double generate_s, evaluate_s, device_s, n_candidates, n_tokens, n_rewards;
    double divergence;    /* mean of logprob - ref_logprob, nats; NaN without both */
    int64_t n_divergence; /* samples that reported both */
    /* What made it from its base, a base model from nothing; NaN: unknown. Tokens sampled, tokens
     * run through a model for log-probabilities and gradients, rewards evaluated, pairs labelled,
     * gradient steps, seconds. */
    double train_generated, train_processed, train_rewards, train_pairs, train_steps, train_s;
};
struct attune_model_list {
    struct attune_model_info *items; /* (n,) */
    size_t n, capacity;
    struct attune_arena text;
};
enum attune_code attune_read_models(struct attune_store *store, int64_t run,
                                    struct attune_model_list *out, struct attune_err *err);
void attune_model_list_release(struct attune_model_list *list);

/* ---- prompts */

struct attune_prompt_info {
    int64_t id;
    const char *name, *text, *attributes; /* attributes: JSON */
};
struct attune_prompt_list {
    struct attune_prompt_info *items; /* (n,) */
    size_t n, capacity;
    struct attune_arena text;
};
enum attune_code attune_read_prompts(struct attune_store *store, int64_t run,
                                     struct attune_prompt_list *out, struct attune_err *err);
void attune_prompt_list_release(struct attune_prompt_list *list);
enum attune_code attune_count_prompts(struct attune_store *store, int64_t run, size_t *n,
                                      struct attune_err *err);

/* ---- metrics */

struct attune_metric_info {
    int64_t id;
    const char *name, *identity, *title, *unit, *direction, *inputs, *summary, *source;
    int version;
    double target; /* for direction "target" */
    double lo, hi; /* infinite where open */
};
struct attune_metric_list {
    struct attune_metric_info *items; /* (n,) */
    size_t n, capacity;
    struct attune_arena text;
};
/* Those of the run whose name matches one of the comma-separated globs (NULL: all): metrics of
 * samples, and metrics of whole sets. */
enum attune_code attune_read_metrics(struct attune_store *store, int64_t run, const char *globs,
                                     struct attune_metric_list *out, struct attune_err *err);
enum attune_code attune_read_set_metrics(struct attune_store *store, int64_t run, const char *globs,
                                         struct attune_metric_list *out, struct attune_err *err);
void attune_metric_list_release(struct attune_metric_list *list);

/* Metrics of whole sets stand beside those of samples everywhere but in tables of scores. */
bool attune_metric_is_of_sets(const struct attune_metric_info *metric);

/* ---- scores of whole sets */

/* What one model's samples are worth as a set. */
struct attune_set_score_info {
    const char *model, *metric; /* "set.fad@pop:clap" */
    const char *base;           /* "set.fad" */
    const char *reference, *embedding; /* names; reference "" for metrics of one set */
    double value, ci_low, ci_high;     /* NaN where there is none */
    const char *why;                   /* why there is no value; NULL when there is one */
    int64_t n, n_reference, n_dims;    /* n_reference 0: not known, or none */
    const char *details;               /* JSON object */
    const char *warnings;              /* one per line, "" for none */
};
struct attune_set_score_list {
    struct attune_set_score_info *items; /* (n,) by metric position, then model position */
    size_t n, capacity;
    struct attune_arena text;
};
enum attune_code attune_read_set_scores(struct attune_store *store, int64_t run, const char *globs,
                                        struct attune_set_score_list *out, struct attune_err *err);
void attune_set_score_list_release(struct attune_set_score_list *list);

/* ---- scores of a run as a dense table */

enum attune_cell {
    ATTUNE_CELL_MISSING = 0,    /* not planned here, or not finished yet */
    ATTUNE_CELL_OK,
    ATTUNE_CELL_UNDEFINED,
    ATTUNE_CELL_NOT_APPLICABLE, /* wrong modality */
    ATTUNE_CELL_FAILED,         /* the sample failed */
};

/* One axis per thing; a cell stands at attune_score_cell(). 13 bytes per cell, so restrict models
 * and globs where a run is huge, or take means by prompt (means.h), which need no table. */
struct attune_score_table {
    struct attune_model_list models;
    struct attune_metric_list metrics;
    struct attune_prompt_list prompts;
    int64_t *seeds; /* (n_seeds,) ascending */
    size_t n_seeds;
    double *value;  /* (n_models, n_metrics, n_prompts, n_seeds); meaningful where state is OK */
    uint8_t *state; /* the same shape, enum attune_cell */
    uint32_t *why;  /* the same shape, index into reasons; 0: none */
    const char **reasons; /* (n_reasons,) texts; reasons[0] is "" */
    size_t n_reasons, reason_capacity;
    struct attune_arena text;
};
enum attune_code attune_read_scores(struct attune_store *store, int64_t run,
                                    const char *metric_globs, struct attune_score_table *out,
                                    struct attune_err *err);
/* The same of the listed models alone; NULL: of all. A name that is not in the run is passed
 * over. */
enum attune_code attune_read_scores_of(struct attune_store *store, int64_t run,
                                       const char *const *models, size_t n_models,
                                       const char *metric_globs, struct attune_score_table *out,
                                       struct attune_err *err);
void attune_score_table_release(struct attune_score_table *table);

static inline size_t attune_score_cell(const struct attune_score_table *t, size_t model,
                                       size_t metric, size_t prompt, size_t seed)
{
    return ((model * t->metrics.n + metric) * t->prompts.n + prompt) * t->n_seeds + seed;
}

/* ---- samples, one after another */

struct attune_sample_row {
    int64_t id;
    const char *model, *method, *prompt, *status, *error; /* error NULL unless failed */
    const char *path;     /* full path; NULL when failed */
    const char *hash, *modality;
    int64_t seed, attempts;
    double duration_s, generate_s, evaluate_s, device_s, logprob, ref_logprob; /* NaN: unknown */
    int64_t n_candidates, n_tokens, n_rewards;                                 /* 0: unknown */
};

/* Calls each once per sample in the order (model, prompt, seed); strings live during the call.
 * Stops early when each returns false. model NULL: all. */
enum attune_code attune_read_samples(struct attune_store *store, int64_t run, const char *model,
                                     bool (*each)(void *context,
                                                  const struct attune_sample_row *row),
                                     void *context, struct attune_err *err);

/* ---- candidates of models that select, where the suite keeps them (`gold: METRIC`) */

struct attune_candidate_row {
    const char *model, *prompt;
    int64_t seed;
    int64_t i;          /* order of drawing from 0: the first n are the candidates of best-of-n */
    double proxy, gold; /* what is selected by, what is only watched; NaN: undefined */
};

/* Calls each once per candidate in the order (model, prompt, seed, i); strings live during the
 * call. Stops early when each returns false. model NULL: all that have some. The metrics' names:
 * selected_on of the model, and `gold` in its spec. */
enum attune_code attune_read_candidates(struct attune_store *store, int64_t run, const char *model,
                                        bool (*each)(void *context,
                                                     const struct attune_candidate_row *row),
                                        void *context, struct attune_err *err);

/* ---- embeddings of samples */

struct attune_embedding_info {
    int64_t id;
    const char *name, *version;
};
struct attune_embedding_list {
    struct attune_embedding_info *items; /* (n,) those behind the run's scores of sets */
    size_t n, capacity;
    struct attune_arena text;
};
enum attune_code attune_read_embeddings(struct attune_store *store, int64_t run,
                                        struct attune_embedding_list *out, struct attune_err *err);
void attune_embedding_list_release(struct attune_embedding_list *list);

/* One model's finished samples through one embedding, by (prompt, seed). */
struct attune_vector_table {
    float *v;               /* (n, d) */
    int64_t *prompt, *seed; /* (n,) prompts by database id, the same in every run */
    size_t n, d, capacity;
};
enum attune_code attune_read_vectors(struct attune_store *store, int64_t run, const char *model,
                                     int64_t embedding, struct attune_vector_table *out,
                                     struct attune_err *err);
void attune_vector_table_release(struct attune_vector_table *table);

/* ---- reward models: what column reward.NAME comes from */

struct attune_reward_model_info {
    const char *name, *kind, *path, *hash, *created;
    const char *trained; /* JSON: data, options, results */
    int64_t n_runs;      /* that have scores of this content under this name */
};
struct attune_reward_model_list {
    struct attune_reward_model_info *items; /* (n,) by name, then in order of recording */
    size_t n, capacity;
    struct attune_arena text;
};
enum attune_code attune_read_reward_models(struct attune_store *store,
                                           struct attune_reward_model_list *out,
                                           struct attune_err *err);
void attune_reward_model_list_release(struct attune_reward_model_list *list);

/* ---- the leaderboard as stored */

struct attune_leaderboard_row {
    const char *model, *method, *metric;
    double mean, ci_low, ci_high; /* NaN where NULL */
    int64_t n, n_undefined, rank_low, rank_high; /* ranks 0 where NULL */
};
struct attune_leaderboard {
    struct attune_leaderboard_row *items; /* (n,) by metric position, then model position */
    size_t n, capacity;
    struct attune_arena text;
};
enum attune_code attune_read_leaderboard(struct attune_store *store, int64_t run, const char *globs,
                                         struct attune_leaderboard *out, struct attune_err *err);
void attune_leaderboard_release(struct attune_leaderboard *board);

/* ---- baselines */

/* The (run, model) a baseline names; *model is a heap string. ATTUNE_E_MISSING when there is none.
 */
enum attune_code attune_read_baseline(struct attune_store *store, const char *name, int64_t *run,
                                      char **model, struct attune_err *err);

#endif
