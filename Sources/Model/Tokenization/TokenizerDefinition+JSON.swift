import Diagnostics
import JSON
import ModelFiles

extension TokenizerDefinition {
  /// Reads a `tokenizer.json`.
  /// - Parameter files: what lies beside it.
  /// - Throws: `Diagnostic`: `bad-json`, `bad-tokenizer`, `unsupported-tokenizer`.
  init(
    tokenizerJSON bytes: UnsafeBufferPointer<UInt8>, files: TokenizerFiles = TokenizerFiles(), path: String
  ) throws {
    var scanner = JSONScanner(path: path, bytes: bytes)
    var members: [String: JSONValue] = [:]
    var model = ModelMember()
    var modelStart: Int?
    guard try scanner.peek() == UInt8(ascii: "{") else { throw scanner.failure("expected an object") }
    try scanner.forEachMember { scanner, key in
      if key == "model" {
        // How the vocabulary spells text, other members say; they mostly come first.
        if Self.spellingMembers.isSubset(of: members.keys) {
          try model.read(&scanner, isSpaced: Self.spaced(members, path) != nil, path)
        } else {
          modelStart = try scanner.skipValue().lowerBound
        }
      } else if Self.spellingMembers.contains(key) || key == "added_tokens" || key == "post_processor" {
        members[key] = try scanner.value()
      } else {
        _ = try scanner.skipValue()
      }
    }
    let spaced = try Self.spaced(members, path)
    if let modelStart {
      var reader = JSONScanner(path: path, bytes: bytes, position: modelStart)
      try model.read(&reader, isSpaced: spaced != nil, path)
    }
    try Self.checkModel(model.settings, path)
    guard let vocabulary = model.vocabulary else { throw TokenizerFailure.bad(path, "the model lacks 'vocab'") }
    if model.merges == nil, let start = model.mergesStart {
      var reader = JSONScanner(path: path, bytes: bytes, position: start)
      model.merges = try Self.readMerges(&reader, vocabulary, isSpaced: spaced != nil, path)
    }
    guard let merges = model.merges else { throw TokenizerFailure.bad(path, "the model lacks 'merges'") }
    let pre =
      try spaced == nil
      ? PreTokenizer(json: members["pre_tokenizer"] ?? .null, path: path) : PreTokenizer(steps: [])
    self.init(path: path, vocabulary: vocabulary, merges: merges, preTokenizer: pre)
    if var spaced {
      spaced.fallsBackToBytes = model.settings["byte_fallback"]?.boolValue ?? false
      spaced.fusesUnknown = model.settings["fuse_unk"]?.boolValue ?? false
      self.spaced = spaced
    } else {
      composes = try Self.composes(members["normalizer"] ?? .null, path)
      try Self.checkDecoder(members["decoder"] ?? .null, path)
    }
    ignoresMerges = model.settings["ignore_merges"]?.boolValue ?? false
    try readAddedTokens(members["added_tokens"]?.arrayValue ?? [], files)
    try readPostProcessor(members["post_processor"] ?? .null)
    if let unknown = model.settings["unk_token"]?.stringValue { unknownToken = number(spelled: unknown) ?? -1 }
  }

  /// The members that say how the vocabulary spells text.
  private static let spellingMembers: Set<String> = ["normalizer", "pre_tokenizer", "decoder"]

  private static func spaced(_ members: [String: JSONValue], _ path: String) throws -> SpacedText? {
    try SpacedText(
      normalizer: members["normalizer"] ?? .null, preTokenizer: members["pre_tokenizer"] ?? .null,
      decoder: members["decoder"] ?? .null, path: path)
  }

  /// The member `model`. Its vocabulary and its merges are megabytes each, so they are read where they stand, in one pass;
  /// merges that come first wait.
  private struct ModelMember {
    var vocabulary: Vocabulary?
    var merges: MergeTable?
    var mergesStart: Int?
    var settings: [String: JSONValue] = [:]

    mutating func read(_ scanner: inout JSONScanner, isSpaced: Bool, _ path: String) throws {
      guard try scanner.peek() == UInt8(ascii: "{") else { throw scanner.failure("the model is not an object") }
      var found = self
      try scanner.forEachMember { scanner, key in
        switch (key, found.vocabulary) {
        case ("vocab", _) where try scanner.peek() == UInt8(ascii: "{"):
          var read = Vocabulary()
          try TokenizerDefinition.readVocabulary(&scanner, isSpaced: isSpaced, into: &read)
          read.buildIndex()
          found.vocabulary = read
        case ("merges", let known?):
          found.merges = try TokenizerDefinition.readMerges(&scanner, known, isSpaced: isSpaced, path)
        case ("merges", nil): found.mergesStart = try scanner.skipValue().lowerBound
        case ("vocab", _): _ = try scanner.skipValue()
        default: found.settings[key] = try scanner.value()
        }
      }
      self = found
    }
  }

