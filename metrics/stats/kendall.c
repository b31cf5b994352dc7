/* Kendall's tau-b after Knight 1966. */
#include "metrics/stats/kendall.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct point {
    double x, y;
};

static bool same_x(const struct point *a, const struct point *b)
{
    return a->x == b->x;
}

static bool same_y(const struct point *a, const struct point *b)
{
    return a->y == b->y;
}

static bool same(const struct point *a, const struct point *b)
{
    return same_x(a, b) && same_y(a, b);
}

static bool x_then_y_below(const struct point *a, const struct point *b)
{
    return a->x < b->x || (same_x(a, b) && a->y < b->y);
}

static bool y_below(const struct point *a, const struct point *b)
{
    return a->y < b->y;
}

typedef bool relation(const struct point *a, const struct point *b);

/* Merges the runs [0, middle) and [middle, n) of p into out. Returns the exchanges. */
static uint64_t merge(const struct point *p, size_t middle, size_t n, relation *below,
                      struct point *out)
{
    uint64_t n_exchanges = 0;
    size_t left = 0, right = middle;
    for (size_t i = 0; i < n; i++) {
        if (right < n && (left == middle || below(&p[right], &p[left]))) {
            n_exchanges += middle - left;
            out[i] = p[right++];
        } else {
            out[i] = p[left++];
        }
    }
    return n_exchanges;
}

/* Stable, from the bottom up. Returns how many pairs stood the other way round. */
static uint64_t merge_sort(struct point *p, struct point *other, size_t n, relation *below)
{
    uint64_t n_exchanges = 0;
    struct point *from = p, *to = other;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t at = 0; at < n; at += 2 * run) {
            const size_t rest = n - at, middle = run < rest ? run : rest;
            const size_t length = 2 * run < rest ? 2 * run : rest;
            n_exchanges += merge(from + at, middle, length, below, to + at);
        }
        struct point *const swap = from;
        from = to;
        to = swap;
    }
    if (from != p) {
        memcpy(p, from, n * sizeof *p);
    }
    return n_exchanges;
}

/* Pairs within runs of equal neighbours. */
static uint64_t tied_pairs(const struct point *p, size_t n, relation *equal)
{
    uint64_t n_pairs = 0;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && equal(&p[from], &p[to]); to++) {
            n_pairs += to - from;
        }
    }
    return n_pairs;
}

struct attune_kendall attune_kendall_count(const double *x, const double *y, size_t n,
                                           double *scratch)
{
    struct point *p = (struct point *)scratch, *other = p + n;
    const uint64_t n_pairs = n > 1 ? (uint64_t)n * (n - 1) / 2 : 0;
    for (size_t i = 0; i < n; i++) {
        p[i] = (struct point){x[i], y[i]};
    }
    merge_sort(p, other, n, x_then_y_below);
    const uint64_t tied_x = tied_pairs(p, n, same_x), tied_both = tied_pairs(p, n, same);
    const uint64_t discordant = merge_sort(p, other, n, y_below);
    const uint64_t tied_y = tied_pairs(p, n, same_y);
    return (struct attune_kendall){
        .concordant = (double)(n_pairs - tied_x - tied_y + tied_both - discordant),
        .discordant = (double)discordant,
        .untied_x = (double)(n_pairs - tied_x),
        .untied_y = (double)(n_pairs - tied_y),
    };
}

double attune_kendall_tau(const struct attune_kendall *k)
{
    return k->untied_x > 0.0 && k->untied_y > 0.0
               ? (k->concordant - k->discordant) / sqrt(k->untied_x * k->untied_y)
               : 0.0;
}

double attune_kendall_tau_b(const double *x, const double *y, size_t n, double *scratch)
{
    const struct attune_kendall pairs = attune_kendall_count(x, y, n, scratch);
    return attune_kendall_tau(&pairs);
}
