/* A trained reward model: heads over standardised features, with the names and versions of the
 * metrics it hears and the record of its training, in one file.
 *
 * The file is a line "attune reward 1", a line of JSON that says everything about the numbers, the
 * numbers as little-endian float32 (means, standard deviations, then the heads' parameters), and a
 * checksum. There is a head per axis and member; members of an axis are trained alike on resampled
 * pairs.
 */
#ifndef ATTUNE_HARNESS_REWARD_MODEL_H
#define ATTUNE_HARNESS_REWARD_MODEL_H

#include <jansson.h>

#include "base/hash.h"
#include "harness/reward/items.h"
#include "metrics/reward/head.h"

struct attune_reward_model {
    struct attune_names features; /* in the order of the inputs */
    int *version;                 /* (features.n,) */
    char embedding[64];           /* name of the embedding, "" for metrics */
    float *mean, *sd;             /* (features.n,) of the training samples */
    struct attune_names axes;
    size_t n_members;
    struct attune_head *heads;    /* (axes.n, n_members) */
    json_t *training;             /* data, options and results of the training */
    char hash[ATTUNE_HASH_SIZE];  /* of the file's content, once saved or loaded */
};

void attune_reward_model_release(struct attune_reward_model *model);

enum attune_code attune_reward_model_save(struct attune_reward_model *model, const char *path,
                                          struct attune_err *err);

/* ATTUNE_E_INPUT: not a reward model, of a newer format, damaged. */
enum attune_code attune_reward_model_load(struct attune_reward_model *model, const char *path,
                                          struct attune_err *err);

/* How an ensemble speaks: the mean, the worst member, or mean - lambda variance (Coste et al.
 * 2024). */
enum attune_ensemble { ATTUNE_ENSEMBLE_MEAN, ATTUNE_ENSEMBLE_WORST, ATTUNE_ENSEMBLE_CAUTIOUS };

struct attune_reward_voice {
    enum attune_ensemble ensemble;
    double lambda;
};

/* ATTUNE_E_INPUT when the features are not those that the model was trained on: a metric is
 * missing, has another version, or the embedding has another size. columns (features.n,) receives
 * the place of each of the model's features among the items'. */
enum attune_code attune_reward_model_accept(const struct attune_reward_model *model,
                                            const struct attune_items *items, size_t *columns,
                                            struct attune_err *err);

/* Rewards of all items on one axis into reward (items->names->n,); NAN where a feature is missing.
 * The items must be acceptable. */
enum attune_code attune_reward_model_score(const struct attune_reward_model *model, size_t axis,
                                           const struct attune_reward_voice *voice,
                                           const struct attune_items *items, double *reward,
                                           struct attune_err *err);

/* Whether this attune has every metric that the model hears, in the version it was trained on.
 * ATTUNE_E_INPUT, with the file's name. */
enum attune_code attune_reward_model_check(const struct attune_reward_model *model,
                                           const char *path, struct attune_err *err);

/* Rewards of one audio or MIDI file into reward (axes.n,), its metrics computed; where they are
 * undefined NAN, and why in a text. Any thread. */
enum attune_code attune_reward_model_hear(const struct attune_reward_model *model,
                                          const struct attune_reward_voice *voice,
                                          const char *path, double *reward, char *why,
                                          size_t why_size, struct attune_err *err);

/* Makes sure that table `reward_model` has a row of this name and content: kind, hash, features,
 * provenance. Rows of the name with other contents stay. */
struct attune_store;
enum attune_code attune_reward_model_record(const struct attune_reward_model *model,
                                            struct attune_store *store, const char *name,
                                            const char *path, struct attune_err *err);

/* The model's metrics as a list for attune_item_source.metrics; "" for embeddings. */
void attune_reward_model_metrics(const struct attune_reward_model *model, struct attune_buf *out);

#endif