  private static func checkModel(_ model: [String: JSONValue], _ path: String) throws {
    if let type = model["type"]?.stringValue, type != "BPE" {
      throw TokenizerFailure.unsupported(path, "the tokenizer's model is '\(type)', not 'BPE'")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] where !(model[key]?.stringValue ?? "").isEmpty {
      throw TokenizerFailure.unsupported(path, "the tokenizer uses '\(key)'")
    }
    if let dropout = model["dropout"]?.doubleValue, dropout != 0 {
      throw TokenizerFailure.unsupported(path, "the tokenizer merges at random ('dropout' is \(dropout))")
    }
  }

  static func readVocabulary(_ scanner: inout JSONScanner, isSpaced: Bool, into vocabulary: inout Vocabulary) throws {
    guard try scanner.peek() == UInt8(ascii: "{") else { throw scanner.failure("'vocab' is not an object") }
    try scanner.expect(UInt8(ascii: "{"))
    if try scanner.peek() == UInt8(ascii: "}") {
      try scanner.expect(UInt8(ascii: "}"))
      return
    }
    vocabulary.reserve(tokens: 1 << 16, bytes: 1 << 19)
    var spelling: [UInt8] = []
    while true {
      try scanner.withString { content in
        spelling.removeAll(keepingCapacity: true)
        spelling.append(contentsOf: content)
      }
      try scanner.expect(UInt8(ascii: ":"))
      let id = try scanner.unsigned()
      let fits = spelling.withUnsafeBufferPointer {
        isSpaced
          ? vocabulary.add(piece: $0, isByte: true, id: id) : vocabulary.add(spelling: $0, id: id)
      }
      guard fits else {
        throw scanner.failure("the token number \(id) is too large")
      }
      if try scanner.endsSequence(UInt8(ascii: "}")) { return }
    }
  }

  /// Merges are `"a b"` or `["a", "b"]`, in the order of their ranks.
  fileprivate static func readMerges(
    _ scanner: inout JSONScanner, _ vocabulary: Vocabulary, isSpaced: Bool, _ path: String
  ) throws -> MergeTable {
    var builder = MergeBuilder(vocabulary, isSpaced: isSpaced, path: path)
    guard try scanner.peek() == UInt8(ascii: "[") else { throw scanner.failure("'merges' is not an array") }
    try scanner.expect(UInt8(ascii: "["))
    if try scanner.peek() == UInt8(ascii: "]") {
      try scanner.expect(UInt8(ascii: "]"))
      return builder.table
    }
    var left: [UInt8] = []
    while true {
      if try scanner.peek() == UInt8(ascii: "[") {
        try scanner.expect(UInt8(ascii: "["))
        try scanner.withString { content in
          left.removeAll(keepingCapacity: true)
          left.append(contentsOf: content)
        }
        try scanner.expect(UInt8(ascii: ","))
        try scanner.withString { right in try left.withUnsafeBufferPointer { try builder.add($0, right) } }
        try scanner.expect(UInt8(ascii: "]"))
      } else {
        try scanner.withString { try builder.add(line: $0) }
      }
      if try scanner.endsSequence(UInt8(ascii: "]")) { return builder.table }
    }
  }

  private static func composes(_ normalizer: JSONValue, _ path: String) throws -> Bool {
    if normalizer.isNull { return false }
    switch normalizer["type"]?.stringValue {
    case "NFC": return true
    case "Sequence":
      var result = false
      for part in normalizer["normalizers"]?.arrayValue ?? [] where try composes(part, path) { result = true }
      return result
    case let type:
      throw TokenizerFailure.unsupported(path, "the tokenizer's normalizer is '\(type ?? "unnamed")', not 'NFC'")
    }
  }

  private static func checkDecoder(_ decoder: JSONValue, _ path: String) throws {
    let type = decoder["type"]?.stringValue
    let parts = type == "Sequence" ? decoder["decoders"]?.arrayValue ?? [] : [decoder]
    for part in parts where !part.isNull && part["type"]?.stringValue != "ByteLevel" {
      throw TokenizerFailure.unsupported(
        path, "the tokenizer's decoder is '\(part["type"]?.stringValue ?? "unnamed")', not 'ByteLevel'")
    }
  }

