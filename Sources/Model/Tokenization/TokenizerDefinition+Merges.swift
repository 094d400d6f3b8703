import Diagnostics
import JSON
import ModelFiles

extension TokenizerDefinition {
  /// Reads `vocab.json` and `merges.txt`, the older pair of files. They do not say how text is cut: the
  /// `tokenizer_class` of the configuration does.
  /// - Throws: `Diagnostic`: `bad-json`, `bad-tokenizer`, `unsupported-tokenizer`.
  init(
    vocabulary vocabularyBytes: UnsafeBufferPointer<UInt8>, merges mergeBytes: UnsafeBufferPointer<UInt8>,
    files: TokenizerFiles, path: String
  ) throws {
    let name = files.settings["tokenizer_class"]?.stringValue ?? "missing"
    let pattern: PatternScanner.Pattern
    switch name {
    case "Qwen2Tokenizer", "Qwen2TokenizerFast": pattern = .qwen2
    case "GPT2Tokenizer", "GPT2TokenizerFast": pattern = .gpt2
    default: throw TokenizerFailure.unsupported(path, "the 'tokenizer_class' is '\(name)'")
    }
    var vocabulary = Vocabulary()
    var scanner = JSONScanner(path: path + "/vocab.json", bytes: vocabularyBytes)
    try Self.readVocabulary(&scanner, isSpaced: false, into: &vocabulary)
    vocabulary.buildIndex()
    var builder = MergeBuilder(vocabulary, path: path + "/merges.txt")
    var first = true
    for line in mergeBytes.split(separator: 0x0A) {
      defer { first = false }
      var trimmed = UnsafeBufferPointer(rebasing: line)
      if trimmed.last == 0x0D { trimmed = UnsafeBufferPointer(rebasing: trimmed.dropLast()) }
      if trimmed.isEmpty || (first && trimmed.starts(with: "#version".utf8)) { continue }
      try builder.add(line: trimmed)
    }
    self.init(path: path, vocabulary: vocabulary, merges: builder.table, preTokenizer: PreTokenizer(scanner: pattern))
    composes = pattern == .qwen2
    try readAddedTokens([], files)
  }

  /// Takes the added tokens of `tokenizer.json` and of the files beside it.
  mutating func readAddedTokens(_ own: [JSONValue], _ files: TokenizerFiles) throws {
    let entries = files.addedTokens(own, vocabularyCount: vocabulary.population) { number(spelled: $0).map { Int($0) } }
    addedTokens = try entries.map { try AddedToken(json: $0, path: path) }
    beginToken = files.name("bos_token").flatMap { number(named: $0) } ?? beginToken
    endToken = files.name("eos_token").flatMap { number(named: $0) } ?? endToken
    padToken = files.name("pad_token").flatMap { number(named: $0) } ?? padToken
  }

  /// The number of a token by its text.
  private func number(named name: String) -> TokenID? {
    addedTokens.first { $0.content == name }?.id ?? number(spelled: name)
  }

  /// The number of a token of the vocabulary by its spelling.
  func number(spelled name: String) -> TokenID? {
    var bytes: [UInt8] = []
    let known = Array(name.utf8).withUnsafeBufferPointer { name in
      guard spaced != nil else { return ByteAlphabet.decode(name, into: &bytes) }
      SpacedText.decode(name, into: &bytes)
      return true
    }
    guard known else { return nil }
    let id = bytes.withUnsafeBufferPointer { vocabulary.find($0) }
    return id >= 0 ? id : nil
  }
}
