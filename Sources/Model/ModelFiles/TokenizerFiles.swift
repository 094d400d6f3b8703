import Diagnostics
public import JSON

/// What the files beside `tokenizer.json` say about a tokenizer, read in one place for every user and every container.
///
/// `tokenizer_config.json` names the begin, end and pad tokens, and may add tokens (`added_tokens_decoder`). Where it
/// lists none, `special_tokens_map.json` names more and `added_tokens.json` adds more. The order and the numbers are those
/// of transformers 5: <https://github.com/huggingface/transformers>, `tokenization_utils_base.py`.
public struct TokenizerFiles: Sendable {
  /// `tokenizer_config.json` with what `special_tokens_map.json` adds.
  public private(set) var settings: JSONObject
  /// Tokens that the files add, in order: `content` and flags as in `tokenizer.json`, without a number.
  private var declared: [Declaration] = []

  private struct Declaration {
    var token: JSONObject
    /// Whether its flags replace those of a token that is there already.
    var replaces: Bool
  }

  /// A model without files of its own.
  public init(settings: JSONObject = JSONObject()) {
    self.settings = settings
    declare(addedTokens: nil)
  }

  /// - Parameter file: the file of a name, or `nil` when there is none.
  /// - Throws: `Diagnostic` (`bad-json`, `bad-tokenizer`).
  public init(_ file: (String) throws -> MappedFile?) throws {
    func object(_ name: String) throws -> JSONObject? {
      guard let found = try file(name) else { return nil }
      let json = try ModelSource.readJSON(found)
      guard let object = json.objectValue else {
        throw Diagnostic(
          code: "bad-tokenizer", "'\(name)' is not an object", location: SourceLocation(file: found.path))
      }
      return object
    }
    settings = try object("tokenizer_config.json") ?? JSONObject()
    guard settings["added_tokens_decoder"] == nil else {
      declare(addedTokens: nil)
      return
    }
    for (name, value) in try object("special_tokens_map.json") ?? JSONObject() where !value.isNull {
      settings[name] = value
    }
    declare(addedTokens: try object("added_tokens.json"))
  }

  /// The names by which a configuration calls special tokens, in the order they are added.
  private static let roles = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// The text of the token that plays a part, such as `eos_token`.
  public func name(_ role: String) -> String? {
    settings[role]?.stringValue ?? settings[role]?["content"]?.stringValue
  }

  private mutating func declare(addedTokens: JSONObject?) {
    let special = specialTokens()
    let names = Set(special.compactMap { $0["content"]?.stringValue })
    if let decoder = settings["added_tokens_decoder"]?.objectValue {
      for (_, value) in decoder.sorted(by: { Int($0.0) ?? .max < Int($1.0) ?? .max }) {
        guard var token = value.objectValue else { continue }
        if let content = token["content"]?.stringValue, names.contains(content) { token["special"] = true }
        declared.append(Declaration(token: token, replaces: true))
      }
    }
    let added = (addedTokens ?? JSONObject()).sorted { ($0.1.intValue ?? .max) < ($1.1.intValue ?? .max) }
    for (content, _) in added {
      let isSpecial = names.contains(content)
      let token = JSONObject([
        ("content", .string(content)), ("special", .bool(isSpecial)), ("normalized", .bool(!isSpecial)),
      ])
      declared.append(Declaration(token: token, replaces: false))
    }
    declared += special.map { Declaration(token: $0, replaces: false) }
  }

  /// The tokens the settings name, each marked special.
  private func specialTokens() -> [JSONObject] {
    var values: [JSONValue] = Self.roles.compactMap { settings[$0] }
    for (key, value) in settings where key.hasSuffix("_token") && !Self.roles.contains(key) {
      if value.stringValue != nil || value["content"] != nil { values.append(value) }
    }
    let extra = settings["extra_special_tokens"] ?? settings["additional_special_tokens"]
    values += extra?.arrayValue ?? extra?.objectValue?.values ?? []
    return values.compactMap { value in
      if let text = value.stringValue { return text.isEmpty ? nil : JSONObject([("content", .string(text))]) }
      guard value["content"]?.stringValue?.isEmpty == false else { return nil }
      return value.objectValue
    }.map { token in
      var token = token
      token["special"] = true
      return token
    }
  }

