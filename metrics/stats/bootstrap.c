/* Bootstrap of many means at once.
 *
 * A replicate of a mean is a weighted sum of the units, the weights being how often each unit
 * was drawn. The replicates of all columns are therefore one matrix product: counts
 * (n_replicates, n_units) x values (n_units, n_columns). It is done here in tiles of TILE_ROWS x
 * TILE_COLUMNS accumulators that stay in registers; each sum runs over the units in order. So that
 * memory stays bounded, columns come in passes of PASS_COLUMNS, which all draw the same counts, and
 * the counts of a pass come in batches of up to BATCH_BYTES. In a large table few columns are drawn
 * (bootstrap_expansion.c), and units where none of them is defined are left out. */
#include "metrics/stats/bootstrap.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "metrics/stats/bootstrap_expansion.h"
#include "metrics/stats/distribution.h"
#include "metrics/stats/order.h"

enum { TILE_ROWS = 4, TILE_COLUMNS = 8, PASS_COLUMNS = 128, BATCH_BYTES = 32 << 20 };

double attune_column_mean(const struct attune_columns *table, size_t column, size_t *n_defined)
{
    const double *value = table->value + column * table->n_units;
    const unsigned char *defined = table->defined + column * table->n_units;
    double sum = 0.0;
    size_t n = 0;
    for (size_t u = 0; u < table->n_units; u++) {
        if (defined[u]) {
            sum += value[u];
            n++;
        }
    }
    *n_defined = n;
    return n ? sum / (double)n : NAN;
}

/* How often each unit is drawn in each replicate, TILE_ROWS replicates interleaved: count
 * (n_blocks, n_units, TILE_ROWS). */
static void draw_counts(struct attune_rng *rng, float *count, size_t n_blocks, size_t n_units)
{
    memset(count, 0, n_blocks * TILE_ROWS * n_units * sizeof *count);
    for (size_t b = 0; b < n_blocks; b++) {
        float *block = count + b * n_units * TILE_ROWS;
        for (size_t row = 0; row < TILE_ROWS; row++) {
            for (size_t draw = 0; draw < n_units; draw++) {
                block[attune_rng_below(rng, n_units) * TILE_ROWS + row] += 1.0f;
            }
        }
    }
}

/* Sums of one panel (n_units, TILE_COLUMNS) into TILE_COLUMNS rows of `stride` replicates. */
static void weighted_sums(const float *restrict count, const double *restrict panel, size_t n_units,
                          size_t n_blocks, double *restrict sums, size_t stride)
{
    for (size_t b = 0; b < n_blocks; b++) {
        const float *weight = count + b * n_units * TILE_ROWS;
        double acc[TILE_ROWS][TILE_COLUMNS] = {{0}};
        for (size_t u = 0; u < n_units; u++) {
            for (size_t r = 0; r < TILE_ROWS; r++) {
                const double w = weight[u * TILE_ROWS + r];
                for (size_t c = 0; c < TILE_COLUMNS; c++) {
                    acc[r][c] += w * panel[u * TILE_COLUMNS + c];
                }
            }
        }
        for (size_t r = 0; r < TILE_ROWS; r++) {
            for (size_t c = 0; c < TILE_COLUMNS; c++) {
                sums[c * stride + b * TILE_ROWS + r] = acc[r][c];
            }
        }
    }
}

/* The quantile levels of BCa in place of (1 -+ level)/2; false when the column is constant. */
static bool bca_levels(const struct attune_columns *table, size_t column, double mean,
                       const double *replicate, size_t n, double level, double quantile[2])
{
    const double *value = table->value + column * table->n_units;
    const unsigned char *defined = table->defined + column * table->n_units;
    double square = 0.0, cube = 0.0;
    for (size_t u = 0; u < table->n_units; u++) {
        const double d = defined[u] ? value[u] - mean : 0.0;
        square += d * d;
        cube += d * d * d;
    }
    if (square <= 0.0) {
        return false;
    }
    double below = 0.0;
    for (size_t i = 0; i < n; i++) {
        below += replicate[i] < mean ? 1.0 : replicate[i] == mean ? 0.5 : 0.0;
    }
    /* Kept off 0 and 1, where z0 is infinite: a mean outside all of its replicates needs a far
     * larger sample. */
    const double share = fmin(fmax(below / (double)n, 0.5 / (double)n), 1.0 - 0.5 / (double)n);
    const double z0 = attune_normal_quantile(share);
    const double a = cube / (6.0 * square * sqrt(square));
    for (int side = 0; side < 2; side++) {
        const double z = z0 + attune_normal_quantile(0.5 * (1.0 + (side ? level : -level)));
        const double stretch = 1.0 - a * z;
        quantile[side] = stretch <= 0.0 ? (z > 0.0) : attune_normal_cdf(z0 + z / stretch);
    }
    return true;
}

