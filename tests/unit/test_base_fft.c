/* Both FFT backends in one program, against each other and against a plain DFT in double precision.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/fft.h"
#include "base/fft_double.h"
#include "base/mem.h"
#include "base/rng.h"

/* The second copies are the same sources, their symbols renamed by the build. */
#define BACKEND(prefix)                                                                            \
    struct attune_fft *prefix##_new(size_t size, struct attune_err *err);                          \
    void prefix##_free(struct attune_fft *fft);                                                    \
    float *prefix##_time(struct attune_fft *fft);                                                  \
    float complex *prefix##_spectrum(struct attune_fft *fft);                                      \
    void prefix##_forward(struct attune_fft *fft);                                                 \
    void prefix##_inverse(struct attune_fft *fft);                                                 \
    const char *prefix##_backend(void);

BACKEND(attune_fft_fftw)
BACKEND(attune_fft_kissfft)

struct backend {
    struct attune_fft *(*new)(size_t size, struct attune_err *err);
    void (*free)(struct attune_fft *fft);
    float *(*time)(struct attune_fft *fft);
    float complex *(*spectrum)(struct attune_fft *fft);
    void (*forward)(struct attune_fft *fft);
    void (*inverse)(struct attune_fft *fft);
};

#define MEMBERS(prefix)                                                                            \
    {                                                                                              \
        prefix##_new, prefix##_free, prefix##_time, prefix##_spectrum, prefix##_forward,           \
            prefix##_inverse                                                                       \
    }
static const struct backend backends[] = {MEMBERS(attune_fft_fftw), MEMBERS(attune_fft_kissfft)};

static const size_t sizes[] = {2,   4,   6,    8,    10,   12,   14,   16,   22,   30,   64,    100,
                               254, 256, 1000, 1024, 1470, 2048, 4096, 4410, 8192, 10000, 16384};
enum { N_SIZES = sizeof sizes / sizeof *sizes, NAIVE_MAX = 4410 };

/* Single precision: the error grows as log2 N times the rounding of one step, relative to the norm.
 */
static double tolerance(size_t n, double norm)
{
    return 4.0 * 0x1p-24 * (log2((double)n) + 1.0) * norm;
}

/* Seeded noise with an offset, into the backend's input; returns the spectrum's scale sqrt(N) |x|.
 */
static double fill(float *x, size_t n, uint64_t seed)
{
    struct attune_rng rng;
    double power = 0.0;
    attune_rng_init(&rng, seed, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(0.2 + attune_rng_normal(&rng));
        power += (double)x[i] * x[i];
    }
    return sqrt(power);
}

static double complex naive(const float *x, size_t n, size_t k)
{
    double complex sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double turn = (double)(i * k % n) / (double)n;
        sum += x[i] * (cos(2.0 * M_PI * turn) - I * sin(2.0 * M_PI * turn));
    }
    return sum;
}

static void forward_is_the_fourier_transform(void **state)
{
    for (size_t b = 0; b < 2; b++) {
        for (size_t s = 0; s < N_SIZES && sizes[s] <= NAIVE_MAX; s++) {
            const size_t n = sizes[s], step = n > 512 ? 37 : 1;
            struct attune_fft *fft = backends[b].new(n, NULL);
            assert_non_null(fft);
            float *x = backends[b].time(fft);
            const double norm = fill(x, n, 1);
            float *kept = attune_alloc(n, sizeof *kept);
            memcpy(kept, x, n * sizeof *kept);
            backends[b].forward(fft);
            const float complex *spectrum = backends[b].spectrum(fft);
            for (size_t k = 0; k <= n / 2; k += step) {
                const double off = cabs(naive(kept, n, k) - (double complex)spectrum[k]);
                if (!(off < tolerance(n, norm))) {
                    fail_msg("backend %zu, size %zu, bin %zu: off by %g", b, n, k, off);
                }
            }
            attune_release(kept);
            backends[b].free(fft);
        }
    }
}

static void backends_agree(void **state)
{
    for (size_t s = 0; s < N_SIZES; s++) {
        const size_t n = sizes[s];
        struct attune_fft *fft[2];
        double norm = 0.0;
        for (size_t b = 0; b < 2; b++) {
            fft[b] = backends[b].new(n, NULL);
            assert_non_null(fft[b]);
            norm = fill(backends[b].time(fft[b]), n, 2);
            backends[b].forward(fft[b]);
        }
        const float complex *left = backends[0].spectrum(fft[0]),
                            *right = backends[1].spectrum(fft[1]);
        for (size_t k = 0; k <= n / 2; k++) {
            if (!(cabs((double complex)(left[k] - right[k])) < tolerance(n, norm))) {
                fail_msg("size %zu, bin %zu", n, k);
            }
        }
        backends[0].free(fft[0]);
        backends[1].free(fft[1]);
    }
}

