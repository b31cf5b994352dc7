/* Frechet distance extrapolated to infinitely many candidates (Chong & Forsyth 2020; for audio, Gui
 * et al. 2024).
 *
 *     FAD(m) at 25 sizes m, evenly from min(500, n/2) to n, each of m candidates drawn without
 * replacement, against the whole reference; least squares on 1/m; the value is the intercept.
 *
 * Detail r2 says how well a line fits; below about .9 the extrapolation is not to be trusted.
 * Deviation from the source's code: drawn without replacement (repeated rows are a smaller set than
 * they look). Interval: normal, from the regression's standard error of the intercept and the
 * bootstrap's standard error of the distance at n, independent of each other. Undefined with fewer
 * than 500 candidates or 2 reference rows. May be slightly negative for equal sets.
 */
#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "metrics/set/frechet.h"
#include "metrics/set/internal.h"
#include "metrics/set/moments.h"
#include "metrics/stats/distribution.h"
#include "metrics/stats/order.h"

enum { SIZES = 25, SMALLEST = 500 };

struct extrapolation {
    const struct attune_set_pair *pair;
    const double *mean, *cov; /* of the reference */
    size_t size[SIZES];
    double distance[SIZES];
    enum attune_code code[SIZES];
    struct attune_err err[SIZES];
};

static void choose_sizes(size_t *size, size_t n)
{
    const size_t low = n / 2 < SMALLEST ? n / 2 : SMALLEST;
    for (size_t i = 0; i < SIZES; i++) {
        size[i] = low + i * (n - low) / (SIZES - 1);
    }
}

/* The distance at one size. */
static void run_size(void *context, size_t item, size_t worker)
{
    struct extrapolation *e = context;
    const struct attune_set *candidate = &e->pair->candidate;
    const size_t n = candidate->n, d = candidate->d, m = e->size[item];
    struct attune_frechet_work *work = attune_frechet_work_new(d, &e->err[item]);
    size_t *order = attune_alloc(n, sizeof *order);
    uint32_t *index = attune_alloc(m, sizeof *index);
    double *memory = attune_alloc(d + d * d + ATTUNE_MOMENTS_BLOCK * d, sizeof *memory);
    struct attune_frechet result = {0};
    if (!work || !order || !index || !memory) {
        e->code[item] =
            attune_fail(&e->err[item], ATTUNE_E_MEMORY, "out of memory for set.fad_inf");
        goto out;
    }
    struct attune_rng rng;
    attune_rng_init(&rng, attune_mix64(e->pair->options.seed, SIZES), item);
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
    }
    attune_rng_shuffle(&rng, order, n);
    for (size_t i = 0; i < m; i++) {
        index[i] = (uint32_t)order[i];
    }
    double *mean = memory, *cov = memory + d, *block = memory + d + d * d;
    attune_moments(candidate->rows, m, d, index, mean, cov, block);
    e->code[item] =
        attune_frechet_moments(work, e->mean, e->cov, mean, cov, &result, &e->err[item]);
    e->distance[item] = result.distance;
out:
    attune_frechet_work_free(work);
    attune_release(order);
    attune_release(index);
    attune_release(memory);
}

struct line {
    double intercept, slope, r2, se_intercept;
};

/* Least squares of y on 1/size. */
static struct line fit(const size_t *size, const double *y)
{
    double mean_x = 0.0, mean_y = 0.0, xx = 0.0, xy = 0.0, yy = 0.0, rest = 0.0;
    for (size_t i = 0; i < SIZES; i++) {
        mean_x += 1.0 / (double)size[i] / SIZES;
        mean_y += y[i] / SIZES;
    }
    for (size_t i = 0; i < SIZES; i++) {
        const double dx = 1.0 / (double)size[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    struct line line = {.slope = xy / xx};
    line.intercept = mean_y - line.slope * mean_x;
    for (size_t i = 0; i < SIZES; i++) {
        const double off = y[i] - line.intercept - line.slope / (double)size[i];
        rest += off * off;
    }
    line.r2 = yy > 0.0 ? 1.0 - rest / yy : 1.0;
    line.se_intercept = sqrt(rest / (SIZES - 2) * (1.0 / SIZES + mean_x * mean_x / xx));
    return line;
}

static enum attune_code add_interval(struct attune_set_pair *pair, const struct line *line,
                                     struct attune_set_value *out, struct attune_err *err)
{
    enum attune_code code = attune_set_pair_fad_replicates(pair, err);
    const size_t n = pair->options.n_replicates;
    if (!pair->fad_replicates || n < 20) {
        out->ci_why = "fewer than 20 replicates";
        return code;
    }
    const double z = attune_normal_quantile(0.5 * (1.0 + pair->options.level));
    const double half = z * hypot(line->se_intercept, attune_sd(pair->fad_replicates, n));
    out->ci_low = line->intercept - half;
    out->ci_high = line->intercept + half;
    out->ci_why = NULL;
    return code;
}

static enum attune_code final(struct attune_set_pair *pair, struct attune_set_value *out,
                              struct attune_err *err)
{
    const struct attune_set *reference = &pair->reference, *candidate = &pair->candidate;
    const size_t d = reference->d;
    if (candidate->n < SMALLEST || reference->n < 2) {
        out->value = attune_undefined("fewer than 500 candidates or 2 reference rows");
        return ATTUNE_OK;
    }
    enum attune_code code = ATTUNE_OK;
    struct extrapolation *e = attune_alloc(1, sizeof *e);
    double *memory = attune_alloc(d + d * d + ATTUNE_MOMENTS_BLOCK * d, sizeof *memory);
    if (!e || !memory) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for set.fad_inf");
        goto out;
    }
    attune_moments(reference->rows, reference->n, d, NULL, memory, memory + d, memory + d + d * d);
    e->pair = pair;
    e->mean = memory;
    e->cov = memory + d;
    choose_sizes(e->size, candidate->n);
    attune_parallel_for(SIZES, pair->options.n_threads, run_size, e);
    for (size_t i = 0; i < SIZES && !code; i++) {
        if (e->code[i]) {
            code = attune_fail(err, e->code[i], "%s", e->err[i].message);
        }
    }
    if (!code) {
        const struct line line = fit(e->size, e->distance);
        out->value = attune_defined(line.intercept);
        attune_set_detail(out, "r2", line.r2);
        attune_set_detail(out, "slope", line.slope);
        attune_set_detail(out, "smallest_n", (double)e->size[0]);
        code = add_interval(pair, &line, out, err);
    }
out:
    attune_release(e);
    attune_release(memory);
    return code;
}

const struct attune_set_metric attune_set_metric_fad_inf = {
    .id = "set.fad_inf",
    .version = 1,
    .title = "Frechet distance, extrapolated",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = -INFINITY,
    .hi = INFINITY,
    .needs_reference = true,
    .summary =
        "the Frechet distance freed of its bias by extrapolation to infinitely many candidates",
    .formula = "intercept of the least-squares line of FAD(m) on 1/m over 25 subset sizes m",
    .source = "Chong & Forsyth 2020; Gui et al. 2024",
    .undefined_when = "fewer than 500 candidates or 2 reference rows",
    .final = final,
};
