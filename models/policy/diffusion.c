#include "models/policy/diffusion.h"

#include <math.h>

#include "base/mem.h"
#include "models/policy/adam.h"
#include "models/pieces/corpus.h"
#include "models/policy/diffusion_features.h"
#include "models/policy/loglinear.h"
#include "models/policy/model_cache.h"

struct attune_diffusion {
    struct attune_feature_maps maps;
    float *w; /* (n_params,) */
};

struct attune_diffusion *attune_diffusion_new(void)
{
    struct attune_diffusion *model = attune_alloc(1, sizeof *model);
    float *w = attune_alloc(attune_diffusion_n_params(), sizeof *w);
    if (!model || !w) {
        attune_release(model);
        attune_release(w);
        return NULL;
    }
    model->w = w;
    attune_feature_maps_init(&model->maps);
    return model;
}

struct attune_diffusion *attune_diffusion_copy(const struct attune_diffusion *model)
{
    struct attune_diffusion *copy = attune_diffusion_new();
    if (copy) {
        memcpy(copy->w, model->w, attune_diffusion_n_params() * sizeof *copy->w);
    }
    return copy;
}

void attune_diffusion_free(struct attune_diffusion *model)
{
    if (model) {
        attune_release(model->w);
        attune_release(model);
    }
}

size_t attune_diffusion_n_params(void)
{
    return attune_denoiser_n_params();
}

float *attune_diffusion_params(struct attune_diffusion *model)
{
    return model->w;
}

static void denoise(const struct attune_diffusion *model, const struct attune_piece *piece,
                    struct attune_cell cell, struct attune_factor *f)
{
    f->n_tokens = attune_voice_tokens(cell.voice);
    f->n_features = attune_denoiser_features(&model->maps, piece, cell, f->features);
    attune_factor_normalise(f, model->w);
}

/* -1/t sum of log p over one random mask, and its gradient. */
static double masked_loss(const struct attune_diffusion *model, const struct attune_piece *piece,
                          double t, struct attune_rng *rng, double weight, double *gradient)
{
    struct attune_piece hidden = *piece;
    struct attune_cell cell = {0};
    struct attune_factor f;
    double loss = 0.0;
    do {
        if (attune_rng_uniform(rng) < t) {
            *attune_piece_at(&hidden, cell) = ATTUNE_HIDDEN;
        }
    } while (attune_cell_next(&piece->setting, &cell));
    cell = (struct attune_cell){0};
    do {
        if (attune_piece_token(&hidden, cell) == ATTUNE_HIDDEN) {
            int token = attune_piece_token(piece, cell);
            denoise(model, &hidden, cell, &f);
            loss -= log(f.p[token]) / t;
            if (gradient) {
                attune_factor_gradient(&f, token, -weight / t, gradient);
            }
        }
    } while (attune_cell_next(&piece->setting, &cell));
    return loss;
}

double attune_diffusion_bound(const struct attune_diffusion *model,
                              const struct attune_piece *piece, size_t n_draws, uint64_t seed,
                              double weight, double *gradient)
{
    double sum = 0.0;
    for (size_t i = 0; i < n_draws; i++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, i);
        /* stratified, in (0, 1] */
        double t = ((double)i + 1.0 - attune_rng_uniform(&rng)) / (double)n_draws;
        sum += masked_loss(model, piece, t, &rng, weight / (double)n_draws, gradient) /
               (double)n_draws;
    }
    return sum;
}

void attune_diffusion_hide(struct attune_piece *piece, const struct attune_setting *setting)
{
    struct attune_cell cell = {0};
    *piece = (struct attune_piece){.setting = *setting};
    do {
        *attune_piece_at(piece, cell) = ATTUNE_HIDDEN;
    } while (attune_cell_next(setting, &cell));
}

/* One step: *logprob grows by what the model gave its tokens, *ref_logprob by what ref would have
 * given them (ref NULL: nothing). */
static void step(const struct attune_diffusion *model, const struct attune_diffusion *ref,
                 struct attune_piece *piece, double share, double *logprob, double *ref_logprob,
                 struct attune_rng *rng)
{
    struct attune_piece before = *piece;
    struct attune_cell cell = {0};
    struct attune_factor f;
    do {
        if (attune_piece_token(&before, cell) == ATTUNE_HIDDEN && attune_rng_uniform(rng) < share) {
            denoise(model, &before, cell, &f);
            size_t token = attune_rng_choice(rng, f.p, (size_t)f.n_tokens);
            *logprob += log(f.p[token]);
            *attune_piece_at(piece, cell) = (uint8_t)token;
            if (ref && ref != model) {
                denoise(ref, &before, cell, &f);
            }
            if (ref) {
                *ref_logprob += log(f.p[token]);
            }
        }
    } while (attune_cell_next(&piece->setting, &cell));
}

