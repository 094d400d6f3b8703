// Matrix products of training.
#include "check.h"

// [m][n] = [m][k] · w, w [k][n] or, transposed, [n][k].
static double *reference(size_t m, size_t n, size_t k, const float *x, size_t ldx, const float *w, size_t ldw,
                         int transposed) {
  double *y = doubles(m * n);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t p = 0; p < k; p++)
        sum += (double)x[i * ldx + p] * (double)(transposed ? w[j * ldw + p] : w[p * ldw + j]);
      y[i * n + j] = sum;
    }
  return y;
}

static float *scratch_of(const lp_isa *k) { return floats((size_t)k->gemm_scratch); }

static float *packed_rows(const lp_isa *kernels, size_t m, size_t k, const float *x, size_t ldx, float scale) {
  float *packed = floats((size_t)kernels->packed_size((int64_t)m, (int64_t)k));
  kernels->pack_rows((int64_t)m, (int64_t)k, x, (int64_t)ldx, scale, packed);
  return packed;
}

// What lies between the rows of a result stays as it was.
static void take(const char *what, const float *c, size_t m, size_t n, size_t ldc, const double *expected,
                 double tolerance) {
  for (size_t i = 0; i < m; i++) {
    expect_close(what, c + i * ldc, expected + i * n, n, tolerance);
    if (i + 1 < m) expect_untouched(what, c + i * ldc + n, ldc - n);
  }
}

static void check_shape(const lp_isa *kernels, size_t m, size_t n, size_t k) {
  begin("product %zu x %zu x %zu", m, n, k);
  enum { RANK = 5 };
  const size_t ldx = k + 3, ldc = n + 5;
  const float *x = random_floats((m - 1) * ldx + k, 1);
  const float *low = random_floats(m * RANK, 1), *right = random_floats(RANK * n, 1);
  const float *a = packed_rows(kernels, m, k, x, ldx, 1), *packed_low = packed_rows(kernels, m, RANK, low, RANK, 2);
  float *scratch = scratch_of(kernels);
  // Partial sums of i products grow as √i / 3, and each is rounded to 2⁻²⁵ of itself; of many sums the largest counts.
  const double tolerance = 4e-8 * (double)k + 3e-6;
  const lp_extension extension = {packed_low, right, RANK, (int64_t)n};
  const double *added = reference(m, n, RANK, low, RANK, right, n, 0);
  for (int transposed = 0; transposed < 2; transposed++) {
    // Rows of the stored matrix lie apart, too.
    const size_t rows = transposed ? n : k, columns = transposed ? k : n, ldw = columns + 4;
    const float *w = random_floats((rows - 1) * ldw + columns, 1);
    const lp_matrix matrix = {w, (int64_t)rows, (int64_t)columns, (int64_t)ldw * 4, LP_F32};
    double *expected = reference(m, n, k, x, ldx, w, ldw, transposed);
    for (int accumulate = 0; accumulate < 2; accumulate++) {
      float *c = floats((m - 1) * ldc + n);
      for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
          if (accumulate) c[i * ldc + j] = (float)(i % 3);
          if (accumulate) expected[i * n + j] += (double)(i % 3) + 2 * added[i * n + j];
        }
      (transposed ? kernels->gemm_nt : kernels->gemm_nn)((int64_t)m, a, &matrix, accumulate ? &extension : 0, c,
                                                         (int64_t)ldc, accumulate, scratch);
      take(transposed ? "gemm_nt" : "gemm_nn", c, m, n, ldc, expected, tolerance);
    }
  }
  // The transpose as left operand, and the right one in place.
  const size_t ldw = n + 1;
  const float *w = random_floats((k - 1) * ldw + n, 1);
  float *columns = floats((k - 1) * (m + 2) + m), *c = floats((m - 1) * ldc + n);
  for (size_t p = 0; p < k; p++)
    for (size_t i = 0; i < m; i++) columns[p * (m + 2) + i] = x[i * ldx + p];
  float *packed = floats((size_t)kernels->packed_size((int64_t)m, (int64_t)k));
  kernels->pack_columns((int64_t)m, (int64_t)k, columns, (int64_t)m + 2, 0.5f, packed);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) c[i * ldc + j] = 1;
  kernels->gemm_tall((int64_t)m, (int64_t)n, (int64_t)k, packed, w, (int64_t)ldw, c, (int64_t)ldc);
  double *expected = reference(m, n, k, x, ldx, w, ldw, 0);
  for (size_t i = 0; i < m * n; i++) expected[i] = 1 + expected[i] / 2;
  take("gemm_tall", c, m, n, ldc, expected, tolerance);
}

