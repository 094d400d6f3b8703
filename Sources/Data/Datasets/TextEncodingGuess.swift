/// Guesses what bytes that are not UTF-8 were written in, for the remedy of an error; never used to read.
enum TextEncodingGuess {
  /// What to do with text that is not UTF-8.
  static func remedy(for bytes: some Sequence<UInt8>) -> String {
    guard let (name, encoding) = guess(Array(bytes.prefix(4096))) else { return "Save the file as UTF-8." }
    return "It looks like \(name); convert it: iconv -f \(encoding) -t UTF-8 FILE > NEW."
  }

  /// GB18030 writes a Chinese character in two bytes, the first of 0x81 to 0xFE, the second of 0x40 to 0xFE but 0x7F;
  /// common ones begin with 0xB0 to 0xF7 and go on above 0xA0. Windows-1252 has its letters in single bytes.
  private static func guess(_ bytes: [UInt8]) -> (name: String, encoding: String)? {
    var (pairs, common, high, single) = (0, 0, 0, 0)
    var isPaired = true
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      guard byte >= 0x80 else {
        index += 1
        continue
      }
      high += 1
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      if next < 0x80 { single += 1 }
      if byte >= 0x81, byte <= 0xFE, next >= 0x40, next <= 0xFE, next != 0x7F {
        pairs += 1
        if byte >= 0xB0, byte <= 0xF7, next >= 0xA1 { common += 1 }
        if next >= 0x80 { high += 1 }
        index += 2
      } else {
        if index + 1 < bytes.count { isPaired = false }
        index += 1
      }
    }
    if isPaired, pairs > 0, common * 2 >= pairs { return ("GBK (GB18030)", "GB18030") }
    if single > 0, single * 2 >= high { return ("Windows-1252 (Latin 1)", "WINDOWS-1252") }
    return nil
  }
}
