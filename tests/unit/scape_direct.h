/* The fitness of one segment by the direct dynamic programme: the whole accumulated score matrix,
 * then backtracking, cell by cell as published (FMP section 4.3, libfmp.c4). The oracle of scape.c.
 */
#ifndef ATTUNE_TESTS_UNIT_SCAPE_DIRECT_H
#define ATTUNE_TESTS_UNIT_SCAPE_DIRECT_H

#include <math.h>
#include <stdlib.h>

static double direct_max(double a, double b)
{
    return a > b ? a : b;
}

/* D (n, length + 1). */
static void direct_scores(const double *s, size_t n, size_t start, size_t length, double *d)
{
    const size_t width = length + 1;
    for (size_t i = 0; i < n * width; i++) {
        d[i] = -INFINITY;
    }
    d[0] = 0.0;
    d[1] = s[start];
    for (size_t r = 1; r < n; r++) {
        double *row = d + r * width;
        const double *before = row - width;
        row[0] = direct_max(before[0], before[length]);
        row[1] = row[0] + s[r * n + start];
        for (size_t m = 2; m < width; m++) {
            double best = direct_max(before[m - 1], before[m - 2]);
            if (r > 1) {
                best = direct_max(best, before[m - 1 - width]);
            }
            row[m] = s[r * n + start + m - 1] + best;
        }
    }
}

/* Walks back from the end; counts the cells of all paths and the rows they cover. */
static void direct_backtrack(const double *d, size_t n, size_t length, size_t *n_cells,
                             size_t *coverage)
{
    const size_t width = length + 1;
    size_t r = n - 1, m = 0, path_end = 0;
    *n_cells = *coverage = 0;
    if (!(d[r * width + length] < d[r * width])) {
        m = length;
        path_end = r;
        *n_cells = 1;
    }
    while (r > 0 || m > 0) {
        if (m == 1) {
            *coverage += path_end - r + 1; /* the path's first cell */
            m = 0;
        } else if (r == 0) {
            m--;
        } else if (m == 0) {
            r--;
            if (d[r * width + length] > d[r * width]) {
                m = length;
                path_end = r;
                *n_cells += 1;
            }
        } else {
            size_t best_r = r - 1, best_m = m - 1;
            double best = d[best_r * width + best_m];
            if (r > 2 && best < d[(r - 2) * width + m - 1]) {
                best = d[(r - 2) * width + m - 1];
                best_r = r - 2;
                best_m = m - 1;
            }
            if (m > 2 && best < d[(r - 1) * width + m - 2]) {
                best_r = r - 1;
                best_m = m - 2;
            }
            r = best_r;
            m = best_m;
            *n_cells += 1;
        }
    }
}

static double direct_fitness(const double *s, size_t n, size_t start, size_t length)
{
    double *d = malloc(n * (length + 1) * sizeof *d);
    direct_scores(s, n, start, length, d);
    const double *last = d + (n - 1) * (length + 1);
    const double score = direct_max(last[0], last[length]);
    size_t n_cells, coverage;
    direct_backtrack(d, n, length, &n_cells, &coverage);
    free(d);
    const double score_n = (score - (double)length) / ((double)n_cells + 1e-16);
    const double coverage_n = ((double)coverage - (double)length) / ((double)n + 1e-16);
    return 2.0 * score_n * coverage_n / (score_n + coverage_n + 1e-16);
}

#endif
