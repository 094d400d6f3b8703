#pragma once
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// OpenBLAS and the LAPACK inside it, loaded when first used: few commands need them, and the library is large. The
// routines are declared here as BLAS and LAPACK have declared them for decades, so that building lorapipe needs no headers.
// Matrices are column-major. A Fortran compiler passes the length of each text argument behind the last argument.
#ifdef __APPLE__
#define LP_BLAS_LIBRARY "libopenblas.0.dylib"
#else
#define LP_BLAS_LIBRARY "libopenblas.so.0"
#endif

static inline void *lp_blas_library(void) {
  static void *library;
  void *loaded = __atomic_load_n(&library, __ATOMIC_ACQUIRE);
  if (loaded) return loaded;
  loaded = dlopen(LP_BLAS_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  // The order of a sum must not depend on the number of cores.
  void (*set_threads)(int) = loaded ? (void (*)(int))dlsym(loaded, "openblas_set_num_threads") : 0;
  if (set_threads) set_threads(1);
  __atomic_store_n(&library, loaded, __ATOMIC_RELEASE);
  return loaded;
}

/// Whether the library is on this machine, with all that is used of it; nothing else here may be called before this has
/// said so.
static inline int lp_blas_is_here(void) {
  void *library = lp_blas_library();
  if (!library) return 0;
  static const char *const names[] = {"sgemm_", "dgemm_", "dsyrk_", "dgeqrf_", "dorgqr_", "dgesvd_", "dsyevr_"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!dlsym(library, names[i])) return 0;
  return 1;
}

/// Whether it may be called by several threads at once. A library that was built for one thread has buffers without a lock, and
/// two calls at once compute in the same buffer.
static inline bool lp_blas_allows_threads(void) {
  int (*parallel)(void) = (int (*)(void))dlsym(lp_blas_library(), "openblas_get_parallel");
  return parallel && parallel() != 0;
}

/// `OpenBLAS 0.3.21 …`; empty when the library does not say.
static inline const char *lp_blas_description(void) {
  const char *(*describe)(void) = (const char *(*)(void))dlsym(lp_blas_library(), "openblas_get_config");
  const char *text = describe ? describe() : 0;
  return text ? text : "";
}

#define LP_BLAS(type, name) ((type)dlsym(lp_blas_library(), name))

typedef void (*lp_sgemm_function)(const char *, const char *, const int32_t *, const int32_t *, const int32_t *,
                                  const float *, const float *, const int32_t *, const float *, const int32_t *,
                                  const float *, float *, const int32_t *, size_t, size_t);
typedef void (*lp_dgemm_function)(const char *, const char *, const int32_t *, const int32_t *, const int32_t *,
                                  const double *, const double *, const int32_t *, const double *, const int32_t *,
                                  const double *, double *, const int32_t *, size_t, size_t);

/// C[m × n] = A B + beta C, of the transposes of A and B where that is said.
static inline void lp_sgemm(bool transposesA, bool transposesB, int32_t m, int32_t n, int32_t k, const float *a, int32_t lda,
                            const float *b, int32_t ldb, float beta, float *c, int32_t ldc) {
  const float one = 1;
  const char opA = transposesA ? 'T' : 'N', opB = transposesB ? 'T' : 'N';
  LP_BLAS(lp_sgemm_function, "sgemm_")(&opA, &opB, &m, &n, &k, &one, a, &lda, b, &ldb, &beta, c, &ldc, 1, 1);
}

static inline void lp_dgemm(bool transposesA, bool transposesB, int32_t m, int32_t n, int32_t k, const double *a, int32_t lda,
                            const double *b, int32_t ldb, double beta, double *c, int32_t ldc) {
  const double one = 1;
  const char opA = transposesA ? 'T' : 'N', opB = transposesB ? 'T' : 'N';
  LP_BLAS(lp_dgemm_function, "dgemm_")(&opA, &opB, &m, &n, &k, &one, a, &lda, b, &ldb, &beta, c, &ldc, 1, 1);
}

/// The upper half of C[n × n] += A Aᵀ with A[n × k], or += Aᵀ A with A[k × n] when that is said to be transposed.
static inline void lp_dsyrk(bool transposed, int32_t n, int32_t k, const double *a, int32_t lda, double *c, int32_t ldc) {
  typedef void (*function)(const char *, const char *, const int32_t *, const int32_t *, const double *, const double *,
                           const int32_t *, const double *, double *, const int32_t *, size_t, size_t);
  const char upper = 'U', op = transposed ? 'T' : 'N';
  const double one = 1;
  LP_BLAS(function, "dsyrk_")(&upper, &op, &n, &k, &one, a, &lda, &one, c, &ldc, 1, 1);
}

/// A[m × n] = Q R: R in the upper half, Q as reflectors below it and in `tau`.
static inline int32_t lp_dgeqrf(int32_t m, int32_t n, double *a, int32_t lda, double *tau, double *work, int32_t size) {
  typedef void (*function)(const int32_t *, const int32_t *, double *, const int32_t *, double *, double *,
                           const int32_t *, int32_t *);
  int32_t info = 0;
  LP_BLAS(function, "dgeqrf_")(&m, &n, a, &lda, tau, work, &size, &info);
  return info;
}

/// The first n columns of Q from k reflectors.
static inline int32_t lp_dorgqr(int32_t m, int32_t n, int32_t k, double *a, int32_t lda, const double *tau,
                                double *work, int32_t size) {
  typedef void (*function)(const int32_t *, const int32_t *, const int32_t *, double *, const int32_t *, const double *,
                           double *, const int32_t *, int32_t *);
  int32_t info = 0;
  LP_BLAS(function, "dorgqr_")(&m, &n, &k, a, &lda, tau, work, &size, &info);
  return info;
}

/// A[m × n] = U diag(s) Vᵀ, of the smaller size; U and Vᵀ only with `vectors`. A is overwritten.
static inline int32_t lp_dgesvd(bool vectors, int32_t m, int32_t n, double *a, int32_t lda, double *s, double *u,
                                int32_t ldu, double *vt, int32_t ldvt, double *work, int32_t size) {
  typedef void (*function)(const char *, const char *, const int32_t *, const int32_t *, double *, const int32_t *,
                           double *, double *, const int32_t *, double *, const int32_t *, double *, const int32_t *,
                           int32_t *, size_t, size_t);
  const char job = vectors ? 'S' : 'N';
  int32_t info = 0;
  LP_BLAS(function, "dgesvd_")(&job, &job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &size, &info, 1, 1);
  return info;
}

/// Eigenvalues `first` to `last` (from 1, smallest first) of the symmetric matrix whose upper half A[n × n] has, and their
/// eigenvectors as columns of z. A is overwritten.
static inline int32_t lp_dsyevr(int32_t n, double *a, int32_t lda, int32_t first, int32_t last, double *values,
                                double *z, int32_t ldz, int32_t *support, double *work, int32_t size, int32_t *integers,
                                int32_t integer_size) {
  typedef void (*function)(const char *, const char *, const char *, const int32_t *, double *, const int32_t *,
                           const double *, const double *, const int32_t *, const int32_t *, const double *, int32_t *,
                           double *, double *, const int32_t *, int32_t *, double *, const int32_t *, int32_t *,
                           const int32_t *, int32_t *, size_t, size_t, size_t);
  const char vectors = 'V', indices = 'I', upper = 'U';
  const double unused = 0, tolerance = 0;
  int32_t found = 0, info = 0;
  LP_BLAS(function, "dsyevr_")(&vectors, &indices, &upper, &n, a, &lda, &unused, &unused, &first, &last, &tolerance,
                               &found, values, z, &ldz, support, work, &size, integers, &integer_size, &info, 1, 1, 1);
  return info;
}
