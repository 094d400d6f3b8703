import Glibc
public import ModelFiles
import Synchronization

/// Cosines and sines of rotary position embedding, `[positions][headDimension / 2]`, in f32 as transformers has them.
public final class RotaryTable: Sendable {
  public let positions: Int
  public let half: Int
  public let cosine: [Float]
  public let sine: [Float]

  /// - Parameter sequenceLength: what `dynamic` scaling adapts to; other kinds ignore it.
  public init(_ configuration: ModelConfiguration, positions: Int, sequenceLength: Int = 0) {
    let (frequencies, factor) = configuration.rope.inverseFrequencies(
      headDimension: configuration.headDimension, maximumPositions: configuration.maximumPositions,
      sequenceLength: sequenceLength)
    var cosine = [Float](repeating: 0, count: positions * frequencies.count)
    var sine = cosine
    for position in 0..<positions {
      for (index, frequency) in frequencies.enumerated() {
        let angle = Float(position) * frequency
        cosine[position * frequencies.count + index] = cosf(angle) * factor
        sine[position * frequencies.count + index] = sinf(angle) * factor
      }
    }
    self.positions = positions
    self.half = frequencies.count
    self.cosine = cosine
    self.sine = sine
  }
}

extension ModelConfiguration {
  /// Whether the rotation of a token depends on the length of its sequence: then sequences of different length past the
  /// trained one share neither a table nor a prefix.
  public func rotationDependsOnLength(_ length: Int) -> Bool {
    if case .dynamic = rope.scaling { return length > maximumPositions }
    return false
  }
}
