import Diagnostics

/// How SentencePiece-style vocabularies (Gemma, Llama 2, Mistral 7B) spell text: `▁` for a space, whole characters for the
/// rest, and `<0xE4>` for a byte of a character that is no token.
///
/// Inside the tokenizer a `▁` is a space, so that a token's bytes are the text it decodes to; a `▁` of the text itself is
/// read as a space, as `tokenizers` and llama.cpp do. The symbols that merging starts from are characters, not bytes.
struct SpacedText: Sendable, Hashable {
  /// Where a space is put before text. A section is the text between two added tokens.
  enum Prefix: Sendable, Hashable {
    case never
    case everySection
    case everySectionWithoutSpace
    case firstSectionWithoutSpace
  }

  var prefix = Prefix.never
  /// Merging never crosses a space: each begins a piece.
  var cutsAtSpaces = false
  /// A decoded text loses its first space.
  var dropsFirstSpace = false
  /// Characters in a row that are no tokens become one unknown token.
  var fusesUnknown = true
  /// Bytes have tokens of their own.
  var fallsBackToBytes = true

  /// U+2581 in UTF-8.
  static let mark: [UInt8] = [0xE2, 0x96, 0x81]

  /// The bytes that a spelling stands for.
  static func decode(_ spelling: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
    var index = 0
    while index < spelling.count {
      if spelling[index] == mark[0], index + 2 < spelling.count, spelling[index + 1] == mark[1],
        spelling[index + 2] == mark[2]
      {
        output.append(0x20)
        index += 3
      } else {
        output.append(spelling[index])
        index += 1
      }
    }
  }

  /// The byte that a spelling such as `<0x0A>` stands for.
  static func byte(_ spelling: UnsafeBufferPointer<UInt8>) -> UInt8? {
    guard spelling.count == 6, spelling.starts(with: "<0x".utf8), spelling[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: spelling[3..<5], as: UTF8.self), radix: 16)
  }

  /// The spelling of a byte's token.
  static func spell(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x" + (digits.utf8.count < 2 ? "0" : "") + digits + ">"
  }

  /// The spelling of other tokens.
  static func spell(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.flatMap { $0 == 0x20 ? mark : [$0] }, as: UTF8.self)
  }

  /// A section of text as merging reads it.
  func normalized(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + 1)
    Self.decode(text, into: &output)
    let isSpaced = output.first == 0x20
    switch prefix {
    case .everySection where !output.isEmpty: output.insert(0x20, at: 0)
    case .everySectionWithoutSpace where !isSpaced && !output.isEmpty: output.insert(0x20, at: 0)
    case .firstSectionWithoutSpace where isFirst && !isSpaced && !output.isEmpty: output.insert(0x20, at: 0)
    default: break
    }
    return output
  }
}

extension Tokenizer {
  /// The tokens of a section of text with no added token in it.
  func encodeSpaced(
    _ text: UnsafeBufferPointer<UInt8>, _ spaced: SpacedText, isFirst: Bool, _ state: EncoderState,
    _ output: inout [TokenID]
  ) {
    let bytes = spaced.normalized(text, isFirst: isFirst)
    bytes.withUnsafeBufferPointer { bytes in
      merges.slots.withUnsafeBufferPointer { slots in
        guard let base = bytes.baseAddress, let first = slots.baseAddress else { return }
        let lookup = MergeLookup(slots: first, mask: slots.count - 1)
        var start = 0
        while start < bytes.count {
          var end = spaced.cutsAtSpaces ? start + 1 : bytes.count
          while end < bytes.count, bytes[end] != 0x20 { end += 1 }
          encodePiece(base + start, end - start, spaced, lookup, state, &output)
          start = end
        }
      }
    }
  }

  private func encodePiece(
    _ start: UnsafePointer<UInt8>, _ count: Int, _ spaced: SpacedText, _ lookup: MergeLookup, _ state: EncoderState,
    _ output: inout [TokenID]
  ) {
    if ignoresMerges {
      let token = vocabulary.find(start, count, hashBytes(start, count))
      if token >= 0 {
        output.append(token)
        return
      }
    }
    state.symbols.removeAll(keepingCapacity: true)
    var index = 0
    while index < count {
      var length = 1
      while index + length < count, start[index + length] & 0xC0 == 0x80 { length += 1 }
      let token = vocabulary.find(start + index, length, hashBytes(start + index, length))
      if token >= 0 {
        state.symbols.append(UInt32(truncatingIfNeeded: token))
      } else if spaced.fallsBackToBytes, (index..<index + length).allSatisfy({ byteTokens[Int(start[$0])] >= 0 }) {
        for at in index..<index + length {
          state.symbols.append(UInt32(truncatingIfNeeded: byteTokens[Int(start[at])]))
        }
      } else if unknownToken >= 0 {
        let unknown = UInt32(truncatingIfNeeded: unknownToken)
        if !spaced.fusesUnknown || state.symbols.last != unknown { state.symbols.append(unknown) }
      }
      index += length
    }
    guard !state.symbols.isEmpty else { return }
    state.merger.merge(state.symbols, lookup, into: &output)
  }
}
