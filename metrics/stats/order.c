/* Order statistics. */
#include "metrics/stats/order.h"

#include <math.h>
#include <string.h>

enum { INSERTION_RUN = 16 };

static void insertion_sort(uint64_t *key, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t k = key[i];
        size_t j = i;
        for (; j > 0 && key[j - 1] > k; j--) {
            key[j] = key[j - 1];
        }
        key[j] = k;
    }
}

static void merge(const uint64_t *a, size_t n_a, const uint64_t *b, size_t n_b, uint64_t *out)
{
    size_t i = 0, j = 0, k = 0;
    while (i < n_a && j < n_b) {
        /* Without a branch on the data: sums of differences come in no order a predictor could
         * learn. */
        const int take_b = b[j] < a[i];
        out[k++] = take_b ? b[j] : a[i];
        j += (size_t)take_b;
        i += (size_t)!take_b;
    }
    memcpy(out + k, a + i, (n_a - i) * sizeof *a);
    memcpy(out + k + (n_a - i), b + j, (n_b - j) * sizeof *b);
}

void attune_sort_keys(uint64_t *key, uint64_t *scratch, size_t n)
{
    for (size_t i = 0; i < n; i += INSERTION_RUN) {
        insertion_sort(key + i, n - i < INSERTION_RUN ? n - i : INSERTION_RUN);
    }
    uint64_t *from = key, *to = scratch;
    for (size_t width = INSERTION_RUN; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            const size_t middle = i + width < n ? i + width : n;
            const size_t end = i + 2 * width < n ? i + 2 * width : n;
            merge(from + i, middle - i, from + middle, end - middle, to + i);
        }
        uint64_t *t = from;
        from = to;
        to = t;
    }
    if (from != key) {
        memcpy(key, from, n * sizeof *key);
    }
}

/* Doubles as unsigned integers of the same order: negative numbers have all bits flipped. */
static uint64_t key_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double value_of(uint64_t key)
{
    const uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

void attune_sort_doubles(double *x, double *scratch, size_t n)
{
    /* The same memory serves as keys: an object may be rewritten through memcpy at any time. */
    for (size_t i = 0; i < n; i++) {
        const uint64_t key = key_of(x[i]);
        memcpy(&x[i], &key, sizeof key);
    }
    attune_sort_keys((void *)x, (void *)scratch, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t key;
        memcpy(&key, &x[i], sizeof key);
        x[i] = value_of(key);
    }
}

double attune_select(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        /* Hoare's partition around the middle element; sorted input stays fast. */
        const double pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot) {
                i++;
            }
            while (x[j] > pivot) {
                j--;
            }
            if (i >= j) {
                break;
            }
            const double t = x[i];
            x[i++] = x[j];
            x[j--] = t;
        }
        /* x[low..j] <= pivot <= x[j+1..high] */
        if (k <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return x[k];
}

double attune_quantile(double *x, size_t n, double q)
{
    const double position = q * (double)(n - 1);
    const size_t k = (size_t)position;
    const double low = attune_select(x, n, k);
    if (k + 1 >= n) {
        return low;
    }
    double next = x[k + 1]; /* after selection all that is above x[k] stands right of it */
    for (size_t i = k + 2; i < n; i++) {
        next = x[i] < next ? x[i] : next;
    }
    return low + (position - (double)k) * (next - low);
}

double attune_midranks(const double *x, size_t n, double *rank, size_t *scratch)
{
    size_t *index = scratch;
    for (size_t i = 0; i < n; i++) {
        index[i] = i;
    }
    for (size_t gap = n / 2; gap > 0; gap /= 2) { /* Shell's sort */
        for (size_t i = gap; i < n; i++) {
            const size_t id = index[i];
            size_t j = i;
            for (; j >= gap && x[index[j - gap]] > x[id]; j -= gap) {
                index[j] = index[j - gap];
            }
            index[j] = id;
        }
    }
    double ties = 0.0;
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && x[index[end]] == x[index[i]]) {
            end++;
        }
        const double t = (double)(end - i);
        ties += t * t * t - t;
        for (size_t j = i; j < end; j++) {
            rank[index[j]] = 0.5 * (double)(i + 1 + end);
        }
        i = end;
    }
    return ties;
}

double attune_mean(const double *x, size_t n)
{
    double sum = 0.0, lost = 0.0; /* Neumaier's compensated sum */
    for (size_t i = 0; i < n; i++) {
        const double t = sum + x[i];
        lost += fabs(sum) >= fabs(x[i]) ? (sum - t) + x[i] : (x[i] - t) + sum;
        sum = t;
    }
    return (sum + lost) / (double)n;
}

double attune_sd(const double *x, size_t n)
{
    if (n < 2) {
        return 0.0;
    }
    const double mean = attune_mean(x, n);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (x[i] - mean) * (x[i] - mean);
    }
    return sqrt(sum / (double)(n - 1));
}
