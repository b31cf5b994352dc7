/* What the parts of a run share. Not for others. */
#ifndef ATTUNE_HARNESS_RUN_STATE_H
#define ATTUNE_HARNESS_RUN_STATE_H

#include <pthread.h>

#include "harness/run/recorder.h"
#include "harness/run/run.h"
#include "harness/run/scoring.h"

/* A model while it runs. */
struct attune_live_model {
    const struct attune_suite_model *model;
    void *state;              /* of its generator */
    bool is_open;
    bool has_training;        /* its generator knows what it cost to make */
    struct attune_training training;
    char error[640];          /* why it could not be opened; "" when it is or need not be */
    char fingerprint[ATTUNE_HASH_SIZE];
    char key[ATTUNE_HASH_SIZE]; /* everything that decides its samples */
    char folder_name[ATTUNE_SAFE_NAME_SIZE];
    struct attune_buf spec;   /* JSON for the database */
    int64_t id;               /* database */
};

/* What one thread keeps across items. */
struct attune_lane {
    struct attune_evaluator *notes, *rendered; /* made when first needed */
    struct attune_store *reader;               /* NULL until first needed */
    sqlite3_stmt *find_sample, *find_scores;
    struct attune_value *values;               /* (n_metrics,) */
    size_t *chosen;                            /* (n_metrics,) for partial selections */
    size_t *chosen_at; /* (n_metrics,) their positions in the suite's selection */
    bool *have;                                /* (n_metrics,) */
    bool *have_scorer;                         /* (n_scorers,) */
    pthread_mutex_t lock;                      /* guards deadline_s and timed_out */
    double deadline_s;                         /* monotonic; 0: nothing is being generated */
    bool timed_out;
    atomic_bool cancelled;
};

struct attune_run_state {
    const struct attune_suite *suite;
    const struct attune_run_options *options;
    struct attune_plan plan;
    size_t *order;            /* (plan.n,) positions in the plan, in the order of work */
    size_t n_to_work;         /* the first so many have no finished sample yet */
    struct attune_store *store;
    bool read_only;           /* a preview: no rows, no files */
    int64_t run;              /* 0: not in the database yet */
    char key[ATTUNE_HASH_SIZE];
    char scored[ATTUNE_HASH_SIZE]; /* hash of all metrics and scorers */
    char files[4096];
    const char *soundfont;    /* NULL: nothing is rendered */
    char soundfont_hash[ATTUNE_HASH_SIZE];
    struct attune_live_model *models; /* (n_models,) */
    char (*prompt_hash)[ATTUNE_HASH_SIZE];      /* (n_prompts,) */
    char (*params_hash)[ATTUNE_HASH_SIZE];      /* (n_prompts,) */
    char (*prompt_name)[ATTUNE_SAFE_NAME_SIZE]; /* (n_prompts,) file names */
    int64_t *prompt_id, *params_id;             /* (n_prompts,) database */
    int64_t *metric_id;                         /* (metrics.n,) database */
    struct attune_scoring *scoring;
    struct attune_recorder *recorder;
    struct attune_lane *lanes; /* (n_threads,) */
    double started_s;
    atomic_size_t n_done, n_cached, n_failed, n_unscored;
    atomic_bool stop;          /* interrupted, or an error */
    pthread_mutex_t lock;      /* guards the two below */
    enum attune_code code;     /* first error that ends the run */
    struct attune_err err;
    char first_failure[640];
};

/* run_prepare.c */
enum attune_code attune_run_prepare(struct attune_run_state *r, struct attune_err *err);
/* Starts the outside scorers if anything is left to score; the run's key holds their versions. */
enum attune_code attune_run_meet_scorers(struct attune_run_state *r, struct attune_err *err);
void attune_run_close(struct attune_run_state *r);
/* Everything beside the file that an evaluation sees. */
void attune_run_params_json(struct attune_buf *out, const struct attune_run_state *r,
                            size_t prompt);

/* run_register.c */
enum attune_code attune_run_register(struct attune_run_state *r, struct attune_err *err);

/* run_order.c: sets order and n_to_work of a registered run. */
enum attune_code attune_run_order(struct attune_run_state *r, struct attune_err *err);

/* A metric as the database knows it. */
struct attune_run_metric {
    struct attune_metric view; /* eval is not used */
    const char *inputs;        /* "audio,symbolic", "sets", ... */
    const char *identity;      /* "" for built-in metrics of samples */
    int64_t position;          /* in the run's lists */
};
/* Finds or makes its row and adds it to the run; inside the caller's transaction. */
enum attune_code attune_run_register_metric(struct attune_store *store, int64_t run,
                                            const struct attune_run_metric *metric, int64_t *id,
                                            struct attune_err *err);

/* run_sets.c: metrics of whole sets, over all finished samples of the run. Interrupted: what was
 * embedded is kept, the scores are left for the next time. */
enum attune_code attune_run_sets(struct attune_run_state *r, struct attune_err *err);

/* run_item.c */
void attune_run_item(void *run_state, size_t item, size_t worker); /* an attune_item_fn */
enum attune_code attune_run_item_state(struct attune_run_state *r, size_t item,
                                       struct attune_lane *lane, enum attune_item_state *state,
                                       struct attune_err *err);
void attune_lane_release(struct attune_lane *lane); /* item_lookup.c */

#endif
