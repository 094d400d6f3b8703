internal import CKernels

/// The kernels of one instruction set. All of them compute the same functions; results differ in the last bits.
///
/// `@unchecked Sendable`: the table is constant data of the program.
public struct Kernels: @unchecked Sendable {
  public enum InstructionSet: Int32, Sendable, CaseIterable {
    case portable = 0
    #if arch(arm64)
    case neon = 1
    #else
    case avx2 = 1, avx512 = 2
    #endif
  }

  let table: UnsafePointer<lp_isa>

  /// - Returns: `nil` when this CPU or build lacks the instruction set.
  public init?(_ set: InstructionSet) {
    guard let table = lp_isa_table(set.rawValue) else { return nil }
    self.table = table
  }

  private init(table: UnsafePointer<lp_isa>) { self.table = table }

  /// The fastest this CPU runs.
  public static let best = Kernels(table: lp_isa_best())

  public var name: String { String(cString: table.pointee.name) }
}

public typealias FloatPointer = UnsafePointer<Float>
public typealias MutableFloatPointer = UnsafeMutablePointer<Float>

/// A factor pair added to a product while its sums are in registers: `packed [m][k] · right [k][n]`.
public struct ProductExtension {
  /// Packed by `packRows`.
  public var packed: FloatPointer
  public var right: FloatPointer
  public var inner: Int
  /// Distance between rows of `right`.
  public var stride: Int

  public init(packed: FloatPointer, right: FloatPointer, inner: Int, stride: Int) {
    self.packed = packed
    self.right = right
    self.inner = inner
    self.stride = stride
  }

  /// The longest inner length one product takes.
  public static let limit = 1024
}

// MARK: - Products

extension Kernels {
  /// Floats of a packed `[rows][inner]` operand.
  public func packedSize(rows: Int, inner: Int) -> Int { Int(table.pointee.packed_size(Int64(rows), Int64(inner))) }

  /// Floats of scratch a product needs.
  public var productScratch: Int { Int(table.pointee.gemm_scratch) }

  /// Packs `scale · source`, `source [rows][inner]`.
  public func packRows(
    _ source: FloatPointer, rows: Int, inner: Int, stride: Int, scale: Float = 1, into destination: MutableFloatPointer
  ) {
    table.pointee.pack_rows(Int64(rows), Int64(inner), source, Int64(stride), scale, destination)
  }

  /// Packs `scale · sourceᵀ`, `source [inner][rows]`.
  public func packColumns(
    _ source: FloatPointer, rows: Int, inner: Int, stride: Int, scale: Float = 1, into destination: MutableFloatPointer
  ) {
    table.pointee.pack_columns(Int64(rows), Int64(inner), source, Int64(stride), scale, destination)
  }

  /// `output [rows][w.rows] = (output +) packed · wᵀ (+ extension)`; `packed` is `[rows][w.columns]`.
  public func productTransposed(
    rows: Int, packed: FloatPointer, _ w: MatrixView, extension added: ProductExtension? = nil,
    into output: MutableFloatPointer, stride: Int, accumulate: Bool = false, scratch: MutableFloatPointer
  ) {
    withExtension(added) { pointer in
      withUnsafePointer(to: w.descriptor) {
        table.pointee.gemm_nt(Int64(rows), packed, $0, pointer, output, Int64(stride), accumulate ? 1 : 0, scratch)
      }
    }
  }

  /// `output [rows][w.columns] = (output +) packed · w (+ extension)`; `packed` is `[rows][w.rows]`.
  public func product(
    rows: Int, packed: FloatPointer, _ w: MatrixView, extension added: ProductExtension? = nil,
    into output: MutableFloatPointer, stride: Int, accumulate: Bool = false, scratch: MutableFloatPointer
  ) {
    withExtension(added) { pointer in
      withUnsafePointer(to: w.descriptor) {
        table.pointee.gemm_nn(Int64(rows), packed, $0, pointer, output, Int64(stride), accumulate ? 1 : 0, scratch)
      }
    }
  }

  private func withExtension(_ added: ProductExtension?, _ body: (UnsafePointer<lp_extension>?) -> Void) {
    guard let added else { return body(nil) }
    precondition(added.inner <= ProductExtension.limit, "an extension is a low-rank factor")
    let value = lp_extension(a: added.packed, b: added.right, k: Int64(added.inner), ldb: Int64(added.stride))
    withUnsafePointer(to: value) { body($0) }
  }

  /// `output [rows][columns] += packed · right`, `right [inner][columns]` in place: few rows, long inner dimension.
  public func accumulateProduct(
    rows: Int, columns: Int, inner: Int, packed: FloatPointer, right: FloatPointer, rightStride: Int,
    into output: MutableFloatPointer, stride: Int
  ) {
    table.pointee.gemm_tall(
      Int64(rows), Int64(columns), Int64(inner), packed, right, Int64(rightStride), output, Int64(stride))
  }

