/* Cleaning sets, and the pair under comparison. */
#include "metrics/set/internal.h"

#include "base/hash.h"
#include "base/mem.h"
#include "metrics/set/moments.h"

enum { MAX_NAMED = 10 }; /* row numbers in a warning */

/* Beyond this, squared distances overflow single precision. */
static const float largest_usable = 1e15f;

bool attune_set_row_usable(const float *row, size_t d)
{
    bool fine = true;
    for (size_t j = 0; j < d; j++) {
        fine &= row[j] <= largest_usable && row[j] >= -largest_usable; /* false for NaN */
    }
    return fine;
}

static void drop_unusable(struct attune_matrix *m, uint32_t *group, const char *name,
                          struct attune_buf *warnings)
{
    size_t n = 0, n_dropped = 0;
    for (size_t i = 0; i < m->n_rows; i++) {
        const float *row = m->v + i * m->n_cols;
        if (!attune_set_row_usable(row, m->n_cols)) {
            if (n_dropped == 0) {
                attune_buf_addf(warnings,
                                "%s: rows with NaN, infinite or huge values are left out:", name);
            }
            if (n_dropped++ < MAX_NAMED) {
                attune_buf_addf(warnings, " %zu", i);
            }
            continue;
        }
        memmove(m->v + n * m->n_cols, row, m->n_cols * sizeof *row);
        if (group) {
            group[n] = group[i];
        }
        n++;
    }
    if (n_dropped > 0) {
        attune_buf_addf(warnings,
                        n_dropped > MAX_NAMED ? " and %zu more (numbers from 0)\n"
                                              : " (of %zu, from 0)\n",
                        n_dropped > MAX_NAMED ? n_dropped - MAX_NAMED : m->n_rows);
    }
    m->n_rows = n;
}

struct row_hash {
    char hex[ATTUNE_HASH_SIZE];
};

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct row_hash));
}

/* Rows equal to another one, counted by hash; nothing is said when memory is short: it is only a
 * warning. */
static void warn_of_repeats(const struct attune_matrix *m, const char *name,
                            struct attune_buf *warnings)
{
    struct row_hash *hashes = attune_alloc(m->n_rows, sizeof *hashes);
    if (!hashes) {
        return;
    }
    for (size_t i = 0; i < m->n_rows; i++) {
        attune_hash_bytes(m->v + i * m->n_cols, m->n_cols * sizeof(float), hashes[i].hex);
    }
    qsort(hashes, m->n_rows, sizeof *hashes, by_hash);
    size_t n_repeats = 0;
    for (size_t i = 1; i < m->n_rows; i++) {
        n_repeats += by_hash(&hashes[i - 1], &hashes[i]) == 0;
    }
    if (n_repeats > 0) {
        attune_buf_addf(warnings, "%s: %zu of %zu rows repeat an earlier one\n", name, n_repeats,
                        m->n_rows);
    }
    attune_release(hashes);
}

static void warn_of_constant_columns(const struct attune_matrix *m, const char *name,
                                     struct attune_buf *warnings)
{
    size_t n_constant = 0;
    for (size_t j = 0; j < m->n_cols; j++) {
        size_t i = 1;
        while (i < m->n_rows && m->v[i * m->n_cols + j] == m->v[j]) {
            i++;
        }
        n_constant += i >= m->n_rows;
    }
    if (n_constant > 0) {
        attune_buf_addf(warnings, "%s: %zu of %zu columns are constant\n", name, n_constant,
                        m->n_cols);
    }
}

void attune_set_clean(struct attune_matrix *m, uint32_t *group, const char *name,
                      struct attune_buf *warnings)
{
    drop_unusable(m, group, name, warnings);
    if (m->n_rows < 2) {
        attune_buf_addf(warnings, "%s: %zu usable rows\n", name, m->n_rows);
        return;
    }
    if (m->n_rows <= m->n_cols) {
        attune_buf_addf(warnings,
                        "%s: no more rows (%zu) than columns (%zu): its covariance is singular\n",
                        name, m->n_rows, m->n_cols);
    }
    warn_of_repeats(m, name, warnings);
    warn_of_constant_columns(m, name, warnings);
}

enum attune_code attune_set_pair_new(struct attune_set_pair **out,
                                     const struct attune_set *reference,
                                     const struct attune_set *candidate,
                                     const struct attune_set_options *options,
                                     struct attune_err *err)
{
    *out = NULL;
    if ((reference->n > 0 || reference->mean) && reference->d != candidate->d) {
        return attune_fail(err, ATTUNE_E_INPUT,
                           "the reference has %zu dimensions, the candidates have %zu",
                           reference->d, candidate->d);
    }
    struct attune_set_pair *pair = attune_alloc(1, sizeof *pair);
    if (!pair) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a pair of sets");
    }
    pair->reference = *reference;
    pair->candidate = *candidate;
    pair->options = *options;
    pair->options.n_threads = options->n_threads < 1 ? 1 : options->n_threads;
    *out = pair;
    return ATTUNE_OK;
}

void attune_set_pair_free(struct attune_set_pair *pair)
{
    if (pair) {
        attune_points_release(&pair->reference_points);
        attune_points_release(&pair->candidate_points);
        attune_mmd_release(&pair->mmd);
        attune_neighbours_release(&pair->neighbours);
        attune_feature_overlap_release(&pair->overlap);
        attune_release(pair->fad_replicates);
        attune_release(pair);
    }
}

enum attune_code attune_set_pair_points(struct attune_set_pair *pair, struct attune_err *err)
{
    const struct attune_set *a = &pair->reference, *b = &pair->candidate;
    if (pair->points_done) {
        return ATTUNE_OK;
    }
    double *mean = attune_alloc(2 * a->d, sizeof *mean);
    if (!mean) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a pair of sets");
    }
    attune_moments_mean(a->rows, a->n, a->d, NULL, mean);
    attune_moments_mean(b->rows, b->n, b->d, NULL, mean + a->d);
    for (size_t j = 0; j < a->d; j++) {
        mean[j] = 0.5 * (mean[j] + mean[a->d + j]);
    }
    enum attune_code code =
        attune_points_init(&pair->reference_points, a->rows, a->n, a->d, mean, err);
    if (!code) {
        code = attune_points_init(&pair->candidate_points, b->rows, b->n, b->d, mean, err);
    }
    pair->points_done = !code;
    attune_release(mean);
    return code;
}
