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

  /// What a message proposes for a file in this encoding.
  var remedy: String {
    """
    Declare it with encoding: \(rawValue) (--encoding \(rawValue) on the command line), or convert the file: \
    iconv -f \(name) -t UTF-8 FILE > NEW.
    """
  }
}
