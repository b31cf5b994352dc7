/* Frechet distance between reference and candidates, formula and source in frechet.h; covariances
 * divide by n - 1.
 *
 * The interval resamples the rows of both sets, whole prompts where they are known
 * (interval.h says how it is placed). Details: the
 * part of the means, the ranks of both covariances, and the share of eigenvalue mass that was
 * negative by rounding. Undefined with fewer than 2 rows. Invariant to rotation and common
 * translation of the embedding space, not to scale. Biased upwards by about 1/n: compare only at
 * equal n, or use set.fad_inf.
 */
#include "base/mem.h"
#include "base/thread.h"
#include "metrics/set/frechet.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"
#include "metrics/set/moments.h"

/* Scratch of one thread of the bootstrap. */
struct worker {
    struct attune_frechet_work *work;
    uint32_t *index[2];
    enum attune_code code;
    struct attune_err err;
};

struct bootstrap {
    const struct attune_set_pair *pair;
    struct worker *workers;
    double *replicates;
};

static void run_replicate(void *context, size_t replicate, size_t worker)
{
    const struct bootstrap *b = context;
    struct worker *w = &b->workers[worker];
    const struct attune_set *sets[2] = {&b->pair->reference, &b->pair->candidate};
    struct attune_frechet_side side[2];
    struct attune_frechet result;
    if (w->code) {
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        attune_set_resample(w->index[i], sets[i], b->pair->options.seed, replicate, i);
        side[i] = (struct attune_frechet_side){sets[i]->rows, sets[i]->n, w->index[i]};
    }
    w->code = attune_frechet_rows(w->work, &side[0], &side[1], &result, &w->err);
    b->replicates[replicate] = result.distance;
}

static enum attune_code worker_init(struct worker *w, const struct attune_set_pair *pair)
{
    w->work = attune_frechet_work_new(pair->reference.d, &w->err);
    w->index[0] = attune_alloc(pair->reference.n, sizeof **w->index);
    w->index[1] = attune_alloc(pair->candidate.n, sizeof **w->index);
    if (!w->work || !w->index[0] || !w->index[1]) {
        return attune_fail(&w->err, ATTUNE_E_MEMORY, "out of memory for the bootstrap");
    }
    return ATTUNE_OK;
}

/* Fills pair->fad_replicates. */
static enum attune_code run_bootstrap(struct attune_set_pair *pair, struct attune_err *err)
{
    const size_t n = pair->options.n_replicates;
    const size_t n_threads = pair->options.n_threads < n ? pair->options.n_threads : n;
    enum attune_code code = ATTUNE_OK;
    struct worker *workers = attune_alloc(n_threads, sizeof *workers);
    pair->fad_replicates = attune_alloc(n, sizeof *pair->fad_replicates);
    if (!workers || !pair->fad_replicates) {
        attune_release(workers);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the bootstrap");
    }
    for (size_t i = 0; i < n_threads; i++) {
        workers[i].code = worker_init(&workers[i], pair);
    }
    struct bootstrap bootstrap = {pair, workers, pair->fad_replicates};
    attune_parallel_for(n, n_threads, run_replicate, &bootstrap);
    for (size_t i = 0; i < n_threads; i++) {
        if (workers[i].code && !code) {
            code = attune_fail(err, workers[i].code, "%s", workers[i].err.message);
        }
        attune_frechet_work_free(workers[i].work);
        attune_release(workers[i].index[0]);
        attune_release(workers[i].index[1]);
    }
    attune_release(workers);
    return code;
}

enum attune_code attune_set_pair_fad_replicates(struct attune_set_pair *pair,
                                                struct attune_err *err)
{
    if (pair->fad_replicates || pair->options.n_replicates == 0 || !pair->reference.rows ||
        !pair->candidate.rows) {
        return ATTUNE_OK;
    }
    return run_bootstrap(pair, err);
}

