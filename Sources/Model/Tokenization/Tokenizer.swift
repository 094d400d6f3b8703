import Diagnostics
import Synchronization

/// The number of a token.
public typealias TokenID = Int32

/// A byte-pair tokenizer: byte-level (Llama 3, Qwen and SmolLM families) or SentencePiece-style (Gemma, Llama 2, Mistral).
///
/// Its ids are those of Hugging Face `tokenizers` for the same file. Encoding takes time linear in the text but for a
/// single piece of n bytes (a run with no boundary), which takes n log n.
public final class Tokenizer: Sendable {
  let vocabulary: Vocabulary
  let merges: MergeTable
  /// The token of each byte, or -1 where the vocabulary lacks it.
  let byteTokens: [Int32]
  let preTokenizer: PreTokenizer
  /// How a SentencePiece-style vocabulary spells text; `nil` for a byte-level one.
  let spaced: SpacedText?
  let composes: Bool
  /// A piece that is a token is taken whole, without merging (Llama 3).
  let ignoresMerges: Bool
  let unknownToken: Int32
  let rawMatcher: AddedTokenMatcher
  let normalizedMatcher: AddedTokenMatcher

  /// Tokens matched in text as wholes, in the order of their numbers.
  public let addedTokens: [AddedToken]
  /// What `addSpecialTokens` puts before and after a text.
  public let prefixTokens: [TokenID]
  public let suffixTokens: [TokenID]
  public let beginToken: TokenID?
  /// The token that ends a text, as the model's files name it.
  public let endToken: TokenID?
  public let padToken: TokenID?

  private let addedByContent: [String: TokenID]
  private let states = Mutex<[EncoderState]>([])

  init(_ definition: TokenizerDefinition) throws {
    var vocabulary = definition.vocabulary
    for token in definition.addedTokens {
      let id = Int(token.id)
      if !vocabulary.kind(of: id).contains(.present) {
        let spelling = Array(token.content.utf8)
        let fits = spelling.withUnsafeBufferPointer {
          definition.spaced == nil
            ? vocabulary.add(spelling: $0, id: id) : vocabulary.add(piece: $0, isByte: false, id: id)
        }
        guard fits else {
          throw TokenizerFailure.bad(definition.path, "the added token '\(token.content)' has the number \(id)")
        }
      }
      vocabulary.mark(id, token.isSpecial ? [.added, .special] : .added)
    }
    // The index stays as it is: added tokens are found by the matcher, and merging never yields them.
    self.vocabulary = vocabulary
    merges = definition.merges
    byteTokens =
      definition.spaced == nil
      ? (0...255).map { (byte: UInt8) in [byte].withUnsafeBufferPointer { vocabulary.find($0) } }
      : vocabulary.tokensOfBytes
    spaced = definition.spaced
    preTokenizer = definition.preTokenizer
    composes = definition.composes
    ignoresMerges = definition.ignoresMerges
    unknownToken = definition.unknownToken
    addedTokens = definition.addedTokens.sorted { $0.id < $1.id }
    let raw = definition.addedTokens.filter { !$0.isNormalized }
    rawMatcher = AddedTokenMatcher(raw, spellings: raw.map { Array($0.content.utf8) })
    let late = definition.addedTokens.filter(\.isNormalized)
    normalizedMatcher = AddedTokenMatcher(
      late, spellings: late.map { definition.composes ? Self.composed(Array($0.content.utf8)) : Array($0.content.utf8) }
    )
    prefixTokens = definition.prefixTokens
    suffixTokens = definition.suffixTokens
    beginToken = definition.beginToken
    endToken = definition.endToken
    padToken = definition.padToken
    addedByContent = Dictionary(
      definition.addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { first, _ in first })
  }

  private static func composed(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    text.withUnsafeBufferPointer { CanonicalComposition.shared.normalize($0, into: &output) }
    return output
  }

  /// One more than the largest token number.
  public var vocabularySize: Int { vocabulary.count }

  /// The number of an added token such as `<|im_end|>`, or of a token spelled as `tokenizer.json` spells it.
  public func token(_ spelling: String) -> TokenID? {
    if let id = addedByContent[spelling] { return id }
    var bytes: [UInt8] = []
    let known = Array(spelling.utf8).withUnsafeBufferPointer { spelling in
      guard spaced != nil else { return ByteAlphabet.decode(spelling, into: &bytes) }
      SpacedText.decode(spelling, into: &bytes)
      return true
    }
    guard known, !bytes.isEmpty else { return nil }
    if spaced != nil, let byte = bytes.withUnsafeBufferPointer({ SpacedText.byte($0) }), byteTokens[Int(byte)] >= 0 {
      return byteTokens[Int(byte)]
    }
    let id = bytes.withUnsafeBufferPointer { vocabulary.find($0) }
    return id >= 0 ? id : nil
  }

