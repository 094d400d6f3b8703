import Glibc

extension ModelSource {
  /// The weights of a layer's gated delta net beside its linear layers.
  /// - Throws: `Diagnostic` when a tensor is missing or holds no weights.
  public func deltaWeights(layer: Int, _ delta: DeltaDescription) throws -> DeltaWeights {
    func values(_ name: String) throws -> [Float] { try tensor("model.layers.\(layer).linear_attn.\(name)").floats() }
    let stored = try values("conv1d.weight")
    let taps = delta.convolutionWidth
    var convolution = [Float](repeating: 0, count: stored.count)
    for channel in 0..<delta.channelCount {
      for tap in 0..<taps { convolution[tap * delta.channelCount + channel] = stored[channel * taps + tap] }
    }
    return DeltaWeights(
      convolution: convolution, decay: try decay("model.layers.\(layer).linear_attn.A_log"),
      bias: try values("dt_bias"), norm: try values("norm.weight"))
  }

  /// −e^A of each head: what a GGUF file holds, so that nothing is rounded on the way.
  private func decay(_ name: String) throws -> [Float] {
    let layout = layout(of: name)
    guard layout.values == .negativeExponential else { return try tensor(name).floats().map { -expf($0) } }
    var values = try storedTensor(name).floats()
    for value in values { try GGUFLayout.checkDecay(value, tensor: name, path: path) }
    values.withUnsafeMutableBufferPointer { layout.columns?.toCanonical($0) }
    return values
  }

  /// Whether a written model keeps the dtype of a tensor: what no adapter changes and is small, but sensitive to rounding.
  func keepsDType(_ canonical: String) -> Bool {
    let small = [
      ".linear_attn.conv1d.weight", ".linear_attn.dt_bias", ".linear_attn.A_log", ".linear_attn.norm.weight",
    ]
    return small.contains { canonical.hasSuffix($0) }
  }
}
