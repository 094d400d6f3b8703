/// The parts of a web address that decide whom a secret may be sent to.
package enum WebAddress {
  /// Scheme, host and port in lower case, defaults filled in; `nil` for anything but http and https.
  package static func origin(_ url: String) -> String? {
    guard let separator = url.range(of: "://") else { return nil }
    let scheme = url[..<separator.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
    let host = (authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority).lowercased()
    guard !host.isEmpty else { return nil }
    let afterBracket = host.lastIndex(of: "]").map { host[$0...] } ?? host[...]
    return "\(scheme)://\(host)" + (afterBracket.contains(":") ? "" : scheme == "https" ? ":443" : ":80")
  }

  /// The address without user, password, query and fragment, all of which may hold secrets.
  package static func displayed(_ url: String) -> String {
    let short = url.prefix { $0 != "?" && $0 != "#" }
    guard let separator = short.range(of: "://") else { return String(short) }
    let rest = short[separator.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return String(short) }
    return String(short[..<separator.upperBound]) + String(rest[rest.index(after: at)...])
  }

  /// The last component of the path, decoded; `nil` when there is none that can name a file.
  static func fileName(_ url: String) -> String? {
    guard let separator = url.range(of: "://") else { return nil }
    let path = url[separator.upperBound...].prefix { $0 != "?" && $0 != "#" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.last, let name = decoded(last), !name.contains("/"), name != ".",
      name != ".."
    else { return nil }
    return SafePath.components(name) == nil ? nil : name
  }

  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst(), let low = rest.popFirst(),
        let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Percent-encodes all but unreserved characters and `keeping`.
  package static func encoded(_ text: String, keeping: String = "") -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var output: [UInt8] = []
    for byte in text.utf8 {
      let isUnreserved =
        (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A)
        || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
      if isUnreserved || keeping.utf8.contains(byte) {
        output.append(byte)
      } else {
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// A path in a repository, each part encoded.
  package static func encodedPath(_ path: String) -> String { encoded(path, keeping: "/") }
}

extension String {
  /// The first occurrence of a short text, without Foundation.
  fileprivate func range(of text: String) -> Range<Index>? { self[...].range(of: text) }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
