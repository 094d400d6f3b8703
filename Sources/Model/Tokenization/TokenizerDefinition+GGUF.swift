import Diagnostics
import ModelFiles

extension TokenizerDefinition {
  /// Reads the tokenizer inside a GGUF file.
  /// - Throws: `Diagnostic`: `bad-gguf`, `bad-tokenizer`, `unsupported-tokenizer`.
  init(gguf file: GGUFFile) throws {
    let path = file.path
    if var text = file.metadata["tokenizer.huggingface.json"]?.stringValue {
      // The whole definition, which holds what GGUF has no names for.
      try self.init(whole: &text, file)
      return
    }
    let model = file.metadata["tokenizer.ggml.model"]?.stringValue
    if model == "llama" {
      try self.init(scored: file)
      return
    }
    guard model == "gpt2" else {
      throw TokenizerFailure.unsupported(
        path, "the tokenizer's model is '\(model ?? "missing")', neither 'gpt2' nor 'llama'")
    }
    let pre = file.metadata["tokenizer.ggml.pre"]?.stringValue
    guard let pre, let family = GGUFPreTokenizer(named: pre) else {
      throw TokenizerFailure.unsupported(path, "the tokenizer's pre-tokenizer '\(pre ?? "missing")' is not known")
    }
    guard let tokens = try file.strings("tokenizer.ggml.tokens"), let lines = try file.strings("tokenizer.ggml.merges")
    else { throw TokenizerFailure.bad(path, "the file lacks the tokenizer's tokens or merges") }
    let types = try file.integers("tokenizer.ggml.token_type") ?? []
    var vocabulary = Vocabulary()
    vocabulary.reserve(tokens: tokens.count, bytes: tokens.count * 8)
    var added: [AddedToken] = []
    for (id, token) in tokens.enumerated() {
      var token = token
      let type = id < types.count ? types[id] : 1
      // 3: control, 4: user-defined; both are looked for in text as wholes.
      if type == 3 || type == 4, !token.isEmpty {
        added.append(AddedToken(id: TokenID(truncatingIfNeeded: id), content: token, isSpecial: type == 3))
      }
      let kind: Vocabulary.Kind = type == 3 || type == 4 ? .added : []
      guard token.withUTF8({ vocabulary.add(spelling: $0, id: id, kind: kind) }) else {
        throw TokenizerFailure.bad(path, "more than \(Vocabulary.idLimit) tokens")
      }
    }
    vocabulary.buildIndex()
    var builder = MergeBuilder(vocabulary, path: path)
    for line in lines {
      var line = line
      try line.withUTF8 { try builder.add(line: $0) }
    }
    self.init(
      path: path, vocabulary: vocabulary, merges: builder.table,
      preTokenizer: try PreTokenizer(family.kind))
    composes = family.normalizes
    ignoresMerges = family.ignoresMerges
    addedTokens = added
    func number(_ key: String) -> TokenID? {
      guard let value = file.metadata["tokenizer.ggml." + key]?.intValue, value >= 0, value < tokens.count else {
        return nil
      }
      return TokenID(value)
    }
    beginToken = number("bos_token_id")
    endToken = number("eos_token_id")
    padToken = number("padding_token_id")
    let addsBegin = file.metadata["tokenizer.ggml.add_bos_token"]?.boolValue ?? family.addsBOS
    if addsBegin, let beginToken { prefixTokens = [beginToken] }
    if file.metadata["tokenizer.ggml.add_eos_token"]?.boolValue ?? false, let endToken { suffixTokens = [endToken] }
  }
  private init(whole text: inout String, _ file: GGUFFile) throws {
    try self.init(text: &text, path: file.path)
    func number(_ key: String) -> TokenID? {
      file.metadata["tokenizer.ggml." + key]?.intValue.flatMap { TokenID(exactly: $0) }
    }
    beginToken = number("bos_token_id")
    endToken = number("eos_token_id")
    padToken = number("padding_token_id")
  }

  private init(text: inout String, path: String) throws {
    self = try text.withUTF8 { try TokenizerDefinition(tokenizerJSON: $0, path: path) }
  }
}

extension PreTokenizer {
  /// Kinds without a scanner of their own run on pcre2.
  fileprivate init(_ kind: PreTokenizerKind) throws {
    let scanner: PatternScanner.Pattern? =
      switch kind {
      case .gpt2: .gpt2
      case .smollm: .digitsThenGPT2
      case .qwen2: .qwen2
      case .llama3: .llama3
      case .qwen35, .tekken, .gpt4o: nil
      }
    if let scanner {
      self.init(scanner: scanner)
    } else {
      self.init(
        steps: try kind.pattern.map { [.split(try RegularExpression($0), .isolated, invert: false)] } ?? [])
    }
  }
}
