/* F-measure and AMLt. */
#include "tests/support/beat_scores.h"

#include <math.h>

enum { MAX_BEATS = 8192 };

static const double WINDOW_S = 0.07, START_S = 5.0, TOLERANCE = 0.175;

static size_t trim(const double **beat_s, size_t n)
{
    size_t first = 0;
    while (first < n && (*beat_s)[first] < START_S) {
        first++;
    }
    *beat_s += first;
    return n - first;
}

/* In two ascending lists with one tolerance, taking pairs from the left is a largest matching. */
double beat_f_measure(const double *reference_s, size_t n_reference, const double *estimated_s,
                      size_t n_estimated)
{
    n_reference = trim(&reference_s, n_reference);
    n_estimated = trim(&estimated_s, n_estimated);
    size_t i = 0, j = 0, n_matched = 0;
    while (i < n_reference && j < n_estimated) {
        const double d = reference_s[i] - estimated_s[j];
        if (fabs(d) <= WINDOW_S) {
            n_matched++;
            i++;
            j++;
        } else if (d < 0.0) {
            i++;
        } else {
            j++;
        }
    }
    return n_matched ? 2.0 * (double)n_matched / (double)(n_reference + n_estimated) : 0.0;
}

static size_t nearest(const double *x, size_t n, double t)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        best = fabs(x[i] - t) < fabs(x[best] - t) ? i : best;
    }
    return best;
}

/* Share of beats that agree with one reading of the annotations. */
static double total_accuracy(const double *reference_s, size_t n_reference,
                             const double *estimated_s, size_t n_estimated)
{
    if (n_reference < 2 || n_estimated < 2) {
        return 0.0;
    }
    static _Thread_local unsigned char used[2 * MAX_BEATS];
    for (size_t i = 0; i < n_reference; i++) {
        used[i] = 0;
    }
    size_t n_right = 0;
    for (size_t m = 0; m < n_estimated; m++) {
        const size_t k = nearest(reference_s, n_reference, estimated_s[m]);
        if (used[k]) {
            continue;
        }
        /* The first of either list has no interval before it: look forward. */
        const int forward = m == 0 || k == 0;
        const size_t r = forward && k + 1 < n_reference ? k + 1 : k;
        const size_t e = forward && m + 1 < n_estimated ? m + 1 : m;
        const double interval = reference_s[r] - reference_s[r - 1];
        const double estimated = estimated_s[e] - estimated_s[e - 1];
        const double phase = fabs(estimated_s[m] - reference_s[k]) / interval;
        if (phase < TOLERANCE && fabs(1.0 - estimated / interval) < TOLERANCE) {
            used[k] = 1;
            n_right++;
        }
    }
    return (double)n_right / (double)(n_reference > n_estimated ? n_reference : n_estimated);
}

double beat_amlt(const double *reference_s, size_t n_reference, const double *estimated_s,
                 size_t n_estimated)
{
    n_reference = trim(&reference_s, n_reference);
    n_estimated = trim(&estimated_s, n_estimated);
    static _Thread_local double level[2 * MAX_BEATS];
    if (n_reference < 2 || n_reference > MAX_BEATS) {
        return 0.0;
    }
    double best = total_accuracy(reference_s, n_reference, estimated_s, n_estimated);
    for (int variation = 0; variation < 4; variation++) {
        size_t n = 0;
        for (size_t i = 0; i < n_reference; i++) {
            const double middle =
                i + 1 < n_reference ? 0.5 * (reference_s[i] + reference_s[i + 1]) : NAN;
            const int is_odd = i % 2 == 1;
            if (variation == 1 || (variation == 2 && !is_odd) || (variation == 3 && is_odd)) {
                level[n++] = reference_s[i]; /* double; half, even; half, odd */
            }
            if ((variation == 0 || variation == 1) && !isnan(middle)) {
                level[n++] = middle; /* off-beat; double */
            }
        }
        best = fmax(best, total_accuracy(level, n, estimated_s, n_estimated));
    }
    return best;
}
