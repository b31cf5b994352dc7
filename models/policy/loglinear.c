#include "models/policy/loglinear.h"

#include <math.h>
#include <string.h>

void attune_factor_normalise(struct attune_factor *f, const float *w)
{
    memset(f->p, 0, sizeof f->p[0] * (size_t)f->n_tokens);
    for (int i = 0; i < f->n_features; i++) {
        const struct attune_feature *feature = &f->features[i];
        const float *row = w + feature->row;
        if (feature->only >= 0) {
            f->p[feature->only] += row[0];
        } else if (feature->map) {
            for (int v = 0; v < f->n_tokens; v++) {
                f->p[v] += row[feature->map[v]];
            }
        } else {
            for (int v = 0; v < f->n_tokens; v++) {
                f->p[v] += row[v];
            }
        }
    }
    double top = f->p[0], sum = 0.0;
    for (int v = 1; v < f->n_tokens; v++) {
        top = f->p[v] > top ? f->p[v] : top;
    }
    for (int v = 0; v < f->n_tokens; v++) {
        f->p[v] = exp(f->p[v] - top);
        sum += f->p[v];
    }
    for (int v = 0; v < f->n_tokens; v++) {
        f->p[v] /= sum;
    }
}

void attune_factor_gradient(const struct attune_factor *f, int token, double weight,
                            double *gradient)
{
    for (int i = 0; i < f->n_features; i++) {
        const struct attune_feature *feature = &f->features[i];
        double *row = gradient + feature->row;
        if (feature->only >= 0) {
            row[0] += weight * ((feature->only == token) - f->p[feature->only]);
            continue;
        }
        if (feature->map) {
            for (int v = 0; v < f->n_tokens; v++) {
                row[feature->map[v]] -= weight * f->p[v];
            }
        } else {
            for (int v = 0; v < f->n_tokens; v++) {
                row[v] -= weight * f->p[v];
            }
        }
        row[feature->map ? feature->map[token] : token] += weight;
    }
}
