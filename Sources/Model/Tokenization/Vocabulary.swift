/// Tokens by number and by bytes. The bytes of all tokens lie in one buffer; the index is open addressing over it.
struct Vocabulary: Sendable {
  struct Span: Sendable {
    var start: UInt32
    var length: UInt32
  }

  /// What a token number stands for.
  struct Kind: OptionSet, Sendable {
    let rawValue: UInt8
    static let present = Kind(rawValue: 1)
    /// Its text is not written in the byte alphabet, so merging never yields it.
    static let verbatim = Kind(rawValue: 2)
    static let added = Kind(rawValue: 4)
    static let special = Kind(rawValue: 8)
    /// Stands for one byte of a character that is no token; found by its number, not by its bytes.
    static let byte = Kind(rawValue: 16)
  }

  private(set) var bytes: [UInt8] = []
  private(set) var spans: [Span] = []
  private(set) var kinds: [Kind] = []
  private(set) var slots: [UInt32] = []
  /// Number of tokens present.
  private(set) var population = 0

  /// Largest number a token may have: far above any vocabulary, small enough to allocate.
  static let idLimit = 1 << 22

  /// One more than the largest token number.
  var count: Int { spans.count }

  mutating func reserve(tokens: Int, bytes count: Int) {
    spans.reserveCapacity(tokens)
    kinds.reserveCapacity(tokens)
    bytes.reserveCapacity(count)
  }

  /// Adds a token as the vocabulary spells it (UTF-8, byte alphabet where it fits). A repeated number replaces.
  /// Returns false when the number is out of bounds.
  mutating func add(spelling: UnsafeBufferPointer<UInt8>, id: Int, kind extra: Kind = []) -> Bool {
    guard hasRoom(id, spelling.count) else { return false }
    let start = bytes.count
    var kind = extra
    if !ByteAlphabet.decode(spelling, into: &bytes) {
      bytes.append(contentsOf: spelling)
      kind.insert(.verbatim)
    }
    place(id, from: start, kind)
    return true
  }

  /// Adds a token as a SentencePiece-style vocabulary spells it.
  mutating func add(piece spelling: UnsafeBufferPointer<UInt8>, isByte: Bool, id: Int, kind extra: Kind = []) -> Bool {
    guard hasRoom(id, spelling.count) else { return false }
    let start = bytes.count
    var kind = extra
    if isByte, let byte = SpacedText.byte(spelling) {
      bytes.append(byte)
      kind.insert(.byte)
    } else {
      SpacedText.decode(spelling, into: &bytes)
    }
    place(id, from: start, kind)
    return true
  }

  private func hasRoom(_ id: Int, _ count: Int) -> Bool {
    id >= 0 && id < Self.idLimit && bytes.count < Int(UInt32.max) - count
  }

  private mutating func place(_ id: Int, from start: Int, _ kind: Kind) {
    while spans.count <= id {
      spans.append(Span(start: 0, length: 0))
      kinds.append([])
    }
    if !kinds[id].contains(.present) { population += 1 }
    spans[id] = Span(start: UInt32(start), length: UInt32(bytes.count - start))
    kinds[id] = kind.union(.present)
  }

  mutating func mark(_ id: Int, _ kind: Kind) {
    if kinds.indices.contains(id) { kinds[id].formUnion(kind) }
  }

  /// The bytes a token decodes to; empty for a number that names none.
  func bytes(of id: Int) -> ArraySlice<UInt8> {
    guard spans.indices.contains(id) else { return [] }
    let span = spans[id]
    return bytes[Int(span.start)..<Int(span.start + span.length)]
  }

  func kind(of id: Int) -> Kind { kinds.indices.contains(id) ? kinds[id] : [] }

  /// The token of each byte, or -1, in a vocabulary that has tokens for bytes.
  var tokensOfBytes: [Int32] {
    var tokens = [Int32](repeating: -1, count: 256)
    for id in kinds.indices where kinds[id].contains(.byte) {
      if let byte = bytes(of: id).first { tokens[Int(byte)] = Int32(truncatingIfNeeded: id) }
    }
    return tokens
  }

  /// Builds the index of tokens by bytes; call once, when the model's own are added; tokens marked `added` are left out.
  /// Of two tokens with the same bytes the later number is found.
  mutating func buildIndex() {
    var capacity = 1024
    while capacity < population * 2 { capacity *= 2 }
    var table = [UInt32](repeating: .max, count: capacity)
    let mask = capacity - 1
    bytes.withUnsafeBufferPointer { buffer in
      table.withUnsafeMutableBufferPointer { table in
        guard let base = buffer.baseAddress else { return }
        for id in spans.indices
        where kinds[id].isDisjoint(with: [.verbatim, .added, .byte]) && kinds[id].contains(.present) {
          let span = spans[id]
          let start = base + Int(span.start)
          var slot = Int(truncatingIfNeeded: hashBytes(start, Int(span.length))) & mask
          while table[slot] != .max {
            let other = spans[Int(table[slot])]
            if other.length == span.length, equalBytes(base + Int(other.start), start, Int(span.length)) { break }
            slot = (slot &+ 1) & mask
          }
          table[slot] = UInt32(truncatingIfNeeded: id)
        }
      }
    }
    slots = table
  }

  /// The token with exactly these bytes, or -1.
  func find(_ key: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard let start = key.baseAddress, !slots.isEmpty else { return -1 }
    return find(start, key.count, hashBytes(start, key.count))
  }

  @inline(__always)
  func find(_ start: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt64) -> Int32 {
    let mask = slots.count &- 1
    return bytes.withUnsafeBufferPointer { buffer in
      slots.withUnsafeBufferPointer { slots in
        spans.withUnsafeBufferPointer { spans in
          guard let base = buffer.baseAddress else { return -1 }
          var slot = Int(truncatingIfNeeded: hash) & mask
          while slots[slot] != .max {
            let span = spans[Int(slots[slot])]
            if Int(span.length) == count, equalBytes(base + Int(span.start), start, count) {
              return Int32(truncatingIfNeeded: slots[slot])
            }
            slot = (slot &+ 1) & mask
          }
          return -1
        }
      }
    }
  }
}

/// A multiplicative hash, eight bytes at a time, salted in each process so that a file cannot be made to collide.
@inline(__always)
func hashBytes(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
  let raw = UnsafeRawPointer(start)
  var hash = hashSalt ^ UInt64(truncatingIfNeeded: count)
  var offset = 0
  while offset &+ 8 <= count {
    hash = (hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 32
    offset &+= 8
  }
  var tail: UInt64 = 0
  if offset &+ 4 <= count {
    tail = UInt64(raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    offset &+= 4
  }
  while offset < count {
    tail = tail << 8 | UInt64(start[offset])
    offset &+= 1
  }
  hash = (hash ^ tail) &* 0xD6E8_FEB8_6659_FD93
  return hash ^ hash >> 32
}

private let hashSalt = UInt64.random(in: .min ... .max)

@inline(__always)
func equalBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  let a = UnsafeRawPointer(left)
  let b = UnsafeRawPointer(right)
  var offset = 0
  while offset &+ 8 <= count {
    if a.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      != b.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    {
      return false
    }
    offset &+= 8
  }
  while offset < count {
    if left[offset] != right[offset] { return false }
    offset &+= 1
  }
  return true
}
