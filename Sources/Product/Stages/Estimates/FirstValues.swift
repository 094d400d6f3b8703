import ModelFiles

/// Values to start a training with, as docs/concepts.md gives them.
public enum FirstValues {
  /// The learning rate for a base by its size, as a recipe writes it; `nil` when nobody knows the size before it is here.
  /// - Parameter source: what the recipe's fetch stage names.
  public static func learningRate(forBase source: String) -> String? {
    let file = source.hasPrefix("file:") ? String(source.dropFirst("file:".count)) : nil
    let configuration =
      file.flatMap { try? ModelSource.open($0).configuration } ?? KnownSources.model(source)?.configuration
    return configuration.map { learningRate(parameters: $0.parameterCount) }
  }

  static func learningRate(parameters: Int) -> String {
    parameters < 550_000_000 ? "5e-4" : parameters < 3_000_000_000 ? "2e-4" : "1e-4"
  }
}
