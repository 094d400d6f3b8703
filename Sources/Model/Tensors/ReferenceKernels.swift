import Glibc

/// Each kernel written plainly, in double precision: the oracle that the fast ones are compared with. Matrices are
/// row-major arrays without padding.
///
/// Where the formulas come from (numbers are those of arXiv):
/// - RMSNorm: Zhang and Sennrich 2019, 1910.07467.
/// - Rotary position embedding: Su et al. 2021, 2104.09864; pairs (i, i + d/2), as in transformers.
/// - SiLU and GELU with a gate: Shazeer 2020, 2002.05202; GELU's approximation with tanh: Hendrycks and Gimpel 2016,
///   1606.08415.
/// - Attention: Vaswani et al. 2017, 1706.03762; heads that share keys: Ainslie et al. 2023, 2305.13245; a window: Beltagy
///   et al. 2020, 2004.05150; soft caps: Gemma 2, 2408.00118.
/// - AdamW: Loshchilov and Hutter 2019, 1711.05101.
/// - Gated delta nets: named in `ReferenceKernels+Delta.swift`.
public enum ReferenceKernels {
  /// `x [m][k] · wᵀ`, `w [n][k]`.
  public static func productTransposed(_ x: [Float], _ w: [Float], m: Int, n: Int, k: Int) -> [Float] {
    var y = [Float](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for p in 0..<k { sum += Double(x[i * k + p]) * Double(w[j * k + p]) }
        y[i * n + j] = Float(sum)
      }
    }
    return y
  }

  /// `x [m][k] · w`, `w [k][n]`.
  public static func product(_ x: [Float], _ w: [Float], m: Int, n: Int, k: Int) -> [Float] {
    productTransposed(x, transposed(w, rows: k, columns: n), m: m, n: n, k: k)
  }

  public static func transposed(_ x: [Float], rows: Int, columns: Int) -> [Float] {
    var y = x
    for i in 0..<rows { for j in 0..<columns { y[j * rows + i] = x[i * columns + j] } }
    return y
  }

  /// `x / √(mean(x²) + ε) ∘ w` of each row.
  public static func rmsNorm(_ x: [Float], weight: [Float], epsilon: Double) -> [Float] {
    let channels = weight.count
    var y = x
    for start in stride(from: 0, to: x.count, by: channels) {
      var sum = 0.0
      for i in 0..<channels { sum += Double(x[start + i]) * Double(x[start + i]) }
      let scale = 1 / (sum / Double(channels) + epsilon).squareRoot()
      for i in 0..<channels { y[start + i] = Float(Double(x[start + i]) * scale * Double(weight[i])) }
    }
    return y
  }

  /// Gradient of `rmsNorm` with respect to x: `g∘w·r − x·r³·⟨g∘w, x⟩/C`, r the reciprocal root.
  public static func rmsNormBackward(_ x: [Float], weight: [Float], epsilon: Double, gradient: [Float]) -> [Float] {
    let channels = weight.count
    var result = x
    for start in stride(from: 0, to: x.count, by: channels) {
      var sum = 0.0
      var dot = 0.0
      for i in 0..<channels {
        sum += Double(x[start + i]) * Double(x[start + i])
        dot += Double(gradient[start + i]) * Double(weight[i]) * Double(x[start + i])
      }
      let scale = 1 / (sum / Double(channels) + epsilon).squareRoot()
      for i in 0..<channels {
        result[start + i] = Float(
          Double(gradient[start + i]) * Double(weight[i]) * scale
            - Double(x[start + i]) * dot * scale * scale * scale / Double(channels))
      }
    }
    return result
  }

  /// Rotates pairs (i, i + d/2) of each head by its row's angles, `[rows][d/2]`.
  public static func rope(_ x: [Float], heads: Int, headDimension d: Int, cosine: [Float], sine: [Float]) -> [Float] {
    var y = x
    for row in 0..<x.count / (heads * d) {
      for head in 0..<heads {
        let start = (row * heads + head) * d
        for i in 0..<d / 2 {
          let c = Double(cosine[row * d / 2 + i])
          let s = Double(sine[row * d / 2 + i])
          let (u, v) = (Double(x[start + i]), Double(x[start + d / 2 + i]))
          y[start + i] = Float(u * c - v * s)
          y[start + d / 2 + i] = Float(v * c + u * s)
        }
      }
    }
    return y
  }

  /// `silu(gate) ∘ up`.
  public static func siluMultiply(gate: [Float], up: [Float]) -> [Float] {
    zip(gate, up).map { Float(Double($0) / (1 + exp(-Double($0))) * Double($1)) }
  }

  /// Gradients of `siluMultiply`.
  public static func siluMultiplyBackward(gate: [Float], up: [Float], gradient: [Float]) -> (gate: [Float], up: [Float])
  {
    var result = (gate: gate, up: up)
    for i in gate.indices {
      let g = Double(gate[i])
      let s = 1 / (1 + exp(-g))
      result.gate[i] = Float(Double(gradient[i]) * Double(up[i]) * s * (1 + g * (1 - s)))
      result.up[i] = Float(Double(gradient[i]) * g * s)
    }
    return result
  }

  /// `gelu(gate) ∘ up`, gelu(x) = x/2·(1 + tanh(√(2/π)·(x + 0.044715 x³))).
  public static func geluMultiply(gate: [Float], up: [Float]) -> [Float] {
    zip(gate, up).map { Float(gelu(Double($0)).value * Double($1)) }
  }

  /// Gradients of `geluMultiply`.
  public static func geluMultiplyBackward(gate: [Float], up: [Float], gradient: [Float]) -> (gate: [Float], up: [Float])
  {
    var result = (gate: gate, up: up)
    for i in gate.indices {
      let (value, slope) = gelu(Double(gate[i]))
      result.gate[i] = Float(Double(gradient[i]) * Double(up[i]) * slope)
      result.up[i] = Float(Double(gradient[i]) * value)
    }
    return result
  }

  private static func gelu(_ x: Double) -> (value: Double, slope: Double) {
    let c = (2 / Double.pi).squareRoot()
    let t = tanh(c * (x + 0.044715 * x * x * x))
    return (x / 2 * (1 + t), (1 + t) / 2 + x / 2 * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x))
  }

  /// The shape of an attention: queries stand at `positions` of their own sequence and see `prefix` keys before it.
  public struct AttentionShape: Sendable {
    public var heads: Int
    public var keyValueHeads: Int
    public var headDimension: Int
    public var positions: [Int]
    public var prefix: Int
    /// Keys a query sees at most, and what its scores are capped at.
    public var window: Int?
    public var softCap: Double?

    public init(
      heads: Int, keyValueHeads: Int, headDimension: Int, positions: [Int], prefix: Int, window: Int? = nil,
      softCap: Double? = nil
    ) {
      self.window = window
      self.softCap = softCap
      self.heads = heads
      self.keyValueHeads = keyValueHeads
      self.headDimension = headDimension
      self.positions = positions
      self.prefix = prefix
    }
  }

  /// Probabilities of one query head over the keys before it, 0 outside of its window, and the slope of its capped
  /// scores; `k` holds prefix and own keys.
  private static func probabilities(_ q: [Float], _ k: [Float], _ shape: AttentionShape, query: Int, head: Int)
    -> (p: [Double], slope: [Double])
  {
    let d = shape.headDimension
    let kv = head / (shape.heads / shape.keyValueHeads)
    let visible = shape.prefix + shape.positions[query] + 1
    var scores = (0..<visible).map { key in
      (0..<d).reduce(0.0) {
        $0 + Double(q[(query * shape.heads + head) * d + $1]) * Double(k[(key * shape.keyValueHeads + kv) * d + $1])
      } / Double(d).squareRoot()
    }
    var slope = [Double](repeating: 1, count: visible)
    if let cap = shape.softCap {
      scores = scores.map { cap * tanh($0 / cap) }
      slope = scores.map { 1 - ($0 / cap) * ($0 / cap) }
    }
    for key in 0..<max(0, visible - (shape.window ?? visible)) { scores[key] = -.infinity }
    let highest = scores.max() ?? 0
    scores = scores.map { exp($0 - highest) }
    let sum = scores.reduce(0, +)
    return (scores.map { $0 / sum }, slope)
  }

  /// Causal attention; `k`, `v` `[prefix + length][keyValueHeads · d]`.
  public static func attention(_ q: [Float], _ k: [Float], _ v: [Float], _ shape: AttentionShape) -> [Float] {
    let d = shape.headDimension
    var output = [Float](repeating: 0, count: q.count)
    for query in shape.positions.indices {
      for head in 0..<shape.heads {
        let kv = head / (shape.heads / shape.keyValueHeads)
        let p = probabilities(q, k, shape, query: query, head: head).p
        for i in 0..<d {
          output[(query * shape.heads + head) * d + i] = Float(
            p.indices.reduce(0.0) { $0 + p[$1] * Double(v[($1 * shape.keyValueHeads + kv) * d + i]) })
        }
      }
    }
    return output
  }

  /// Gradients of `attention` with respect to q, k and v.
  public static func attentionBackward(
    _ q: [Float], _ k: [Float], _ v: [Float], _ shape: AttentionShape, gradient: [Float]
  ) -> (q: [Float], k: [Float], v: [Float]) {
    let d = shape.headDimension
    var dq = [Double](repeating: 0, count: q.count)
    var dk = [Double](repeating: 0, count: k.count)
    var dv = dk
    let scale = 1 / Double(d).squareRoot()
    for query in shape.positions.indices {
      for head in 0..<shape.heads {
        let kv = head / (shape.heads / shape.keyValueHeads)
        let (p, slope) = probabilities(q, k, shape, query: query, head: head)
        let row = (query * shape.heads + head) * d
        let dp = p.indices.map { key in
          (0..<d).reduce(0.0) { $0 + Double(gradient[row + $1]) * Double(v[(key * shape.keyValueHeads + kv) * d + $1]) }
        }
        let mean = zip(p, dp).reduce(0.0) { $0 + $1.0 * $1.1 }
        for key in p.indices {
          let column = (key * shape.keyValueHeads + kv) * d
          let ds = p[key] * (dp[key] - mean) * slope[key] * scale
          for i in 0..<d {
            dq[row + i] += ds * Double(k[column + i])
            dk[column + i] += ds * Double(q[row + i])
            dv[column + i] += p[key] * Double(gradient[row + i])
          }
        }
      }
    }
    return (dq.map { Float($0) }, dk.map { Float($0) }, dv.map { Float($0) })
  }

  /// −log softmax at the target of each row, and its gradient times `scale`; of capped logits with a soft cap.
  public static func crossEntropy(_ logits: [Float], targets: [Int], scale: Double, softCap: Double? = nil) -> (
    losses: [Double], gradient: [Float]
  ) {
    let vocabulary = logits.count / max(targets.count, 1)
    var losses: [Double] = []
    var gradient = logits
    for (row, target) in targets.enumerated() {
      let values = logits[row * vocabulary..<(row + 1) * vocabulary].map { logit in
        softCap.map { $0 * tanh(Double(logit) / $0) } ?? Double(logit)
      }
      let highest = values.max() ?? 0
      let sum = values.reduce(0.0) { $0 + exp($1 - highest) }
      losses.append(log(sum) + highest - values[target])
      for i in 0..<vocabulary {
        let slope = softCap.map { 1 - (values[i] / $0) * (values[i] / $0) } ?? 1
        gradient[row * vocabulary + i] = Float(
          scale * (exp(values[i] - highest) / sum - (i == target ? 1 : 0)) * slope)
      }
    }
    return (losses, gradient)
  }

  /// One AdamW update of one parameter.
  public static func adamW(
    _ update: AdamWStep, gradient: Double, parameter: inout Double, first: inout Double, second: inout Double
  ) {
    first = update.beta1 * first + (1 - update.beta1) * gradient
    second = update.beta2 * second + (1 - update.beta2) * gradient * gradient
    let mean = first / (1 - pow(update.beta1, Double(update.step)))
    let deviation = (second / (1 - pow(update.beta2, Double(update.step)))).squareRoot()
    parameter *= 1 - update.learningRate * update.weightDecay
    parameter -= update.learningRate * mean / (deviation + update.epsilon)
  }
}
