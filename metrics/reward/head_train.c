/* The loss of pairs, and Adam. */
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "metrics/reward/head_internal.h"

const struct attune_head_training attune_head_training_default = {
    .seed = 1, .batch = 128, .max_epochs = 100, .patience = 8, .rate = 1e-3, .l2 = 1e-3,
    .centring = 0.01,
};

/* -log sigma(x). */
static double softplus_of_minus(double x)
{
    return fmax(-x, 0.0) + log1p(exp(-fabs(x)));
}

static double sigmoid(double x)
{
    return x < 0.0 ? exp(x) / (1.0 + exp(x)) : 1.0 / (1.0 + exp(-x));
}

double attune_head_pairs(const struct attune_head *head, struct attune_head_pass *pass,
                         const float *x, const struct attune_reward_pair *pairs, size_t n,
                         const struct attune_head_training *training)
{
    const size_t d = head->size[0], last = head->n_layers - 1;
    for (size_t i = 0; i < n; i++) {
        memcpy(pass->input + 2 * i * d, x + pairs[i].a * d, d * sizeof *x);
        memcpy(pass->input + (2 * i + 1) * d, x + pairs[i].b * d, d * sizeof *x);
    }
    attune_head_forward(head, pass, 2 * n);
    double loss = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double a = pass->output[last][2 * i], b = pass->output[last][2 * i + 1];
        const double e = training->smoothing, raw = pairs[i].target;
        const double t = raw * (1.0 - e) + (1.0 - raw) * e, m = raw == 0.5 ? 0.0 : training->margin;
        loss += t * softplus_of_minus(a - b - m) + (1.0 - t) * softplus_of_minus(b - a - m) +
                training->centring * (a + b) * (a + b);
        if (pass->gradient[last]) {
            const double slope = (1.0 - t) * sigmoid(a - b + m) - t * sigmoid(b - a + m);
            const double centre = 2.0 * training->centring * (a + b);
            pass->gradient[last][2 * i] = (float)((slope + centre) / (double)n);
            pass->gradient[last][2 * i + 1] = (float)((-slope + centre) / (double)n);
        }
    }
    return loss / (double)n;
}

double attune_head_decay(const struct attune_head *head, double l2, float *gradient)
{
    double squares = 0.0;
    for (size_t l = 0; l < head->n_layers && l2 > 0.0; l++) {
        const float *w = attune_head_weights(head, head->parameters, l);
        float *g = gradient ? attune_head_weights(head, gradient, l) : NULL;
        for (size_t i = 0; i < head->size[l] * head->size[l + 1]; i++) {
            squares += (double)w[i] * w[i];
            if (g) {
                g[i] += (float)l2 * w[i];
            }
        }
    }
    return 0.5 * l2 * squares;
}

enum attune_code attune_head_loss(const struct attune_head *head, const float *x,
                                  const struct attune_reward_pair *pairs, size_t n,
                                  const struct attune_head_training *training, double *loss,
                                  float *gradient, struct attune_err *err)
{
    struct attune_head_pass pass;
    enum attune_code code = attune_head_pass_init(&pass, head, 2 * n, gradient != NULL, err);
    if (!code) {
        *loss = attune_head_pairs(head, &pass, x, pairs, n, training);
        if (gradient) {
            attune_head_backward(head, &pass, 2 * n, gradient);
        }
        *loss += attune_head_decay(head, training->l2, gradient);
    }
    attune_head_pass_release(&pass);
    return code;
}

struct trainer {
    struct attune_head *head;
    const float *x;
    const struct attune_head_training *training;
    struct attune_head_pass pass;
    float *gradient, *mean, *square, *best; /* (n_parameters,) each, of one block */
    struct attune_reward_pair *batch;       /* (training->batch,) */
    size_t *order;                          /* (n,) */
    uint64_t n_steps;
};

static enum attune_code trainer_init(struct trainer *t, size_t n, struct attune_err *err)
{
    const size_t p = t->head->n_parameters;
    t->gradient = attune_alloc_aligned(4 * p, sizeof *t->gradient);
    t->batch = attune_alloc(t->training->batch, sizeof *t->batch);
    t->order = attune_alloc(n, sizeof *t->order);
    if (!t->gradient || !t->batch || !t->order) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory to train a reward head");
    }
    t->mean = t->gradient + p;
    t->square = t->gradient + 2 * p;
    t->best = t->gradient + 3 * p;
    for (size_t i = 0; i < n; i++) {
        t->order[i] = i;
    }
    return attune_head_pass_init(&t->pass, t->head, 2 * t->training->batch, 1, err);
}

