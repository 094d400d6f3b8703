internal import CKernels

/// Heads and widths of a gated delta rule.
public struct DeltaShape: Sendable, Hashable {
  public var keyHeads: Int
  public var valueHeads: Int
  public var keyDimension: Int
  public var valueDimension: Int

  public init(keyHeads: Int, valueHeads: Int, keyDimension: Int, valueDimension: Int) {
    self.keyHeads = keyHeads
    self.valueHeads = valueHeads
    self.keyDimension = keyDimension
    self.valueDimension = valueDimension
  }

  /// Queries, keys and values beside each other.
  public var channelCount: Int { 2 * keyHeads * keyDimension + valueHeads * valueDimension }
}

/// The arguments of the delta rule over one sequence; the shapes are those of `lp_delta`.
public struct DeltaCall {
  public var shape: DeltaShape
  public var length: Int
  public var input: FloatPointer
  /// What the decay and the rate of each token and head are made of.
  public var decay: FloatPointer
  public var rate: FloatPointer
  public var headDecay: [Float]
  public var headBias: [Float]
  public var output: MutableFloatPointer
  /// The state before the first token, `[valueHeads][keyDimension][valueDimension]`; 0 when absent.
  public var initialState: FloatPointer?
  /// Takes the state after the last token.
  public var finalState: MutableFloatPointer?

  public init(
    shape: DeltaShape, length: Int, input: FloatPointer, decay: FloatPointer, rate: FloatPointer, headDecay: [Float],
    headBias: [Float], output: MutableFloatPointer
  ) {
    self.shape = shape
    self.length = length
    self.input = input
    self.decay = decay
    self.rate = rate
    self.headDecay = headDecay
    self.headBias = headBias
    self.output = output
  }

  func withRaw(_ gradients: DeltaGradients?, _ body: (UnsafePointer<lp_delta>) -> Void) {
    headDecay.withUnsafeBufferPointer { headDecay in
      headBias.withUnsafeBufferPointer { headBias in
        guard let headDecay = headDecay.baseAddress, let headBias = headBias.baseAddress else { return }
        let raw = lp_delta(
          length: Int64(length), key_heads: Int64(shape.keyHeads), value_heads: Int64(shape.valueHeads),
          key_dim: Int64(shape.keyDimension), value_dim: Int64(shape.valueDimension), ldx: Int64(shape.channelCount),
          x: input, a: decay, b: rate, decay: headDecay, bias: headBias, o: output,
          initial: initialState, final: finalState, go: gradients.map { FloatPointer($0.output) },
          gx: gradients?.input, ga: gradients?.decay, gb: gradients?.rate, gfinal: gradients?.finalState,
          ginitial: gradients?.initialState)
        withUnsafePointer(to: raw, body)
      }
    }
  }
}

/// The gradient of a delta rule's output, and where those of its inputs go.
public struct DeltaGradients {
  public var output: MutableFloatPointer
  public var input: MutableFloatPointer
  public var decay: MutableFloatPointer
  public var rate: MutableFloatPointer
  /// The gradient of the state after the last token; 0 when absent.
  public var finalState: FloatPointer?
  /// That of the state before the first token is added here.
  public var initialState: MutableFloatPointer?

  public init(
    output: MutableFloatPointer, input: MutableFloatPointer, decay: MutableFloatPointer, rate: MutableFloatPointer
  ) {
    self.output = output
    self.input = input
    self.decay = decay
    self.rate = rate
  }
}

extension Kernels {
  public func deltaScratch(_ shape: DeltaShape, length: Int, backward: Bool) -> Int {
    Int(
      table.pointee.delta_scratch(
        Int64(length), Int64(shape.keyDimension), Int64(shape.valueDimension), backward ? 1 : 0))
  }

  public func delta(_ call: DeltaCall, scratch: MutableFloatPointer) {
    call.withRaw(nil) { table.pointee.delta_forward($0, scratch) }
  }

  public func deltaBackward(_ call: DeltaCall, _ gradients: DeltaGradients, scratch: MutableFloatPointer) {
    call.withRaw(gradients) { table.pointee.delta_backward($0, scratch) }
  }

  /// `y[t] = silu(Σ_j w[j] ∘ x[t − taps + 1 + j])`; x and y `[length][channels]`, w `[taps][channels]`.
  /// - Parameter before: the `[taps − 1][channels]` inputs before x; 0 when absent.
  public func convolution(
    length: Int, channels: Int, taps: Int, _ x: FloatPointer, before: FloatPointer? = nil, weight: [Float],
    into y: MutableFloatPointer
  ) {
    table.pointee.convolution(Int64(length), Int64(channels), Int64(taps), x, before, weight, y)
  }

  /// The gradient of `convolution`'s output becomes that of its input.
  /// - Parameter beforeGradient: that of `before` is added here.
  public func convolutionBackward(
    length: Int, channels: Int, taps: Int, _ x: FloatPointer, before: FloatPointer? = nil, weight: [Float],
    gradient: MutableFloatPointer, beforeGradient: MutableFloatPointer? = nil
  ) {
    table.pointee.convolution_backward(
      Int64(length), Int64(channels), Int64(taps), x, before, weight, gradient, beforeGradient)
  }

  /// `y = x / √(mean(x²) + ε) ∘ w ∘ silu(gate)`, row by row.
  public func gatedNorm(
    rows: Int, columns: Int, epsilon: Float, _ x: FloatPointer, gate: FloatPointer, weight: [Float],
    into y: MutableFloatPointer
  ) {
    table.pointee.gated_norm(Int64(rows), Int64(columns), epsilon, x, gate, weight, y)
  }

  public func gatedNormBackward(
    rows: Int, columns: Int, epsilon: Float, _ x: FloatPointer, gate: FloatPointer, weight: [Float], gy: FloatPointer,
    into gx: MutableFloatPointer, gateGradient: MutableFloatPointer
  ) {
    table.pointee.gated_norm_backward(Int64(rows), Int64(columns), epsilon, x, gate, weight, gy, gx, gateGradient)
  }

  /// `y = x ∘ σ(gate)`, row by row.
  /// - Parameter gateStride: distance between rows of the gate.
  public func gateMultiply(
    rows: Int, columns: Int, _ x: FloatPointer, gate: FloatPointer, gateStride: Int, into y: MutableFloatPointer
  ) {
    table.pointee.gate_multiply(Int64(rows), Int64(columns), x, gate, Int64(gateStride), y)
  }

  /// The gradients of `gateMultiply`; that of x may take the place of `gy`.
  public func gateMultiplyBackward(
    rows: Int, columns: Int, _ x: FloatPointer, gate: FloatPointer, gateStride: Int, gy: FloatPointer,
    into gx: MutableFloatPointer, gateGradient: MutableFloatPointer
  ) {
    table.pointee.gate_multiply_backward(
      Int64(rows), Int64(columns), x, gate, Int64(gateStride), gy, gx, gateGradient)
  }
}
