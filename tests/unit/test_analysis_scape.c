/* The fitness scape plot against the direct dynamic programme, and on a piece with a known form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/rng.h"
#include "metrics/analysis/scape.h"
#include "scape_direct.h"

/* A matrix like those of music: 1 on the diagonal, a penalty nearly everywhere, some diagonal
 * stripes and some noise; symmetric only when asked for. */
static void random_matrix(struct attune_rng *rng, double *s, size_t n, double density)
{
    for (size_t i = 0; i < n * n; i++) {
        s[i] = attune_rng_uniform(rng) < density ? attune_rng_uniform(rng) : -2.0;
    }
    for (int stripe = 0; stripe < 6; stripe++) {
        size_t i = attune_rng_below(rng, n), j = attune_rng_below(rng, n);
        for (size_t k = attune_rng_below(rng, n); k > 0 && i < n && j < n; k--) {
            s[i * n + j] = 0.5 + 0.5 * attune_rng_uniform(rng);
            i += 1 + (attune_rng_below(rng, 8) == 0);
            j += 1 + (attune_rng_below(rng, 8) == 0);
        }
    }
    for (size_t i = 0; i < n; i++) {
        s[i * n + i] = 1.0;
    }
}

static void compare(const double *s, size_t n, uint64_t seed)
{
    struct attune_arena arena = ATTUNE_ARENA_INIT;
    struct attune_scape scape;
    assert_true(attune_scape_init(&scape, s, n, &arena));
    struct attune_scape_cell cells[128];
    for (size_t length = 1; length <= n; length++) {
        attune_scape_row(&scape, length, cells);
        for (size_t start = 0; start + length <= n; start++) {
            const double expected = direct_fitness(s, n, start, length);
            if (cells[start].fitness != expected ||
                cells[start].fitness > attune_scape_bound(n, length)) {
                fail_msg("seed %llu, n %zu, segment %zu+%zu: %.17g, directly %.17g, bound %.17g",
                         (unsigned long long)seed, n, start, length, cells[start].fitness, expected,
                         attune_scape_bound(n, length));
            }
        }
    }
    attune_arena_release(&arena);
}

static void every_cell_equals_the_direct_programme(void **state)
{
    static const size_t sizes[] = {3, 4, 5, 15, 16, 17, 33, 48, 70};
    static const double densities[] = {0.0, 0.05, 0.25, 0.9};
    for (uint64_t seed = 1; seed <= 36; seed++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, 0);
        const size_t n = sizes[seed % 9];
        double s[70 * 70];
        random_matrix(&rng, s, n, densities[seed % 4]);
        compare(s, n, seed); /* in double */
        attune_scape_quantise(s, n * n);
        compare(s, n, seed); /* in float */
    }
}

/* Ties everywhere: only ones and penalties, so that the order of predecessors decides. */
static void ties_are_broken_alike(void **state)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, 1);
        double s[40 * 40];
        for (size_t i = 0; i < 40 * 40; i++) {
            s[i] = attune_rng_uniform(&rng) < 0.6 ? 1.0 : i % 3 == 0 ? 0.0 : -2.0;
        }
        for (size_t i = 0; i < 40; i++) {
            s[i * 40 + i] = 1.0;
        }
        compare(s, 40, seed);
    }
}

/* Long enough for many groups of columns, most of them without a path, odd and even. */
static void long_pieces_equal_the_direct_programme(void **state)
{
    enum { N = 121 };
    static double s[N * N];
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, 2);
        const size_t n = N - seed % 2;
        random_matrix(&rng, s, n, 0.02);
        attune_scape_quantise(s, n * n);
        compare(s, n, seed);
    }
}

/* A B A B with perfect repetitions: for the segment A B (half the piece) the family covers
 * everything with score n, so that score_n = coverage_n = (n - n/2)/n = 1/2 and the fitness is 1/2.
 * */
static void a_repeated_half_has_fitness_one_half(void **state)
{
    enum { N = 24 };
    double s[N * N];
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            s[i * N + j] = i % (N / 2) == j % (N / 2) ? 1.0 : -2.0;
        }
    }
    struct attune_arena arena = ATTUNE_ARENA_INIT;
    struct attune_scape scape;
    struct attune_scape_cell cells[N];
    assert_true(attune_scape_init(&scape, s, N, &arena));
    attune_scape_row(&scape, N / 2, cells);
    assert_true(cells[0].fitness == 0.5);
    assert_true(cells[0].coverage == 1.0);
    attune_scape_row(&scape, N, cells); /* the whole piece repeats nothing */
    assert_true(cells[0].fitness == 0.0);
    double all[N * N];
    assert_true(attune_scape_all(s, N, &arena, all));
    assert_true(all[(N / 2 - 1) * N] == 0.5 && all[(N - 1) * N] == 0.0 && all[N * N - 1] == 0.0);
    attune_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_equals_the_direct_programme),
        cmocka_unit_test(ties_are_broken_alike),
        cmocka_unit_test(long_pieces_equal_the_direct_programme),
        cmocka_unit_test(a_repeated_half_has_fitness_one_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
