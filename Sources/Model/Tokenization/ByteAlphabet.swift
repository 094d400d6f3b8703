/// The reversible spelling of bytes as printable characters that byte-level vocabularies are written in (GPT-2):
/// printable Latin-1 stands for itself, the other 68 bytes for U+0100 onwards.
enum ByteAlphabet {
  /// The scalar that spells each byte.
  static let scalars: [UInt16] = {
    var next: UInt16 = 0x100
    return (0...255).map { (byte: UInt16) -> UInt16 in
      if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE { return byte }
      next += 1
      return next - 1
    }
  }()

  /// The byte each scalar below U+0144 spells, or -1.
  static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar)] = Int16(byte) }
    return table
  }()

  /// Appends the bytes that `spelling` (UTF-8) stands for. Returns false, with nothing appended, when a character of it
  /// spells no byte.
  static func decode(_ spelling: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) -> Bool {
    let start = output.count
    return bytes.withUnsafeBufferPointer { table in
      var index = 0
      while index < spelling.count {
        let first = Int(spelling[index])
        var scalar = first
        if first >= 0x80 {
          guard first >= 0xC2, first <= 0xC5, index + 1 < spelling.count else {
            output.removeSubrange(start...)
            return false
          }
          scalar = (first & 0x1F) << 6 | Int(spelling[index + 1]) & 0x3F
          index += 1
        }
        guard scalar < table.count, table[scalar] >= 0 else {
          output.removeSubrange(start...)
          return false
        }
        output.append(UInt8(truncatingIfNeeded: table[scalar]))
        index += 1
      }
      return true
    }
  }

  /// The spelling of bytes, as `tokenizer.json` writes a token.
  static func spell(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { if let scalar = Unicode.Scalar(scalars[Int(byte)]) { text.append(scalar) } }
    return String(text)
  }
}