/* Moments of a side: those given, or those of its rows, written to mean and cov. */
static void moments_of(const struct attune_set *set, double *mean, double *cov, double *block)
{
    if (set->rows) {
        attune_moments(set->rows, set->n, set->d, NULL, mean, cov, block);
    } else {
        memcpy(mean, set->mean, set->d * sizeof *mean);
        memcpy(cov, set->cov, set->d * set->d * sizeof *cov);
    }
}

/* Where at least one side is known by its moments only. */
static enum attune_code measure_moments(struct attune_frechet_work *work,
                                        const struct attune_set *a, const struct attune_set *b,
                                        struct attune_frechet *result, struct attune_err *err)
{
    const size_t d = a->d;
    double *memory = attune_alloc(2 * (d + d * d) + ATTUNE_MOMENTS_BLOCK * d, sizeof *memory);
    if (!memory) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for covariances in %zu dimensions",
                           d);
    }
    double *mean[2] = {memory, memory + d}, *cov[2] = {memory + 2 * d, memory + 2 * d + d * d};
    double *block = memory + 2 * (d + d * d);
    moments_of(a, mean[0], cov[0], block);
    moments_of(b, mean[1], cov[1], block);
    enum attune_code code =
        attune_frechet_moments(work, mean[0], cov[0], mean[1], cov[1], result, err);
    attune_release(memory);
    return code;
}

static enum attune_code measure(const struct attune_set_pair *pair, struct attune_frechet *result,
                                struct attune_err *err)
{
    const struct attune_set *a = &pair->reference, *b = &pair->candidate;
    struct attune_frechet_work *work = attune_frechet_work_new(a->d, err);
    if (!work) {
        return ATTUNE_E_MEMORY;
    }
    enum attune_code code;
    if (a->rows && b->rows) {
        code = attune_frechet_rows(work, &(struct attune_frechet_side){a->rows, a->n, NULL},
                                   &(struct attune_frechet_side){b->rows, b->n, NULL}, result, err);
    } else {
        code = measure_moments(work, a, b, result, err);
    }
    attune_frechet_work_free(work);
    return code;
}

static enum attune_code final(struct attune_set_pair *pair, struct attune_set_value *out,
                              struct attune_err *err)
{
    const struct attune_set *a = &pair->reference, *b = &pair->candidate;
    if ((a->rows && a->n < 2) || (b->rows && b->n < 2)) {
        out->value = attune_undefined("fewer than 2 rows");
        return ATTUNE_OK;
    }
    struct attune_frechet result;
    enum attune_code code = measure(pair, &result, err);
    if (!code) {
        code = attune_set_pair_fad_replicates(pair, err);
    }
    if (code) {
        return code;
    }
    /* Equal sets give a rounding error of either sign. */
    out->value = attune_defined(result.distance > 0.0 ? result.distance : 0.0);
    attune_set_detail(out, "mean_term", result.mean_term);
    attune_set_detail(out, "rank_reference", (double)result.rank_first);
    attune_set_detail(out, "rank_candidate", (double)result.rank_second);
    attune_set_detail(out, "clipped_share", result.clipped);
    if (pair->fad_replicates) {
        attune_set_interval(out, pair->fad_replicates, pair->options.n_replicates,
                            pair->options.level);
    } else {
        out->ci_why =
            a->rows && b->rows ? "no replicates asked for" : "only statistics are known, no rows";
    }
    return ATTUNE_OK;
}

const struct attune_set_metric attune_set_metric_fad = {
    .id = "set.fad", .version = 1, .title = "Frechet distance", .unit = "1",
    .direction = ATTUNE_DOWN, .lo = 0.0, .hi = INFINITY, .needs_reference = true,
    .takes_moments = true,
    .summary = "distance between the Gaussians fitted to both sets of embeddings",
    .formula = "|m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2), covariances with n - 1",
    .source = "Dowson & Landau 1982; Kilgour et al. 2019", .undefined_when = "fewer than 2 rows",
    .final = final,
};
