/* Do two sets of MIDI pieces vary alike, feature by feature (Yang & Lerch 2020)?
 *
 * For every feature of note_features.h, the Euclidean distances of each candidate to all other
 * candidates (leave-one-out, within the set) and to all reference pieces (between the sets) become
 * two Gaussian kernel densities p and q (density.h), on one grid that holds all distances of both
 * and four bandwidths beyond:
 *
 *     set.overlap_area   integral of min(p, q)         1: the candidates differ from the reference
 *                                                      as they do among themselves
 *     set.kld            integral of p ln(p/q), nats   0: likewise
 *
 * The value is the mean over the features that both sets have; each feature's own is in the
 * details. Corrected against mgeval, which evaluates p and q for the divergence on an axis each, so
 * that neither shift nor scale can move it (compat.mgeval.kld.*, in `attune distance --compat`),
 * and integrates the overlap between the extreme distances only, which drops the tails.
 * q is floored at 1e-12 of a uniform density: sets that nowhere meet have a divergence of about 30
 * nats instead of none. The grid has 1024 points; finer structure is not resolved.
 *
 * Interval: bootstrap over the pieces of both sets (interval.h); a piece drawn twice makes no pair
 * with itself. A feature is undefined (NaN in the details) where fewer than 3 candidates or 1
 * reference piece have it, or where the distances do not vary; the value, where all are, or where
 * the notes are not known: folders of MIDI in `attune distance` have them.
 */
#include <math.h>

#include "base/mem.h"
#include "base/thread.h"
#include "metrics/set/density.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"

enum { LARGEST = 4000, N_FEATURES = ATTUNE_N_NOTE_FEATURES, N_POINTS = ATTUNE_DENSITY_POINTS };
static const double floor_share = 1e-12;
static const double padding = 4.0; /* bandwidths */

/* Scratch of one thread. */
struct worker {
    double *grid;                     /* (4, N_POINTS): p, q, and attune_density's */
    uint32_t *candidate, *reference;  /* resampled pieces */
};

/* One feature of both sets. */
struct feature {
    const struct attune_set_pair *pair;
    struct attune_distances within, between;
    struct attune_density_grid grid;
    struct worker *workers;
    struct attune_feature_overlap *out;
};

static double distance(const float *a, const float *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double difference = (double)a[i] - b[i];
        sum += difference * difference; /* NaN where one of them has none */
    }
    return sqrt(sum);
}

void attune_feature_distances(const struct attune_set *a, const struct attune_set *b,
                              const struct attune_note_feature *feature, double *out)
{
    for (size_t i = 0; i < a->n; i++) {
        for (size_t j = 0; j < b->n; j++) {
            out[i * b->n + j] =
                distance(a->features + i * ATTUNE_NOTE_FEATURE_COLUMNS + feature->column,
                         b->features + j * ATTUNE_NOTE_FEATURE_COLUMNS + feature->column,
                         feature->n);
        }
    }
}

/* Overlap and divergence of the pieces named; false where a density does not exist. */
static bool compare(const struct feature *f, const struct worker *w, const uint32_t *candidate,
                    size_t n, const uint32_t *reference, size_t m, double *overlap, double *kld)
{
    const struct attune_spread in = attune_distances_spread(&f->within, candidate, n, candidate, n);
    const struct attune_spread across =
        attune_distances_spread(&f->between, candidate, n, reference, m);
    double *p = w->grid, *q = w->grid + N_POINTS, *scratch = w->grid + 2 * N_POINTS;
    if (!(in.bandwidth > 0.0) || !(across.bandwidth > 0.0)) {
        return false;
    }
    attune_density(&f->within, candidate, n, candidate, n, in.bandwidth, &f->grid, scratch, p);
    attune_density(&f->between, candidate, n, reference, m, across.bandwidth, &f->grid, scratch, q);
    *overlap = *kld = 0.0;
    for (size_t i = 0; i < N_POINTS; i++) {
        const double least = floor_share / N_POINTS, floored = q[i] > least ? q[i] : least;
        *overlap += p[i] < q[i] ? p[i] : q[i];
        *kld += p[i] > 0.0 ? p[i] * log(p[i] / floored) : 0.0;
    }
    *kld = *kld > 0.0 ? *kld : 0.0; /* below 0 by the floor and by rounding */
    return true;
}

