#include "models/policy/adam.h"

#include <math.h>

#include "base/mem.h"

static const double decay_mean = 0.9, decay_square = 0.999, epsilon = 1e-8;

enum attune_code attune_adam_init(struct attune_adam *adam, size_t n, struct attune_err *err)
{
    *adam = (struct attune_adam){
        .n = n,
        .gradient = attune_alloc(n, sizeof(double)),
        .mean = attune_alloc(n, sizeof(double)),
        .square = attune_alloc(n, sizeof(double)),
    };
    if (!adam->gradient || !adam->mean || !adam->square) {
        attune_adam_release(adam);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu parameters", n);
    }
    return ATTUNE_OK;
}

void attune_adam_release(struct attune_adam *adam)
{
    attune_release(adam->gradient);
    attune_release(adam->mean);
    attune_release(adam->square);
    *adam = (struct attune_adam){0};
}

enum attune_code attune_adam_step(struct attune_adam *adam, float *params, double rate, double clip,
                                  struct attune_err *err)
{
    double sum = 0.0;
    for (size_t i = 0; i < adam->n; i++) {
        sum += adam->gradient[i] * adam->gradient[i];
    }
    if (!isfinite(sum)) {
        return attune_fail(err, ATTUNE_E_INTERNAL, "the gradient of step %ld is not finite",
                           adam->step + 1);
    }
    double scale = clip > 0.0 && sum > clip * clip ? clip / sqrt(sum) : 1.0;
    adam->step++;
    double mean_correction = 1.0 / (1.0 - pow(decay_mean, (double)adam->step));
    double square_correction = 1.0 / (1.0 - pow(decay_square, (double)adam->step));
    for (size_t i = 0; i < adam->n; i++) {
        double g = scale * adam->gradient[i];
        adam->mean[i] = decay_mean * adam->mean[i] + (1.0 - decay_mean) * g;
        adam->square[i] = decay_square * adam->square[i] + (1.0 - decay_square) * g * g;
        params[i] += (float)(rate * adam->mean[i] * mean_correction /
                             (sqrt(adam->square[i] * square_correction) + epsilon));
        adam->gradient[i] = 0.0;
    }
    return ATTUNE_OK;
}
