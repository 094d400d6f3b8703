import Diagnostics
import ModelFiles

extension TokenizerDefinition {
  /// The longest token that merging is to yield, in bytes: a bound on what a file can make this library compute.
  private static let longestPiece = 1024

  /// Reads a SentencePiece vocabulary out of a GGUF file (`tokenizer.ggml.model` is `llama`): it has scores instead of
  /// merges. Of all neighbors that together are a token, those with the highest score merge first, as in llama.cpp.
  /// - Throws: `Diagnostic`: `bad-gguf`, `bad-tokenizer`.
  init(scored file: GGUFFile) throws {
    let path = file.path
    func metadata(_ key: String) -> GGUFValue? { file.metadata["tokenizer.ggml." + key] }
    guard let tokens = try file.strings("tokenizer.ggml.tokens"), case .array(let array)? = metadata("scores"),
      array.count == tokens.count
    else { throw TokenizerFailure.bad(path, "the file lacks the tokenizer's tokens or their scores") }
    let scores = try array.doubles()
    guard scores.allSatisfy(\.isFinite) else { throw TokenizerFailure.bad(path, "a token's score is not a number") }
    let types = try file.integers("tokenizer.ggml.token_type") ?? []
    guard types.isEmpty || types.count == tokens.count else {
      throw TokenizerFailure.bad(path, "\(types.count) token types for \(tokens.count) tokens")
    }
    var vocabulary = Vocabulary()
    vocabulary.reserve(tokens: tokens.count, bytes: tokens.count * 8)
    var added: [AddedToken] = []
    var unknown: Int?
    for (id, token) in tokens.enumerated() {
      var token = token
      // 1: normal, 2: unknown, 3: control, 4: user-defined, 5: unused, 6: byte.
      let type = types.isEmpty ? 1 : types[id]
      if type == 2 { unknown = id }
      if type == 3 || type == 4, !token.isEmpty {
        added.append(AddedToken(id: TokenID(truncatingIfNeeded: id), content: token, isSpecial: type == 3))
      }
      let isMerged = type == 1 || type == 4
      let isByte = type == 6
      guard
        token.withUTF8({ vocabulary.add(piece: $0, isByte: isByte, id: id, kind: isMerged || isByte ? [] : .added) })
      else { throw TokenizerFailure.bad(path, "more than \(Vocabulary.idLimit) tokens") }
    }
    vocabulary.buildIndex()
    let merges = try Self.merges(vocabulary, scores: scores, path)
    self.init(path: path, vocabulary: vocabulary, merges: merges, preTokenizer: PreTokenizer(steps: []))
    func number(_ key: String) -> TokenID? {
      guard let value = metadata(key)?.intValue, value >= 0, value < tokens.count else { return nil }
      return TokenID(value)
    }
    var spaced = SpacedText()
    if metadata("add_space_prefix")?.boolValue ?? true {
      spaced.prefix = .everySection
      spaced.dropsFirstSpace = true
    }
    self.spaced = spaced
    unknownToken = number("unknown_token_id") ?? unknown.flatMap { TokenID(exactly: $0) } ?? -1
    addedTokens = added
    beginToken = number("bos_token_id")
    endToken = number("eos_token_id")
    padToken = number("padding_token_id")
    if metadata("add_bos_token")?.boolValue ?? true, let beginToken { prefixTokens = [beginToken] }
    if metadata("add_eos_token")?.boolValue ?? false, let endToken { suffixTokens = [endToken] }
  }

  /// Every way to put a token together out of two others; tokens of equal score have one rank, so that the leftmost comes
  /// first.
  private static func merges(_ vocabulary: Vocabulary, scores: [Double], _ path: String) throws -> MergeTable {
    var table = MergeTable(capacity: vocabulary.population * 2)
    var rank = -1
    var last = Double.nan
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    for id in order {
      if scores[id] != last {
        rank += 1
        last = scores[id]
      }
      guard vocabulary.kind(of: id).isDisjoint(with: [.added, .byte]) else { continue }
      let piece = vocabulary.bytes(of: id)
      guard piece.count <= longestPiece else {
        throw TokenizerFailure.bad(path, "token \(id) has \(piece.count) bytes, more than \(longestPiece)")
      }
      try piece.withUnsafeBufferPointer { bytes in
        for cut in bytes.indices.dropFirst() where bytes[cut] & 0xC0 != 0x80 {
          let left = vocabulary.find(UnsafeBufferPointer(rebasing: bytes[..<cut]))
          guard left >= 0 else { continue }
          let right = vocabulary.find(UnsafeBufferPointer(rebasing: bytes[cut...]))
          guard right >= 0 else { continue }
          table.add(
            UInt32(truncatingIfNeeded: left), UInt32(truncatingIfNeeded: right),
            result: UInt32(truncatingIfNeeded: id), rank: rank)
        }
      }
    }
    return table
  }
}
