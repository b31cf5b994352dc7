/* Dense linear algebra: thin wrappers over OpenBLAS and LAPACKE for what the set metrics need.
 *
 * Matrices are row-major and contiguous. The library runs single-threaded inside attune (parallel
 * work is split by the caller), so a call gives the same bits whatever --jobs says. Calls may run
 * side by side.
 */
#ifndef ATTUNE_BASE_LINALG_H
#define ATTUNE_BASE_LINALG_H

#include <stdbool.h>

#include "base/err.h"

/* C = A B^T, C = A B, C = A^T B in single precision: C (m, n), the sum runs over k. */
void attune_product_nt_f(const float *a, const float *b, float *c, size_t m, size_t n, size_t k);
void attune_product_nn_f(const float *a, const float *b, float *c, size_t m, size_t n, size_t k);
void attune_product_tn_f(const float *a, const float *b, float *c, size_t m, size_t n, size_t k);

/* C = A B^T and C = A B in double precision: A (m, k), B (n, k) or (k, n), C (m, n). */
void attune_product_nt(const double *a, const double *b, double *c, size_t m, size_t n, size_t k);
void attune_product_nn(const double *a, const double *b, double *c, size_t m, size_t n, size_t k);

/* S += A^T A for A (n_rows, d), S (d, d). Only one triangle is updated; attune_symmetrise fills the
 * other. */
void attune_gram_add(const double *a, size_t n_rows, size_t d, double *s);
void attune_symmetrise(double *s, size_t d);

/* Factors a symmetric positive semidefinite S (d, d) as F^T F with F (rank, d), in place: F's rows
 * are the first *rank rows of s on return. Pivoted only where S is not safely definite: pivots
 * below d * 2^-52 * the largest diagonal element count as zero. work (d, d) is scratch.
 * ATTUNE_E_MEMORY. */
enum attune_code attune_factor(double *s, size_t d, double *work, size_t *rank,
                               struct attune_err *err);

/* Solves S y = b in place of b (n,), and inverts S in place, for a symmetric positive definite S
 * (n, n) of which the lower triangle is read; the solver destroys it. false: not definite. */
bool attune_solve_definite(double *s, size_t n, double *b);
bool attune_invert_definite(double *s, size_t n);

/* Eigenvalues of a symmetric matrix, ascending, into w (n,); s is destroyed. ATTUNE_E_MEMORY,
 * ATTUNE_E_INTERNAL when the iteration does not converge (NaN in the input). */
enum attune_code attune_eigenvalues(double *s, size_t n, double *w, struct attune_err *err);

/* The same with eigenvectors: row i of s becomes the vector of w[i]. */
enum attune_code attune_eigenvectors(double *s, size_t n, double *w, struct attune_err *err);

#endif
