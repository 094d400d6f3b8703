import Diagnostics

extension Adapter {
  /// Writes the adapter as a GGUF LoRA file for llama.cpp, in f32.
  ///
  /// llama.cpp scales by `alpha / rank` with one alpha for the file, so the alpha written is that of the first module
  /// (times √rank for rsLoRA), and modules for which that is not right have the rest multiplied into their B. Rows of
  /// a Llama's query and key B go out in GGUF's order.
  /// - Throws: `Diagnostic` (`unsupported-adapter` for DoRA, which llama.cpp does not have, `adapter-mismatch`,
  ///   `cannot-write-file`, `disk-full`).
  public func writeGGUF(to path: String, model: ModelConfiguration, name: String = "adapter") throws {
    try validate(for: model)
    guard !configuration.usesDoRA else {
      throw Diagnostic(
        code: "unsupported-adapter", "llama.cpp has no DoRA, so a GGUF adapter cannot hold its magnitudes",
        remedy: "merge the adapter into its base and write that as GGUF")
    }
    guard changes.isEmpty else { throw changes.refusal("a GGUF adapter does not hold") }
    let architecture = try model.ggufFamily().architecture
    let names = GGUFTensorNames(model)
    let alpha = modules.first.map { $0.scale * Double($0.rank) } ?? configuration.alpha
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
    let writer = try GGUFWriter(path, metadata: metadata, tensors: tensors)
    for module in modules {
      try module.a.floats().withUnsafeBytes { try writer.append($0) }
      let factor = alpha == 0 ? 1 : Float(module.scale * Double(module.rank) / alpha)
      var b = try module.b.floats()
      if factor != 1 { for index in b.indices { b[index] *= factor } }
      let dimension = RowPermutation.headDimension(of: module.path + ".weight", model)
      let rank = module.rank
      try b.withUnsafeBufferPointer { values in
        for row in 0..<module.b.rowCount {
          let source = dimension.map { RowPermutation.canonicalRow(gguf: row, headDimension: $0) } ?? row
          try writer.append(
            UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: values[source * rank..<(source + 1) * rank])))
        }
      }
    }
    try writer.finish()
  }
}
