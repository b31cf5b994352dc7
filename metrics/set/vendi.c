/* Vendi score of the candidates: the effective number of different samples.
 *
 *     exp(-sum_i l_i ln l_i), l the eigenvalues of K / n, K_ij = cosine of embeddings i and j
 *
 * Source: Friedman & Dieng 2023, order 1. The eigenvalues are those of the d x d Gram matrix of
 * normalised rows over n where n > d. 1 when all samples are equal, n when all are orthogonal.
 * Interval: bootstrap over rows (interval.h says how it is placed). Undefined with fewer than 2
 * rows or when a row is zero and has no direction. Invariant to the scale of each row; not to
 * translation.
 */
#include "base/linalg.h"
#include "base/mem.h"
#include "base/thread.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"

enum { BLOCK = 256 };

/* Scratch of one thread. */
struct scratch {
    size_t order;   /* min(n, d) */
    double *rows;   /* (n, d) where n <= d, else (BLOCK, d) */
    double *gram;   /* (order, order) */
    double *eigen;  /* (order,) */
    uint32_t *index; /* (n,) */
    enum attune_code code;
    struct attune_err err;
};

static enum attune_code scratch_init(struct scratch *s, size_t n, size_t d)
{
    s->order = n < d ? n : d;
    s->rows = attune_alloc_aligned((n <= d ? n : BLOCK) * d, sizeof(double));
    s->gram = attune_alloc_aligned(s->order * s->order, sizeof(double));
    s->eigen = attune_alloc(s->order, sizeof(double));
    s->index = attune_alloc(n, sizeof(uint32_t));
    if (!s->rows || !s->gram || !s->eigen || !s->index) {
        return attune_fail(&s->err, ATTUNE_E_MEMORY, "out of memory for the Vendi score");
    }
    return ATTUNE_OK;
}

static void scratch_release(struct scratch *s)
{
    attune_release(s->rows);
    attune_release(s->gram);
    attune_release(s->eigen);
    attune_release(s->index);
}

static double norm_of(const float *row, size_t d)
{
    double square = 0.0;
    for (size_t j = 0; j < d; j++) {
        square += (double)row[j] * row[j];
    }
    return sqrt(square);
}

/* Row i of the set, or of those that index names, at length 1. */
static void normalised(double *restrict out, const struct attune_set *set, const uint32_t *index,
                       size_t i)
{
    const float *row = set->rows + (index ? index[i] : i) * set->d;
    const double scale = 1.0 / norm_of(row, set->d);
    for (size_t j = 0; j < set->d; j++) {
        out[j] = row[j] * scale;
    }
}

static void fill_gram(struct scratch *s, const struct attune_set *set, const uint32_t *index)
{
    const size_t n = set->n, d = set->d;
    if (n <= d) {
        for (size_t i = 0; i < n; i++) {
            normalised(s->rows + i * d, set, index, i);
        }
        attune_product_nt(s->rows, s->rows, s->gram, n, n, d);
        return;
    }
    memset(s->gram, 0, d * d * sizeof *s->gram);
    for (size_t begin = 0; begin < n; begin += BLOCK) {
        const size_t n_block = n - begin < BLOCK ? n - begin : BLOCK;
        for (size_t i = 0; i < n_block; i++) {
            normalised(s->rows + i * d, set, index, begin + i);
        }
        attune_gram_add(s->rows, n_block, d, s->gram);
    }
    attune_symmetrise(s->gram, d);
}

static enum attune_code score(struct scratch *s, const struct attune_set *set,
                              const uint32_t *index, double *value)
{
    fill_gram(s, set, index);
    enum attune_code code = attune_eigenvalues(s->gram, s->order, s->eigen, &s->err);
    double entropy = 0.0;
    for (size_t i = 0; !code && i < s->order; i++) {
        const double share = s->eigen[i] / (double)set->n;
        if (share > 0.0) {
            entropy -= share * log(share);
        }
    }
    *value = exp(entropy);
    return code;
}

struct bootstrap {
    const struct attune_set_pair *pair;
    struct scratch *workers;
    double *replicates;
};

static void run_replicate(void *context, size_t replicate, size_t worker)
{
    const struct bootstrap *b = context;
    struct scratch *s = &b->workers[worker];
    if (!s->code) {
        attune_set_resample(s->index, &b->pair->candidate, b->pair->options.seed, replicate, 1);
        s->code = score(s, &b->pair->candidate, s->index, &b->replicates[replicate]);
    }
}

static enum attune_code final(struct attune_set_pair *pair, struct attune_set_value *out,
                              struct attune_err *err)
{
    const struct attune_set *set = &pair->candidate;
    const size_t n_replicates = pair->options.n_replicates, n_threads = pair->options.n_threads;
    if (set->n < 2) {
        out->value = attune_undefined("fewer than 2 rows");
        return ATTUNE_OK;
    }
    for (size_t i = 0; i < set->n; i++) {
        if (!(norm_of(set->rows + i * set->d, set->d) > 0.0)) {
            out->value = attune_undefined("a row is zero");
            return ATTUNE_OK;
        }
    }
    enum attune_code code = ATTUNE_OK;
    double value = 0.0;
    struct scratch *workers = attune_alloc(n_threads, sizeof *workers);
    double *replicates = attune_alloc(n_replicates, sizeof *replicates);
    if (!workers || !replicates) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the Vendi score");
        goto out;
    }
    for (size_t i = 0; i < n_threads; i++) {
        workers[i].code = scratch_init(&workers[i], set->n, set->d);
    }
    if (!workers[0].code) {
        workers[0].code = score(&workers[0], set, NULL, &value);
    }
    out->value = attune_defined(value);
    struct bootstrap bootstrap = {pair, workers, replicates};
    attune_parallel_for(n_replicates, n_threads, run_replicate, &bootstrap);
    attune_set_interval(out, replicates, n_replicates, pair->options.level);
    for (size_t i = 0; i < n_threads; i++) {
        if (workers[i].code && !code) {
            code = attune_fail(err, workers[i].code, "%s", workers[i].err.message);
        }
        scratch_release(&workers[i]);
    }
out:
    attune_release(workers);
    attune_release(replicates);
    return code;
}

const struct attune_set_metric attune_set_metric_vendi = {
    .id = "set.vendi", .version = 1, .title = "Vendi score", .unit = "1",
    .direction = ATTUNE_UP, .lo = 1.0, .hi = INFINITY, .needs_reference = false,
    .summary = "effective number of different samples among the candidates",
    .formula = "exp of the entropy of the eigenvalues of the cosine kernel matrix over n",
    .source = "Friedman & Dieng 2023", .undefined_when = "fewer than 2 rows, or a row is zero",
    .final = final,
};
