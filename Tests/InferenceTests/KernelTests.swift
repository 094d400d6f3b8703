import CKernels
import ModelFiles
import Platform
import Testing

@testable import Inference

/// Every type of weights against its plainly widened rows, on odd shapes, at every level this processor has.
@Suite struct KernelTests {
  static let formats: [(source: TensorDType, columns: Int)] = [
    (.f32, 37), (.f16, 37), (.bf16, 45), (.f32, 96), (.f16, 96), (.q80, 96), (.q40, 96), (.q41, 160), (.q4K, 512),
    (.q6K, 256), (.q50, 96), (.q51, 160), (.q2K, 256), (.q3K, 512), (.q5K, 256), (.iq4NL, 96), (.iq4XS, 512),
    (.mxfp4, 96),
    // More columns than are taken at a time.
    (.f16, 600), (.q80, 1184), (.q4K, 1280), (.q6K, 768),
  ]

  /// A matrix of random but sane bytes: scales are small halves.
  static func matrix(_ dtype: TensorDType, rows: Int, columns: Int, seed: UInt64) throws -> TensorView {
    var random = SplitMix64(seed: seed)
    let blocks = rows * columns / dtype.blockElementCount
    let scales: [Int] =
      switch dtype {
      case .q80, .q40, .q50, .iq4NL, .iq4XS: [0]
      case .q41, .q51, .q4K, .q5K: [0, 2]
      case .q2K: [80, 82]
      case .q3K: [108]
      case .q6K: [208]
      default: []
      }
    let memory = ReadOnlyMemory(count: blocks * dtype.blockByteCount) { buffer in
      for index in 0..<blocks {
        let at = index * dtype.blockByteCount
        switch dtype {
        case .f32: buffer.storeBytes(of: Float.random(in: -1...1, using: &random), toByteOffset: at, as: Float.self)
        case .f16: buffer.storeBytes(of: UInt16(0x2C00 + random.next() % 0xC00), toByteOffset: at, as: UInt16.self)
        case .bf16: buffer.storeBytes(of: UInt16(0xBE00 + random.next() % 0x100), toByteOffset: at, as: UInt16.self)
        default:
          for byte in 0..<dtype.blockByteCount { buffer[at + byte] = UInt8(truncatingIfNeeded: random.next()) }
          if dtype == .mxfp4 { buffer[at] = 116 + buffer[at] % 8 }
          for scale in scales {
            buffer.storeBytes(of: UInt16(0x1C00 + random.next() % 0x400), toByteOffset: at + scale, as: UInt16.self)
          }
        }
      }
    }
    return try #require(TensorView(name: "w", shape: [rows, columns], dtype: dtype, memory: memory, offset: 0))
  }

  /// What products of the block formats read: 16-bit integers with a scale, per row and block of 32.
  private static func quantized(_ x: [Float]) -> [Double] {
    stride(from: 0, to: x.count, by: 32).flatMap { at in
      let block = x[at..<at + 32]
      let most = block.map { abs($0) }.max() ?? 0
      let inverse = 32767 / most
      return block.map { Double(($0 * inverse).rounded(.toNearestOrEven)) * Double(most / 32767) }
    }
  }

  struct Case {
    let kernels: lp_inference_kernels
    let matrix: PackedMatrix
    let x: [Float]

    /// The first `m` rows of X by W.
    func product(_ m: Int) throws -> [Float] {
      let segment = try #require(matrix.segments.first)
      let columns = matrix.columnCount
      var y = [Float](repeating: .nan, count: m * matrix.outputWidth)
      var prepared = [Float](repeating: .nan, count: m * max(columns, lp_prepared_row_bytes(1, columns) / 4))
      var panel = [UInt8](repeating: 0, count: Int(LP_PANEL_BYTES))
      var weights = segment.weights(columns: columns)
      if segment.isQuantized {
        kernels.prepare_quantized(x, columns, m, columns, &prepared)
      } else {
        kernels.prepare_plain(x, columns, m, columns, &prepared)
      }
      kernels.matmul(&weights, 0, matrix.groupCount, prepared, m, &y, matrix.outputWidth, 0, &panel)
      return y
    }
  }

  static func packed(_ view: TensorView) throws -> PackedMatrix {
    var packer = MatrixPacker()
    let planned = try packer.plan(stacking: [view])
    return MatrixPacker.matrix(planned, in: try packer.pack(team: ThreadTeam(count: 2)))
  }

  private static func check(_ found: Float, _ w: ArraySlice<Float>, _ x: ArraySlice<Double>, _ comment: Comment) {
    var exact = 0.0
    var size = 0.0
    for (w, x) in zip(w, x) {
      exact += Double(w) * x
      size += abs(Double(w) * x)
    }
    // A chain of n roundings in f32, each relative to a partial sum no larger than the sum of magnitudes.
    #expect(abs(Double(found) - exact) <= 1e-6 + 6e-7 * size * 3, comment)
  }

