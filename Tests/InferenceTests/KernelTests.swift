import CKernels
import ModelFiles
import Testing

@testable import Inference

/// Every packed format against its plainly unpacked rows, on odd shapes, at every level this processor has.
@Suite struct KernelTests {
  static let formats: [(source: TensorDType, columns: Int)] = [
    (.f32, 37), (.f16, 37), (.bf16, 45), (.f32, 96), (.f16, 96), (.q80, 96), (.q40, 96), (.q41, 160), (.q4K, 512),
    (.q6K, 256),
  ]

  /// A matrix of random but sane bytes: scales are small halves.
  static func matrix(_ dtype: TensorDType, rows: Int, columns: Int, seed: UInt64) throws -> TensorView {
    var random = SeededGenerator(seed)
    let blocks = rows * columns / dtype.blockElementCount
    let scales: [Int] =
      switch dtype {
      case .q80, .q40: [0]
      case .q41, .q4K: [0, 2]
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
          for scale in scales {
            buffer.storeBytes(of: UInt16(0x1C00 + random.next() % 0x400), toByteOffset: at + scale, as: UInt16.self)
          }
        }
      }
    }
    return try #require(TensorView(name: "w", shape: [rows, columns], dtype: dtype, memory: memory, offset: 0))
  }

  @Test(arguments: formats) func productsEqualTheOracle(_ format: (source: TensorDType, columns: Int)) throws {
    // 13 groups of 16: every width of tile takes part.
    let rows = 205
    let columns = format.columns
    let view = try Self.matrix(format.source, rows: rows, columns: columns, seed: 3)
    var packer = MatrixPacker()
    let planned = try packer.plan(stacking: [view])
    let slab = try packer.pack(team: ThreadTeam(count: 2))
    let matrix = MatrixPacker.matrix(planned, in: slab)
    let oracle = try view.floats()
    var random = SeededGenerator(11)
    let most = 29
    let x = (0..<most * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let segment = try #require(matrix.segments.first)
    for level in 0...lp_inference_best_level() {
      let kernels = try #require(lp_inference_kernels_at(level)).pointee
      var first: [UInt32] = []
      for m in [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 24, most] {
        var y = [Float](repeating: .nan, count: m * matrix.outputWidth)
        var sums = [Float](repeating: 0, count: m * (columns / 32 + 1))
        var panel = [Float](repeating: 0, count: 40 * columns + 1024)
        var packed = segment.packed(columns: columns)
        kernels.block_sums(x, columns, m, columns, &sums)
        kernels.matmul(&packed, 0, matrix.groupCount, x, columns, m, &y, matrix.outputWidth, 0, sums, &panel)
        for row in 0..<rows {
          for column in 0..<m {
            var exact = 0.0
            var size = 0.0
            for k in 0..<columns {
              let term = Double(oracle[row * columns + k]) * Double(x[column * columns + k])
              exact += term
              size += abs(term)
            }
            // A chain of n roundings in f32, each relative to a partial sum no larger than the sum of magnitudes.
            let bound = 1e-6 + 6e-7 * size * 3
            let found = y[column * matrix.outputWidth + row]
            #expect(abs(Double(found) - exact) <= bound, "\(format.source) level \(level) m \(m) row \(row)")
          }
        }
        // The first column's outputs are the same bits whatever the batch.
        let bits = y.prefix(rows).map(\.bitPattern)
        if first.isEmpty { first = Array(bits) } else { #expect(first == Array(bits), "level \(level) m \(m)") }
      }
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
