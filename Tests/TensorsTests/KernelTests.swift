import COpenBLAS
import Glibc
import Tensors
import Testing

/// Numbers in (−1, 1), seeded.
private func random(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }
}

/// Largest |a − b| − tolerance·|b|, which must not exceed `tolerance`: absolute near zero, relative elsewhere. Single
/// precision rounds to 6e-8; sums of a few hundred terms below one lose two digits more.
private func close(_ a: [Float], _ b: [Float], _ tolerance: Float = 2e-5) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude <= tolerance * (1 + $1.magnitude) }
}

extension FloatBuffer {
  fileprivate convenience init(_ values: [Float]) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }
}

private let sets = Kernels.InstructionSet.allCases.filter { Kernels($0) != nil }

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
      lp_dgemm(
        matrix.transposed, false, Int32(n), Int32(m), Int32(k), wideW, Int32(matrix.rows), wideX, Int32(k), 0, &y,
        Int32(n))
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

@Suite struct AttentionKernelTests {
  struct Case: Sendable {
    var heads, keyValueHeads, dimension, length, prefix: Int
    /// Every position, or only some.
    var sparse: Bool
    var window: Int?
    var softCap: Float?
  }

  static let cases = [
    Case(heads: 1, keyValueHeads: 1, dimension: 8, length: 1, prefix: 0, sparse: false),
    Case(heads: 6, keyValueHeads: 2, dimension: 16, length: 29, prefix: 0, sparse: false),
    Case(heads: 4, keyValueHeads: 1, dimension: 34, length: 50, prefix: 21, sparse: false),
    Case(heads: 9, keyValueHeads: 3, dimension: 64, length: 70, prefix: 37, sparse: true),
    Case(heads: 6, keyValueHeads: 2, dimension: 16, length: 29, prefix: 0, sparse: false, window: 1),
    Case(heads: 4, keyValueHeads: 1, dimension: 34, length: 150, prefix: 61, sparse: false, window: 40),
    Case(heads: 9, keyValueHeads: 3, dimension: 64, length: 170, prefix: 37, sparse: true, window: 33, softCap: 2),
    Case(heads: 2, keyValueHeads: 2, dimension: 8, length: 130, prefix: 5, sparse: false, softCap: 5),
  ]

  /// Windows whose first key lies anywhere among the tiles of rows and of keys.
  static let windows = [6, 17, 20].flatMap { window in
    [0, 5, 20, 38].map { prefix in
      Case(
        heads: 3, keyValueHeads: 3, dimension: 8, length: 140, prefix: prefix, sparse: prefix == 20, window: window)
    }
  }

