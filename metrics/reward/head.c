/* A head's parameters, and the passes through it as matrix products. */
#include "metrics/reward/head.h"

#include <math.h>

#include "base/linalg.h"
#include "base/mem.h"
#include "base/rng.h"
#include "metrics/reward/head_internal.h"

enum { SCORE_ROWS = 256 };

enum attune_code attune_head_init(struct attune_head *head, const size_t *size, size_t n_layers,
                                  uint64_t seed, struct attune_err *err)
{
    *head = (struct attune_head){.n_layers = n_layers};
    if (n_layers == 0 || n_layers > ATTUNE_HEAD_MAX_LAYERS || size[n_layers] != 1) {
        return attune_fail(err, ATTUNE_E_USAGE, "a reward head has 1 to %d layers and one output",
                           ATTUNE_HEAD_MAX_LAYERS);
    }
    memcpy(head->size, size, (n_layers + 1) * sizeof *size);
    for (size_t l = 0; l < n_layers; l++) {
        head->n_parameters += (size[l] + 1) * size[l + 1];
    }
    head->parameters = attune_alloc_aligned(head->n_parameters, sizeof *head->parameters);
    if (!head->parameters) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a reward head");
    }
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    for (size_t l = 0; l < n_layers; l++) {
        float *w = attune_head_weights(head, head->parameters, l);
        const double bound = sqrt(3.0 / (double)size[l]);
        for (size_t i = 0; i < size[l] * size[l + 1]; i++) {
            w[i] = (float)(bound * (2.0 * attune_rng_uniform(&rng) - 1.0));
        }
    }
    return ATTUNE_OK;
}

void attune_head_release(struct attune_head *head)
{
    attune_release(head->parameters);
    *head = (struct attune_head){0};
}

float *attune_head_weights(const struct attune_head *head, float *parameters, size_t l)
{
    for (size_t i = 0; i < l; i++) {
        parameters += (head->size[i] + 1) * head->size[i + 1];
    }
    return parameters;
}

enum attune_code attune_head_pass_init(struct attune_head_pass *pass,
                                       const struct attune_head *head, size_t n_rows, int slopes,
                                       struct attune_err *err)
{
    size_t width = head->size[0];
    *pass = (struct attune_head_pass){.n_rows = n_rows};
    for (size_t l = 0; l < head->n_layers; l++) {
        width += (slopes ? 3 : 1) * head->size[l + 1];
    }
    float *at = pass->block = attune_alloc_aligned(n_rows, width * sizeof *pass->block);
    if (!at) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu rows of %zu features",
                           n_rows, head->size[0]);
    }
    pass->input = at;
    at += n_rows * head->size[0];
    for (size_t l = 0; l < head->n_layers; l++) {
        const size_t n = n_rows * head->size[l + 1];
        pass->output[l] = at;
        pass->slope[l] = slopes ? at + n : NULL;
        pass->gradient[l] = slopes ? at + 2 * n : NULL;
        at += (slopes ? 3 : 1) * n;
    }
    return ATTUNE_OK;
}

void attune_head_pass_release(struct attune_head_pass *pass)
{
    attune_release(pass->block);
    *pass = (struct attune_head_pass){0};
}

/* z + b in place: the last layer as it is, the others through silu, whose derivative is s + silu(z)
 * (1 - s), s = sigma(z). */
static void activate(float *restrict z, float *restrict slope, const float *restrict b, size_t n,
                     size_t width, int last)
{
    for (size_t i = 0; i < n; i++) {
        float *row = z + i * width;
        for (size_t j = 0; j < width; j++) {
            row[j] += b[j];
        }
        for (size_t j = 0; j < width && !last; j++) {
            const float s = 1.0f / (1.0f + expf(-row[j])), a = row[j] * s;
            row[j] = a;
            if (slope) {
                slope[i * width + j] = s + a * (1.0f - s);
            }
        }
    }
}

void attune_head_forward(const struct attune_head *head, struct attune_head_pass *pass, size_t n)
{
    const float *input = pass->input;
    for (size_t l = 0; l < head->n_layers; l++) {
        const float *w = attune_head_weights(head, head->parameters, l);
        const size_t in = head->size[l], out = head->size[l + 1];
        attune_product_nt_f(input, w, pass->output[l], n, out, in);
        activate(pass->output[l], pass->slope[l], w + in * out, n, out, l + 1 == head->n_layers);
        input = pass->output[l];
    }
}

void attune_head_backward(const struct attune_head *head, struct attune_head_pass *pass, size_t n,
                          float *gradient)
{
    for (size_t l = head->n_layers; l-- > 0;) {
        const size_t in = head->size[l], out = head->size[l + 1];
        float *at = pass->gradient[l], *dw = attune_head_weights(head, gradient, l);
        float *restrict db = dw + in * out;
        for (size_t i = 0; i < n * out && l + 1 < head->n_layers; i++) {
            at[i] *= pass->slope[l][i];
        }
        attune_product_tn_f(at, l ? pass->output[l - 1] : pass->input, dw, out, in, n);
        memset(db, 0, out * sizeof *db);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < out; j++) {
                db[j] += at[i * out + j];
            }
        }
        if (l > 0) {
            attune_product_nn_f(at, attune_head_weights(head, head->parameters, l),
                                pass->gradient[l - 1], n, in, out);
        }
    }
}

enum attune_code attune_head_scores(const struct attune_head *head, const float *x, size_t n,
                                    double *reward, struct attune_err *err)
{
    struct attune_head_pass pass;
    enum attune_code code = attune_head_pass_init(&pass, head, SCORE_ROWS, 0, err);
    for (size_t from = 0; from < n && !code; from += SCORE_ROWS) {
        const size_t rows = n - from < SCORE_ROWS ? n - from : SCORE_ROWS;
        memcpy(pass.input, x + from * head->size[0], rows * head->size[0] * sizeof *x);
        attune_head_forward(head, &pass, rows);
        for (size_t i = 0; i < rows; i++) {
            reward[from + i] = pass.output[head->n_layers - 1][i];
        }
    }
    attune_head_pass_release(&pass);
    return code;
}
