import Diagnostics
import ModelFiles
public import Tensors

extension TransformerModel {
  /// Checks that every id is in the vocabulary.
  /// - Throws: `Diagnostic` (`token-out-of-range`).
  public func checkTokens(_ ids: some Sequence<Int32>) throws {
    for (place, id) in ids.enumerated() where id < 0 || Int(id) >= configuration.vocabularySize {
      throw Diagnostic(
        code: "token-out-of-range",
        "token \(id) at position \(place) is not in the model's vocabulary of \(configuration.vocabularySize)",
        remedy: "tokenize with this model's tokenizer")
    }
  }

  /// Logits `[ids.count, vocabulary]` of a whole sequence, row-major, of the base or the base with an adapter.
  /// - Throws: `Diagnostic` (`token-out-of-range`).
  public func logits(_ ids: [Int32], adapter: AdapterParameters? = nil, kernels: Kernels = .best) throws -> [Float] {
    try checkTokens(ids)
    guard !ids.isEmpty else { return [] }
    let sequence = PackSequence(
      tokens: ids, predictors: ids.indices.map { Int32($0) }, targets: [Int32](repeating: 0, count: ids.count), row: 0)
    let capacity = PassCapacity(tokens: ids.count, predictors: ids.count, keys: ids.count, storedLayers: nil)
    let engine = PassEngine(
      model: self, layout: adapter?.layout ?? .empty(configuration), capacity: capacity, kernels: kernels)
    var result: [Float] = []
    result.reserveCapacity(ids.count * configuration.vocabularySize)
    let scales = adapter?.rowScales(of: self, kernels: kernels)
    withDenormalsFlushed {
      engine.forward(
        SequencePack(sequences: [sequence]), parameters: adapter.map { FloatPointer($0.values.pointer) },
        rowScales: scales.map { FloatPointer($0.values.pointer) })
      engine.logits { _, _, logits in result.append(contentsOf: logits) }
    }
    return result
  }
}
