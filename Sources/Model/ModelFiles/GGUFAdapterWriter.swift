import Diagnostics

extension Adapter {
  /// Writes the adapter as a GGUF LoRA file for llama.cpp, in f32.
  ///
  /// llama.cpp scales by `alpha / rank` with one alpha for the file, so the alpha written is that of the first module
  /// (times √rank for rsLoRA), and modules for which that is not right have the rest multiplied into their B. Rows of
  /// B, and columns of A, go out in GGUF's order. An embedding's A has a row for each token there.
  /// - Throws: `Diagnostic` (`unsupported-adapter` for what llama.cpp does not have: DoRA, whole modules, and updates of a
  ///   tied embedding or head; `adapter-mismatch`, `cannot-write-file`, `disk-full`).
  public func writeGGUF(to path: String, model: ModelConfiguration, name: String = "adapter") throws {
    try validate(for: model)
    guard !configuration.usesDoRA else {
      throw Diagnostic(
        code: "unsupported-adapter", "llama.cpp has no DoRA, so a GGUF adapter cannot hold its magnitudes",
        remedy: "merge the adapter into its base and write that as GGUF")
    }
    guard changes.isTrainable else { throw changes.refusal("a GGUF adapter does not hold") }
    let updates = changes.tableUpdates
    if let update = updates.first, model.tiesEmbeddings {
      // It finds updates by the tensor's name, and would take the embedding's for the head too.
      throw Diagnostic(
        code: "unsupported-adapter",
        "llama.cpp cannot change '\(update.table.name)' alone where embedding and output head are one matrix",
        remedy: "merge the adapter into its base and write that as GGUF")
    }
    let architecture = try model.ggufFamily().architecture
    let names = GGUFTensorNames(model)
    let alpha =
      modules.first.map { $0.scale * Double($0.rank) } ?? updates.first.map { $0.scale * Double($0.rank) }
      ?? configuration.alpha
    let metadata: [(String, GGUFWriteValue)] = [
      ("general.architecture", .string(architecture)), ("general.type", .string("adapter")),
      ("general.name", .string(name)), ("general.file_type", .uint32(0)), ("adapter.type", .string("lora")),
      ("adapter.lora.alpha", .float32(Float(alpha))),
    ]
    var tensors: [TensorSpecification] = []
    for module in modules {
      let canonical = module.path + ".weight"
      guard let base = names.gguf(canonical: canonical) else {
        throw Diagnostic(code: "unsupported-adapter", "'\(canonical)' has no place in a GGUF file")
      }
      tensors.append(TensorSpecification(name: base + ".lora_a", shape: module.a.shape, dtype: .f32))
      tensors.append(TensorSpecification(name: base + ".lora_b", shape: module.b.shape, dtype: .f32))
    }
    for update in updates {
      guard let base = names.gguf(canonical: update.table.weight),
        update.hiddenFactor.count == update.rank * model.hiddenSize,
        update.tokenFactor.count == update.rank * model.vocabularySize
      else { throw Diagnostic(code: "adapter-mismatch", "the update of '\(update.table.name)' does not fit the model") }
      for (part, shape, _) in Self.parts(update, model) {
        tensors.append(TensorSpecification(name: base + part, shape: shape, dtype: .f32))
      }
    }
    let writer = try GGUFWriter(path, metadata: metadata, tensors: tensors)
    /// What makes up for one alpha of the file.
    func factor(_ scale: Double, _ rank: Int) -> Float { alpha == 0 ? 1 : Float(scale * Double(rank) / alpha) }
    for module in modules {
      let layout = GGUFLayout(module.path + ".weight", model)
      var a = try module.a.floats()
      a.withUnsafeMutableBufferPointer { layout.toFile($0, rowCount: module.rank) }
      try a.withUnsafeBytes { try writer.append($0) }
      let factor = factor(module.scale, module.rank)
      var b = try module.b.floats()
      if factor != 1 { for index in b.indices { b[index] *= factor } }
      let rank = module.rank
      try b.withUnsafeBufferPointer { values in
        for row in 0..<module.b.rowCount {
          let source = layout.canonicalRow(file: row)
          try writer.append(
            UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: values[source * rank..<(source + 1) * rank])))
        }
      }
    }
    for update in updates {
      let factor = factor(update.scale, update.rank)
      for (part, _, values) in Self.parts(update, model) {
        let scaled = part == ".lora_b" && factor != 1 ? values.map { $0 * factor } : values
        try scaled.withUnsafeBytes { try writer.append($0) }
      }
    }
    try writer.finish()
  }

  private static func parts(_ update: TableUpdate, _ model: ModelConfiguration) -> [(String, [Int], [Float])] {
    let (tokens, hidden, rank) = (model.vocabularySize, model.hiddenSize, update.rank)
    return switch update.table {
    case .embedding:
      [
        (".lora_a", [tokens, rank], update.tokenFactor),
        (".lora_b", [hidden, rank], TableUpdate.transposed(update.hiddenFactor, rows: rank)),
      ]
    case .head:
      [(".lora_a", [rank, hidden], update.hiddenFactor), (".lora_b", [tokens, rank], update.tokenFactor)]
    }
  }
}