  @Test(arguments: sets, cases + windows)
  func attentionAndItsGradientsEqualTheOracle(_ set: Kernels.InstructionSet, _ c: Case) throws {
    let kernels = try #require(Kernels(set))
    let d = c.dimension
    let positions = (0..<c.length).filter { !c.sparse || $0 % 3 == 1 }
    let keys = c.prefix + c.length
    let q = random(positions.count * c.heads * d, seed: 1).map { $0 * 3 }
    let k = random(keys * c.keyValueHeads * d, seed: 2)
    let v = random(keys * c.keyValueHeads * d, seed: 3)
    let go = random(q.count, seed: 4)
    let shape = ReferenceKernels.AttentionShape(
      heads: c.heads, keyValueHeads: c.keyValueHeads, headDimension: d, positions: positions, prefix: c.prefix,
      window: c.window, softCap: c.softCap.map { Double($0) })
    let expected = ReferenceKernels.attention(q, k, v, shape)
    let gradients = ReferenceKernels.attentionBackward(q, k, v, shape, gradient: go)

    var output = [Float](repeating: 0, count: q.count)
    var lse = [Float](repeating: 0, count: positions.count * c.heads)
    var gq = [Float](repeating: 7, count: q.count)
    var gk = [Float](repeating: 1, count: k.count)
    var gv = [Float](repeating: 1, count: v.count)
    let places = positions.map { Int32($0) }
    let scratch = FloatBuffer(count: kernels.attentionScratch(keys: keys, headDimension: d, backward: true))
    let offset = c.prefix * c.keyValueHeads * d
    k.withUnsafeBufferPointer { k in
      v.withUnsafeBufferPointer { v in
        q.withUnsafeBufferPointer { q in
          go.withUnsafeBufferPointer { go in
            places.withUnsafeBufferPointer { places in
              output.withUnsafeMutableBufferPointer { output in
                lse.withUnsafeMutableBufferPointer { lse in
                  gq.withUnsafeMutableBufferPointer { gq in
                    gk.withUnsafeMutableBufferPointer { gk in
                      gv.withUnsafeMutableBufferPointer { gv in
                        guard let kp = k.baseAddress, let vp = v.baseAddress, let qp = q.baseAddress,
                          let gop = go.baseAddress, let op = output.baseAddress, let lp = lse.baseAddress,
                          let gqp = gq.baseAddress, let gkp = gk.baseAddress, let gvp = gv.baseAddress
                        else { return }
                        var call = AttentionCall(
                          queries: positions.count, length: c.length, heads: c.heads, keyValueHeads: c.keyValueHeads,
                          headDimension: d, positions: c.sparse ? places.baseAddress : nil,
                          scale: 1 / Float(d).squareRoot(), q: qp, k: kp + offset, v: vp + offset, output: op,
                          logSumExp: lp)
                        call.window = c.window
                        call.softCap = c.softCap
                        // A stem and its branch, one behind the other.
                        let width = c.keyValueHeads * d
                        let spans = c.prefix == 0 ? [] : [0..<c.prefix / 3, c.prefix / 3..<c.prefix]
                        call.shared = spans.map {
                          SharedKeys(
                            count: $0.count, keys: kp + $0.lowerBound * width, values: vp + $0.lowerBound * width)
                        }
                        kernels.attention(call, scratch: scratch.pointer)
                        kernels.attentionBackward(
                          call,
                          AttentionGradients(
                            go: gop, gq: gqp, gk: gkp + offset, gv: gvp + offset,
                            shared: spans.map { (gkp + $0.lowerBound * width, gvp + $0.lowerBound * width) }),
                          scratch: scratch.pointer)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    #expect(close(output, expected))
    #expect(close(gq, gradients.q))
    #expect(close(gk, gradients.k.map { $0 + 1 }))
    #expect(close(gv, gradients.v.map { $0 + 1 }))
  }
}

@Suite struct DeltaKernelTests {
  private static let shape = DeltaShape(keyHeads: 2, valueHeads: 4, keyDimension: 8, valueDimension: 6)

  /// Around the chunks of 64 tokens; the gradient along a random direction is that of the oracle's differences.
  @Test(arguments: sets, [1, 2, 63, 64, 65, 150])
  func deltaRuleAndItsGradientsEqualTheOracle(_ set: Kernels.InstructionSet, _ length: Int) throws {
    let kernels = try #require(Kernels(set))
    let shape = Self.shape
    let heads = shape.valueHeads
    let width = heads * shape.valueDimension
    let parts = [
      random(length * shape.channelCount, seed: 1), random(length * heads, seed: 2), random(length * heads, seed: 3),
    ]
    let decay = random(heads, seed: 4).map { -0.3 - $0.magnitude }
    let bias = random(heads, seed: 5)
    let go = random(length * width, seed: 6)
    func oracle(_ parts: [[Double]]) -> [Double] {
      ReferenceKernels.deltaRule(
        parts[0], decay: parts[1], rate: parts[2], headDecay: decay, headBias: bias, shape, length: length)
    }
    let (x, a, b) = (FloatBuffer(parts[0]), FloatBuffer(parts[1]), FloatBuffer(parts[2]))
    let output = FloatBuffer(count: length * width)
    let scratch = FloatBuffer(count: kernels.deltaScratch(shape, length: length, backward: true))
    let call = DeltaCall(
      shape: shape, length: length, input: x.pointer, decay: a.pointer, rate: b.pointer, headDecay: decay,
      headBias: bias, output: output.pointer)
    kernels.delta(call, scratch: scratch.pointer)
    let exact = parts.map { $0.map { Double($0) } }
    #expect(close(Array(output.values), oracle(exact).map { Float($0) }))

    let (gradient, gx, ga, gb) = (
      FloatBuffer(go), FloatBuffer(count: parts[0].count), FloatBuffer(count: parts[1].count),
      FloatBuffer(count: parts[2].count)
    )
    kernels.deltaBackward(
      call,
      DeltaGradients(output: gradient.pointer, input: gx.pointer, decay: ga.pointer, rate: gb.pointer),
      scratch: scratch.pointer)
    for (index, found) in [gx, ga, gb].enumerated() {
      let direction = random(found.count, seed: UInt64(10 + index)).map { Double($0) }
      let step = 1e-5
      func moved(_ sign: Double) -> Double {
        var parts = exact
        for i in direction.indices { parts[index][i] += sign * step * direction[i] }
        return zip(oracle(parts), go).reduce(0) { $0 + $1.0 * Double($1.1) }
      }
      let expected = (moved(1) - moved(-1)) / (2 * step)
      let slope = zip(found.values, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
      let size = found.values.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      #expect(abs(slope - expected) <= 2e-5 * (size * Double(found.count).squareRoot() + 1))
    }
  }

  @Test(arguments: sets, [(1, 8), (3, 5), (4, 33), (40, 16), (40, 33)])
  func convolutionAndItsGradientEqualTheOracle(_ set: Kernels.InstructionSet, _ size: (length: Int, channels: Int))
    throws
  {
    let (length, channels) = size
    let kernels = try #require(Kernels(set))
    let taps = 4
    let x = random(length * channels, seed: 1)
    let w = random(taps * channels, seed: 2)
    let g = random(length * channels, seed: 3)
    func oracle(_ x: [Double]) -> [Double] {
      ReferenceKernels.convolution(x, weight: w, length: length, channels: channels, taps: taps)
    }
    let y = FloatBuffer(count: x.count)
    let gradient = FloatBuffer(g)
    let input = FloatBuffer(x)
    kernels.convolution(length: length, channels: channels, taps: taps, input.pointer, weight: w, into: y.pointer)
    kernels.convolutionBackward(
      length: length, channels: channels, taps: taps, input.pointer, weight: w, gradient: gradient.pointer)
    let exact = x.map { Double($0) }
    #expect(close(Array(y.values), oracle(exact).map { Float($0) }))
    for index in [0, x.count / 2, x.count - 1] {
      var (plus, minus) = (exact, exact)
      plus[index] += 1e-5
      minus[index] -= 1e-5
      let slope = zip(zip(oracle(plus), oracle(minus)), g).reduce(0) { $0 + ($1.0.0 - $1.0.1) / 2e-5 * Double($1.1) }
      #expect(abs(Double(gradient.values[index]) - slope) < 1e-4)
    }
  }

  @Test(arguments: sets, [1, 6, 8, 35])
  func gatesEqualTheirFormulas(_ set: Kernels.InstructionSet, _ width: Int) throws {
    let kernels = try #require(Kernels(set))
    let rows = 3
    let count = rows * width
    let (x, gate, gy) = (random(count, seed: 1), random(count, seed: 2).map { $0 * 5 }, random(count, seed: 3))
    let w = random(width, seed: 4).map { 1 + $0 }
    func norm(_ x: [Double], _ gate: [Double]) -> [Double] {
      (0..<count).map { i in
        let row = x[i / width * width..<(i / width + 1) * width]
        let scale = 1 / (row.reduce(0) { $0 + $1 * $1 } / Double(width) + 1e-5).squareRoot()
        return x[i] * scale * Double(w[i % width]) * gate[i] / (1 + exp(-gate[i]))
      }
    }
    func multiply(_ x: [Double], _ gate: [Double]) -> [Double] { zip(x, gate).map { $0 / (1 + exp(-$1)) } }
    let (bx, bg, bgy) = (FloatBuffer(x), FloatBuffer(gate), FloatBuffer(gy))
    for (isNorm, function) in [(true, norm), (false, multiply)] {
      let (y, gx, gg) = (FloatBuffer(count: count), FloatBuffer(count: count), FloatBuffer(count: count))
      if isNorm {
        kernels.gatedNorm(
          rows: rows, columns: width, epsilon: 1e-5, bx.pointer, gate: bg.pointer, weight: w, into: y.pointer)
        kernels.gatedNormBackward(
          rows: rows, columns: width, epsilon: 1e-5, bx.pointer, gate: bg.pointer, weight: w, gy: bgy.pointer,
          into: gx.pointer, gateGradient: gg.pointer)
      } else {
        kernels.gateMultiply(
          rows: rows, columns: width, bx.pointer, gate: bg.pointer, gateStride: width, into: y.pointer)
        kernels.gateMultiplyBackward(
          rows: rows, columns: width, bx.pointer, gate: bg.pointer, gateStride: width, gy: bgy.pointer,
          into: gx.pointer,
          gateGradient: gg.pointer)
      }
      let (dx, dgate) = (x.map { Double($0) }, gate.map { Double($0) })
      #expect(close(Array(y.values), function(dx, dgate).map { Float($0) }))
      for index in [0, count / 2, count - 1] {
        func slope(_ change: (Double) -> [Double]) -> Double {
          zip(zip(change(1e-5), change(-1e-5)), gy).reduce(0) { $0 + ($1.0.0 - $1.0.1) / 2e-5 * Double($1.1) }
        }
        let byX = slope { step in
          var moved = dx
          moved[index] += step
          return function(moved, dgate)
        }
        let byGate = slope { step in
          var moved = dgate
          moved[index] += step
          return function(dx, moved)
        }
        #expect(abs(Double(gx.values[index]) - byX) < 2e-4 * (1 + abs(byX)))
        #expect(abs(Double(gg.values[index]) - byGate) < 2e-4 * (1 + abs(byGate)))
      }
    }
  }
}

@Suite struct ElementwiseKernelTests {
  @Test(arguments: sets, [(1, 1), (3, 5), (4, 32), (5, 579)])
  func normEqualsTheOracleAndItsDifferences(_ set: Kernels.InstructionSet, _ shape: (Int, Int)) throws {
    let kernels = try #require(Kernels(set))
    let (rows, channels) = shape
    let x = random(rows * channels, seed: 1)
    let w = random(channels, seed: 2).map { $0 + 1 }
    let g = random(rows * channels, seed: 3)
    var y = x
    var gx = [Float](repeating: 1, count: x.count)
    kernels.rmsNorm(
      rows: rows, channels: channels, epsilon: 1e-5, x, stride: channels, weight: w, into: &y, outputStride: channels)
    kernels.rmsNormBackward(
      rows: rows, channels: channels, epsilon: 1e-5, x, stride: channels, weight: w, gy: g, gyStride: channels,
      into: &gx,
      gxStride: channels, accumulate: true)
    #expect(close(y, ReferenceKernels.rmsNorm(x, weight: w, epsilon: 1e-5)))
    let expected = ReferenceKernels.rmsNormBackward(x, weight: w, epsilon: 1e-5, gradient: g)
    #expect(close(gx, expected.map { $0 + 1 }))
    // The oracle itself, by central differences of ⟨g, norm(x)⟩.
    for index in stride(from: 0, to: x.count, by: max(1, x.count / 7)) {
      func value(_ step: Float) -> Double {
        var moved = x
        moved[index] += step
        return zip(ReferenceKernels.rmsNorm(moved, weight: w, epsilon: 1e-5), g).reduce(0) {
          $0 + Double($1.0) * Double($1.1)
        }
      }
      let slope = (value(1e-2) - value(-1e-2)) / 2e-2
      #expect(abs(slope - Double(expected[index])) < 2e-2 * (1 + abs(slope)))
    }
  }

  @Test(arguments: sets, [1, 15, 16, 17, 100])
  func activationEqualsTheOracle(_ set: Kernels.InstructionSet, _ count: Int) throws {
    let kernels = try #require(Kernels(set))
    let gate = random(count, seed: 1).map { $0 * 20 }
    let up = random(count, seed: 2)
    let g = random(count, seed: 3)
    var y = gate
    var gg = gate
    var gu = up
    kernels.siluMultiply(count: count, gate: gate, up: up, into: &y)
    kernels.siluMultiplyBackward(count: count, gate: gate, up: up, gy: g, gateGradient: &gg, upGradient: &gu)
    let expected = ReferenceKernels.siluMultiplyBackward(gate: gate, up: up, gradient: g)
    #expect(close(y, ReferenceKernels.siluMultiply(gate: gate, up: up)))
    #expect(close(gg, expected.gate))
    #expect(close(gu, expected.up))
    let step: Float = 1e-2
    let plus = ReferenceKernels.siluMultiply(gate: gate.map { $0 + step }, up: up)
    let minus = ReferenceKernels.siluMultiply(gate: gate.map { $0 - step }, up: up)
    for i in 0..<count { #expect(abs((plus[i] - minus[i]) / (2 * step) * g[i] - expected.gate[i]) < 1e-3) }
  }

  @Test(arguments: sets, [1, 15, 16, 17, 100])
  func geluEqualsTheOracle(_ set: Kernels.InstructionSet, _ count: Int) throws {
    let kernels = try #require(Kernels(set))
    let gate = random(count, seed: 1).map { $0 * 12 }
    let up = random(count, seed: 2)
    let g = random(count, seed: 3)
    var y = gate
    var gg = gate
    var gu = up
    kernels.geluMultiply(count: count, gate: gate, up: up, into: &y)
    kernels.geluMultiplyBackward(count: count, gate: gate, up: up, gy: g, gateGradient: &gg, upGradient: &gu)
    let expected = ReferenceKernels.geluMultiplyBackward(gate: gate, up: up, gradient: g)
    #expect(close(y, ReferenceKernels.geluMultiply(gate: gate, up: up)))
    #expect(close(gg, expected.gate))
    #expect(close(gu, expected.up))
    let step: Float = 1e-2
    let plus = ReferenceKernels.geluMultiply(gate: gate.map { $0 + step }, up: up)
    let minus = ReferenceKernels.geluMultiply(gate: gate.map { $0 - step }, up: up)
    for i in 0..<count { #expect(abs((plus[i] - minus[i]) / (2 * step) * g[i] - expected.gate[i]) < 1e-3) }
  }

  @Test(arguments: sets, [Float(0.001), 1, 30])
  func softCapEqualsTanh(_ set: Kernels.InstructionSet, _ size: Float) throws {
    let kernels = try #require(Kernels(set))
    let x = random(67, seed: 4).map { $0 * 10 * size }
    var y = x
    kernels.softCap(count: x.count, size, &y)
    for (value, found) in zip(x, y) {
      let exact = Double(size) * tanh(Double(value) / Double(size))
      #expect(abs(Double(found) - exact) <= 4e-7 * abs(exact))
    }
  }

  @Test(arguments: sets)
  func rotationEqualsTheOracleAndItsInverse(_ set: Kernels.InstructionSet) throws {
    let kernels = try #require(Kernels(set))
    let (rows, heads, d) = (5, 3, 10)
    let x = random(rows * heads * d, seed: 1)
    let cosine = random(rows * d / 2, seed: 2)
    let sine = cosine.map { (1 - $0 * $0).squareRoot() }
    var y = x
    let positions = (0..<rows).map { Int32($0) }
    kernels.rope(
      rows: rows, heads: heads, headDimension: d, positions: positions, cosine: cosine, sine: sine, &y,
      stride: heads * d)
    #expect(close(y, ReferenceKernels.rope(x, heads: heads, headDimension: d, cosine: cosine, sine: sine)))
    kernels.rope(
      rows: rows, heads: heads, headDimension: d, positions: positions, cosine: cosine, sine: sine, inverse: true, &y,
      stride: heads * d)
    #expect(close(y, x))
  }

  @Test(arguments: sets, [1, 3, 16, 33, 5000])
  func crossEntropyEqualsTheOracle(_ set: Kernels.InstructionSet, _ vocabulary: Int) throws {
    let kernels = try #require(Kernels(set))
    let rows = 4
    let logits = random(rows * vocabulary, seed: 1).map { $0 * 30 }
    let targets = (0..<rows).map { Int32($0 * 7 % vocabulary) }
    let expected = ReferenceKernels.crossEntropy(logits, targets: targets.map { Int($0) }, scale: 0.25)
    for scale in [Float(0), 0.25] {
      var work = logits
      var losses = [Double](repeating: 0, count: rows)
      var hits = [UInt8](repeating: 9, count: rows)
      kernels.crossEntropy(
        rows: rows, vocabulary: vocabulary, logits: &work, targets: targets, scale: scale, losses: &losses, hits: &hits)
      #expect(zip(losses, expected.losses).allSatisfy { abs($0 - $1) < 1e-5 * (1 + $1) })
      #expect(close(work, scale == 0 ? logits : expected.gradient))
      for row in 0..<rows {
        let values = logits[row * vocabulary..<(row + 1) * vocabulary]
        let first = (values.firstIndex(of: values.max() ?? 0) ?? 0) - values.startIndex
        #expect(hits[row] == (first == Int(targets[row]) ? 1 : 0))
      }
    }
  }

  @Test(arguments: sets, [3, 16, 33, 5000])
  func cappedCrossEntropyEqualsTheOracle(_ set: Kernels.InstructionSet, _ vocabulary: Int) throws {
    let kernels = try #require(Kernels(set))
    let rows = 4
    let logits = random(rows * vocabulary, seed: 1).map { $0 * 30 }
    let targets = (0..<rows).map { Int32($0 * 7 % vocabulary) }
    let expected = ReferenceKernels.crossEntropy(
      logits, targets: targets.map { Int($0) }, scale: 0.25, softCap: 20)
    var work = logits
    var losses = [Double](repeating: 0, count: rows)
    var hits = [UInt8](repeating: 9, count: rows)
    kernels.crossEntropy(
      rows: rows, vocabulary: vocabulary, logits: &work, targets: targets, scale: 0.25, softCap: 20, losses: &losses,
      hits: &hits)
    #expect(zip(losses, expected.losses).allSatisfy { abs($0 - $1) < 1e-5 * (1 + $1) })
    #expect(close(work, expected.gradient))
  }

  @Test(arguments: sets)
  func optimizerEqualsTheOracle(_ set: Kernels.InstructionSet) throws {
    let kernels = try #require(Kernels(set))
    let count = 37
    var p = random(count, seed: 1)
    var m = [Float](repeating: 0, count: count)
    var v = m
    var expected = p.map { (p: Double($0), m: 0.0, v: 0.0) }
    for step in 1...5 {
      let update = AdamWStep(learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, step: step)
      let g = random(count, seed: UInt64(step + 10))
      kernels.adamW(
        count: count, update, gradientScale: 0.5, gradient: g, parameters: &p, firstMoment: &m, secondMoment: &v)
      for i in 0..<count {
        var state = expected[i]
        ReferenceKernels.adamW(
          update, gradient: Double(g[i]) * 0.5, parameter: &state.p, first: &state.m, second: &state.v)
        expected[i] = state
      }
    }
    #expect(close(p, expected.map { Float($0.p) }, 2e-6))
  }

  @Test func dropoutKeepsTheShareAskedForAndItsKey() {
    let ones = [Float](repeating: 1, count: 20_000)
    var first = ones
    var again = ones
    var other = ones
    Kernels.best.dropout(key: 5, count: ones.count, probability: 0.25, ones, into: &first)
    Kernels.best.dropout(key: 5, count: ones.count, probability: 0.25, ones, into: &again)
    Kernels.best.dropout(key: 6, count: ones.count, probability: 0.25, ones, into: &other)
    #expect(first == again)
    #expect(first != other)
    let dropped = first.filter { $0 == 0 }.count
    #expect(abs(dropped - 5000) < 300)
    #expect(first.allSatisfy { $0 == 0 || abs($0 - 4 / 3) < 1e-6 })
  }

  @Test func squareSumIsDoublePrecision() {
    let x = [Float](repeating: 1e-3, count: 1_000_003)
    #expect(abs(Kernels.best.squareSum(count: x.count, x) - 1.000003) < 1e-6)
  }
}