  /// The spelling of a token in `tokenizer.json`, or `nil` for a number that names none.
  public func spelling(of id: TokenID) -> String? {
    let kind = vocabulary.kind(of: Int(id))
    guard kind.contains(.present) else { return nil }
    let bytes = vocabulary.bytes(of: Int(id))
    if spaced != nil {
      if kind.contains(.byte), let byte = bytes.first { return SpacedText.spell(byte) }
      return SpacedText.spell(bytes)
    }
    return kind.contains(.verbatim) ? String(decoding: bytes, as: UTF8.self) : ByteAlphabet.spell(bytes)
  }

  /// The bytes a token stands for: a part of a character, as it may be. Empty for a number that names no token.
  public func bytes(of id: TokenID) -> [UInt8] { Array(vocabulary.bytes(of: Int(id))) }

  /// Whether this is a control token, which decoding leaves out on request.
  public func isSpecial(_ id: TokenID) -> Bool { vocabulary.kind(of: Int(id)).contains(.special) }

  /// The tokens' text. Bytes that are not UTF-8 become U+FFFD; numbers that name no token are left out.
  public func decode(_ tokens: some Sequence<TokenID>, skipsSpecialTokens: Bool = false) -> String {
    var bytes: [UInt8] = []
    for token in tokens where !(skipsSpecialTokens && isSpecial(token)) {
      bytes.append(contentsOf: vocabulary.bytes(of: Int(token)))
    }
    if dropsFirstSpace, bytes.first == 0x20 { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a decoded text loses its first space.
  var dropsFirstSpace: Bool { spaced?.dropsFirstSpace ?? false }

  /// - Parameter rows: how many tokens the model has an embedding for.
  /// - Throws: `Diagnostic` (`token-without-embedding`) that names the tokens beyond them.
  func requireEmbeddings(_ rows: Int, path: String) throws {
    guard vocabularySize > rows else { return }
    let beyond = (rows..<vocabularySize).lazy.compactMap { id in
      self.spelling(of: TokenID(truncatingIfNeeded: id)).map { "'\($0)' (\(id))" }
    }
    let names = Array(beyond.prefix(5))
    guard !names.isEmpty else { return }
    throw Diagnostic(
      code: "token-without-embedding",
      "the tokenizer has \(vocabularySize) tokens and the model an embedding for \(rows): it has none for "
        + names.joined(separator: ", ") + (vocabularySize - rows > names.count ? ", …" : ""),
      remedy: "use the tokenizer the model was made with, or resize the model's embedding",
      location: SourceLocation(file: path))
  }

  func withState<T>(_ body: (EncoderState) throws -> T) rethrows -> T {
    let state = states.withLock { $0.popLast() } ?? EncoderState()
    defer { states.withLock { if $0.count < 8 { $0.append(state) } } }
    return try body(state)
  }
}

/// What one encoding at a time needs: the piece cache and the merger's arrays.
///
/// `@unchecked Sendable`: it lies in the tokenizer's pool, or has been taken out by exactly one call.
final class EncoderState: @unchecked Sendable {
  let cache = PieceCache()
  var merger = PieceMerger()
  var symbols: [UInt32] = []
}

/// A tokenizer as a file describes it, whatever the file.
struct TokenizerDefinition {
  var path: String
  var vocabulary: Vocabulary
  var merges: MergeTable
  var preTokenizer: PreTokenizer
  var spaced: SpacedText?
  var composes = false
  var ignoresMerges = false
  var unknownToken: Int32 = -1
  var addedTokens: [AddedToken] = []
  var prefixTokens: [TokenID] = []
  var suffixTokens: [TokenID] = []
  var beginToken: TokenID?
  var endToken: TokenID?
  var padToken: TokenID?
}

enum TokenizerFailure {
  static func bad(_ path: String, _ message: String) -> Diagnostic {
    Diagnostic(code: "bad-tokenizer", message, location: SourceLocation(file: path))
  }

  static func unsupported(_ path: String, _ message: String) -> Diagnostic {
    Diagnostic(
      code: "unsupported-tokenizer", message,
      remedy:
        "choose a model whose tokenizer is a byte-pair encoding, as those of Llama, Qwen, Gemma, Mistral and SmolLM are",
      location: SourceLocation(file: path))
  }
}
