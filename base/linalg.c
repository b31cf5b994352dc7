/* OpenBLAS and LAPACKE behind base/linalg.h. LAPACK is column-major: a symmetric matrix is its own
 * transpose, so its lower triangle there is the upper one here. */
#include "base/linalg.h"

#include <cblas.h>
#include <lapacke.h>
#include <pthread.h>

#include "base/mem.h"

static void run_single_threaded(void)
{
    openblas_set_num_threads(1);
}

static void prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, run_single_threaded);
}

void attune_product_nt_f(const float *a, const float *b, float *c, size_t m, size_t n, size_t k)
{
    prepare();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k, b,
                (int)k, 0.0f, c, (int)n);
}

void attune_product_nn_f(const float *a, const float *b, float *c, size_t m, size_t n, size_t k)
{
    prepare();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k,
                b, (int)n, 0.0f, c, (int)n);
}

void attune_product_tn_f(const float *a, const float *b, float *c, size_t m, size_t n, size_t k)
{
    prepare();
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)m, b,
                (int)n, 0.0f, c, (int)n);
}

void attune_product_nt(const double *a, const double *b, double *c, size_t m, size_t n, size_t k)
{
    prepare();
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0, a, (int)k, b,
                (int)k, 0.0, c, (int)n);
}

void attune_product_nn(const double *a, const double *b, double *c, size_t m, size_t n, size_t k)
{
    prepare();
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0, a, (int)k,
                b, (int)n, 0.0, c, (int)n);
}

void attune_gram_add(const double *a, size_t n_rows, size_t d, double *s)
{
    prepare();
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)d, (int)n_rows, 1.0, a, (int)d, 1.0, s,
                (int)d);
}

void attune_symmetrise(double *s, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < i; j++) {
            s[i * d + j] = s[j * d + i];
        }
    }
}

/* The Cholesky factor in place, row-major upper (zeros below); false where S is not safely
 * definite. */
static bool factor_definite(double *s, size_t d, double threshold)
{
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (int)d, s, (int)d) != 0) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        if (s[i * d + i] * s[i * d + i] <= threshold) {
            return false;
        }
        memset(s + i * d, 0, i * sizeof *s);
    }
    return true;
}

enum attune_code attune_factor(double *s, size_t d, double *work, size_t *rank,
                               struct attune_err *err)
{
    prepare();
    double largest = 0.0;
    for (size_t i = 0; i < d; i++) {
        largest = s[i * d + i] > largest ? s[i * d + i] : largest;
    }
    const double threshold = (double)d * 0x1p-52 * largest;
    memcpy(work, s, d * d * sizeof *s);
    if (factor_definite(s, d, threshold)) {
        *rank = d;
        return ATTUNE_OK;
    }
    int found = 0;
    int *pivot = attune_alloc(d, sizeof *pivot);
    double *scratch = attune_alloc(2 * d, sizeof *scratch);
    if (!pivot || !scratch) {
        attune_release(pivot);
        attune_release(scratch);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a factor of order %zu", d);
    }
    if (largest > 0.0) {
        LAPACKE_dpstrf_work(LAPACK_COL_MAJOR, 'L', (int)d, work, (int)d, pivot, &found, threshold,
                            scratch);
    }
    *rank = (size_t)found;
    /* Row-major, row r of the factor holds pivoted columns r .. d-1: put each back in its place. */
    memset(s, 0, d * d * sizeof *s);
    for (size_t r = 0; r < *rank; r++) {
        for (size_t j = r; j < d; j++) {
            s[r * d + (size_t)(pivot[j] - 1)] = work[r * d + j];
        }
    }
    attune_release(pivot);
    attune_release(scratch);
    return ATTUNE_OK;
}

/* Row-major lower is column-major upper. */
bool attune_solve_definite(double *s, size_t n, double *b)
{
    prepare();
    return LAPACKE_dposv_work(LAPACK_COL_MAJOR, 'U', (int)n, 1, s, (int)n, b, (int)n) == 0;
}

bool attune_invert_definite(double *s, size_t n)
{
    prepare();
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (int)n, s, (int)n) != 0 ||
        LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'U', (int)n, s, (int)n) != 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            s[j * n + i] = s[i * n + j];
        }
    }
    return true;
}

static enum attune_code solve(char job, double *s, size_t n, double *w, struct attune_err *err)
{
    prepare();
    if (n == 0) {
        return ATTUNE_OK;
    }
    const int info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, 'L', (int)n, s, (int)n, w);
    if (info == LAPACK_WORK_MEMORY_ERROR) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for eigenvalues of order %zu", n);
    }
    if (info != 0) {
        return attune_fail(err, ATTUNE_E_INTERNAL,
                           "the eigenvalues of a matrix of order %zu do not converge", n);
    }
    return ATTUNE_OK;
}

enum attune_code attune_eigenvalues(double *s, size_t n, double *w, struct attune_err *err)
{
    return solve('N', s, n, w, err);
}

enum attune_code attune_eigenvectors(double *s, size_t n, double *w, struct attune_err *err)
{
    return solve('V', s, n, w, err);
}