// A row's result does not depend on its neighbors, nor a column's on how the columns are cut among threads.
static void check_neighbors(const lp_isa *kernels) {
  begin("rows and columns of a product, alone and together");
  const size_t m = 61, n = 70, k = 600;
  const float *x = random_floats(m * k, 1), *w = random_floats(n * k, 1);
  float *scratch = scratch_of(kernels), *all = floats(m * n);
  const lp_matrix whole = {w, (int64_t)n, (int64_t)k, (int64_t)k * 4, LP_F32};
  const float *a = packed_rows(kernels, m, k, x, k, 1);
  kernels->gemm_nt((int64_t)m, a, &whole, 0, all, (int64_t)n, 0, scratch);
  for (size_t start = 0; start < 41; start += 7)
    for (size_t rows = 1; rows <= 20; rows += 6) {
      float *some = floats(rows * n);
      const float *packed = packed_rows(kernels, rows, k, x + start * k, k, 1);
      kernels->gemm_nt((int64_t)rows, packed, &whole, 0, some, (int64_t)n, 0, scratch);
      expect_same("gemm_nt of some rows", some, all + start * n, rows * n * 4);
    }
  for (size_t start = 0; start < n; start += 11) {
    const size_t columns = n - start < 11 ? n - start : 11;
    const lp_matrix part = {w + start * k, (int64_t)columns, (int64_t)k, (int64_t)k * 4, LP_F32};
    float *some = floats(m * columns);
    kernels->gemm_nt((int64_t)m, a, &part, 0, some, (int64_t)columns, 0, scratch);
    for (size_t i = 0; i < m; i++)
      expect_same("gemm_nt of some columns", some + i * columns, all + i * n + start, columns * 4);
  }
}

// A stored matrix multiplies as its widened values do, to the bit.
static void check_stored(const lp_isa *kernels, int type) {
  begin("product with %s", type_name(type));
  const size_t m = 14, n = 40, k = 512;
  const uint8_t *data = random_weights(type, n, k);
  float *wide = floats(n * k), *scratch = scratch_of(kernels);
  const size_t row_bytes = stored_bytes(type, k);
  for (size_t i = 0; i < n; i++) kernels->widen(type, data + i * row_bytes, 0, (int64_t)k, wide + i * k);
  const lp_matrix matrices[2] = {{data, (int64_t)n, (int64_t)k, (int64_t)row_bytes, type},
                                 {wide, (int64_t)n, (int64_t)k, (int64_t)k * 4, LP_F32}};
  for (int transposed = 0; transposed < 2; transposed++) {
    const size_t inner = transposed ? k : n, columns = transposed ? n : k;
    const float *x = random_floats(m * inner, 1), *a = packed_rows(kernels, m, inner, x, inner, 1);
    float *c[2];
    for (int i = 0; i < 2; i++) {
      c[i] = floats(m * columns);
      (transposed ? kernels->gemm_nt : kernels->gemm_nn)((int64_t)m, a, &matrices[i], 0, c[i], (int64_t)columns, 0,
                                                         scratch);
    }
    expect_same(transposed ? "gemm_nt" : "gemm_nn", c[0], c[1], m * columns * 4);
    const double *expected = reference(m, columns, inner, x, inner, wide, k, transposed);
    expect_close("the product", c[0], expected, m * columns, 1e-4);
  }
}

void check_products(const lp_isa *k) {
  static const size_t shapes[][3] = {
      {1, 1, 1},     {5, 7, 3},    {13, 33, 65}, {24, 32, 257}, {37, 300, 576}, {12, 16, 31},
      {3, 513, 290}, {19, 40, 64}, {22, 15, 40}, {12, 8, 4},    {11, 9, 600},   {25, 17, 1030},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    check_shape(k, shapes[i][0], shapes[i][1], shapes[i][2]);
  check_neighbors(k);
  for (int at = 0; lp_weight_type_at(at) >= 0; at++) check_stored(k, lp_weight_type_at(at));
}
