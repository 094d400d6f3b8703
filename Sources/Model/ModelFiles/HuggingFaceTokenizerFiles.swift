import Diagnostics
import JSON

/// `tokenizer.json` and its companions made from the tokenizer inside a GGUF file.
struct HuggingFaceTokenizerFiles {
  let files: [(name: String, value: JSONValue)]

  /// GGUF's token kinds.
  private enum TokenKind {
    static let control = 3
    static let userDefined = 4
    static let unused = 5
  }

  /// - Throws: `Diagnostic` (`bad-gguf`, `unsupported-tokenizer`).
  init(gguf: GGUFFile, configuration: ModelConfiguration) throws {
    let path = gguf.path
    func unsupported(_ message: String) -> Diagnostic {
      Diagnostic(
        code: "unsupported-tokenizer", message, remedy: "start from the Hugging Face folder of the model",
        location: SourceLocation(file: path))
    }
    guard let model = gguf.metadata["tokenizer.ggml.model"]?.stringValue, model == "gpt2" else {
      throw unsupported("the GGUF file holds no byte-level BPE tokenizer")
    }
    let preName = gguf.metadata["tokenizer.ggml.pre"]?.stringValue
    guard let preName, let pre = GGUFPreTokenizer(named: preName) else {
      throw unsupported("the pre-tokenizer '\(preName ?? "missing")' is not known")
    }
    guard let tokens = try gguf.strings("tokenizer.ggml.tokens"), let merges = try gguf.strings("tokenizer.ggml.merges")
    else { throw unsupported("the GGUF file holds no vocabulary or no merges") }
    let kinds = try gguf.integers("tokenizer.ggml.token_type") ?? []
    guard kinds.isEmpty || kinds.count == tokens.count else {
      throw ModelFileFailure.gguf(path, "\(kinds.count) token types for \(tokens.count) tokens")
    }

    var vocabulary: [(String, JSONValue)] = []
    vocabulary.reserveCapacity(tokens.count)
    var added: [JSONValue] = []
    for (id, token) in tokens.enumerated() {
      let kind = kinds.isEmpty ? 1 : kinds[id]
      if kind == TokenKind.unused { continue }
      vocabulary.append((token, .integer(Int64(id))))
      if kind == TokenKind.control || kind == TokenKind.userDefined {
        added.append(Self.addedToken(id, token, special: kind == TokenKind.control))
      }
    }
    let vocabularyObject = JSONObject(vocabulary)
    guard vocabularyObject.count == vocabulary.count else {
      throw ModelFileFailure.gguf(path, "a token occurs twice in the vocabulary")
    }

    // Written by this program or a like-minded one: nothing needs to be inferred.
    let whole = try gguf.metadata[GGUFTokenizerMetadata.definitionKey]?.stringValue.map { text in
      do throws(JSONParseError) { return try JSONValue(parsing: text) } catch {
        throw ModelFileFailure.gguf(path, "'\(GGUFTokenizerMetadata.definitionKey)' is not JSON: \(error.message)")
      }
    }
    func token(_ id: Int?) -> String? { id.flatMap { tokens.indices.contains($0) ? tokens[$0] : nil } }
    let addsBOS = gguf.metadata["tokenizer.ggml.add_bos_token"]?.boolValue ?? pre.addsBOS
    let bos = token(configuration.bosTokenID)
    var bpe = JSONObject([
      ("type", "BPE"), ("dropout", .null), ("unk_token", .null), ("continuing_subword_prefix", .null),
      ("end_of_word_suffix", .null), ("fuse_unk", false), ("byte_fallback", false),
      ("ignore_merges", .bool(pre.ignoresMerges)),
    ])
    bpe["vocab"] = .object(vocabularyObject)
    bpe["merges"] = .array(merges.map { .string($0) })
    let tokenizer: JSONValue = [
      "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(added),
      "normalizer": pre.normalizes ? ["type": "NFC"] : nil,
      "pre_tokenizer": pre.kind.definition,
      "post_processor": Self.postProcessor(bos: addsBOS ? bos : nil, id: configuration.bosTokenID),
      "decoder": PreTokenizerKind.byteLevel(true),
      "model": .object(bpe),
    ]

    var names = JSONObject()
    names["bos_token"] = bos.map { .string($0) }
    let end = gguf.metadata["tokenizer.ggml.eos_token_id"]?.intValue ?? configuration.eosTokenIDs.first
    names["eos_token"] = token(end).map { .string($0) }
    names["pad_token"] = token(configuration.padTokenID).map { .string($0) }
    names["unk_token"] = token(gguf.metadata["tokenizer.ggml.unknown_token_id"]?.intValue).map { .string($0) }
    var settings = JSONObject([
      ("add_bos_token", .bool(addsBOS)), ("add_prefix_space", false), ("clean_up_tokenization_spaces", false),
      ("model_max_length", .integer(Int64(configuration.maximumPositions))),
      ("tokenizer_class", "PreTrainedTokenizerFast"),
    ])
    for (key, value) in names { settings[key] = value }
    var generation = JSONObject([("_from_model_config", true)])
    generation["bos_token_id"] = configuration.bosTokenID.map { .integer(Int64($0)) }
    let eos = configuration.eosTokenIDs
    if let first = eos.first {
      generation["eos_token_id"] =
        eos.count == 1 ? .integer(Int64(first)) : .array(eos.map { .integer(Int64($0)) })
    }
    generation["pad_token_id"] = configuration.padTokenID.map { .integer(Int64($0)) }
    for (key, value) in GGUFGenerationMetadata.generation(gguf) { generation[key] = value }
    files = [
      ("tokenizer.json", whole ?? tokenizer), ("tokenizer_config.json", .object(settings)),
      ("special_tokens_map.json", .object(names)), ("generation_config.json", .object(generation)),
    ]
  }

  private static func addedToken(_ id: Int, _ content: String, special: Bool) -> JSONValue {
    [
      "id": .integer(Int64(id)), "content": .string(content), "single_word": false, "lstrip": false, "rstrip": false,
      "normalized": false, "special": .bool(special),
    ]
  }

  /// Byte-level offsets, and the beginning-of-text token where one is put first.
  private static func postProcessor(bos: String?, id: Int?) -> JSONValue {
    guard let bos, let id else { return PreTokenizerKind.byteLevel(true) }
    let first: JSONValue = ["SpecialToken": ["id": .string(bos), "type_id": 0]]
    func sequence(_ name: String, _ type: Int64) -> JSONValue {
      ["Sequence": ["id": .string(name), "type_id": .integer(type)]]
    }
    let template: JSONValue = [
      "type": "TemplateProcessing", "single": [first, sequence("A", 0)],
      "pair": [first, sequence("A", 0), first, sequence("B", 1)],
      "special_tokens": .object(
        JSONObject([
          (bos, ["id": .string(bos), "ids": [.integer(Int64(id))], "tokens": [.string(bos)]])
        ])),
    ]
    return ["type": "Sequence", "processors": [PreTokenizerKind.byteLevel(true), template]]
  }
}