  /// Widens one row of a matrix to f32.
  public func widenRow(_ row: Int, of matrix: MatrixView, into destination: MutableFloatPointer) {
    precondition(row >= 0 && row < matrix.rows, "row out of range")
    table.pointee.widen(
      matrix.descriptor.type, matrix.descriptor.data + row * Int(matrix.descriptor.row_bytes), 0,
      matrix.descriptor.columns,
      destination)
  }
}

// MARK: - Attention

/// The arguments of attention over one sequence; the shapes are those of `lp_attention`.
public struct AttentionCall {
  public var queries: Int
  public var length: Int
  public var heads: Int
  public var keyValueHeads: Int
  public var headDimension: Int
  /// Own position of each query; `nil`: query i stands at i.
  public var positions: UnsafePointer<Int32>?
  public var scale: Float
  /// Keys a query sees at most, its own included; `nil`: all before it.
  public var window: Int?
  /// Scaled scores s become c · tanh(s / c).
  public var softCap: Float?
  public var q: FloatPointer
  public var k: FloatPointer
  public var v: FloatPointer
  /// What comes before the sequence's own keys, in order.
  public var shared: [SharedKeys] = []
  public var output: MutableFloatPointer
  /// `[queries][heads]`
  public var logSumExp: MutableFloatPointer

  public init(
    queries: Int, length: Int, heads: Int, keyValueHeads: Int, headDimension: Int,
    positions: UnsafePointer<Int32>? = nil, scale: Float, q: FloatPointer, k: FloatPointer, v: FloatPointer,
    output: MutableFloatPointer, logSumExp: MutableFloatPointer
  ) {
    self.queries = queries
    self.length = length
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.positions = positions
    self.scale = scale
    self.q = q
    self.k = k
    self.v = v
    self.output = output
    self.logSumExp = logSumExp
  }

  /// - Parameter gradients: `nil` for forward.
  fileprivate func withRaw(_ gradients: AttentionGradients?, _ body: (UnsafePointer<lp_attention>) -> Void) {
    let keyStride = Int64(keyValueHeads * headDimension)
    let spans = shared.indices.map { index in
      lp_shared_keys(
        length: Int64(shared[index].count), k: shared[index].keys, v: shared[index].values,
        gk: gradients?.shared[index].keys, gv: gradients?.shared[index].values)
    }
    spans.withUnsafeBufferPointer { spans in
      let raw = lp_attention(
        queries: Int64(queries), length: Int64(length), prefix: spans.reduce(0) { $0 + $1.length }, heads: Int64(heads),
        kv_heads: Int64(keyValueHeads), head_dim: Int64(headDimension), positions: positions, scale: scale,
        window: Int64(window ?? 0), soft_cap: softCap ?? 0, ldq: Int64(heads * headDimension), ldkv: keyStride, q: q,
        k: k, v: v, shared: spans.baseAddress,
        shared_count: Int64(spans.count), o: output, lse: logSumExp, go: gradients?.go, gq: gradients?.gq,
        gk: gradients?.gk, gv: gradients?.gv)
      withUnsafePointer(to: raw, body)
    }
  }
}

/// Keys and values `[count][keyValueHeads · headDimension]` of a beginning that several sequences share.
public struct SharedKeys {
  public var count: Int
  public var keys: FloatPointer
  public var values: FloatPointer

  public init(count: Int, keys: FloatPointer, values: FloatPointer) {
    self.count = count
    self.keys = keys
    self.values = values
  }
}

/// The gradients of attention. `gq` is overwritten, the others are added to.
public struct AttentionGradients {
  public var go: FloatPointer
  public var gq: MutableFloatPointer
  public var gk: MutableFloatPointer
  public var gv: MutableFloatPointer
  /// Those of the shared keys and values, as many as the call has.
  public var shared: [(keys: MutableFloatPointer, values: MutableFloatPointer)]

  public init(
    go: FloatPointer, gq: MutableFloatPointer, gk: MutableFloatPointer, gv: MutableFloatPointer,
    shared: [(keys: MutableFloatPointer, values: MutableFloatPointer)] = []
  ) {
    self.go = go
    self.gq = gq
    self.gk = gk
    self.gv = gv
    self.shared = shared
  }
}

extension Kernels {
  /// Floats of scratch for sequences of at most `keys` keys, prefix included.
  public func attentionScratch(keys: Int, headDimension: Int, backward: Bool) -> Int {
    Int(table.pointee.attention_scratch(Int64(keys), Int64(headDimension), backward ? 1 : 0))
  }

  /// `output = softmax(scale·q·kᵀ, causal) · v` per head.
  public func attention(_ call: AttentionCall, scratch: MutableFloatPointer) {
    guard call.queries > 0 else { return }
    call.withRaw(nil) { table.pointee.attention_forward($0, scratch) }
  }

  /// The gradients of `attention`, from its stored output and log-sum-exp.
  public func attentionBackward(_ call: AttentionCall, _ gradients: AttentionGradients, scratch: MutableFloatPointer) {
    guard call.queries > 0 else { return }
    precondition(gradients.shared.count == call.shared.count, "each shared stretch has its gradient")
    call.withRaw(gradients) { table.pointee.attention_backward($0, scratch) }
  }
}