static void inverse_gives_n_times_the_input(void **state)
{
    for (size_t b = 0; b < 2; b++) {
        for (size_t s = 0; s < N_SIZES; s++) {
            const size_t n = sizes[s];
            struct attune_fft *fft = backends[b].new(n, NULL);
            float *x = backends[b].time(fft), *kept = attune_alloc(n, sizeof *kept);
            const double norm = fill(x, n, 3);
            memcpy(kept, x, n * sizeof *kept);
            backends[b].forward(fft);
            memset(x, 0, n * sizeof *x);
            backends[b].inverse(fft);
            for (size_t i = 0; i < n; i++) {
                if (!(fabs(x[i] / (double)n - kept[i]) <
                      2.0 * tolerance(n, norm) / sqrt((double)n) + 1e-6)) {
                    fail_msg("backend %zu, size %zu, sample %zu: %g for %g", b, n, i,
                             x[i] / (double)n, (double)kept[i]);
                }
            }
            attune_release(kept);
            backends[b].free(fft);
        }
    }
}

static void plans_repeat_their_bits(void **state)
{
    enum { N = 4096 };
    for (size_t b = 0; b < 2; b++) {
        struct attune_fft *first = backends[b].new(N, NULL), *second = backends[b].new(N, NULL);
        fill(backends[b].time(first), N, 4);
        fill(backends[b].time(second), N, 4);
        backends[b].forward(first);
        backends[b].forward(second);
        assert_memory_equal(backends[b].spectrum(first), backends[b].spectrum(second),
                            (N / 2 + 1) * sizeof(float complex));
        assert_int_equal((uintptr_t)backends[b].time(first) % 64, 0);
        assert_int_equal((uintptr_t)backends[b].spectrum(first) % 64, 0);
        backends[b].free(first);
        backends[b].free(second);
    }
}

static void odd_and_huge_sizes_are_refused(void **state)
{
    const size_t bad[] = {0, 1, 3, 1025, ((size_t)1 << 24) + 2, SIZE_MAX};
    for (size_t b = 0; b < 2; b++) {
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            struct attune_err err = ATTUNE_ERR_INIT;
            assert_null(backends[b].new(bad[i], &err));
            assert_int_equal(err.code, ATTUNE_E_USAGE);
        }
        backends[b].free(NULL);
    }
    assert_int_equal(strncmp(attune_fft_fftw_backend(), "fftw", 4), 0);
    assert_string_equal(attune_fft_kissfft_backend(), "kissfft");
}

/* The power of a weak sine beside a strong one, 180 dB below: single precision buries it. */
static void double_precision_reaches_180_db_down(void **state)
{
    static const size_t powers_of_two[] = {4, 8, 64, 2048};
    for (size_t s = 0; s < sizeof powers_of_two / sizeof *powers_of_two; s++) {
        const size_t n = powers_of_two[s];
        double *x = attune_alloc(n, sizeof *x), *power = attune_alloc(n / 2 + 1, sizeof *power);
        float *rounded = attune_alloc(n, sizeof *rounded);
        struct attune_fft_double *fft = attune_fft_double_new(n);
        assert_non_null(fft);
        const double norm = fill(rounded, n, 5);
        for (size_t i = 0; i < n; i++) {
            x[i] = (double)rounded[i];
        }
        attune_fft_double_power(fft, x, power);
        for (size_t k = 0; k <= n / 2; k++) {
            const double expected = cabs(naive(rounded, n, k));
            assert_float_equal(sqrt(power[k]), expected, 1e-13 * (double)n * norm);
        }
        for (size_t i = 0; i < n; i++) {
            const double turn = 2.0 * M_PI * (double)i / (double)n;
            x[i] = sin(turn) + 1e-9 * cos((double)(n / 2) * turn);
        }
        attune_fft_double_power(fft, x, power);
        assert_float_equal(power[1] / ((double)n * (double)n / 4.0), 1.0, 1e-12);
        assert_float_equal(sqrt(power[n / 2]) / (double)n, 1e-9, 1e-13);
        attune_fft_double_free(fft);
        attune_release(rounded);
        attune_release(power);
        attune_release(x);
    }
    attune_fft_double_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_fourier_transform),
        cmocka_unit_test(backends_agree),
        cmocka_unit_test(inverse_gives_n_times_the_input),
        cmocka_unit_test(plans_repeat_their_bits),
        cmocka_unit_test(odd_and_huge_sizes_are_refused),
        cmocka_unit_test(double_precision_reaches_180_db_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