struct job {
    const struct attune_bootstrap *how;
    const struct attune_columns *table;
    const size_t *units;      /* (n_units,) of the table, those that are drawn from */
    const size_t *columns;    /* (n_columns,) of the table, those of this pass */
    size_t n_units, n_columns, n_rows; /* rows: replicates, rounded up to whole tiles */
    float *count;             /* of the batch at hand: */
    size_t first_row, n_blocks;
    double *panels;           /* (n_threads, n_units, TILE_COLUMNS) */
    double *sums, *weights;   /* (n_columns rounded up to whole tiles, n_rows) */
    struct attune_interval *out;
};

static void column_interval(void *context, size_t item, size_t worker)
{
    const struct job *job = context;
    const size_t column = job->columns[item];
    double *sum = job->sums + item * job->n_rows;
    const double *weight = job->weights + item * job->n_rows;
    struct attune_interval *out = &job->out[column];
    size_t n_defined = 0;
    const double mean = attune_column_mean(job->table, column, &n_defined);
    size_t n = 0;
    for (size_t i = 0; i < job->how->n_replicates; i++) {
        if (weight[i] > 0.0) {
            sum[n++] = sum[i] / weight[i];
        }
    }
    const double level = job->how->level;
    double quantile[2] = {0.5 * (1.0 - level), 0.5 * (1.0 + level)};
    if (job->how->bca && !bca_levels(job->table, column, mean, sum, n, level, quantile)) {
        *out = (struct attune_interval){.low = mean, .high = mean};
        return;
    }
    out->low = attune_quantile(sum, n, quantile[0]);
    out->high = attune_quantile(sum, n, quantile[1]);
}

/* One batch of replicates of TILE_COLUMNS columns. */
static void bootstrap_panel(void *context, size_t item, size_t worker)
{
    const struct job *job = context;
    const struct attune_columns *table = job->table;
    const size_t n_units = job->n_units, first = item * TILE_COLUMNS;
    double *panel = job->panels + worker * n_units * TILE_COLUMNS;
    double *sums = job->sums + first * job->n_rows + job->first_row;
    double *weights = job->weights + first * job->n_rows + job->first_row;
    const size_t left = job->n_columns - first, n = left < TILE_COLUMNS ? left : TILE_COLUMNS;

    bool complete = true;
    for (size_t u = 0; u < n_units; u++) {
        for (size_t c = 0; c < TILE_COLUMNS; c++) {
            const size_t at =
                c < n ? job->columns[first + c] * table->n_units + job->units[u] : 0;
            const bool defined = c < n && table->defined[at];
            panel[u * TILE_COLUMNS + c] = defined ? table->value[at] : 0.0;
            complete = complete && (defined || c >= n);
        }
    }
    weighted_sums(job->count, panel, n_units, job->n_blocks, sums, job->n_rows);
    if (complete) {
        for (size_t c = 0; c < TILE_COLUMNS; c++) {
            for (size_t i = 0; i < job->n_blocks * TILE_ROWS; i++) {
                weights[c * job->n_rows + i] = (double)n_units;
            }
        }
        return;
    }
    for (size_t u = 0; u < n_units; u++) {
        for (size_t c = 0; c < TILE_COLUMNS; c++) {
            panel[u * TILE_COLUMNS + c] =
                c < n &&
                table->defined[job->columns[first + c] * table->n_units + job->units[u]];
        }
    }
    weighted_sums(job->count, panel, n_units, job->n_blocks, weights, job->n_rows);
}

/* All replicates of the job's columns, from the first draw on. */
static void bootstrap_pass(struct job *job, size_t batch_blocks, size_t n_threads)
{
    struct attune_rng rng;
    attune_rng_init(&rng, job->how->seed, job->n_units);
    for (job->first_row = 0; job->first_row < job->n_rows;
         job->first_row += job->n_blocks * TILE_ROWS) {
        const size_t left = (job->n_rows - job->first_row) / TILE_ROWS;
        job->n_blocks = left < batch_blocks ? left : batch_blocks;
        draw_counts(&rng, job->count, job->n_blocks, job->n_units);
        attune_parallel_for((job->n_columns + TILE_COLUMNS - 1) / TILE_COLUMNS, n_threads,
                            bootstrap_panel, job);
    }
    attune_parallel_for(job->n_columns, n_threads, column_interval, job);
}

/* The units to draw from: all; in a large table those where a listed column is defined. */
static size_t list_units(const struct attune_columns *table, const size_t *columns,
                         size_t n_columns, size_t *units)
{
    size_t n = 0;
    for (size_t u = 0; u < table->n_units; u++) {
        bool wanted = table->n_units < ATTUNE_BOOTSTRAP_DRAWN;
        for (size_t c = 0; c < n_columns && !wanted; c++) {
            wanted = table->defined[columns[c] * table->n_units + u];
        }
        units[n] = u;
        n += wanted;
    }
    return n;
}

