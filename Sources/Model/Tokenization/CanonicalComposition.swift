/// Unicode Normalization Form C (UAX #15), with the data of the version `tokenizers` goes by.
struct CanonicalComposition: Sendable {
  private var decompositions: [UInt32: (UInt32, UInt32)] = [:]
  private var compositions: [UInt64: UInt32] = [:]
  private var classes: [UInt32: UInt8] = [:]

  static let shared = CanonicalComposition()

  private init() {
    var reader = NumberReader(UnicodeTables.compositionExclusions)
    var excluded: Set<UInt32> = []
    var position = 0
    while let delta = reader.next() {
      position &+= delta
      excluded.insert(UInt32(truncatingIfNeeded: position))
    }
    reader = NumberReader(UnicodeTables.decompositions)
    position = 0
    while let delta = reader.next(), let first = reader.next() {
      position &+= delta
      let scalar = UInt32(truncatingIfNeeded: position)
      let left = UInt32(truncatingIfNeeded: first)
      if reader.separator == UInt8(ascii: ","), let second = reader.next() {
        let right = UInt32(truncatingIfNeeded: second)
        decompositions[scalar] = (left, right)
        if !excluded.contains(scalar) { compositions[UInt64(left) << 32 | UInt64(right)] = scalar }
      } else {
        decompositions[scalar] = (left, 0)
      }
    }
    reader = NumberReader(UnicodeTables.combiningClasses)
    while let value = reader.next() {
      var scalar = 0
      while let start = reader.next(), let length = reader.next() {
        for offset in 0..<length {
          classes[UInt32(truncatingIfNeeded: scalar &+ start &+ offset)] = UInt8(truncatingIfNeeded: value)
        }
        scalar &+= start &+ length
        if reader.separator != UInt8(ascii: ",") { break }
      }
    }
  }

  /// Whether the text can hold anything to compose: below U+0300 every scalar is its own composed form.
  static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in bytes where byte >= 0xCC { return false }
    return true
  }

  /// Appends the composed form of valid UTF-8 to `output`.
  func normalize(_ bytes: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
    guard let base = bytes.baseAddress else { return }
    output.reserveCapacity(output.count + bytes.count)
    var position = 0
    var scalars: [UInt32] = []
    while position < bytes.count {
      // A scalar below U+0300 followed by another one stands for itself; so does plain CJK, the bulk of real text.
      let start = position
      while position < bytes.count {
        let (scalar, length) = decodeScalar(base, position)
        guard isStarterThatNeverComposes(scalar) else { break }
        position &+= length
      }
      if position > start { position = lastStarter(base, start, position, bytes.count) }
      output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<position]))
      guard position < bytes.count else { return }
      scalars.removeAll(keepingCapacity: true)
      var first = true
      while position < bytes.count {
        let (scalar, length) = decodeScalar(base, position)
        if !first, isStarterThatNeverComposes(scalar) { break }
        first = false
        decompose(UInt32(truncatingIfNeeded: scalar), into: &scalars)
        position &+= length
      }
      reorder(&scalars)
      compose(&scalars)
      for value in scalars { appendScalar(value, to: &output) }
    }
  }

  /// Where the run just copied must end so that a mark that follows it can join its last scalar.
  private func lastStarter(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int) -> Int {
    guard end < count else { return end }
    var last = end &- 1
    while last > start, base[last] & 0xC0 == 0x80 { last &-= 1 }
    return last
  }

  private func isStarterThatNeverComposes(_ scalar: Int) -> Bool {
    scalar < 0x300 || (0x2E80..<0xA640).contains(scalar) && !(0x302A...0x30FF).contains(scalar)
  }

  private func decompose(_ scalar: UInt32, into output: inout [UInt32]) {
    if scalar >= 0xAC00, scalar < 0xAC00 + 11172 {
      let index = scalar - 0xAC00
      output.append(0x1100 + index / 588)
      output.append(0x1161 + index % 588 / 28)
      if index % 28 != 0 { output.append(0x11A7 + index % 28) }
    } else if let (first, second) = decompositions[scalar] {
      decompose(first, into: &output)
      if second != 0 { decompose(second, into: &output) }
    } else {
      output.append(scalar)
    }
  }

  /// Puts each run of marks into the order of their combining classes, keeping equal ones as they are.
  private func reorder(_ scalars: inout [UInt32]) {
    var start = 0
    while start < scalars.count {
      guard classes[scalars[start]] != nil else {
        start += 1
        continue
      }
      var end = start
      while end < scalars.count, classes[scalars[end]] != nil { end += 1 }
      if end - start > 1 {
        let sorted = scalars[start..<end].enumerated().sorted {
          let left = classes[$0.element] ?? 0
          let right = classes[$1.element] ?? 0
          return left == right ? $0.offset < $1.offset : left < right
        }
        for (offset, item) in sorted.enumerated() { scalars[start + offset] = item.element }
      }
      start = end
    }
  }

  private func compose(_ scalars: inout [UInt32]) {
    var starter: Int?
    var count = 0
    var lastClass: UInt8 = 0
    for index in scalars.indices {
      let scalar = scalars[index]
      let mark = classes[scalar] ?? 0
      if let position = starter, lastClass < mark || (lastClass == 0 && position == count - 1),
        let joined = composition(scalars[position], scalar)
      {
        scalars[position] = joined
        continue
      }
      if mark == 0 { starter = count }
      lastClass = mark
      scalars[count] = scalar
      count += 1
    }
    scalars.removeSubrange(count...)
  }

  private func composition(_ left: UInt32, _ right: UInt32) -> UInt32? {
    if left >= 0x1100, left < 0x1113, right >= 0x1161, right < 0x1176 {
      return 0xAC00 + ((left - 0x1100) * 21 + right - 0x1161) * 28
    }
    if left >= 0xAC00, left < 0xAC00 + 11172, (left - 0xAC00) % 28 == 0, right > 0x11A7, right < 0x11C3 {
      return left + right - 0x11A7
    }
    return compositions[UInt64(left) << 32 | UInt64(right)]
  }
}

/// Appends the UTF-8 of a scalar; a value that is none becomes U+FFFD.
func appendScalar(_ value: UInt32, to output: inout [UInt8]) {
  let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
  output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
}
