import Diagnostics

/// The decoder layers that an adapter is on, numbered from 0.
public enum AdaptedLayers: Sendable, Hashable {
  case all
  /// So many layers, the last of which is the one before the output head.
  case last(Int)
  /// Ascending numbers: peft's `layers_to_transform`.
  case listed([Int])

  /// What a recipe may ask for at most.
  public static let limits = 1...65_536

  /// - Parameter count: layers of the base.
  func contains(_ layer: Int, of count: Int) -> Bool {
    switch self {
    case .all: true
    case .last(let number): layer >= count - number
    case .listed(let numbers): numbers.contains(layer)
    }
  }

  /// The same layers by their numbers, as files name them; `all` when it is every layer of the base.
  /// - Throws: `Diagnostic` (`bad-adapter-config`) when the base has fewer layers.
  func resolved(count: Int) throws(Diagnostic) -> AdaptedLayers {
    switch self {
    case .all: return .all
    case .last(let number):
      guard number >= 1, number <= count else {
        throw Diagnostic(
          code: "bad-adapter-config", "lora.layers asks for the last \(number) layers, and the base has \(count)",
          remedy: "give a number from 1 to \(count), or layers: all")
      }
      return number == count ? .all : .listed(Array(count - number..<count))
    case .listed(let numbers):
      return (0..<count).allSatisfy(numbers.contains) ? .all : self
    }
  }
}
