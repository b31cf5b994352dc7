#include "models/align/best_of_n_estimate.h"

#include <math.h>

#include "base/mem.h"

double attune_best_of_n_kl(double n)
{
    return log(n) - (n - 1.0) / n;
}

double attune_best_of_n_kl_estimate(double n, double epsilon)
{
    double none = pow(1.0 - epsilon, n), some = 1.0 - none;
    return none * (attune_best_of_n_kl(n) + (n - 1.0) * log1p(-epsilon)) +
           some * log(some / epsilon);
}

struct scored {
    double proxy, gold;
};

static int by_proxy(const void *a, const void *b)
{
    double x = ((const struct scored *)a)->proxy, y = ((const struct scored *)b)->proxy;
    return (x > y) - (x < y);
}

enum attune_code attune_best_of_n_estimate(const double *proxy, const double *gold,
                                           size_t n_samples, size_t n, double *estimate,
                                           struct attune_err *err)
{
    if (n < 1 || n > n_samples) {
        return attune_fail(err, ATTUNE_E_USAGE, "best-of-%zu from %zu samples: n must be 1..%zu", n,
                           n_samples, n_samples);
    }
    struct scored *s = attune_alloc(n_samples, sizeof *s);
    if (!s) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu samples", n_samples);
    }
    for (size_t i = 0; i < n_samples; i++) {
        s[i] = (struct scored){proxy[i], gold[i]};
    }
    qsort(s, n_samples, sizeof *s, by_proxy);
    for (size_t i = 0, end; i < n_samples; i = end) {
        double sum = 0.0;
        for (end = i; end < n_samples && s[end].proxy == s[i].proxy; end++) {
            sum += s[end].gold;
        }
        for (size_t k = i; k < end; k++) {
            s[k].gold = sum / (double)(end - i);
        }
    }
    /* weight(i) = C(i - 1, n - 1)/C(N, n): n/N for i = N, then times (i - n)/(i - 1) for each step
     * down. */
    double weight = (double)n / (double)n_samples, total = 0.0;
    for (size_t i = n_samples; i >= n; i--) {
        total += weight * s[i - 1].gold;
        weight *= i > 1 ? (double)(i - n) / (double)(i - 1) : 0.0;
    }
    attune_release(s);
    *estimate = total;
    return ATTUNE_OK;
}
