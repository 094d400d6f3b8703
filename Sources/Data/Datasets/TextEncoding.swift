/// The encodings that text files are read in. Each is decoded by the C library's iconv.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
  case utf8 = "utf-8"
  /// What Chinese spreadsheet programs write; holds GBK and GB2312.
  case gb18030
  case gbk
  /// What programs in Taiwan and Hong Kong write.
  case big5
  /// By its byte order mark; little-endian without one.
  case utf16 = "utf-16"
  case utf16BigEndian = "utf-16be"
  /// Latin letters of Western Europe; holds Latin 1.
  case windows1252 = "windows-1252"

  /// The name that iconv knows.
  var name: String {
    switch self {
    case .utf8: "UTF-8"
    case .gb18030, .gbk: "GB18030"
    case .big5: "BIG5-HKSCS"
    case .utf16: "UTF-16"
    case .utf16BigEndian: "UTF-16BE"
    case .windows1252: "WINDOWS-1252"
    }
  }

  /// What people call it.
  var title: String {
    switch self {
    case .utf8: "UTF-8"
    case .gb18030, .gbk: "GBK (GB18030)"
    case .big5: "Big5"
    case .utf16, .utf16BigEndian: "UTF-16"
    case .windows1252: "Windows-1252 (Latin 1)"
    }
  }

  /// The words a user can declare, for messages.
  static var choices: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Text as UTF-8; text that is UTF-8 already stays as it is, as in files of rows.
  /// - Parameter label: what messages call it.
  /// - Throws: `Diagnostic` for bytes that are no character of this encoding.
  public func decoded(_ bytes: [UInt8], label: String) throws -> [UInt8] {
    guard self != .utf8, String(validating: bytes, as: UTF8.self) == nil else { return bytes }
    let stream = try DecodedStream(BytesStream(bytes), self, label: label)
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = try piece.withUnsafeMutableBytes { try stream.read(into: $0) }
      if got == 0 { return text }
      text += piece[0..<got]
    }
  }
}