  /// All added tokens: those of `tokenizer.json` with what the other files add and change.
  /// - Parameters:
  ///   - own: the entries of `tokenizer.json`.
  ///   - vocabularyCount: how many tokens the model's own vocabulary has.
  ///   - number: the number of a token of that vocabulary.
  public func addedTokens(_ own: [JSONValue], vocabularyCount: Int, number: (String) -> Int?) -> [JSONValue] {
    var tokens = own
    var places: [String: Int] = [:]
    var last = -1
    for (place, token) in own.enumerated() {
      if let content = token["content"]?.stringValue, places[content] == nil { places[content] = place }
      last = max(last, token["id"]?.intValue ?? -1)
    }
    for declaration in declared {
      let token = declaration.token
      guard let content = token["content"]?.stringValue, !content.isEmpty else { continue }
      if let place = places[content] {
        if declaration.replaces { tokens[place] = Self.entry(token, id: tokens[place]["id"]?.intValue ?? 0) }
        continue
      }
      let id = number(content) ?? (last >= vocabularyCount ? last + 1 : vocabularyCount)
      last = max(last, id)
      places[content] = tokens.count
      tokens.append(Self.entry(token, id: id))
    }
    return tokens
  }

  private static func entry(_ token: JSONObject, id: Int) -> JSONValue {
    func flag(_ name: String) -> JSONValue { .bool(token[name]?.boolValue ?? false) }
    return [
      "id": .integer(Int64(id)), "content": token["content"] ?? "", "single_word": flag("single_word"),
      "lstrip": flag("lstrip"), "rstrip": flag("rstrip"), "normalized": flag("normalized"), "special": flag("special"),
    ]
  }
}

extension TokenizerFiles {
  /// A folder's tokenizer as one `tokenizer.json` that needs no other file: with every added token, and made from
  /// `vocab.json` and `merges.txt` where there is none.
  /// - Throws: `Diagnostic` (`missing-model-file`, `bad-json`, `bad-tokenizer`, `unsupported-tokenizer`).
  func completeDefinition(_ source: ModelSource) throws -> JSONValue {
    guard let file = try source.file(named: "tokenizer.json") else { return try definitionOfPair(source) }
    guard var object = try ModelSource.readJSON(file).objectValue else {
      throw Diagnostic(
        code: "bad-tokenizer", "'tokenizer.json' is not an object", location: SourceLocation(file: file.path))
    }
    let vocabulary = object["model"]?["vocab"]?.objectValue
    object["added_tokens"] = .array(
      addedTokens(object["added_tokens"]?.arrayValue ?? [], vocabularyCount: vocabulary?.count ?? 0) {
        vocabulary?[$0]?.intValue
      })
    return .object(object)
  }

  private func definitionOfPair(_ source: ModelSource) throws -> JSONValue {
    guard let vocabularyFile = try source.file(named: "vocab.json"),
      let mergesFile = try source.file(named: "merges.txt")
    else {
      throw Diagnostic(
        code: "missing-model-file", "the folder has no 'tokenizer.json', which a GGUF file needs",
        location: SourceLocation(file: source.path))
    }
    let kind: PreTokenizerKind
    switch settings["tokenizer_class"]?.stringValue {
    case "Qwen2Tokenizer", "Qwen2TokenizerFast": kind = .qwen2
    case "GPT2Tokenizer", "GPT2TokenizerFast": kind = .gpt2
    case let name:
      throw Diagnostic(
        code: "unsupported-tokenizer", "the 'tokenizer_class' is '\(name ?? "missing")'",
        location: SourceLocation(file: source.path))
    }
    guard let vocabulary = try ModelSource.readJSON(vocabularyFile).objectValue else {
      throw Diagnostic(
        code: "bad-tokenizer", "'vocab.json' is not an object", location: SourceLocation(file: vocabularyFile.path))
    }
    let lines = String(decoding: mergesFile.contents(), as: UTF8.self).split(whereSeparator: \.isNewline)
    let settings = GGUFPreTokenizer(named: kind.rawValue)
    let merges = lines.enumerated().filter { !($0.offset == 0 && $0.element.hasPrefix("#version")) }
    return [
      "version": "1.0", "truncation": nil, "padding": nil,
      "added_tokens": .array(addedTokens([], vocabularyCount: vocabulary.count) { vocabulary[$0]?.intValue }),
      "normalizer": (settings?.normalizes ?? false) ? ["type": "NFC"] : nil, "pre_tokenizer": kind.definition,
      "post_processor": PreTokenizerKind.byteLevel(false), "decoder": PreTokenizerKind.byteLevel(true),
      "model": [
        "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil, "end_of_word_suffix": nil,
        "fuse_unk": false, "byte_fallback": false, "ignore_merges": .bool(settings?.ignoresMerges ?? false),
        "vocab": .object(vocabulary), "merges": .array(merges.map { .string(String($0.element)) }),
      ],
    ]
  }
}
