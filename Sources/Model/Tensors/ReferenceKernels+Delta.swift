import Glibc

extension ReferenceKernels {
  /// The gated delta rule, a token at a time: S ← e^g·S; S += k (β(v − Sᵀk))ᵀ; out = Sᵀq, with q and k of length 1, q scaled
  /// by 1/√keyDimension, g = headDecay·softplus(decay + headBias) and β = σ(rate).
  /// - Parameters:
  ///   - x: `[length][channelCount]`: queries, keys, values.
  ///   - decay: `[length][valueHeads]`, as `rate`.
  /// - Returns: `[length][valueHeads · valueDimension]`.
  public static func deltaRule(
    _ x: [Double], decay: [Double], rate: [Double], headDecay: [Float], headBias: [Float], _ shape: DeltaShape,
    length: Int
  ) -> [Double] {
    let (dk, dv) = (shape.keyDimension, shape.valueDimension)
    let keys = shape.keyHeads * dk
    var output = [Double](repeating: 0, count: length * shape.valueHeads * dv)
    func unit(_ part: ArraySlice<Double>) -> [Double] {
      let scale = 1 / (part.reduce(0) { $0 + $1 * $1 } + 1e-6).squareRoot()
      return part.map { $0 * scale }
    }
    for head in 0..<shape.valueHeads {
      let keyHead = head / (shape.valueHeads / shape.keyHeads)
      var state = [Double](repeating: 0, count: dk * dv)
      for t in 0..<length {
        let row = t * shape.channelCount
        let q = unit(x[row + keyHead * dk..<row + (keyHead + 1) * dk]).map { $0 / Double(dk).squareRoot() }
        let k = unit(x[row + keys + keyHead * dk..<row + keys + (keyHead + 1) * dk])
        let at = t * shape.valueHeads + head
        let factor = exp(Double(headDecay[head]) * log1p(exp(decay[at] + Double(headBias[head]))))
        let beta = 1 / (1 + exp(-rate[at]))
        for j in 0..<dv {
          var seen = 0.0
          for i in 0..<dk {
            state[i * dv + j] *= factor
            seen += state[i * dv + j] * k[i]
          }
          let change = beta * (x[row + 2 * keys + head * dv + j] - seen)
          var sum = 0.0
          for i in 0..<dk {
            state[i * dv + j] += k[i] * change
            sum += state[i * dv + j] * q[i]
          }
          output[at * dv + j] = sum
        }
      }
    }
    return output
  }

  /// `silu(Σ_j w[j] ∘ x[t − taps + 1 + j])`, `x [length][channels]`, `w [taps][channels]`.
  public static func convolution(_ x: [Double], weight: [Float], length: Int, channels: Int, taps: Int) -> [Double] {
    (0..<length * channels).map { at in
      let (t, c) = at.quotientAndRemainder(dividingBy: channels)
      var u = 0.0
      for j in 0..<taps where t - taps + 1 + j >= 0 {
        u += Double(weight[j * channels + c]) * x[(t - taps + 1 + j) * channels + c]
      }
      return u / (1 + exp(-u))
    }
  }
}
