/// Guesses what bytes that are not UTF-8 were written in, for the remedy of an error; never used to read.
public enum TextEncodingGuess {
  /// What is wrong with a row that is not UTF-8, and what to do.
  public static func problem(_ message: String, _ bytes: some Sequence<UInt8>) -> RowProblem {
    guard let encoding = encoding(of: bytes) else {
      return RowProblem(code: "row-invalid-utf8", message, remedy: "Save the file as UTF-8.")
    }
    return RowProblem(
      code: "row-invalid-utf8", message, remedy: "It looks like \(encoding.title).", advice: .encoding(encoding))
  }

  /// GB18030 writes a Chinese character in two bytes, the first of 0x81 to 0xFE, the second of 0x40 to 0xFE but 0x7F;
  /// common ones begin with 0xB0 to 0xF7 and go on above 0xA0. Windows-1252 has its letters in single bytes.
  static func encoding(of text: some Sequence<UInt8>) -> TextEncoding? {
    let bytes = Array(text.prefix(4096))
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
      if byte >= 0x81, byte <= 0xFE, next >= 0x30, next <= 0x39, index + 3 < bytes.count, bytes[index + 2] >= 0x81,
        bytes[index + 3] >= 0x30, bytes[index + 3] <= 0x39
      {
        // Rare characters take four bytes, which no other encoding has in this order.
        single -= 1
        pairs += 1
        common += 1
        index += 4
      } else if byte >= 0x81, byte <= 0xFE, next >= 0x40, next <= 0xFE, next != 0x7F {
        pairs += 1
        if byte >= 0xB0, byte <= 0xF7, next >= 0xA1 { common += 1 }
        if next >= 0x80 { high += 1 }
        index += 2
      } else {
        if index + 1 < bytes.count { isPaired = false }
        index += 1
      }
    }
    if isPaired, pairs > 0, common * 2 >= pairs { return .gb18030 }
    if single > 0, single * 2 >= high { return .windows1252 }
    return nil
  }
}
