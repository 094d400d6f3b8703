import Diagnostics
import JSON

extension ModelConfiguration {
  /// Reads the configuration out of a GGUF file's metadata and tensor table.
  /// - Throws: `Diagnostic` (`bad-gguf`, `bad-model-config`, `unsupported-model`).
  public init(gguf file: GGUFFile) throws {
    let path = file.path
    guard let name = file.metadata["general.architecture"]?.stringValue else {
      throw ModelFileFailure.configuration(path, "metadata 'general.architecture' is missing")
    }
    if let type = file.metadata["general.type"]?.stringValue, type != "model" {
      throw ModelFileFailure.unsupported(
        path, "this GGUF file holds \(type == "adapter" ? "an adapter" : "a '\(type)'"), not a model",
        remedy: "give the base model's file")
    }
    guard let family = ModelFamily.ofGGUF(name).first else {
      throw ModelFileFailure.unsupported(
        path, ModelFamily.refusal(of: name))
    }
    let reader = FamilyReader(family, gguf: file)
    let description = try family.describe(reader)
    try reader.refuseTheRest()
    for layer in description.layers.prefix(1) {
      let attention = layer.attention
      if !reader.wasAsked(FamilyReader.rotatedDimensionKey),
        try reader.rotatedDimension(headDimension: attention.headDimension) != attention.headDimension
      {
        throw ModelFileFailure.unsupported(
          path, "metadata '\(name).rope.dimension_count' asks for RoPE over part of a head, which is not supported")
      }
    }
    guard let embedding = file.tensor("token_embd.weight"), embedding.shape.count == 2 else {
      throw Diagnostic(
        code: "missing-tensor", "tensor 'token_embd.weight' is missing", location: SourceLocation(file: path))
    }
    func tokenID(_ key: String) -> Int? { file.metadata["tokenizer.ggml.\(key)"]?.intValue }
    self = description
    vocabularySize = embedding.rowCount
    tiesEmbeddings = file.tensor("output.weight") == nil
    bosTokenID = tokenID("bos_token_id")
    let ends =
      try file.integers(GGUFGenerationMetadata.endTokens)
      ?? ["eos_token_id", "eot_token_id", "eom_token_id"].compactMap(tokenID)
    eosTokenIDs = ends.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    padTokenID = tokenID("padding_token_id")
    try validate(path: path)
  }
}
