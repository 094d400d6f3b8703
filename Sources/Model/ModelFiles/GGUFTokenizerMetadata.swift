import Diagnostics
import JSON

/// The `tokenizer.*` metadata of a GGUF file, from whatever the model had.
enum GGUFTokenizerMetadata {
  /// The whole `tokenizer.json`, by GGUF's own name for it.
  static let definitionKey = "tokenizer.huggingface.json"

  /// - Parameter chatTemplate: replaces the model's.
  /// - Throws: `Diagnostic` (`missing-model-file`, `unsupported-tokenizer`, `bad-tokenizer`).
  static func entries(_ source: ModelSource, chatTemplate: String?) throws -> [(String, GGUFWriteValue)] {
    let templates = try chatTemplate.map { ChatTemplateFiles($0, origin: "") } ?? source.chatTemplates()
    return try (source.gguf.map(copied) ?? built(source)) + templates.metadata
  }

  private static func copied(_ gguf: GGUFFile) -> [(String, GGUFWriteValue)] {
    gguf.metadataKeys.filter {
      $0.hasPrefix("tokenizer.ggml.") || $0.hasPrefix("general.sampling.") || $0 == definitionKey
        || $0 == GGUFGenerationMetadata.endTokens
    }.compactMap { key in
      switch gguf.metadata[key] {
      case .string(let value): (key, .string(value))
      case .bool(let value): (key, .bool(value))
      case .array(let value): (key, .copy(value))
      case .floating(let value): (key, .float32(Float(value)))
      case .unsigned(let value): UInt32(exactly: value).map { (key, .uint32($0)) }
      case .signed(let value): UInt32(exactly: value).map { (key, .uint32($0)) }
      case nil: nil
      }
    }
  }

  private static func built(_ source: ModelSource) throws -> [(String, GGUFWriteValue)] {
    let files = try TokenizerFiles { try source.file(named: $0) }
    let json = try files.completeDefinition(source)
    let path = source.path(ofFile: "tokenizer.json")
    func failure(_ code: String, _ message: String) -> Diagnostic {
      Diagnostic(code: code, message, location: SourceLocation(file: path))
    }
    guard json["model"]?["type"]?.stringValue ?? "BPE" == "BPE", let vocabulary = json["model"]?["vocab"]?.objectValue,
      let merges = json["model"]?["merges"]?.arrayValue
    else { throw failure("unsupported-tokenizer", "not a BPE tokenizer") }
    let isSpaced = SentencePieceTokenizer.describes(json)
    let pre = isSpaced ? nil : PreTokenizerKind(definition: json["pre_tokenizer"])
    guard isSpaced || pre != nil else {
      throw failure("unsupported-tokenizer", "GGUF has no name for this pre-tokenizer")
    }

    // Rows of the embedding without a token get a placeholder, as llama.cpp's converter does.
    let count = source.configuration.vocabularySize
    var tokens = (0..<count).map { "[PAD\($0)]" }
    var kinds = [Int32](repeating: 5, count: count)
    func place(_ token: String, _ id: Int?, _ kind: Int32) throws {
      guard let id, tokens.indices.contains(id) else {
        throw failure("bad-tokenizer", "token '\(token)' has no id below the vocabulary size \(count)")
      }
      tokens[id] = token
      kinds[id] = kind
    }
    let unknown = json["model"]?["unk_token"]?.stringValue
    for (token, id) in vocabulary {
      let kind: Int32 = !isSpaced ? 1 : token == unknown ? 2 : SentencePieceTokenizer.isByte(token) ? 6 : 1
      try place(token, id.intValue, kind)
    }
    var special: [String: Int] = [:]
    for entry in json["added_tokens"]?.arrayValue ?? [] {
      guard let content = entry["content"]?.stringValue else { throw failure("bad-tokenizer", "bad added token") }
      try place(content, entry["id"]?.intValue, entry["special"]?.boolValue == true ? 3 : 4)
      special[content] = entry["id"]?.intValue
    }
    let pairs = try merges.map { merge -> (String, String) in
      if let parts = merge.stringValue?.split(separator: " ", omittingEmptySubsequences: false), parts.count == 2 {
        return (String(parts[0]), String(parts[1]))
      }
      guard let pair = merge.arrayValue, pair.count == 2, let left = pair[0].stringValue,
        let right = pair[1].stringValue
      else { throw failure("bad-tokenizer", "a merge is not a pair of tokens") }
      return (left, right)
    }

    func id(_ role: String, _ fallback: Int?) -> UInt32? {
      let content = files.name(role)
      let id = content.flatMap { special[$0] ?? vocabulary[$0]?.intValue } ?? fallback
      return id.flatMap { UInt32(exactly: $0) }
    }
    var entries: [(String, GGUFWriteValue)] = [
      ("tokenizer.ggml.model", .string(isSpaced ? SentencePieceTokenizer.ggufModel : "gpt2")),
      ("tokenizer.ggml.pre", .string(pre?.rawValue ?? "default")), ("tokenizer.ggml.tokens", .strings(tokens)),
      ("tokenizer.ggml.token_type", .int32s(kinds)),
    ]
    if isSpaced {
      entries.append(
        ("tokenizer.ggml.scores", .float32s(SentencePieceTokenizer.scores(tokens: tokens, merges: pairs))))
      entries.append(("tokenizer.ggml.add_space_prefix", .bool(SentencePieceTokenizer.addsSpace(json))))
    } else {
      entries.append(("tokenizer.ggml.merges", .strings(pairs.map { $0.0 + " " + $0.1 })))
    }
    let configuration = source.configuration
    let roles: [(String, UInt32?)] = [
      ("bos", id("bos_token", configuration.bosTokenID)), ("padding", id("pad_token", configuration.padTokenID)),
      ("unknown", id("unk_token", isSpaced ? unknown.flatMap { vocabulary[$0]?.intValue } : nil)),
    ]
    for case (let role, let id?) in roles { entries.append(("tokenizer.ggml.\(role)_token_id", .uint32(id))) }
    entries += GGUFGenerationMetadata.ends(
      tokenizer: id("eos_token", nil).map { Int($0) }, all: configuration.eosTokenIDs)
    let generation = try source.file(named: "generation_config.json").map { try ModelSource.readJSON($0) }
    entries += GGUFGenerationMetadata.sampling(generation ?? .null)
    if Self.addsPrefixSpace(json["pre_tokenizer"]) { entries.append(("tokenizer.ggml.add_space_prefix", .bool(true))) }
    // GGUF has no names for normalization, a space put first and the flags of added tokens: this holds all of it.
    entries.append((definitionKey, .string(json.text())))
    entries.append(("tokenizer.ggml.add_bos_token", .bool(addsBOS(json["post_processor"]))))
    return entries
  }

  private static func addsPrefixSpace(_ preTokenizer: JSONValue?) -> Bool {
    let steps = preTokenizer?["pretokenizers"]?.arrayValue ?? preTokenizer.map { [$0] } ?? []
    return steps.contains { $0["type"]?.stringValue == "ByteLevel" && $0["add_prefix_space"]?.boolValue ?? true }
  }

  /// Whether a post-processor puts a special token first.
  private static func addsBOS(_ processor: JSONValue?) -> Bool {
    guard let processor else { return false }
    if let steps = processor["processors"]?.arrayValue { return steps.contains { addsBOS($0) } }
    return processor["type"]?.stringValue == "TemplateProcessing"
      && processor["single"]?.arrayValue?.first?["SpecialToken"] != nil
  }
}
