import Glibc
public import ModelFiles

/// Cosines and sines of rotary position embedding for every way in which layers of a model rotate,
/// `[positions][rotatedDimension / 2]`, in f32 as transformers has them.
public final class RotaryTable: Sendable {
  /// One way to rotate.
  struct Angles: Sendable {
    let rope: RopeConfiguration
    /// Rotated dimensions of a head.
    let dimension: Int
    let cosine: [Float]
    let sine: [Float]
  }

  public let positions: Int
  private let angles: [Angles]
  /// The angles of each layer; `nil` for one that rotates nothing.
  private let ofLayer: [Int?]

  /// - Parameter sequenceLength: what `dynamic` and `longrope` scaling adapt to; other kinds ignore it.
  public init(_ configuration: ModelConfiguration, positions: Int, sequenceLength: Int = 0) {
    var angles: [Angles] = []
    ofLayer = configuration.layers.map { layer in
      guard let rope = layer.attention.rope else { return nil }
      let dimension = layer.attention.rotatedDimension
      if let known = angles.firstIndex(where: { $0.rope == rope && $0.dimension == dimension }) { return known }
      angles.append(
        Self.angles(
          rope, dimension: dimension, maximumPositions: configuration.maximumPositions, positions: positions,
          sequenceLength: sequenceLength))
      return angles.count - 1
    }
    self.angles = angles
    self.positions = positions
  }

  private static func angles(
    _ rope: RopeConfiguration, dimension: Int, maximumPositions: Int, positions: Int, sequenceLength: Int
  ) -> Angles {
    let (frequencies, factor) = rope.inverseFrequencies(
      headDimension: dimension, maximumPositions: maximumPositions, sequenceLength: sequenceLength)
    var cosine = [Float](repeating: 0, count: positions * frequencies.count)
    var sine = cosine
    for position in 0..<positions {
      for (index, frequency) in frequencies.enumerated() {
        let angle = Float(position) * frequency
        cosine[position * frequencies.count + index] = cosf(angle) * factor
        sine[position * frequencies.count + index] = sinf(angle) * factor
      }
    }
    return Angles(rope: rope, dimension: dimension, cosine: cosine, sine: sine)
  }

  func angles(_ layer: Int) -> Angles? { ofLayer[layer].map { angles[$0] } }
}

extension ModelConfiguration {
  /// Whether the rotation of a token depends on the length of its sequence: then sequences of different length past the
  /// trained one share neither a table nor a prefix.
  public func rotationDependsOnLength(_ length: Int) -> Bool {
    layers.contains { layer in
      switch layer.attention.rope?.scaling {
      case .dynamic: length > maximumPositions
      case .longrope(let scaling): length > scaling.originalPositions
      default: false
      }
    }
  }
}

extension QueryGrowth {
  /// The factor on the queries at a position, in f32 as transformers computes it.
  func factor(position: Int32) -> Float {
    1 + Float(beta) * logf(1 + (Float(position) / Float(originalPositions)).rounded(.down))
  }
}
