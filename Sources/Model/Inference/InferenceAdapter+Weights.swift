import Diagnostics
import ModelFiles

extension InferenceAdapter {
  /// The weights of an adapter that take the place of the base's: embedding, output head and norms.
  struct OwnWeights {
    var embedding: TensorView?
    var head: TensorView?
    var finalNorm: [Float]?
    var norms: [Int: Norms] = [:]

    /// - Parameters:
    ///   - changed: the base as the adapter changes it.
    ///   - base: the same as it is.
    /// - Throws: `Diagnostic` (`unsupported-adapter`) for changes that cannot be served beside the base.
    init(_ changed: ModelSource?, over base: ModelSource?, of adapter: Adapter) throws {
      guard let changed, let base, changed !== base else { return }
      guard changed.configuration.vocabularySize == base.configuration.vocabularySize else {
        throw adapter.refusalOfChanges("belong to a vocabulary of another size than the base's")
      }
      var names = changed.changedTensors
      func take(_ name: String?) throws -> [Float]? {
        guard let name, names.remove(name + ".weight") != nil else { return nil }
        return try changed.normScale(name + ".weight")
      }
      if names.remove("model.embed_tokens.weight") != nil {
        embedding = try changed.tensor("model.embed_tokens.weight")
      }
      names.remove("lm_head.weight")
      let (own, others) = (try changed.outputHead(), try base.outputHead())
      if own.baseAddress != others.baseAddress { head = own }
      finalNorm = try take("model.norm")
      for (index, layer) in base.configuration.layers.enumerated() {
        let prefix = "model.layers.\(index)."
        let found = Norms(
          beforeMixer: try take(prefix + layer.norms.beforeMixer),
          afterMixer: try take(layer.norms.afterMixer.map { prefix + $0 }),
          beforeMLP: try take(prefix + layer.norms.beforeMLP),
          afterMLP: try take(layer.norms.afterMLP.map { prefix + $0 }),
          query: try take(prefix + "self_attn.q_norm"), key: try take(prefix + "self_attn.k_norm"))
        if [found.beforeMixer, found.afterMixer, found.beforeMLP, found.afterMLP, found.query, found.key]
          .contains(where: { $0 != nil })
        {
          norms[index] = found
        }
      }
      guard names.isEmpty else { throw adapter.refusalOfChanges("are not served beside the base's") }
    }
  }
}
