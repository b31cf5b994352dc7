/* E-divisive change points. */
#include "metrics/stats/change_points.h"

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"

struct split {
    size_t at; /* 0: none */
    double q;
};

static double mean_of(double sum, double n_pairs)
{
    return n_pairs > 0.0 ? sum / n_pairs : 0.0;
}

/* The best split of x (n,). The three sums of distances follow from one value to the next: the
 * value that changes sides takes its distances along. */
static struct split best_split(const double *x, size_t n)
{
    struct split best = {0, -INFINITY};
    double within_left = 0.0, within_right = 0.0, between = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            within_right += fabs(x[i] - x[k]);
        }
    }
    for (size_t m = 1; m < n; m++) {
        double to_left = 0.0, to_right = 0.0;
        for (size_t i = 0; i + 1 < m; i++) {
            to_left += fabs(x[m - 1] - x[i]);
        }
        for (size_t k = m; k < n; k++) {
            to_right += fabs(x[m - 1] - x[k]);
        }
        within_left += to_left;
        within_right -= to_right;
        between += to_right - to_left;
        const double a = (double)m, b = (double)(n - m);
        const double q = a * b / (a + b) *
                         (2.0 * between / (a * b) - mean_of(within_left, a * (a - 1.0) / 2.0) -
                          mean_of(within_right, b * (b - 1.0) / 2.0));
        if (m >= ATTUNE_SEGMENT_MIN && n - m >= ATTUNE_SEGMENT_MIN && q > best.q) {
            best = (struct split){m, q};
        }
    }
    return best;
}

/* The best split of all segments; cut (n_cuts + 1,) holds their starts and the series' end. */
static struct split best_of_all(const double *x, const size_t *cut, size_t n_cuts)
{
    struct split best = {0, -INFINITY};
    for (size_t s = 0; s < n_cuts; s++) {
        struct split found = best_split(x + cut[s], cut[s + 1] - cut[s]);
        if (found.at && found.q > best.q) {
            best = (struct split){cut[s] + found.at, found.q};
        }
    }
    return best;
}

static void shuffle_segments(double *x, const size_t *cut, size_t n_cuts, struct attune_rng *rng)
{
    for (size_t s = 0; s < n_cuts; s++) {
        for (size_t i = cut[s + 1] - cut[s]; i > 1; i--) {
            double *a = x + cut[s] + i - 1, *b = x + cut[s] + attune_rng_below(rng, i);
            const double swap = *a;
            *a = *b;
            *b = swap;
        }
    }
}

static double p_of(const double *x, double *shuffled, size_t n, const size_t *cut, size_t n_cuts,
                   double q, const struct attune_change_options *options)
{
    struct attune_rng rng;
    attune_rng_init(&rng, options->seed, n_cuts);
    memcpy(shuffled, x, n * sizeof *x);
    size_t hits = 1;
    for (size_t i = 0; i < options->n_permutations; i++) {
        shuffle_segments(shuffled, cut, n_cuts, &rng);
        /* rounding of the sums must not make an equal split look smaller */
        hits += best_of_all(shuffled, cut, n_cuts).q >= q - 1e-12 * fabs(q);
    }
    return (double)hits / (double)(options->n_permutations + 1);
}

enum attune_code attune_change_points(const double *x, size_t n,
                                      const struct attune_change_options *options,
                                      struct attune_change_point *out, size_t *n_out,
                                      struct attune_err *err)
{
    *n_out = 0;
    double *shuffled = attune_alloc(n, sizeof *shuffled);
    size_t *cut = attune_alloc(n + 2, sizeof *cut);
    if (!shuffled || !cut) {
        attune_release(shuffled);
        attune_release(cut);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for change points");
    }
    size_t n_cuts = 1;
    cut[1] = n;
    for (;;) {
        const struct split best = best_of_all(x, cut, n_cuts);
        if (!best.at || best.q <= 0.0) {
            break;
        }
        const double p = p_of(x, shuffled, n, cut, n_cuts, best.q, options);
        if (p > options->alpha) {
            break;
        }
        size_t at = n_cuts++;
        for (; cut[at] > best.at; at--) {
            cut[at + 1] = cut[at];
        }
        cut[at + 1] = best.at;
        size_t i = (*n_out)++;
        for (; i > 0 && out[i - 1].at > best.at; i--) {
            out[i] = out[i - 1];
        }
        out[i] = (struct attune_change_point){best.at, p};
    }
    attune_release(shuffled);
    attune_release(cut);
    return ATTUNE_OK;
}
