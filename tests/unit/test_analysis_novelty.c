/* Novelty against the checkerboard kernel laid over the matrix, and structure on a piece of known
 * form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/rng.h"
#include "metrics/analysis/novelty.h"
#include "metrics/analysis/scape.h"
#include "metrics/analysis/ssm.h"
#include "metrics/analysis/structure.h"

static void random_rows(struct attune_rng *rng, double *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double norm = 0.0;
        for (size_t c = 0; c < 12; c++) {
            rows[i * 12 + c] = attune_rng_uniform(rng);
            norm += rows[i * 12 + c] * rows[i * 12 + c];
        }
        for (size_t c = 0; c < 12; c++) {
            rows[i * 12 + c] /= sqrt(norm);
        }
    }
}

/* The definition: sum over the zero-padded matrix of kernel times dot products. */
static double by_kernel(const double *rows, long n, long radius, long centre)
{
    double sum = 0.0, total = 0.0;
    for (long k = -radius; k <= radius; k++) {
        for (long l = -radius; l <= radius; l++) {
            const double sign = (double)((k > 0) - (k < 0)) * (double)((l > 0) - (l < 0));
            const double taper = sqrt(0.5) / ((double)radius * 0.5);
            const double weight = sign * exp(-taper * taper * (double)(k * k + l * l));
            const long i = centre + k, j = centre + l;
            total += fabs(weight);
            for (long c = 0; c < 12 && i >= 0 && i < n && j >= 0 && j < n; c++) {
                sum += weight * rows[i * 12 + c] * rows[j * 12 + c];
            }
        }
    }
    return sum / total;
}

static void novelty_equals_the_kernel(void **state)
{
    enum { N = 40, RADIUS = 7 };
    struct attune_rng rng;
    attune_rng_init(&rng, 3, 0);
    double rows[N * 12], curve[N];
    random_rows(&rng, rows, N);
    attune_novelty_curve(rows, N, RADIUS, 1, curve);
    for (long i = 0; i < N; i++) {
        assert_true(fabs(curve[i] - by_kernel(rows, N, RADIUS, i)) < 1e-12);
    }
}

/* Two orthogonal halves: novelty is 1/2 at the change and 0 far from it. */
static void a_change_has_novelty_one_half(void **state)
{
    enum { N = 80 };
    double rows[N * 12] = {0.0}, curve[N];
    for (size_t i = 0; i < N; i++) {
        rows[i * 12 + (i <= N / 2 ? 0 : 6)] = 1.0;
    }
    attune_novelty_curve(rows, N, 10, 0, curve);
    assert_true(fabs(curve[N / 2] - 0.5) < 1e-12);
    assert_true(fabs(curve[5]) < 1e-12 && fabs(curve[N - 5]) < 1e-12);
}

/* Random harmony of 20 s, played three times, against 60 s of random harmony. A segment of 20 s is
 * covered three times; nothing in the other piece repeats. */
static void a_repeated_theme_is_fitter_than_none(void **state)
{
    enum { N = 120, THEME = 40 };
    struct attune_rng rng;
    attune_rng_init(&rng, 5, 0);
    double themed[N * 12], random[N * 12], *matrix = malloc(N * N * sizeof *matrix);
    random_rows(&rng, themed, THEME);
    for (size_t i = THEME * 12; i < (size_t)N * 12; i++) {
        themed[i] = themed[i - THEME * 12];
    }
    random_rows(&rng, random, N);
    const struct attune_ssm_options options = attune_ssm_default_options();
    struct attune_arena scratch = ATTUNE_ARENA_INIT;
    struct attune_structure with, without;
    assert_true(attune_ssm_compute(themed, N, &options, &scratch, matrix));
    attune_scape_quantise(matrix, (size_t)N * N);
    assert_true(attune_structure_of_matrix(matrix, N, 2.0, &scratch, &with));
    assert_true(attune_ssm_compute(random, N, &options, &scratch, matrix));
    attune_scape_quantise(matrix, (size_t)N * N);
    assert_true(attune_structure_of_matrix(matrix, N, 2.0, &scratch, &without));
    assert_true(with.fitness[ATTUNE_STRUCTURE_LONG] > 0.5);
    assert_true(without.fitness[ATTUNE_STRUCTURE_LONG] < 0.25);
    assert_true(with.repetition > 0.9);
    attune_arena_release(&scratch);
    free(matrix);
}

/* The search that skips segments finds the same maxima as all cells do. */
static void pruning_loses_nothing(void **state)
{
    enum { N = 90 };
    double rows[N * 12], matrix[N * N];
    const struct attune_ssm_options options = attune_ssm_default_options();
    struct attune_arena scratch = ATTUNE_ARENA_INIT;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, 2);
        random_rows(&rng, rows, N);
        memcpy(rows + 50 * 12, rows + 5 * 12, (size_t)(10 + seed * 5) * 12 * sizeof *rows);
        assert_true(attune_ssm_compute(rows, N, &options, &scratch, matrix));
        struct attune_structure structure;
        assert_true(attune_structure_of_matrix(matrix, N, 2.0, &scratch, &structure));
        struct attune_scape scape;
        struct attune_scape_cell cells[N];
        double best[3] = {0.0};
        assert_true(attune_scape_init(&scape, matrix, N, &scratch));
        for (size_t length = 6; length <= N; length++) {
            attune_scape_row(&scape, length, cells);
            for (size_t start = 0; start + length <= N; start++) {
                const double f = cells[start].fitness;
                best[0] = length <= 16 && f > best[0] ? f : best[0];
                best[1] = length >= 16 && length <= 30 && f > best[1] ? f : best[1];
                best[2] = length >= 30 && f > best[2] ? f : best[2];
            }
        }
        for (int r = 0; r < 3; r++) {
            assert_true(structure.fitness[r] == best[r]);
        }
        attune_arena_reset(&scratch);
    }
    attune_arena_release(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(novelty_equals_the_kernel),
        cmocka_unit_test(a_change_has_novelty_one_half),
        cmocka_unit_test(a_repeated_theme_is_fitter_than_none),
        cmocka_unit_test(pruning_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
