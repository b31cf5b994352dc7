/* Accuracy, discrimination and calibration of score margins. */
#include "metrics/stats/calibration.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/stats/association.h"

static const double Z95 = 1.959963984540054;

void attune_wilson(double k, double n, double z, double *low, double *high)
{
    const double p = k / n, z2n = z * z / n;
    const double centre = (p + z2n / 2.0) / (1.0 + z2n);
    const double half = z / (1.0 + z2n) * sqrt(p * (1.0 - p) / n + z2n / (4.0 * n));
    *low = fmax(0.0, centre - half);
    *high = fmin(1.0, centre + half);
}

static int by_magnitude(const void *x, const void *y)
{
    const struct attune_margin *a = x, *b = y;
    const double p = fabs(a->margin), q = fabs(b->margin);
    if (p != q) {
        return p < q ? -1 : 1;
    }
    /* equal magnitudes in an order of their own, so that bins do not depend on the input's order */
    if (a->margin != b->margin) {
        return a->margin < b->margin ? -1 : 1;
    }
    return a->outcome - b->outcome;
}

/* A point where the scores agree with the listeners, half a point where the scores are equal. */
static double credit(const struct attune_margin *pair)
{
    const double agreement = pair->margin * pair->outcome;
    return agreement > 0.0 ? 1.0 : agreement == 0.0 ? 0.5 : 0.0;
}

static void accuracy(const struct attune_margin *sorted, size_t n, enum attune_tie_credit ties,
                     struct attune_calibration *out)
{
    for (size_t i = 0; i < n; i++) {
        if (sorted[i].outcome != 0) {
            out->n_right += credit(&sorted[i]);
            out->n++;
        } else if (ties != ATTUNE_TIE_DROPPED) {
            /* sorted: among the smallest margins */
            const double partial = i < out->n_ties ? 1.0 : 0.0;
            out->n_right += ties == ATTUNE_TIE_HALF ? 0.5 : partial;
            out->n++;
        }
    }
    if (out->n) {
        out->accuracy = out->n_right / (double)out->n;
        attune_wilson(out->n_right, (double)out->n, Z95, &out->accuracy_low, &out->accuracy_high);
    }
}

/* Margins of decisions for a against those of decisions for b; split (n,) is scratch. */
static enum attune_code auc(const struct attune_margin *decided, size_t n, double *split,
                            double *out, struct attune_err *err)
{
    size_t n_a = 0, n_b = 0;
    for (size_t i = 0; i < n; i++) {
        if (decided[i].outcome > 0) {
            split[n_a++] = decided[i].margin;
        } else {
            split[n - ++n_b] = decided[i].margin;
        }
    }
    return attune_auc(split, n_a, split + n_a, n_b, out, err);
}

/* sorted by |margin| and decided only. */
static void probabilities(const struct attune_margin *sorted, size_t n,
                          struct attune_calibration *out)
{
    double nll = 0.0, brier = 0.0, ece = 0.0;
    for (size_t bin = 0; bin < ATTUNE_CALIBRATION_BINS; bin++) {
        /* bins of n / 10, the last one takes the rest */
        const size_t size = n / ATTUNE_CALIBRATION_BINS;
        const size_t from = bin * size;
        const size_t to = bin + 1 < ATTUNE_CALIBRATION_BINS ? from + size : n;
        double confidence = 0.0, right = 0.0;
        for (size_t i = from; i < to; i++) {
            const double m = sorted[i].margin * sorted[i].outcome; /* > 0: right */
            const double p = 1.0 / (1.0 + exp(-m));
            nll += m < 0.0 ? log1p(exp(m)) - m : log1p(exp(-m));
            brier += (1.0 - p) * (1.0 - p);
            confidence += 1.0 / (1.0 + exp(-fabs(sorted[i].margin)));
            right += credit(&sorted[i]);
        }
        ece += fabs(confidence - right) / (double)n;
    }
    out->nll = nll / (double)n;
    out->brier = brier / (double)n;
    out->ece = ece;
}

enum attune_code attune_calibrate(struct attune_margin *pairs, size_t n,
                                  enum attune_tie_credit ties, struct attune_calibration *out,
                                  struct attune_err *err)
{
    *out = (struct attune_calibration){.accuracy = NAN, .accuracy_low = NAN, .accuracy_high = NAN,
                                       .auc = NAN, .nll = NAN, .brier = NAN, .ece = NAN};
    if (n == 0) {
        return ATTUNE_OK;
    }
    double *split = attune_alloc(n, sizeof *split);
    enum attune_code code = ATTUNE_OK;
    size_t n_decided = 0;
    if (!split) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu comparisons", n);
    }
    qsort(pairs, n, sizeof *pairs, by_magnitude);
    for (size_t i = 0; i < n; i++) {
        out->n_ties += pairs[i].outcome == 0;
    }
    accuracy(pairs, n, ties, out);
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].outcome != 0) {
            pairs[n_decided++] = pairs[i];
        }
    }
    if (n_decided) {
        code = auc(pairs, n_decided, split, &out->auc, err);
        probabilities(pairs, n_decided, out);
    }
    attune_release(split);
    return code;
}