static void trainer_release(struct trainer *t)
{
    attune_head_pass_release(&t->pass);
    attune_release(t->gradient);
    attune_release(t->batch);
    attune_release(t->order);
}

/* One step of Adam with beta .9 and .999; the rate takes in both bias corrections. */
static void step(struct trainer *t, double rate)
{
    const double n = (double)++t->n_steps;
    const float scale = (float)(rate * sqrt(1.0 - pow(0.999, n)) / (1.0 - pow(0.9, n)));
    float *restrict w = t->head->parameters, *restrict m = t->mean, *restrict v = t->square;
    const float *restrict g = t->gradient;
    for (size_t i = 0; i < t->head->n_parameters; i++) {
        m[i] += 0.1f * (g[i] - m[i]);
        v[i] += 0.001f * (g[i] * g[i] - v[i]);
        w[i] -= scale * m[i] / (sqrtf(v[i]) + 1e-8f);
    }
}

/* One pass over the pairs in a new order; returns the mean loss on the way. */
static double epoch(struct trainer *t, const struct attune_reward_pair *pairs, size_t n,
                    size_t number)
{
    const struct attune_head_training *how = t->training;
    const double done = (double)number / (double)how->max_epochs;
    const double rate = how->rate * (0.55 + 0.45 * cos(M_PI * done));
    struct attune_rng rng;
    attune_rng_init(&rng, how->seed, number);
    attune_rng_shuffle(&rng, t->order, n);
    double loss = 0.0;
    for (size_t from = 0; from < n; from += how->batch) {
        const size_t size = n - from < how->batch ? n - from : how->batch;
        for (size_t i = 0; i < size; i++) {
            t->batch[i] = pairs[t->order[from + i]];
        }
        loss += (double)size * attune_head_pairs(t->head, &t->pass, t->x, t->batch, size, how);
        attune_head_backward(t->head, &t->pass, 2 * size, t->gradient);
        attune_head_decay(t->head, how->l2, t->gradient);
        step(t, rate);
    }
    return loss / (double)n;
}

/* Mean loss in batches, without an update. */
static double look(struct trainer *t, const struct attune_reward_pair *pairs, size_t n)
{
    double loss = 0.0;
    for (size_t from = 0; from < n; from += t->training->batch) {
        const size_t size = n - from < t->training->batch ? n - from : t->training->batch;
        loss += (double)size *
                attune_head_pairs(t->head, &t->pass, t->x, pairs + from, size, t->training);
    }
    return loss / (double)n;
}

enum attune_code attune_head_train(struct attune_head *head, const float *x,
                                   const struct attune_reward_pair *pairs, size_t n,
                                   const struct attune_reward_pair *held_out, size_t n_held_out,
                                   const struct attune_head_training *training,
                                   struct attune_head_log *log, struct attune_err *err)
{
    struct trainer t = {.head = head, .x = x, .training = training};
    const size_t bytes = head->n_parameters * sizeof *head->parameters;
    double best = INFINITY;
    *log = (struct attune_head_log){.loss = NAN, .held_out_loss = NAN};
    if (n == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "no pairs to train on");
    }
    enum attune_code code = trainer_init(&t, n, err);
    for (size_t e = 0; e < training->max_epochs && !code; e++) {
        const double loss = epoch(&t, pairs, n, e);
        const double held = n_held_out ? look(&t, held_out, n_held_out) : -(double)e;
        log->n_epochs = e + 1;
        if (!isfinite(loss) || !isfinite(held)) {
            code = attune_fail(err, ATTUNE_E_INPUT, "training diverged in epoch %zu", e + 1);
            attune_err_hint(err, "a smaller rate (--rate), or features without huge values");
        } else if (held < best) {
            best = held;
            log->best_epoch = e + 1;
            log->loss = loss;
            log->held_out_loss = n_held_out ? held : NAN;
            memcpy(t.best, head->parameters, bytes);
        } else if (training->patience && e + 1 >= log->best_epoch + training->patience) {
            break;
        }
    }
    if (!code) {
        memcpy(head->parameters, t.best, bytes);
    }
    trainer_release(&t);
    return code;
}