  @Test(arguments: formats) func productsEqualTheOracle(_ format: (source: TensorDType, columns: Int)) throws {
    // 13 groups of 16: pairs of groups and one alone.
    let rows = 205
    let columns = format.columns
    let view = try Self.matrix(format.source, rows: rows, columns: columns, seed: 3)
    let matrix = try Self.packed(view)
    let oracle = try view.floats()
    var random = SplitMix64(seed: 11)
    let most = 29
    let x = (0..<most * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let exactX = try #require(matrix.segments.first).isQuantized ? Self.quantized(x) : x.map(Double.init)
    var first: [UInt32] = []
    for level in 0...lp_inference_best_level() {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      for m in [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 24, most] {
        let y = try Case(kernels: kernels, matrix: matrix, x: x).product(m)
        for row in 0..<rows {
          for column in 0..<m {
            Self.check(
              y[column * matrix.outputWidth + row], oracle[row * columns..<(row + 1) * columns],
              exactX[column * columns..<(column + 1) * columns], "\(format.source) level \(level) m \(m) row \(row)")
          }
        }
        // The first column's outputs are the same bits whatever the batch and the instruction set.
        let bits = y.prefix(rows).map(\.bitPattern)
        if first.isEmpty { first = Array(bits) } else { #expect(first == Array(bits), "level \(level) m \(m)") }
      }
    }
  }

  /// Gate and up, group by group in turn, give what each gives alone.
  @Test(arguments: [TensorDType.f16, .q80, .q4K]) func interleavedMatricesEqualEachAlone(_ dtype: TensorDType) throws {
    let (rows, columns, batch) = (40, 512, 19)
    let views = try [8, 9].map { try Self.matrix(dtype, rows: rows, columns: columns, seed: $0) }
    var packer = MatrixPacker()
    let planned = try packer.plan(interleaving: views[0], views[1])
    let both = MatrixPacker.matrix(planned, in: try packer.pack(team: ThreadTeam(count: 2)))
    var random = SplitMix64(seed: 14)
    let x = (0..<batch * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let kernels = try #require(lp_inference_kernels_at(lp_inference_best_level())).pointee
    let together = try Case(kernels: kernels, matrix: both, x: x).product(batch)
    for (turn, view) in views.enumerated() {
      let alone = try Case(kernels: kernels, matrix: Self.packed(view), x: x).product(batch)
      for row in 0..<batch {
        for output in 0..<48 {
          let at = row * 96 + output / 16 * 32 + turn * 16 + output % 16
          #expect(together[at].bitPattern == alone[row * 48 + output].bitPattern)
        }
      }
    }
  }

  /// So many rows that they do not stay in the cache together and are taken in parts.
  @Test(arguments: [TensorDType.f16, .q40]) func manyRowsEqualOneByOne(_ dtype: TensorDType) throws {
    let columns = 1536
    let view = try Self.matrix(dtype, rows: 32, columns: columns, seed: 5)
    let matrix = try Self.packed(view)
    let oracle = try view.floats()
    var random = SplitMix64(seed: 12)
    let rows = 291
    let x = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let exactX = try #require(matrix.segments.first).isQuantized ? Self.quantized(x) : x.map(Double.init)
    let kernels = try #require(lp_inference_kernels_at(lp_inference_best_level())).pointee
    let y = try Case(kernels: kernels, matrix: matrix, x: x).product(rows)
    for row in [0, 59, 60, 61, 239, 240, 263, 290] {
      let alone = try Case(
        kernels: kernels, matrix: matrix, x: Array(x[row * columns..<(row + 1) * columns])
      ).product(1)
      #expect(Array(y[row * 32..<(row + 1) * 32]) == alone)
      for output in 0..<32 {
        Self.check(
          alone[output], oracle[output * columns..<(output + 1) * columns], exactX[row * columns..<(row + 1) * columns],
          "\(dtype) row \(row)")
      }
    }
  }

  /// Half a step of 2^-15 of a block's largest value, beside the roundings of the scale.
  @Test func quantizedInputIsNearTheInput() {
    var random = SplitMix64(seed: 13)
    let x = (0..<320).map { Float.random(in: -1...1, using: &random) * ($0 % 7 == 0 ? 100 : 0.01) }
    for (at, value) in Self.quantized(x).enumerated() {
      let most = x[at / 32 * 32..<at / 32 * 32 + 32].map { abs($0) }.max() ?? 0
      #expect(abs(value - Double(x[at])) <= Double(most) * 0x1p-16 * 1.02)
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func nonFiniteInputStaysSo(_ poison: Float) throws {
    let matrix = try Self.packed(Self.matrix(.q80, rows: 16, columns: 96, seed: 7))
    var x = [Float](repeating: 0, count: 2 * 96)
    x[40] = poison
    x[96] = 1
    for level in 0...lp_inference_best_level() {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      let y = try Case(kernels: kernels, matrix: matrix, x: x).product(2)
      #expect(y[..<16].filter(\.isNaN).count == 16)
      #expect(y[16...].filter(\.isFinite).count == 16)
    }
  }

  @Test func exponentialsAreGoodToAFewUnits() throws {
    for level in 0...lp_inference_best_level() {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      var values = (0..<1001).map { Float($0) * -0.1 }
      let sum = kernels.exponentials(&values, values.count, 0)
      var exact = 0.0
      for index in values.indices {
        let expected = reference(Double(Float(index) * -0.1))
        exact += expected
        #expect(abs(Double(values[index]) - expected) <= 3e-7 * expected + 1e-37)
      }
      #expect(abs(sum - exact) < 1e-5 * exact)
    }
  }

  /// exp by its series after halving, independent of any library.
  private func reference(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    let reduced = x / 1024
    for n in 1..<20 {
      term *= reduced / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}