  private mutating func readPostProcessor(_ value: JSONValue) throws {
    if value.isNull { return }
    switch value["type"]?.stringValue {
    case "ByteLevel": return
    case "Sequence": for part in value["processors"]?.arrayValue ?? [] { try readPostProcessor(part) }
    case "TemplateProcessing":
      var before = true
      for piece in value["single"]?.arrayValue ?? [] {
        if piece["Sequence"] != nil { before = false }
        guard let name = piece["SpecialToken"]?["id"]?.stringValue else { continue }
        guard let ids = value["special_tokens"]?[name]?["ids"]?.arrayValue else {
          throw TokenizerFailure.bad(path, "the post-processor's token '\(name)' has no number")
        }
        let numbers = try ids.map { id -> TokenID in
          guard let number = id.intValue, number >= 0, number < Vocabulary.idLimit else {
            throw TokenizerFailure.bad(path, "the post-processor's token '\(name)' has no valid number")
          }
          return TokenID(number)
        }
        if before { prefixTokens += numbers } else { suffixTokens += numbers }
      }
    case let type:
      throw TokenizerFailure.unsupported(path, "the tokenizer's post-processor is '\(type ?? "unnamed")'")
    }
  }
}

/// Resolves the spellings of merges to tokens.
struct MergeBuilder {
  private(set) var table: MergeTable
  private let vocabulary: Vocabulary
  private let isSpaced: Bool
  private let path: String
  private var rank = 0
  private var key: [UInt8] = []

  init(_ vocabulary: Vocabulary, isSpaced: Bool = false, path: String) {
    table = MergeTable(capacity: vocabulary.population)
    self.vocabulary = vocabulary
    self.isSpaced = isSpaced
    self.path = path
  }

  /// A merge written as two spellings with one space between.
  mutating func add(line: UnsafeBufferPointer<UInt8>) throws {
    guard let space = line.firstIndex(of: 0x20), !line[(space + 1)...].contains(0x20) else {
      throw TokenizerFailure.bad(
        path, "the merge '\(String(decoding: line, as: UTF8.self))' is not two tokens with a space between")
    }
    try add(UnsafeBufferPointer(rebasing: line[..<space]), UnsafeBufferPointer(rebasing: line[(space + 1)...]))
  }

  mutating func add(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) throws {
    defer { rank += 1 }
    key.removeAll(keepingCapacity: true)
    // A merge of characters outside the byte alphabet can never apply.
    guard decode(left) else { return }
    let middle = key.count
    guard decode(right) else { return }
    let (first, second, whole) = key.withUnsafeBufferPointer { buffer in
      (
        vocabulary.find(UnsafeBufferPointer(rebasing: buffer[..<middle])),
        vocabulary.find(UnsafeBufferPointer(rebasing: buffer[middle...])), vocabulary.find(buffer)
      )
    }
    guard first >= 0, second >= 0, whole >= 0 else {
      throw TokenizerFailure.bad(
        path,
        "the merge of '\(String(decoding: left, as: UTF8.self))' and '\(String(decoding: right, as: UTF8.self))' names a token the vocabulary lacks"
      )
    }
    table.add(
      UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: second),
      result: UInt32(truncatingIfNeeded: whole), rank: rank)
  }

  private mutating func decode(_ spelling: UnsafeBufferPointer<UInt8>) -> Bool {
    guard isSpaced else { return ByteAlphabet.decode(spelling, into: &key) }
    SpacedText.decode(spelling, into: &key)
    return true
  }
}

extension AddedToken {
  /// An entry of `added_tokens`, or of `added_tokens_decoder` with its number given apart.
  init(json: JSONValue, id given: Int? = nil, path: String) throws {
    guard let content = json["content"]?.stringValue, !content.isEmpty, let id = given ?? json["id"]?.intValue, id >= 0,
      id < Vocabulary.idLimit
    else { throw TokenizerFailure.bad(path, "an added token lacks its content or a valid number") }
    self.init(
      id: TokenID(id), content: content, isSpecial: json["special"]?.boolValue ?? false,
      stripsLeft: json["lstrip"]?.boolValue ?? false, stripsRight: json["rstrip"]?.boolValue ?? false,
      isSingleWord: json["single_word"]?.boolValue ?? false, isNormalized: json["normalized"]?.boolValue ?? false)
  }
}
