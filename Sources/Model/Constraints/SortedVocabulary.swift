public import Tokenization

/// The tokens of a vocabulary in the order of their bytes, so that what they share at their beginnings is looked at once.
public struct SortedVocabulary: Sendable {
  /// Tokens that spell something; control tokens are left out.
  let tokens: [TokenID]
  let bytes: [UInt8]
  /// Where each token's bytes begin; one more at the end.
  let offsets: [Int32]
  /// How many bytes each token shares with the one before it.
  let shared: [Int32]
  let longest: Int
  /// Where a token stands in `tokens`; -1 for those left out.
  private let places: [Int32]

  public init(_ tokenizer: Tokenizer) {
    var entries: [(token: TokenID, bytes: [UInt8])] = []
    for id in 0..<Int32(clamping: tokenizer.vocabularySize) where !tokenizer.isSpecial(id) {
      let bytes = tokenizer.bytes(of: id)
      if !bytes.isEmpty { entries.append((id, bytes)) }
    }
    entries.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    var (bytes, offsets, shared): ([UInt8], [Int32], [Int32]) = ([], [0], [])
    var places = [Int32](repeating: -1, count: tokenizer.vocabularySize)
    var previous: [UInt8] = []
    for (place, entry) in entries.enumerated() {
      shared.append(Int32(clamping: zip(previous, entry.bytes).prefix { $0 == $1 }.count))
      bytes += entry.bytes
      offsets.append(Int32(clamping: bytes.count))
      places[Int(entry.token)] = Int32(clamping: place)
      previous = entry.bytes
    }
    tokens = entries.map(\.token)
    longest = entries.map(\.bytes.count).max() ?? 0
    self.bytes = bytes
    self.offsets = offsets
    self.shared = shared
    self.places = places
  }

  /// The bytes of a token; `nil` for one that spells nothing.
  func bytes(of token: TokenID) -> ArraySlice<UInt8>? {
    guard places.indices.contains(Int(token)), places[Int(token)] >= 0 else { return nil }
    let place = Int(places[Int(token)])
    return bytes[Int(offsets[place])..<Int(offsets[place + 1])]
  }
}
