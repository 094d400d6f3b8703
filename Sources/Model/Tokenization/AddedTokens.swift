/// A token found in text as a whole, before pre-tokenization: `<|im_end|>` and its like.
public struct AddedToken: Sendable, Hashable {
  public var id: Int32
  public var content: String
  /// Control tokens, which decoding leaves out on request.
  public var isSpecial: Bool
  /// Takes the white space before it along.
  public var stripsLeft: Bool
  /// Takes the white space after it along.
  public var stripsRight: Bool
  /// Matches only between non-word characters.
  public var isSingleWord: Bool
  /// Looked for after normalization instead of before.
  public var isNormalized: Bool

  public init(
    id: Int32, content: String, isSpecial: Bool = true, stripsLeft: Bool = false, stripsRight: Bool = false,
    isSingleWord: Bool = false, isNormalized: Bool = false
  ) {
    self.id = id
    self.content = content
    self.isSpecial = isSpecial
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isSingleWord = isSingleWord
    self.isNormalized = isNormalized
  }
}

/// Finds added tokens in text: at each place the longest, from left to right (Aho–Corasick's leftmost-longest).
struct AddedTokenMatcher: Sendable {
  struct Match {
    var start: Int
    var end: Int
    var id: Int32
  }

  private let tokens: [AddedToken]
  /// A trie: (node, byte) → node; node 0 is the root.
  private var edges: [UInt32: UInt32] = [:]
  /// The token that ends at a node, as an index into `tokens`, or -1.
  private var ends: [Int32] = [-1]
  private var starts = [Bool](repeating: false, count: 256)

  var isEmpty: Bool { tokens.isEmpty }

  /// - Parameter spellings: what to look for, one for each token (its content, normalized where that is asked for).
  init(_ tokens: [AddedToken], spellings: [[UInt8]]) {
    self.tokens = tokens
    for (index, spelling) in spellings.enumerated() {
      guard let first = spelling.first else { continue }
      starts[Int(first)] = true
      var node: UInt32 = 0
      for byte in spelling {
        let key = node << 8 | UInt32(byte)
        if let next = edges[key] {
          node = next
        } else {
          let next = UInt32(truncatingIfNeeded: ends.count)
          ends.append(-1)
          edges[key] = next
          node = next
        }
      }
      // Of two tokens with the same spelling the first one is found.
      if ends[Int(node)] < 0 { ends[Int(node)] = Int32(truncatingIfNeeded: index) }
    }
  }

  /// The matches in valid UTF-8, in order. `ignored` names starts (byte offsets) where no token is to be seen.
  func matches(
    in text: UnsafeBufferPointer<UInt8>, parsesSpecial: Bool = true, ignored: Set<Int> = []
  ) -> [Match] {
    guard !tokens.isEmpty else { return [] }
    var result: [Match] = []
    var previousEnd = 0
    starts.withUnsafeBufferPointer { starts in
      var position = 0
      while position < text.count {
        guard starts[Int(text[position])] else {
          position &+= 1
          continue
        }
        guard let (index, end) = longest(in: text, from: position) else {
          position &+= 1
          continue
        }
        let token = tokens[index]
        let start = position
        position = end
        if token.isSpecial, !parsesSpecial || ignored.contains(start) { continue }
        if token.isSingleWord, isWord(before: start, text) || isWord(at: end, text) { continue }
        var match = Match(start: start, end: end, id: token.id)
        if token.stripsLeft { match.start = max(spaceStart(before: start, text), previousEnd) }
        if token.stripsRight { match.end = spaceEnd(after: end, text) }
        result.append(match)
        previousEnd = match.end
      }
    }
    return result
  }

  private func longest(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> (Int, Int)? {
    var node: UInt32 = 0
    var best: (Int, Int)?
    var position = start
    while position < text.count, let next = edges[node << 8 | UInt32(text[position])] {
      node = next
      position &+= 1
      if ends[Int(node)] >= 0 { best = (Int(ends[Int(node)]), position) }
    }
    return best
  }

  private func scalarStart(before position: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var start = position - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  private func scalar(at position: Int, _ text: UnsafeBufferPointer<UInt8>) -> (Int, Int) {
    guard let base = text.baseAddress else { return (0, 1) }
    return decodeScalar(base, position)
  }

  private func isSpace(_ scalar: Int) -> Bool {
    scalar < ScalarClasses.limit && ScalarClasses.shared.table[scalar] == ScalarClasses.space
  }

  private func spaceStart(before position: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var position = position
    while position > 0 {
      let start = scalarStart(before: position, text)
      guard isSpace(scalar(at: start, text).0) else { break }
      position = start
    }
    return position
  }

  private func spaceEnd(after position: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var position = position
    while position < text.count {
      let (value, length) = scalar(at: position, text)
      guard isSpace(value) else { break }
      position += length
    }
    return position
  }

  private func isWord(before position: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    position > 0 && isWord(scalar(at: scalarStart(before: position, text), text).0)
  }

  private func isWord(at position: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    position < text.count && isWord(scalar(at: position, text).0)
  }

  /// `\w`: letters, marks, decimal digits and connecting punctuation.
  private func isWord(_ value: Int) -> Bool {
    guard let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: value)) else { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }
}
