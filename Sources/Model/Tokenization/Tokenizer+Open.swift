import Diagnostics
public import JSON
public import ModelFiles

extension Tokenizer {
  /// The tokenizer of a model: inside its GGUF, or `tokenizer.json` in its folder, or `vocab.json` + `merges.txt`.
  /// - Throws: `Diagnostic`: `missing-tokenizer`, `unsupported-tokenizer`, `bad-tokenizer`, `bad-json`, `bad-gguf`.
  public static func open(_ source: ModelSource) throws -> Tokenizer {
    if let file = source.gguf { return try Tokenizer(TokenizerDefinition(gguf: file)) }
    return try open(folder: source.path) { try source.file(named: $0) }
  }

  /// A tokenizer by path: a `.gguf` file, a `tokenizer.json`, or a folder that holds tokenizer files.
  public static func open(path: String) throws -> Tokenizer {
    if path.hasSuffix(".gguf") { return try Tokenizer(TokenizerDefinition(gguf: GGUFFile(path))) }
    if path.hasSuffix(".json") {
      let file = try MappedFile(path)
      return try Tokenizer(try file.withUTF8 { try TokenizerDefinition(tokenizerJSON: $0, path: file.path) })
    }
    return try open(folder: path) { name in
      do {
        return try MappedFile(path + "/" + name)
      } catch let error as Diagnostic where error.code == "cannot-open-file" {
        return nil
      }
    }
  }

  /// A tokenizer from the bytes of a `tokenizer.json`.
  /// - Parameter configuration: `tokenizer_config.json`, which names the begin, end and pad tokens; or null.
  public convenience init(tokenizerJSON bytes: some Collection<UInt8>, configuration: JSONValue, path: String) throws {
    let copy = Array(bytes)
    let files = TokenizerFiles(settings: configuration.objectValue ?? JSONObject())
    try self.init(
      try copy.withUnsafeBufferPointer { try TokenizerDefinition(tokenizerJSON: $0, files: files, path: path) })
  }

  private static func open(folder: String, _ file: (String) throws -> MappedFile?) throws -> Tokenizer {
    let files = try TokenizerFiles(file)
    if let found = try file("tokenizer.json") {
      return try Tokenizer(
        try found.withUTF8 { try TokenizerDefinition(tokenizerJSON: $0, files: files, path: found.path) })
    }
    guard let vocabulary = try file("vocab.json"), let merges = try file("merges.txt") else {
      throw Diagnostic(
        code: "missing-tokenizer", "the folder holds neither 'tokenizer.json' nor 'vocab.json' and 'merges.txt'",
        remedy: "fetch the model's tokenizer files as well", location: SourceLocation(file: folder))
    }
    return try Tokenizer(
      try vocabulary.withUTF8 { vocabulary in
        try merges.withUTF8 { merges in
          try TokenizerDefinition(vocabulary: vocabulary, merges: merges, files: files, path: folder)
        }
      })
  }
}

extension MappedFile {
  /// The bytes, with the mapping kept alive while `body` reads them.
  func withUTF8<T>(_ body: (UnsafeBufferPointer<UInt8>) throws -> T) rethrows -> T {
    try withBytes { try $0.withMemoryRebound(to: UInt8.self, body) }
  }
}
