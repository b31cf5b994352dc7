/* The generator descriptor: how a model makes one sample for one prompt and seed.
 *
 * A generator is one file whose last definition is a const struct attune_generator named
 * attune_generator_<name>; models/generators.def lists it once. Built-in policies, a folder of
 * finished samples, a command per prompt and a long-lived worker process are generators. A
 * generator knows nothing of timing, storage or retries: the harness does those.
 *
 * open() makes what all samples of a model share (weights, a pool of worker processes); generate()
 * is called from several threads at once and must be safe for that; it gives the same sample for
 * the same (model, prompt, seed) on any thread, in any order. The harness opens every model of a
 * suite to ask for its fingerprint, also when all its samples are cached: what takes long every
 * time (spawning a process) waits for the first generate(); trained weights are kept in a cache.
 */
#ifndef ATTUNE_MODELS_GENERATOR_H
#define ATTUNE_MODELS_GENERATOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "metrics/prompt.h"
#include "models/drivers/process.h"
#include "models/training.h"

enum attune_method {
    ATTUNE_METHOD_NONE, ATTUNE_METHOD_SFT, ATTUNE_METHOD_RLHF, ATTUNE_METHOD_DPO,
    ATTUNE_METHOD_INFERENCE, ATTUNE_METHOD_OTHER, ATTUNE_N_METHODS,
};
extern const char *const attune_method_names[ATTUNE_N_METHODS];

/* A named option of a model, as the suite gives it: `select: harmonic.key_clarity`, `n: 8`. */
struct attune_option {
    const char *name, *value;
};

/* What a suite says of one model. All strings are owned by the suite and outlive the model. */
struct attune_model_spec {
    const char *name;              /* unique in the suite */
    enum attune_method method;
    const char *base;              /* name of the base model or NULL */
    const char *builtin; /* e.g. "policy"; exactly one of builtin, command, worker, samples */
    const char *const *command;    /* NULL-terminated argument vector with {keys} */
    const char *const *worker;     /* NULL-terminated argument vector */
    const char *samples;           /* path pattern with {prompt}, {seed}, {model} */
    const char *folder; /* folder of the suite file: relative paths and children start here */
    unsigned n_workers;            /* processes; at least 1 */
    double timeout_s;              /* per sample */
    struct attune_process_limits limits; /* of each */
    const struct attune_option *options; /* (n_options,) */
    size_t n_options;
    struct attune_training_watcher watcher; /* of a training while the model opens */
};

const char *attune_option_get(const struct attune_model_spec *spec, const char *name,
                              const char *fallback);

/* What a generator that selects knows of one candidate, as rewards (higher is better); NaN:
 * undefined. */
struct attune_candidate {
    double proxy; /* what it selects by */
    double gold;  /* what it was asked to watch beside (`gold: METRIC`) */
};

/* All candidates of one sample in order of drawing; items belong to the caller of generate(). */
struct attune_candidate_list {
    struct attune_candidate *items; /* (n,) */
    size_t n, capacity;
};

struct attune_request {
    const struct attune_prompt *prompt;
    uint64_t seed;
    const char *out; /* absolute path without extension, in a folder of this sample's own */
    const atomic_bool *cancelled; /* true: stop soon and return ATTUNE_E_INTERRUPTED; may be NULL */
    /* Takes the candidates of a model that watches a gold reward; NULL: nobody wants them. */
    struct attune_candidate_list *candidates;
};

struct attune_generation {
    char path[4096];      /* the finished file */
    uint64_t n_candidates; /* samples drawn to make this one; 1 where nothing was selected */
    uint64_t n_tokens;    /* tokens generated over all candidates; 0: unknown */
    uint64_t n_rewards;   /* reward or metric evaluations used for selection */
    bool has_logprob, has_ref_logprob;
    double logprob, ref_logprob; /* natural logarithms, summed over the sample */
    double device_seconds; /* as the model reports it; < 0: unknown */
};

struct attune_generator {
    const char *name;    /* "policy", "command", ... */
    const char *summary; /* one line for `attune list models` */
    bool builtin;        /* named by `builtin:` in a suite */
    /* Names of the options it understands, NULL-terminated; anything else is an error at load time.
     */
    const char *const *options;
    /* Those of them that do anything for this spec (its method, its other options) into names,
     * which has room for all; returns how many. NULL: all do. */
    size_t (*applicable)(const struct attune_model_spec *spec, const char **names);
    enum attune_code (*open)(const struct attune_model_spec *spec, void **state,
                             struct attune_err *err);
    enum attune_code (*generate)(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err);
    void (*close)(void *state); /* NULL-safe */
    /* Adds what identifies the model beyond its spec (weights' hash, program's path and time) to
     * the sample key, so that a changed model is never served from cache. hash: 33 bytes; may be
     * NULL when the spec says everything. */
    enum attune_code (*fingerprint)(void *state, char *hash, struct attune_err *err);
    /* The cost of making the model, also where it came from a cache; false: not known. May be NULL.
     */
    bool (*training)(void *state, struct attune_training *training);
    /* Writes the (first) trained model as a checkpoint. May be NULL. */
    enum attune_code (*save)(void *state, const char *path, struct attune_err *err);
};

extern const struct attune_generator *const attune_generators[]; /* NULL-terminated */

/* The generator that a spec asks for; ATTUNE_E_INPUT with the nearest name when there is none. */
enum attune_code attune_generator_for(const struct attune_model_spec *spec,
                                      const struct attune_generator **out, struct attune_err *err);

#endif
