import Glibc

/// Rotary position embedding: base and scaling. Pairs are (i, i + d/2) of a head, as in transformers.
///
/// Sources: Su et al. 2021 (arXiv 2104.09864); for the scaling kinds, `modeling_rope_utils.py` of transformers
/// (https://github.com/huggingface/transformers), with linear after Chen et al. 2023 (2306.15595), YaRN after Peng et al.
/// 2023 (2309.00071) and LongRoPE after Ding et al. 2024 (2402.13753).
public struct RopeConfiguration: Sendable, Hashable {
  public enum Scaling: Sendable, Hashable {
    case none
    /// Frequencies divided by `factor`.
    case linear(factor: Double)
    /// NTK-aware: the base grows once a sequence is longer than the model's `maximumPositions`.
    case dynamic(factor: Double)
    case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int)
    case yarn(YarnScaling)
    /// Each frequency divided by its own factor (GGUF's `rope_freqs`), `headDimension / 2` of them.
    case frequencyFactors([Float])
    case longrope(LongRopeScaling)
  }

  public var theta: Double
  public var scaling: Scaling

  public init(theta: Double, scaling: Scaling = .none) {
    self.theta = theta
    self.scaling = scaling
  }
}

/// YaRN's parameters, with transformers' defaults filled in.
public struct YarnScaling: Sendable, Hashable {
  public var factor: Double
  public var originalPositions: Int
  public var betaFast: Double
  public var betaSlow: Double
  /// Multiplies cos and sin.
  public var attentionFactor: Double
  /// Whether the correction range is rounded outward to whole dimensions.
  public var truncates: Bool

  public init(
    factor: Double, originalPositions: Int, betaFast: Double = 32, betaSlow: Double = 1, attentionFactor: Double,
    truncates: Bool = true
  ) {
    self.factor = factor
    self.originalPositions = originalPositions
    self.betaFast = betaFast
    self.betaSlow = betaSlow
    self.attentionFactor = attentionFactor
    self.truncates = truncates
  }

  /// The attention factor YaRN implies when none is given: `0.1·m·ln(factor) + 1`, or the ratio of two such.
  public static func impliedAttentionFactor(factor: Double, mscale: Double? = nil, mscaleAllDim: Double? = nil)
    -> Double
  {
    func magnitude(_ m: Double) -> Double { factor <= 1 ? 1 : 0.1 * m * log(factor) + 1 }
    if let mscale, let mscaleAllDim, mscale != 0, mscaleAllDim != 0 {
      return magnitude(mscale) / magnitude(mscaleAllDim)
    }
    return magnitude(1)
  }
}

/// LongRoPE's parameters: a factor for each frequency, other ones for sequences past the original length.
public struct LongRopeScaling: Sendable, Hashable {
  public var shortFactors: [Float]
  public var longFactors: [Float]
  public var originalPositions: Int
  /// Multiplies cos and sin.
  public var attentionFactor: Double

  public init(shortFactors: [Float], longFactors: [Float], originalPositions: Int, attentionFactor: Double) {
    self.shortFactors = shortFactors
    self.longFactors = longFactors
    self.originalPositions = originalPositions
    self.attentionFactor = attentionFactor
  }

  /// The attention factor LongRoPE implies when none is given: √(1 + ln(factor) / ln(originalPositions)).
  public static func impliedAttentionFactor(factor: Double, originalPositions: Int) -> Double {
    factor <= 1 ? 1 : (1 + log(factor) / log(Double(originalPositions))).squareRoot()
  }
}

extension RopeConfiguration {
  /// The angle per position of each pair, and what cos and sin are multiplied by, as transformers computes them
  /// (frequencies in f32).
  /// - Parameters:
  ///   - headDimension: d, the rotated dimensions of a head; the result has d/2 elements.
  ///   - maximumPositions: the model's trained length.
  ///   - sequenceLength: positions in use; only `dynamic` and `longrope` scaling look at it.
  public func inverseFrequencies(headDimension: Int, maximumPositions: Int, sequenceLength: Int = 0) -> (
    frequencies: [Float], attentionFactor: Float
  ) {
    let half = headDimension / 2
    func plain(_ base: Double) -> [Float] {
      (0..<half).map { 1 / powf(Float(base), Float(2 * $0) / Float(headDimension)) }
    }
    switch scaling {
    case .none: return (plain(theta), 1)
    case .linear(let factor): return (plain(theta).map { $0 / Float(factor) }, 1)
    case .dynamic(let factor):
      let trained = Double(maximumPositions)
      let length = max(Double(sequenceLength), trained)
      let dimension = Double(headDimension)
      let growth = factor * length / trained - (factor - 1)
      return (plain(theta * pow(growth, dimension / (dimension - 2))), 1)
    case .llama3(let factor, let low, let high, let original):
      let frequencies = plain(theta).map { frequency -> Float in
        let wavelength = Float(2 * Double.pi) / frequency
        let original = Float(original)
        if wavelength > original / Float(low) { return frequency / Float(factor) }
        if wavelength < original / Float(high) { return frequency }
        let smooth = (original / wavelength - Float(low)) / Float(high - low)
        return (1 - smooth) * (frequency / Float(factor)) + smooth * frequency
      }
      return (frequencies, 1)
    case .yarn(let yarn): return (yarnFrequencies(yarn, headDimension, plain(theta)), Float(yarn.attentionFactor))
    case .frequencyFactors(let factors):
      return (zip(plain(theta), factors).map { $0 / $1 }, 1)
    case .longrope(let long):
      let factors = sequenceLength > long.originalPositions ? long.longFactors : long.shortFactors
      let frequencies = factors.enumerated().map { index, factor in
        1 / (factor * powf(Float(theta), Float(2 * index) / Float(headDimension)))
      }
      return (frequencies, Float(long.attentionFactor))
    }
  }

  private func yarnFrequencies(_ yarn: YarnScaling, _ headDimension: Int, _ plain: [Float]) -> [Float] {
    let dimension = Double(headDimension)
    func correction(_ rotations: Double) -> Double {
      dimension * log(Double(yarn.originalPositions) / (rotations * 2 * .pi)) / (2 * log(theta))
    }
    var low = correction(yarn.betaFast)
    var high = correction(yarn.betaSlow)
    if yarn.truncates {
      low = low.rounded(.down)
      high = high.rounded(.up)
    }
    low = max(low, 0)
    high = min(high, dimension - 1)
    if low == high { high += 0.001 }
    return plain.enumerated().map { index, frequency in
      let ramp = min(max((Float(index) - Float(low)) / Float(high - low), 0), 1)
      let keep = 1 - ramp
      let interpolated = 1 / (Float(yarn.factor) * (1 / frequency))
      return interpolated * (1 - keep) + frequency * keep
    }
  }
}