static void run_replicate(void *context, size_t replicate, size_t worker)
{
    const struct feature *f = context;
    const struct worker *w = &f->workers[worker];
    const struct attune_set_pair *pair = f->pair;
    const uint64_t seed = pair->options.seed;
    double overlap, kld;
    attune_set_resample(w->reference, &pair->reference, seed, replicate, 0);
    attune_set_resample(w->candidate, &pair->candidate, seed, replicate, 1);
    if (compare(f, w, w->candidate, pair->candidate.n, w->reference, pair->reference.n, &overlap,
                &kld)) {
        f->out->overlap_replicates[replicate] += overlap;
        f->out->kld_replicates[replicate] += kld;
        f->out->n_replicated[replicate]++;
    }
}

/* One grid for all: both sets' distances and `padding` bandwidths on either side. */
static bool make_grid(struct feature *f)
{
    const size_t n = f->within.n_rows, m = f->between.n_cols;
    const struct attune_spread a = attune_distances_spread(&f->within, NULL, n, NULL, n);
    const struct attune_spread b = attune_distances_spread(&f->between, NULL, n, NULL, m);
    if (!(a.bandwidth > 0.0) || !(b.bandwidth > 0.0)) {
        return false;
    }
    const double pad = padding * fmax(a.bandwidth, b.bandwidth);
    f->grid.low = fmin(a.low, b.low) - pad;
    f->grid.step = (fmax(a.high, b.high) + pad - f->grid.low) / (N_POINTS - 1);
    return true;
}

static enum attune_code alloc(struct attune_feature_overlap *out, struct worker *workers,
                              const struct attune_set_pair *pair, double **distances,
                              struct attune_err *err)
{
    const size_t n = pair->candidate.n, m = pair->reference.n;
    const size_t n_replicates = pair->options.n_replicates;
    *distances = attune_alloc(n * (n + m), sizeof **distances);
    out->overlap_replicates = attune_alloc(n_replicates, sizeof(double));
    out->kld_replicates = attune_alloc(n_replicates, sizeof(double));
    out->n_replicated = attune_alloc(n_replicates, sizeof(size_t));
    bool failed = !*distances || !out->overlap_replicates || !out->kld_replicates ||
                  !out->n_replicated || !workers;
    for (size_t i = 0; i < pair->options.n_threads && !failed; i++) {
        workers[i].grid = attune_alloc_aligned(4 * N_POINTS, sizeof(double));
        workers[i].candidate = attune_alloc(n, sizeof(uint32_t));
        workers[i].reference = attune_alloc(m, sizeof(uint32_t));
        failed = !workers[i].grid || !workers[i].candidate || !workers[i].reference;
    }
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for distances of features")
                  : ATTUNE_OK;
}

/* Means over the features that a replicate has, where that is all of the sample's. */
static void finish_replicates(struct attune_feature_overlap *out, size_t n_replicates,
                              size_t n_features)
{
    size_t n = 0;
    for (size_t r = 0; r < n_replicates; r++) {
        if (out->n_replicated[r] == n_features) {
            out->overlap_replicates[n] = out->overlap_replicates[r] / (double)n_features;
            out->kld_replicates[n++] = out->kld_replicates[r] / (double)n_features;
        }
    }
    out->n_replicates = n;
}

static enum attune_code compute(struct attune_set_pair *pair, struct attune_err *err)
{
    struct attune_feature_overlap *out = &pair->overlap;
    const size_t n = pair->candidate.n, m = pair->reference.n, n_threads = pair->options.n_threads;
    struct worker *workers = attune_alloc(n_threads, sizeof *workers);
    double *distances = NULL;
    size_t n_features = 0;
    enum attune_code code = alloc(out, workers, pair, &distances, err);
    for (size_t k = 0; k < N_FEATURES && !code; k++) {
        struct feature f = {pair, {distances, n, n, true}, {distances + n * n, n, m, false},
                            {0.0, 0.0}, workers, out};
        out->overlap[k] = out->kld[k] = NAN;
        attune_feature_distances(&pair->candidate, &pair->candidate, &attune_note_features[k],
                                 distances);
        attune_feature_distances(&pair->candidate, &pair->reference, &attune_note_features[k],
                                 distances + n * n);
        if (make_grid(&f) &&
            compare(&f, &workers[0], NULL, n, NULL, m, &out->overlap[k], &out->kld[k])) {
            n_features++;
            attune_parallel_for(pair->options.n_replicates, n_threads, run_replicate, &f);
        }
    }
    if (!code) {
        finish_replicates(out, pair->options.n_replicates, n_features);
        out->done = true;
    } else {
        attune_feature_overlap_release(out);
    }
    for (size_t i = 0; workers && i < n_threads; i++) {
        attune_release(workers[i].grid);
        attune_release(workers[i].candidate);
        attune_release(workers[i].reference);
    }
    attune_release(workers);
    attune_release(distances);
    return code;
}