// MARK: - Element-wise

extension Kernels {
  public func rmsNorm(
    rows: Int, channels: Int, epsilon: Float, _ x: FloatPointer, stride: Int, weight: FloatPointer,
    into y: MutableFloatPointer, outputStride: Int
  ) {
    table.pointee.rms_norm(Int64(rows), Int64(channels), epsilon, x, Int64(stride), weight, y, Int64(outputStride))
  }

  public func rmsNormBackward(
    rows: Int, channels: Int, epsilon: Float, _ x: FloatPointer, stride: Int, weight: FloatPointer, gy: FloatPointer,
    gyStride: Int, into gx: MutableFloatPointer, gxStride: Int, accumulate: Bool
  ) {
    table.pointee.rms_norm_backward(
      Int64(rows), Int64(channels), epsilon, x, Int64(stride), weight, gy, Int64(gyStride), gx, Int64(gxStride),
      accumulate ? 1 : 0)
  }

  /// Rotates in place; `inverse` rotates back.
  public func rope(
    rows: Int, heads: Int, headDimension: Int, positions: UnsafePointer<Int32>, cosine: FloatPointer,
    sine: FloatPointer,
    inverse: Bool = false, _ x: MutableFloatPointer, stride: Int
  ) {
    table.pointee.rope(
      Int64(rows), Int64(heads), Int64(headDimension), positions, cosine, sine, inverse ? -1 : 1, x, Int64(stride))
  }

  public func siluMultiply(count: Int, gate: FloatPointer, up: FloatPointer, into y: MutableFloatPointer) {
    table.pointee.silu_multiply(Int64(count), gate, up, y)
  }

  public func siluMultiplyBackward(
    count: Int, gate: FloatPointer, up: FloatPointer, gy: FloatPointer, gateGradient: MutableFloatPointer,
    upGradient: MutableFloatPointer
  ) {
    table.pointee.silu_multiply_backward(Int64(count), gate, up, gy, gateGradient, upGradient)
  }

  /// `y = x / (1 + e^(−2u)) ∘ up` with u = √(2/π)·(x + 0.044715 x³) and x the gate: GELU by tanh.
  public func geluMultiply(count: Int, gate: FloatPointer, up: FloatPointer, into y: MutableFloatPointer) {
    table.pointee.gelu_multiply(Int64(count), gate, up, y)
  }

  public func geluMultiplyBackward(
    count: Int, gate: FloatPointer, up: FloatPointer, gy: FloatPointer, gateGradient: MutableFloatPointer,
    upGradient: MutableFloatPointer
  ) {
    table.pointee.gelu_multiply_backward(Int64(count), gate, up, gy, gateGradient, upGradient)
  }

  /// `x = cap · tanh(x / cap)`, in place.
  public func softCap(count: Int, _ cap: Float, _ x: MutableFloatPointer) {
    table.pointee.soft_cap(Int64(count), cap, x)
  }

  /// Losses and hits of each row; with `scale` ≠ 0 the logits become `scale · (softmax − onehot)`.
  /// Targets must lie in `0..<vocabulary`.
  /// - Parameter softCap: the logits are capped first, and their gradient is that of the uncapped ones.
  public func crossEntropy(
    rows: Int, vocabulary: Int, logits: MutableFloatPointer, targets: UnsafePointer<Int32>, scale: Float,
    softCap: Float? = nil, losses: UnsafeMutablePointer<Double>, hits: UnsafeMutablePointer<UInt8>
  ) {
    table.pointee.cross_entropy(
      Int64(rows), Int64(vocabulary), logits, Int64(vocabulary), targets, scale, softCap ?? 0, losses, hits)
  }

  /// `y += x`
  public func add(count: Int, _ x: FloatPointer, to y: MutableFloatPointer) { table.pointee.add(Int64(count), x, y) }

  public func addBias(rows: Int, count: Int, _ bias: FloatPointer, to y: MutableFloatPointer, stride: Int) {
    table.pointee.add_bias(Int64(rows), Int64(count), bias, y, Int64(stride))
  }

  /// Σ x² in double precision.
  public func squareSum(count: Int, _ x: FloatPointer) -> Double { table.pointee.square_sum(Int64(count), x) }

  public func scale(count: Int, by factor: Float, _ x: FloatPointer, into y: MutableFloatPointer) {
    table.pointee.scale(Int64(count), factor, x, y)
  }

  /// Zeroes each element with probability `p` and divides the others by `1 − p`; which ones depends on `key` alone.
  public func dropout(key: UInt64, count: Int, probability: Float, _ x: FloatPointer, into y: MutableFloatPointer) {
    lp_dropout(key, Int64(count), probability, x, y)
  }
}

/// The constants of one AdamW update.
public struct AdamWStep: Sendable, Hashable {
  public var learningRate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  public var weightDecay: Double
  /// The number of this update, from 1.
  public var step: Int

  public init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, step: Int
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.step = step
  }
}