/* Draws for the listed columns. */
static enum attune_code bootstrap_columns(const struct attune_bootstrap *how,
                                          const struct attune_columns *table, const size_t *columns,
                                          size_t n_columns, struct attune_interval *out,
                                          struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    const size_t n_threads = how->n_threads ? how->n_threads : 1;
    const size_t n_blocks = (how->n_replicates + TILE_ROWS - 1) / TILE_ROWS;
    size_t *units = attune_alloc(table->n_units + 1, sizeof *units);
    const size_t n_units = units ? list_units(table, columns, n_columns, units) : 0;
    const size_t block_bytes = (n_units + 1) * TILE_ROWS * sizeof(float);
    const size_t fit = BATCH_BYTES / block_bytes ? BATCH_BYTES / block_bytes : 1;
    const size_t batch_blocks = fit < n_blocks ? fit : n_blocks;
    const size_t per_pass = n_columns < PASS_COLUMNS
                                ? (n_columns + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS
                                : PASS_COLUMNS;
    struct job job = {.how = how,
                      .table = table,
                      .units = units,
                      .n_units = n_units,
                      .n_rows = n_blocks * TILE_ROWS,
                      .out = out};
    job.count = attune_alloc(batch_blocks, block_bytes);
    job.panels = attune_alloc(n_threads, (n_units + 1) * TILE_COLUMNS * sizeof *job.panels);
    job.sums = attune_alloc(per_pass, job.n_rows * sizeof *job.sums);
    job.weights = attune_alloc(per_pass, job.n_rows * sizeof *job.weights);
    if (!units || !job.count || !job.panels || !job.sums || !job.weights) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu bootstrap replicates",
                           how->n_replicates);
    }
    for (size_t first = 0; first < n_columns && !code; first += per_pass) {
        job.columns = columns + first;
        job.n_columns = n_columns - first < per_pass ? n_columns - first : per_pass;
        bootstrap_pass(&job, batch_blocks, n_threads);
    }
    attune_release(units);
    attune_release(job.count);
    attune_release(job.panels);
    attune_release(job.sums);
    attune_release(job.weights);
    return code;
}

enum attune_code attune_bootstrap_means(const struct attune_bootstrap *how,
                                        const struct attune_columns *table,
                                        struct attune_interval *out, struct attune_err *err)
{
    size_t *drawn = attune_alloc(table->n_columns, sizeof *drawn);
    if (!drawn) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu intervals",
                           table->n_columns);
    }
    size_t n = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        size_t n_defined = 0;
        attune_column_mean(table, c, &n_defined);
        out[c] = (struct attune_interval){.low = NAN, .high = NAN};
        if (n_defined < 2) {
            out[c].why = n_defined ? "one prompt: no interval" : "no defined value";
        } else if (!attune_bootstrap_expand(how, table, c, &out[c])) {
            drawn[n++] = c;
        }
    }
    enum attune_code code = n ? bootstrap_columns(how, table, drawn, n, out, err) : ATTUNE_OK;
    attune_release(drawn);
    return code;
}

enum attune_code attune_bootstrap_nested(const struct attune_bootstrap *how, const double *value,
                                         const size_t *n_values, size_t n_units,
                                         struct attune_interval *out, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    *out = (struct attune_interval){.low = NAN, .high = NAN};
    if (n_units < 2) {
        out->why = n_units ? "one prompt: no interval" : "no defined value";
        return ATTUNE_OK;
    }
    size_t *begin = attune_alloc(n_units, sizeof *begin);
    double *replicate = attune_alloc(how->n_replicates, sizeof *replicate);
    if (!begin || !replicate) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu bootstrap replicates",
                           how->n_replicates);
        goto out;
    }
    for (size_t u = 1; u < n_units; u++) {
        begin[u] = begin[u - 1] + n_values[u - 1];
    }
    struct attune_rng rng;
    attune_rng_init(&rng, how->seed, n_units);
    for (size_t i = 0; i < how->n_replicates; i++) {
        double sum = 0.0;
        for (size_t draw = 0; draw < n_units; draw++) {
            const size_t u = attune_rng_below(&rng, n_units);
            double inner = 0.0;
            for (size_t k = 0; k < n_values[u]; k++) {
                inner += value[begin[u] + attune_rng_below(&rng, n_values[u])];
            }
            sum += inner / (double)n_values[u];
        }
        replicate[i] = sum / (double)n_units;
    }
    out->low = attune_quantile(replicate, how->n_replicates, 0.5 * (1.0 - how->level));
    out->high = attune_quantile(replicate, how->n_replicates, 0.5 * (1.0 + how->level));
out:
    attune_release(begin);
    attune_release(replicate);
    return code;
}