void attune_feature_overlap_release(struct attune_feature_overlap *overlap)
{
    attune_release(overlap->overlap_replicates);
    attune_release(overlap->kld_replicates);
    attune_release(overlap->n_replicated);
    *overlap = (struct attune_feature_overlap){0};
}

const char *attune_features_missing(const struct attune_set_pair *pair)
{
    return !pair->candidate.features || !pair->reference.features
               ? "the notes are not known: both sets must be folders of MIDI (`attune distance`)"
           : pair->candidate.n > LARGEST || pair->reference.n > LARGEST
               ? "more than 4000 pieces in a set"
               : NULL;
}

static enum attune_code final(struct attune_set_pair *pair, bool overlap,
                              struct attune_set_value *out, struct attune_err *err)
{
    const char *missing = attune_features_missing(pair);
    if (missing) {
        out->value = attune_undefined(missing);
        return ATTUNE_OK;
    }
    enum attune_code code = pair->overlap.done ? ATTUNE_OK : compute(pair, err);
    if (code) {
        return code;
    }
    struct attune_feature_overlap *all = &pair->overlap;
    const double *value = overlap ? all->overlap : all->kld;
    double sum = 0.0, n = 0.0;
    for (size_t k = 0; k < N_FEATURES; k++) {
        attune_set_detail(out, attune_note_features[k].name, value[k]);
        sum += isnan(value[k]) ? 0.0 : value[k];
        n += !isnan(value[k]);
    }
    if (n == 0.0) {
        out->value = attune_undefined("no feature has distances that vary");
        return ATTUNE_OK;
    }
    out->value = attune_defined(sum / n);
    attune_set_interval(out, overlap ? all->overlap_replicates : all->kld_replicates,
                        all->n_replicates, pair->options.level);
    /* Replicates are moved onto the value, which may carry them over the edge of the range. */
    out->ci_low = out->ci_low > 0.0 ? out->ci_low : 0.0;
    out->ci_high = overlap && out->ci_high > 1.0 ? 1.0 : out->ci_high;
    return ATTUNE_OK;
}

static enum attune_code final_overlap_area(struct attune_set_pair *pair,
                                           struct attune_set_value *out, struct attune_err *err)
{
    return final(pair, true, out, err);
}

static enum attune_code final_kld(struct attune_set_pair *pair, struct attune_set_value *out,
                                  struct attune_err *err)
{
    return final(pair, false, out, err);
}

const struct attune_set_metric attune_set_metric_overlap_area = {
    .id = "set.overlap_area", .version = 1, .title = "Overlap of feature distances", .unit = "1",
    .direction = ATTUNE_UP, .lo = 0.0, .hi = 1.0, .needs_reference = true, .needs_features = true,
    .summary = "overlap of the densities of distances within the candidates and to the reference, "
               "mean over the features of the notes",
    .formula = "mean over features of the integral of min(p, q) on a common padded grid",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "the notes are not known, or no feature has distances that vary",
    .final = final_overlap_area,
};

const struct attune_set_metric attune_set_metric_kld = {
    .id = "set.kld", .version = 1, .title = "Divergence of feature distances", .unit = "nat",
    .direction = ATTUNE_DOWN, .lo = 0.0, .hi = INFINITY, .needs_reference = true,
    .needs_features = true,
    .summary = "divergence of the density of distances within the candidates from that of their "
               "distances to the reference, mean over the features of the notes",
    .formula = "mean over features of the integral of p ln(p/q) on a common padded grid",
    .source = "Yang & Lerch 2020 (mgeval), corrected",
    .undefined_when = "the notes are not known, or no feature has distances that vary",
    .final = final_kld,
};
