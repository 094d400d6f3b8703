import Diagnostics
import JSON

extension TokenizerDefinition {
  /// Reads `vocab.json` and `merges.txt`, the older pair of files. They do not say how text is cut: the
  /// `tokenizer_class` of the configuration does.
  /// - Throws: `Diagnostic`: `bad-json`, `bad-tokenizer`, `unsupported-tokenizer`.
  init(
    vocabulary vocabularyBytes: UnsafeBufferPointer<UInt8>, merges mergeBytes: UnsafeBufferPointer<UInt8>,
    configuration: JSONValue, path: String
  ) throws {
    let name = configuration["tokenizer_class"]?.stringValue ?? "missing"
    let pattern: PatternScanner.Pattern
    switch name {
    case "Qwen2Tokenizer", "Qwen2TokenizerFast": pattern = .qwen2
    case "GPT2Tokenizer", "GPT2TokenizerFast": pattern = .gpt2
    default: throw TokenizerFailure.unsupported(path, "the 'tokenizer_class' is '\(name)'")
    }
    var vocabulary = Vocabulary()
    var scanner = JSONScanner(path: path + "/vocab.json", bytes: vocabularyBytes)
    try Self.readVocabulary(&scanner, into: &vocabulary)
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
    for (key, value) in configuration["added_tokens_decoder"]?.objectValue ?? JSONObject() {
      addedTokens.append(try AddedToken(json: value, id: Int(key), path: path + "/tokenizer_config.json"))
    }
  }

  /// Takes the begin, end and pad tokens that `tokenizer_config.json` names.
  mutating func readNames(_ configuration: JSONValue) {
    func number(_ key: String) -> TokenID? {
      guard let name = configuration[key]?.stringValue ?? configuration[key]?["content"]?.stringValue else {
        return nil
      }
      if let token = addedTokens.first(where: { $0.content == name }) { return token.id }
      var spelled: [UInt8] = []
      guard Array(name.utf8).withUnsafeBufferPointer({ ByteAlphabet.decode($0, into: &spelled) }) else { return nil }
      let id = spelled.withUnsafeBufferPointer { vocabulary.find($0) }
      return id >= 0 ? id : nil
    }
    beginToken = number("bos_token") ?? beginToken
    endToken = number("eos_token") ?? endToken
    padToken = number("pad_token") ?? padToken
  }
}
