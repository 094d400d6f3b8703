import COpenBLAS
import LinearAlgebra
import Tensors
import Testing

@Suite struct ProductKernelTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var m, n, k: Int
    var testDescription: String { "\(m)×\(n)×\(k)" }
  }

  static let shapes = [
    Shape(m: 1, n: 1, k: 1), Shape(m: 5, n: 7, k: 3), Shape(m: 13, n: 33, k: 65), Shape(m: 24, n: 32, k: 257),
    Shape(m: 37, n: 300, k: 576), Shape(m: 12, n: 16, k: 31), Shape(m: 3, n: 513, k: 290),
    Shape(m: 19, n: 40, k: 64), Shape(m: 22, n: 15, k: 40),
  ]

  @Test(arguments: sets, shapes)
  func productsEqualTheOracle(_ set: Kernels.InstructionSet, _ shape: Shape) throws {
    let kernels = try #require(Kernels(set))
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let x = random(m * k, seed: 1)
    let w = random(n * k, seed: 2)
    let rank = 5
    let inner = random(m * rank, seed: 3)
    let right = random(rank * n, seed: 4)
    let packed = FloatBuffer(count: kernels.packedSize(rows: m, inner: max(k, n)))
    let packedInner = FloatBuffer(count: kernels.packedSize(rows: m, inner: rank))
    let scratch = FloatBuffer(count: kernels.productScratch)
    kernels.packRows(inner, rows: m, inner: rank, stride: rank, scale: 2, into: packedInner.pointer)
    w.withUnsafeBufferPointer { w in
      right.withUnsafeBufferPointer { right in
        guard let base = w.baseAddress, let b = right.baseAddress else { return }
        let added = ProductExtension(packed: packedInner.pointer, right: b, inner: rank, stride: n)
        var y = random(m * n, seed: 5)
        let before = y
        kernels.packRows(x, rows: m, inner: k, stride: k, into: packed.pointer)
        kernels.productTransposed(
          rows: m, packed: packed.pointer, MatrixView(floats: base, rows: n, columns: k), extension: added, into: &y,
          stride: n, accumulate: true, scratch: scratch.pointer)
        let plain = ReferenceKernels.productTransposed(x, Array(w), m: m, n: n, k: k)
        let low = ReferenceKernels.product(inner, Array(right), m: m, n: n, k: rank)
        #expect(close(y, zip(zip(plain, low), before).map { $0.0 + 2 * $0.1 + $1 }, 1e-4))

        // x · w with w as [k][n]: the same bytes, read as another matrix.
        var z = [Float](repeating: 9, count: m * n)
        kernels.product(
          rows: m, packed: packed.pointer, MatrixView(floats: base, rows: k, columns: n), into: &z, stride: n,
          scratch: scratch.pointer)
        #expect(close(z, ReferenceKernels.product(x, Array(w), m: m, n: n, k: k), 1e-4))
      }
    }
    // xᵀ given as [k][m].
    var z = [Float](repeating: 1, count: m * n)
    kernels.packColumns(
      ReferenceKernels.transposed(x, rows: m, columns: k), rows: m, inner: k, stride: m, into: packed.pointer)
    kernels.accumulateProduct(
      rows: m, columns: n, inner: k, packed: packed.pointer, right: w, rightStride: n, into: &z, stride: n)
    #expect(close(z, ReferenceKernels.product(x, w, m: m, n: n, k: k).map { $0 + 1 }, 1e-4))
  }

  /// The oracle that shares no line with the kernels: OpenBLAS in f64, on the shapes of a model's layers.
  @Test(
    .enabled(if: lp_blas_is_here() != 0, "libopenblas.so.0 is not installed"), arguments: sets,
    [
      Shape(m: 320, n: 1536, k: 576), Shape(m: 253, n: 576, k: 1536), Shape(m: 64, n: 192, k: 576),
      Shape(m: 31, n: 49, k: 8191), Shape(m: 320, n: 8, k: 576),
    ])
  func productsEqualOpenBLAS(_ set: Kernels.InstructionSet, _ shape: Shape) throws {
    let kernels = try #require(Kernels(set))
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let (x, w) = (random(m * k, seed: 11), random(n * k, seed: 12))
    let packed = FloatBuffer(count: kernels.packedSize(rows: m, inner: max(k, n)))
    let scratch = FloatBuffer(count: kernels.productScratch)
    let (wideX, wideW) = (x.map { Double($0) }, w.map { Double($0) })
    // Rows one after another are the columns of the transpose: yᵀ = op(wᵀ)·xᵀ.
    func reference(_ matrix: (rows: Int, transposed: Bool)) -> [Float] {
      var y = [Double](repeating: 0, count: m * n)
      LinearAlgebra.call {
        lp_dgemm(
          matrix.transposed, false, Int32(n), Int32(m), Int32(k), wideW, Int32(matrix.rows), wideX, Int32(k), 0, &y,
          Int32(n))
      }
      return y.map { Float($0) }
    }
    // The partial sums of i products grow as √i / 3, and each is rounded to 2⁻²⁵ of itself: 7e-9·k in the mean square,
    // of which the largest of half a million sums has five times as much.
    let tolerance = 4e-8 * Float(k) + 1e-6
    w.withUnsafeBufferPointer { w in
      guard let base = w.baseAddress else { return }
      var y = [Float](repeating: 7, count: m * n)
      kernels.packRows(x, rows: m, inner: k, stride: k, into: packed.pointer)
      kernels.productTransposed(
        rows: m, packed: packed.pointer, MatrixView(floats: base, rows: n, columns: k), into: &y, stride: n,
        scratch: scratch.pointer)
      #expect(close(y, reference((k, true)), tolerance))
      kernels.product(
        rows: m, packed: packed.pointer, MatrixView(floats: base, rows: k, columns: n), into: &y, stride: n,
        scratch: scratch.pointer)
      #expect(close(y, reference((n, false)), tolerance))
    }
    var z = [Float](repeating: 1, count: m * n)
    kernels.packRows(x, rows: m, inner: k, stride: k, into: packed.pointer)
    kernels.accumulateProduct(
      rows: m, columns: n, inner: k, packed: packed.pointer, right: w, rightStride: n, into: &z, stride: n)
    #expect(close(z, reference((n, false)).map { $0 + 1 }, tolerance))
  }

  /// The property packs and shared prefixes rest on.
  @Test(arguments: sets)
  func aRowsResultDoesNotDependOnItsNeighbors(_ set: Kernels.InstructionSet) throws {
    let kernels = try #require(Kernels(set))
    let (m, n, k) = (61, 70, 600)
    let x = random(m * k, seed: 1)
    let w = random(n * k, seed: 2)
    let scratch = FloatBuffer(count: kernels.productScratch)
    func rows(_ range: Range<Int>) -> [Float] {
      let packed = FloatBuffer(count: kernels.packedSize(rows: range.count, inner: k))
      var y = [Float](repeating: 0, count: range.count * n)
      kernels.packRows(
        Array(x[range.lowerBound * k..<range.upperBound * k]), rows: range.count, inner: k, stride: k,
        into: packed.pointer)
      w.withUnsafeBufferPointer { w in
        guard let base = w.baseAddress else { return }
        kernels.productTransposed(
          rows: range.count, packed: packed.pointer, MatrixView(floats: base, rows: n, columns: k), into: &y, stride: n,
          scratch: scratch.pointer)
      }
      return y
    }
    let all = rows(0..<m)
    for start in [0, 5, 12, 40] { #expect(rows(start..<start + 20) == Array(all[start * n..<(start + 20) * n])) }
  }

  /// Cutting the output's columns among threads changes no bit, whatever the weight is stored as.
  @Test(arguments: sets, StorageType.allCases)
  func partsDoNotChangeABit(_ set: Kernels.InstructionSet, _ type: StorageType) throws {
    let kernels = try #require(Kernels(set))
    let (m, n, k, rank) = (23, 331, 768, 3)
    // Bytes of f32 values near one: finite in every type, whatever they mean there.
    let bytes = random(n * k, seed: 3).flatMap { withUnsafeBytes(of: ($0 + 3).bitPattern.littleEndian, Array.init) }
    let (x, inner, right) = (random(m * k, seed: 1), random(m * rank, seed: 2), random(rank * k, seed: 4))
    let packed = FloatBuffer(count: kernels.packedSize(rows: m, inner: k))
    let packedInner = FloatBuffer(count: kernels.packedSize(rows: m, inner: rank))
    let scratch = FloatBuffer(count: 3 * kernels.productScratch)
    kernels.packRows(inner, rows: m, inner: rank, stride: rank, into: packedInner.pointer)
    try bytes.withUnsafeBytes { bytes in
      try right.withUnsafeBufferPointer { right in
        let added = ProductExtension(
          packed: packedInner.pointer, right: try #require(right.baseAddress), inner: rank, stride: k)
        let data = try #require(bytes.baseAddress)
        let w = try #require(MatrixView(data: data, rows: n, columns: k, type: type, owner: nil))
        func both(_ parts: Int) -> [UInt32] {
          var y = random(m * n, seed: 5)
          kernels.packRows(x, rows: m, inner: k, stride: k, into: packed.pointer)
          kernels.productTransposed(
            parts: parts, rows: m, packed: packed.pointer, w, extension: added, into: &y, stride: n, accumulate: true,
            scratch: scratch.pointer)
          var z = [Float](repeating: 0, count: m * k)
          kernels.packRows(y, rows: m, inner: n, stride: n, into: packed.pointer)
          kernels.product(
            parts: parts, rows: m, packed: packed.pointer, w, extension: added, into: &z, stride: k, accumulate: false,
            scratch: scratch.pointer)
          return (y + z).map(\.bitPattern)
        }
        let one = both(1)
        #expect(both(2) == one)
        #expect(both(3) == one)
      }
    }
  }

  /// A stored matrix multiplies as its widened values do, to the bit.
  @Test(arguments: sets, StorageType.allCases)
  func storedWeightsMultiplyAsTheirValues(_ set: Kernels.InstructionSet, _ type: StorageType) throws {
    let kernels = try #require(Kernels(set))
    let (m, n, k) = (9, 40, 512)
    var state: UInt64 = 3
    var bytes = (0..<n * k / type.blockSize * type.blockBytes).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 40)
    }
    // Keep the exponents of stored floats and scales small and finite.
    if type.blockSize == 1 {
      for index in bytes.indices where index % (type.blockBytes) == type.blockBytes - 1 { bytes[index] &= 0xBB }
    } else if type.rawValue == 39 {
      for index in bytes.indices where index % type.blockBytes == 0 { bytes[index] = 120 + bytes[index] % 8 }
    } else {
      for index in bytes.indices where index % 2 == 1 { bytes[index] &= 0x3B }
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    let base = try #require(memory.baseAddress)
    let stored = try #require(MatrixView(data: base, rows: n, columns: k, type: type, owner: nil))
    let wide = FloatBuffer(count: n * k)
    for row in 0..<n { kernels.widenRow(row, of: stored, into: wide.pointer + row * k) }
    let view = MatrixView(floats: wide.pointer, rows: n, columns: k)
    let scratch = FloatBuffer(count: kernels.productScratch)
    for transposed in [true, false] {
      let (inner, columns) = transposed ? (k, n) : (n, k)
      let packed = FloatBuffer(count: kernels.packedSize(rows: m, inner: inner))
      kernels.packRows(random(m * inner, seed: 8), rows: m, inner: inner, stride: inner, into: packed.pointer)
      let results = [stored, view].map { matrix in
        var y = [Float](repeating: 0, count: m * columns)
        if transposed {
          kernels.productTransposed(
            rows: m, packed: packed.pointer, matrix, into: &y, stride: columns, scratch: scratch.pointer)
        } else {
          kernels.product(rows: m, packed: packed.pointer, matrix, into: &y, stride: columns, scratch: scratch.pointer)
        }
        return y.map(\.bitPattern)
      }
      #expect(results[0] == results[1])
    }
  }
}
