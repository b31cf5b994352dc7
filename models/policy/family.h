/* A reference model as its generator holds it: the base, what alignment made of it (one model per
 * training seed), and what that cost. The policy and the diffusion differ in how they are trained
 * and sampled; opened, fingerprinted and saved they are alike, one vector of parameters each. */
#ifndef ATTUNE_MODELS_FAMILY_H
#define ATTUNE_MODELS_FAMILY_H

#include "models/pieces/builtin.h"

struct attune_family_kind {
    const char *name; /* in checkpoints */
    size_t (*n_params)(void);
    float *(*params)(void *model);
    void *(*create)(void); /* NULL when out of memory */
    void (*destroy)(void *model);
    /* The built-in base, what it cost, and the text that identifies how it was made. */
    enum attune_code (*make_base)(void **model, struct attune_training *cost,
                                  struct attune_err *err);
    void (*base_origin)(char *text, size_t size);
};

struct attune_family {
    const struct attune_family_kind *kind;
    void *base;                            /* what divergence is measured from */
    void *models[ATTUNE_MAX_TRAIN_SEEDS];  /* (n_models,) what alignment made of it */
    size_t n_models;                       /* 0: the base as it is */
    struct attune_training training;       /* of the first of them */
    char origin[200];                      /* of a checkpoint of it */
};

/* Opens the base: the built-in one, or that of option checkpoint, of which the cost is not known.
 * A family of zeros goes in; release it also after a failure. */
enum attune_code attune_family_open(struct attune_family *family,
                                    const struct attune_family_kind *kind,
                                    const struct attune_model_spec *spec, struct attune_err *err);
void attune_family_release(struct attune_family *family);

/* The model that answers requests of this seed: number seed mod n_models, else the base. */
const void *attune_family_model(const struct attune_family *family, uint64_t seed);

/* All weights. */
void attune_family_fingerprint(const struct attune_family *family, struct attune_buf *text);

/* A checkpoint of the first model. */
enum attune_code attune_family_save(const struct attune_family *family, const char *path,
                                    struct attune_err *err);

#endif
