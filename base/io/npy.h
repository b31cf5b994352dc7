/* NumPy's NPY files, versions 1.0 to 3.0, C order, little endian: float16, float32, float64, and
 * the integer types on reading (NEP 1 and numpy.lib.format). Arrays of one or two dimensions. */
#ifndef ATTUNE_BASE_IO_NPY_H
#define ATTUNE_BASE_IO_NPY_H

#include "base/err.h"

struct attune_matrix {
    float *v; /* (n_rows, n_cols), row-major, 64-byte aligned; free with attune_matrix_release */
    size_t n_rows, n_cols;
};

void attune_matrix_release(struct attune_matrix *m);

/* One-dimensional arrays become one row. ATTUNE_E_INPUT names what is wrong with the header
 * (Fortran order, object dtype, shape larger than the file). NaN and infinities are kept. */
enum attune_code attune_npy_read(struct attune_matrix *out, const char *path,
                                 struct attune_err *err);

/* The same for an image in memory. */
enum attune_code attune_npy_parse(struct attune_matrix *out, const void *bytes, size_t n_bytes,
                                  struct attune_err *err);

/* Writes float32, version 1.0, atomically. */
enum attune_code attune_npy_write(const char *path, const float *v, size_t n_rows, size_t n_cols,
                                  struct attune_err *err);

#endif