double attune_diffusion_step(const struct attune_diffusion *model, struct attune_piece *piece,
                             double share, struct attune_rng *rng)
{
    double logprob = 0.0;
    step(model, NULL, piece, share, &logprob, NULL, rng);
    return logprob;
}

double attune_diffusion_sample(const struct attune_diffusion *model,
                               const struct attune_diffusion *ref,
                               const struct attune_setting *setting, size_t n_steps,
                               struct attune_piece *piece, double *ref_logprob,
                               struct attune_rng *rng)
{
    double logprob = 0.0;
    attune_diffusion_hide(piece, setting);
    if (ref) {
        *ref_logprob = 0.0;
    }
    for (size_t i = 0; i < n_steps; i++) {
        step(model, ref, piece, 1.0 / (double)(n_steps - i), &logprob, ref_logprob, rng);
    }
    return logprob;
}

const struct attune_policy_training attune_diffusion_training_default = {
    .seed = 1, .n_pieces = 2000, .n_epochs = 4, .batch = 16, .rate = 0.1,
};

void attune_diffusion_origin(const struct attune_policy_training *t, char *text, size_t size)
{
    snprintf(text, size, "corpus %d features %zu seed %llu pieces %zu epochs %d batch %zu rate %g",
             ATTUNE_CORPUS_VERSION, attune_diffusion_n_params(), (unsigned long long)t->seed,
             t->n_pieces, t->n_epochs, t->batch, t->rate);
}

enum attune_code attune_diffusion_fit(struct attune_diffusion *model,
                                      const struct attune_piece *pieces,
                                      const struct attune_policy_training *t,
                                      struct attune_training *cost, struct attune_err *err)
{
    struct attune_adam adam;
    enum attune_code code = attune_adam_init(&adam, attune_diffusion_n_params(), err);
    const size_t total = (size_t)t->n_epochs * t->n_pieces;
    for (size_t i = 0; i < total && code == ATTUNE_OK; i += t->batch) {
        for (size_t k = i; k < i + t->batch && k < total; k++) {
            const struct attune_piece *piece = &pieces[k % t->n_pieces];
            size_t n_cells = attune_piece_n_cells(&piece->setting);
            double scale = 1.0 / (double)(t->batch * n_cells);
            struct attune_rng rng;
            attune_rng_init(&rng, t->seed + 1, k);
            double share = 0.05 + 0.95 * attune_rng_uniform(&rng);
            masked_loss(model, piece, share, &rng, -scale, adam.gradient); /* uphill */
            cost->n_processed += n_cells;
        }
        code = attune_adam_step(&adam, model->w,
                                t->rate * (1.0 - 0.98 * (double)i / (double)total), 0.0, err);
        cost->n_steps++;
        attune_training_tell(t->watcher, (struct attune_training_progress){
                                             "maximum likelihood", i, total, NAN, NAN});
    }
    attune_adam_release(&adam);
    return code;
}

static enum attune_code train(void *context, float *params, struct attune_training *cost,
                              struct attune_err *err)
{
    const struct attune_policy_training *t = &attune_diffusion_training_default;
    struct attune_diffusion *model = context; /* params are its own */
    struct attune_piece *pieces = attune_corpus_pieces(t->seed, t->n_pieces, err);
    enum attune_code code =
        pieces ? attune_diffusion_fit(model, pieces, t, cost, err) : ATTUNE_E_MEMORY;
    attune_release(pieces);
    return code;
}

enum attune_code attune_diffusion_base(struct attune_diffusion **out, struct attune_training *cost,
                                       struct attune_err *err)
{
    struct attune_diffusion *model = attune_diffusion_new();
    if (!model) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a diffusion model");
    }
    struct attune_checkpoint head = {.kind = "diffusion", .n_params = attune_diffusion_n_params()};
    attune_diffusion_origin(&attune_diffusion_training_default, head.origin, sizeof head.origin);
    const struct attune_model_maker maker = {train, model};
    enum attune_code code = attune_model_cached(&head, model->w, &maker, cost, NULL, err);
    if (code != ATTUNE_OK) {
        attune_diffusion_free(model);
        return code;
    }
    *out = model;
    return ATTUNE_OK;
}
