import Tensors
import Testing

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
