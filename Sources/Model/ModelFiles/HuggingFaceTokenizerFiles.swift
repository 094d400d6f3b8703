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
    let model = gguf.metadata["tokenizer.ggml.model"]?.stringValue
    let isSpaced = model == SentencePieceTokenizer.ggufModel
    guard model == "gpt2" || isSpaced else {
      throw unsupported("the GGUF file's tokenizer is of the kind '\(model ?? "missing")', neither 'gpt2' nor 'llama'")
    }
    guard let tokens = try gguf.strings("tokenizer.ggml.tokens") else {
      throw unsupported("the GGUF file holds no vocabulary")
    }
    let kinds = try gguf.integers("tokenizer.ggml.token_type") ?? []
    guard kinds.isEmpty || kinds.count == tokens.count else {
      throw ModelFileFailure.gguf(path, "\(kinds.count) token types for \(tokens.count) tokens")
    }
    let pieces = try isSpaced ? Self.spaced(gguf, tokens, kinds) : Self.byteLevel(gguf, unsupported)

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
    let addsBOS = gguf.metadata["tokenizer.ggml.add_bos_token"]?.boolValue ?? pieces.addsBOS
    let unknown = token(gguf.metadata["tokenizer.ggml.unknown_token_id"]?.intValue)
    let bos = token(configuration.bosTokenID)
    var bpe = JSONObject([
      ("type", "BPE"), ("dropout", .null), ("unk_token", isSpaced ? unknown.map { .string($0) } ?? .null : .null),
      ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null), ("fuse_unk", .bool(isSpaced)),
      ("byte_fallback", .bool(isSpaced)), ("ignore_merges", .bool(pieces.ignoresMerges)),
    ])
    bpe["vocab"] = .object(vocabularyObject)
    bpe["merges"] = .array(pieces.merges)
    let tokenizer: JSONValue = [
      "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(added),
      "normalizer": pieces.normalizer, "pre_tokenizer": pieces.preTokenizer,
      "post_processor": Self.postProcessor(
        bos: addsBOS ? bos : nil, id: configuration.bosTokenID,
        offsets: isSpaced ? nil : PreTokenizerKind.byteLevel(true)),
      "decoder": pieces.decoder,
      "model": .object(bpe),
    ]

    var names = JSONObject()
    names["bos_token"] = bos.map { .string($0) }
    let end = gguf.metadata["tokenizer.ggml.eos_token_id"]?.intValue ?? configuration.eosTokenIDs.first
    names["eos_token"] = token(end).map { .string($0) }
    names["pad_token"] = token(configuration.padTokenID).map { .string($0) }
    names["unk_token"] = unknown.map { .string($0) }
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

  /// What the two kinds of vocabulary differ in.
  private struct Pieces {
    var merges: [JSONValue]
    var normalizer: JSONValue
    var preTokenizer: JSONValue
    var decoder: JSONValue
    var ignoresMerges = false
    var addsBOS: Bool
  }

  private static func byteLevel(_ gguf: GGUFFile, _ unsupported: (String) -> Diagnostic) throws -> Pieces {
    let name = gguf.metadata["tokenizer.ggml.pre"]?.stringValue
    guard let name, let pre = GGUFPreTokenizer(named: name) else {
      throw unsupported("the pre-tokenizer '\(name ?? "missing")' is not known")
    }
    guard let merges = try gguf.strings("tokenizer.ggml.merges") else {
      throw unsupported("the GGUF file holds no merges")
    }
    return Pieces(
      merges: merges.map { .string($0) }, normalizer: pre.normalizes ? ["type": "NFC"] : nil,
      preTokenizer: pre.kind.definition, decoder: PreTokenizerKind.byteLevel(true), ignoresMerges: pre.ignoresMerges,
      addsBOS: pre.addsBOS)
  }

  private static func spaced(_ gguf: GGUFFile, _ tokens: [String], _ kinds: [Int]) throws -> Pieces {
    guard case .array(let array)? = gguf.metadata["tokenizer.ggml.scores"], array.count == tokens.count else {
      throw ModelFileFailure.gguf(gguf.path, "the tokenizer's tokens have no scores")
    }
    let merges = try SentencePieceTokenizer.merges(
      tokens: tokens, scores: array.doubles(),
      isMerged: { kinds.isEmpty || kinds[$0] == 1 || kinds[$0] == TokenKind.userDefined }, path: gguf.path)
    let spelling = SentencePieceTokenizer.spelling(
      addsSpace: gguf.metadata["tokenizer.ggml.add_space_prefix"]?.boolValue ?? true)
    return Pieces(
      merges: merges, normalizer: spelling.normalizer, preTokenizer: spelling.preTokenizer, decoder: spelling.decoder,
      addsBOS: true)
  }

  private static func addedToken(_ id: Int, _ content: String, special: Bool) -> JSONValue {
    [
      "id": .integer(Int64(id)), "content": .string(content), "single_word": false, "lstrip": false, "rstrip": false,
      "normalized": false, "special": .bool(special),
    ]
  }

  /// Byte-level offsets, and the beginning-of-text token where one is put first.
  /// - Parameter offsets: the step that finds offsets in a byte-level text.
  private static func postProcessor(bos: String?, id: Int?, offsets: JSONValue?) -> JSONValue {
    guard let bos, let id else { return offsets ?? .null }
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
    return offsets.map { ["type": "Sequence", "processors": [$0, template]] } ?? template
  }
}
