extension Tokenizer {
  /// How added tokens are seen in a text.
  public enum SpecialTokens: Sendable, Hashable {
    /// Wherever they are spelled out, as `tokenizers` does.
    case parsed
    /// Control tokens (`isSpecial`) are plain characters; other added tokens are still seen.
    case literal
  }

  /// The tokens of a text.
  /// - Parameter addSpecialTokens: puts `prefixTokens` and `suffixTokens` around, as the model's post-processor does. A
  ///   rendered chat template wants none: it spells its own.
  /// - Throws: `Diagnostic` only for a tokenizer whose own pattern is too costly for the text.
  public func encode(
    _ text: String, addSpecialTokens: Bool = false, specialTokens: SpecialTokens = .parsed
  ) throws -> [TokenID] {
    var text = text
    return try text.withUTF8 { bytes in
      try encode(utf8: bytes, addSpecialTokens: addSpecialTokens, specialTokens: specialTokens, ignored: [])
    }
  }

  /// The tokens of bytes; what is not UTF-8 in them is read as U+FFFD first, as Python's `errors="replace"` does.
  public func encode(
    bytes: some Collection<UInt8>, addSpecialTokens: Bool = false, specialTokens: SpecialTokens = .parsed
  ) throws -> [TokenID] {
    try encode(
      String(decoding: bytes, as: UTF8.self), addSpecialTokens: addSpecialTokens, specialTokens: specialTokens)
  }

  /// - Parameter ignored: byte offsets where a special token that starts there is plain text.
  func encode(
    utf8 text: UnsafeBufferPointer<UInt8>, addSpecialTokens: Bool, specialTokens: SpecialTokens, ignored: Set<Int>
  ) throws -> [TokenID] {
    var output: [TokenID] = []
    output.reserveCapacity(text.count / 3 + 8)
    if addSpecialTokens { output.append(contentsOf: prefixTokens) }
    try withState { state in
      var position = 0
      for match in rawMatcher.matches(in: text, parsesSpecial: specialTokens == .parsed, ignored: ignored) {
        if match.start > position {
          let section = part(text, position, match.start)
          try encodeText(section, isFirst: position == 0, specialTokens, state, &output)
        }
        output.append(match.id)
        position = match.end
      }
      if position < text.count {
        let section = part(text, position, text.count)
        try encodeText(section, isFirst: position == 0, specialTokens, state, &output)
      }
    }
    if addSpecialTokens { output.append(contentsOf: suffixTokens) }
    return output
  }

  private func part(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: text[start..<end])
  }

  /// Normalizes, then finds the tokens that are looked for after normalization.
  private func encodeText(
    _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ specialTokens: SpecialTokens, _ state: EncoderState,
    _ output: inout [TokenID]
  ) throws {
    if composes, !CanonicalComposition.isPlain(text) {
      var normalized: [UInt8] = []
      CanonicalComposition.shared.normalize(text, into: &normalized)
      try normalized.withUnsafeBufferPointer {
        try encodeNormalized($0, isFirst: isFirst, specialTokens, state, &output)
      }
    } else {
      try encodeNormalized(text, isFirst: isFirst, specialTokens, state, &output)
    }
  }

  private func encodeNormalized(
    _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ specialTokens: SpecialTokens, _ state: EncoderState,
    _ output: inout [TokenID]
  ) throws {
    var position = 0
    for match in normalizedMatcher.matches(in: text, parsesSpecial: specialTokens == .parsed) {
      if match.start > position {
        try encodePlain(part(text, position, match.start), isFirst: isFirst && position == 0, state, &output)
      }
      output.append(match.id)
      position = match.end
    }
    if position < text.count {
      try encodePlain(part(text, position, text.count), isFirst: isFirst && position == 0, state, &output)
    }
  }

  /// Cuts text with no added token in it into pieces and merges each.
  private func encodePlain(
    _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ state: EncoderState, _ output: inout [TokenID]
  ) throws {
    if let spaced {
      encodeSpaced(text, spaced, isFirst: isFirst, state, &output)
      return
    }
    try merges.slots.withUnsafeBufferPointer { slots in
      try byteTokens.withUnsafeBufferPointer { byteTokens in
        guard let base = text.baseAddress, let first = slots.baseAddress else { return }
        let encoder = PieceEncoder(
          lookup: MergeLookup(slots: first, mask: slots.count - 1), byteTokens: byteTokens, vocabulary: vocabulary,
          ignoresMerges: ignoresMerges, unknownToken: unknownToken, state: state)
        if let pattern = preTokenizer.scanner {
          ScalarClasses.shared.table.withUnsafeBufferPointer { classes in
            guard let table = classes.baseAddress else { return }
            let scanner = PatternScanner(pattern: pattern, text: base, end: text.count, classes: table)
            var position = 0
            while position < text.count {
              let end = scanner.pieceEnd(from: position)
              encoder.encode(base + position, end &- position, &output)
              position = end
            }
          }
        } else {
          for piece in try preTokenizer.pieces(of: text) {
            piece.withUnsafeBufferPointer { buffer in
              if let start = buffer.baseAddress { encoder.encode(start, buffer.count, &output) }
            }
          }
        }
      }
    }
  }
}

/// Turns pieces into tokens: by the cache, else by merging.
private struct PieceEncoder {
  let lookup: MergeLookup
  let byteTokens: UnsafeBufferPointer<Int32>
  let vocabulary: Vocabulary
  let ignoresMerges: Bool
  let unknownToken: Int32
  let state: EncoderState

  @inline(__always)
  func encode(_ start: UnsafePointer<UInt8>, _ count: Int, _ output: inout [TokenID]) {
    if count == 1 {
      let token = byteTokens[Int(start[0])]
      if token >= 0 {
        output.append(token)
        return
      }
    }
    guard count <= PieceCache.maximumBytes else {
      merge(start, count, &output)
      return
    }
    let hash = hashBytes(start, count)
    if state.cache.append(start, count, hash, to: &output) { return }
    let before = output.count
    merge(start, count, &output)
    state.cache.store(start, count, hash, output[before...])
  }

  @inline(never)
  private func merge(_ start: UnsafePointer<UInt8>, _ count: Int, _ output: inout [TokenID]) {
    if ignoresMerges {
      let token = vocabulary.find(start, count, hashBytes(start, count))
      if token >= 0 {
        output.append(token)
        return
      }
    }
    state.symbols.removeAll(keepingCapacity: true)
    for index in 0..<count {
      let token = byteTokens[Int(start[index])]
      // A byte the vocabulary lacks is the unknown token, or nothing where there is none.
      if token >= 0 {
        state.symbols.append(UInt32(truncatingIfNeeded: token))
      } else if unknownToken >= 0 {
        state.symbols.append(UInt32(truncatingIfNeeded: unknownToken))
      }
    }
    guard !state.symbols.isEmpty else { return }
    state.merger.merge(state.symbols, lookup, into: &output)
  }
}
