import Diagnostics
import JSON

/// A SentencePiece-style vocabulary between its two forms: GGUF has a score for each token, `tokenizer.json` a list of
/// merges. Of two neighbors that together are a token, those whose token has the highest score merge first.
enum SentencePieceTokenizer {
  /// `tokenizer.ggml.model` of such a vocabulary.
  static let ggufModel = "llama"

  /// The longest token that merges are made for, in bytes.
  private static let longestPiece = 1024

  /// The merges that a vocabulary with scores implies, in the order of `transformers`' converter: by the score of the
  /// merged token, highest first; between equal scores, the longer left part first.
  /// - Parameter isMerged: whether merging is to yield a token.
  /// - Throws: `Diagnostic` (`bad-gguf`) for a token longer than any vocabulary has.
  static func merges(tokens: [String], scores: [Double], isMerged: (Int) -> Bool, path: String) throws -> [JSONValue] {
    guard scores.allSatisfy(\.isFinite) else { throw ModelFileFailure.gguf(path, "a token's score is not a number") }
    var known: Set<ArraySlice<UInt8>> = []
    var pieces: [ArraySlice<UInt8>] = []
    pieces.reserveCapacity(tokens.count)
    for (id, token) in tokens.enumerated() {
      pieces.append(Array(token.utf8)[...])
      if isMerged(id) { known.insert(pieces[id]) }
      guard pieces[id].count <= longestPiece else {
        throw ModelFileFailure.gguf(path, "token \(id) has \(pieces[id].count) bytes, more than \(longestPiece)")
      }
    }
    let order = tokens.indices.filter(isMerged).sorted { (scores[$1], $0) < (scores[$0], $1) }
    var merges: [JSONValue] = []
    for id in order {
      let piece = pieces[id]
      for cut in piece.indices.dropFirst().reversed()
      where piece[cut] & 0xC0 != 0x80 && known.contains(piece[..<cut]) && known.contains(piece[cut...]) {
        merges.append(
          .array([
            .string(String(decoding: piece[..<cut], as: UTF8.self)),
            .string(String(decoding: piece[cut...], as: UTF8.self)),
          ]))
      }
    }
    return merges
  }

  /// The scores that a list of merges implies. A token's score is minus the position of the first merge that makes it.
  /// - Parameter merges: pairs of spellings, in order.
  static func scores(tokens: [String], merges: [(String, String)]) -> [Float] {
    // By bytes: strings that Unicode calls equivalent are different tokens.
    var places: [[UInt8]: Int] = [:]
    for (place, merge) in merges.enumerated() {
      let piece = Array((merge.0 + merge.1).utf8)
      if places[piece] == nil { places[piece] = place }
    }
    // What no merge yields comes after all that one does.
    return tokens.map { -Float(places[Array($0.utf8)] ?? merges.count) }
  }

  /// Members of a `tokenizer.json` for a vocabulary of GGUF.
  /// - Parameter addsSpace: a space is put before text.
  static func spelling(addsSpace: Bool) -> (normalizer: JSONValue, preTokenizer: JSONValue, decoder: JSONValue) {
    let replace: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": "▁"]
    let back: JSONValue = ["type": "Replace", "pattern": ["String": "▁"], "content": " "]
    let rest: [JSONValue] = [back, ["type": "ByteFallback"], ["type": "Fuse"]]
    guard addsSpace else {
      let split: JSONValue = [
        "type": "Split", "pattern": ["String": " "], "behavior": "MergedWithPrevious", "invert": false,
      ]
      return (replace, split, ["type": "Sequence", "decoders": .array(rest)])
    }
    let strip: JSONValue = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
    return (
      ["type": "Sequence", "normalizers": [["type": "Prepend", "prepend": "▁"], replace]], .null,
      ["type": "Sequence", "decoders": .array(rest + [strip])]
    )
  }

  /// Whether a `tokenizer.json` spells a space as `▁`.
  static func describes(_ definition: JSONValue) -> Bool {
    let normalizers = steps(definition["normalizer"], "normalizers")
    return normalizers.contains { $0["type"]?.stringValue == "Replace" && $0["content"]?.stringValue == "▁" }
      || steps(definition["pre_tokenizer"], "pretokenizers").contains { $0["type"]?.stringValue == "Metaspace" }
  }

  /// Whether such a `tokenizer.json` puts a space before text, as GGUF's `add_space_prefix` does.
  static func addsSpace(_ definition: JSONValue) -> Bool {
    steps(definition["normalizer"], "normalizers").contains { $0["type"]?.stringValue == "Prepend" }
      || steps(definition["pre_tokenizer"], "pretokenizers").contains {
        $0["type"]?.stringValue == "Metaspace" && ($0["prepend_scheme"]?.stringValue ?? "always") != "never"
          && $0["add_prefix_space"]?.boolValue != false
      }
  }

  private static func steps(_ value: JSONValue?, _ key: String) -> [JSONValue] {
    guard let value, !value.isNull else { return [] }
    return value["type"]?.stringValue == "Sequence" ? value[key]?.arrayValue ?? [] : [value]
  }

  /// Whether a spelling stands for a byte, as `<0x0A>` does.
  static func isByte(_ token: String) -> Bool {
    token.utf8.count == 6 && token.hasPrefix("<0x") && token.hasSuffix(">")
      && UInt8(token.dropFirst(3).dropLast(), radix: 16) != nil
  }
}
