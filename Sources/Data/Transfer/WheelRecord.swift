import Diagnostics

/// The RECORD of a wheel: what it holds, by path, with digests (the binary distribution format of Python packages).
struct WheelRecord: Sendable, Hashable {
  struct Entry: Sendable, Hashable {
    var path: String
    /// Hexadecimal; `nil` for RECORD itself and its signatures.
    var sha256: String?
    var size: Int64?
  }

  var entries: [Entry] = []

  /// - Throws: `Diagnostic` when a line has another form, or a digest of another kind.
  init(parsing bytes: [UInt8]) throws(Diagnostic) {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.damaged("it is not UTF-8") }
    for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let fields = Self.fields(line)
      guard fields.count == 3 else { throw Self.damaged("line \(index + 1) has no three fields") }
      var digest: String?
      if !fields[1].isEmpty {
        guard fields[1].hasPrefix("sha256="), let hex = Self.hexadecimal(base64: fields[1].dropFirst(7)) else {
          throw Self.damaged("line \(index + 1) has no SHA-256")
        }
        digest = hex
      }
      entries.append(Entry(path: fields[0], sha256: digest, size: Int64(fields[2])))
    }
  }

  static func damaged(_ what: String) -> Diagnostic {
    Diagnostic(
      code: "bad-wheel", "the wheel's RECORD cannot be used: \(what)",
      remedy: "Get the package again, or another version.")
  }

  /// The fields of a line of comma-separated values.
  private static func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var inQuotes = false
    for character in line {
      if character == "\"" {
        inQuotes.toggle()
      } else if character == "," && !inQuotes {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields
  }

  /// 32 bytes in the URL-safe alphabet without padding, as 64 hexadecimal digits.
  static func hexadecimal(base64 text: some StringProtocol) -> String? {
    guard text.utf8.count == 43 else { return nil }
    let digits = Array("0123456789abcdef")
    var output = ""
    var bits: UInt32 = 0
    var count = 0
    for byte in text.utf8 {
      let value: UInt32
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(byte - UInt8(ascii: "A"))
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(byte - UInt8(ascii: "a")) + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(byte - UInt8(ascii: "0")) + 52
      case UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "_"): value = 63
      default: return nil
      }
      bits = bits << 6 | value
      count += 6
      while count >= 4, output.utf8.count < 64 {
        count -= 4
        output.append(digits[Int(bits >> UInt32(count) & 15)])
      }
      bits &= (1 << UInt32(count)) - 1
    }
    return output.utf8.count == 64 ? output : nil
  }

  /// Compares what was unpacked with what was promised: every file, nothing more.
  func verify(_ files: [ResolvedSource.File], recordPath: String) throws(Diagnostic) {
    var promised: [String: Entry] = [:]
    for entry in entries { promised[entry.path] = entry }
    let folder = recordPath.split(separator: "/").dropLast().joined(separator: "/")
    for file in files {
      // RECORD and its signatures cannot hold their own digests.
      if file.path == recordPath || file.path == folder + "/RECORD.jws" || file.path == folder + "/RECORD.p7s" {
        promised[file.path] = nil
        continue
      }
      guard let entry = promised.removeValue(forKey: file.path) else {
        throw Self.damaged("it does not list '\(file.path)'")
      }
      guard let digest = entry.sha256, digest == file.sha256, entry.size == nil || entry.size == file.size else {
        throw Diagnostic(
          code: "sha256-mismatch", "'\(file.path)' in the wheel is not what its RECORD promises",
          remedy: "Get the package again; it may be damaged.")
      }
    }
    if let missing = promised.keys.sorted().first(where: { $0 != recordPath }) {
      throw Self.damaged("'\(missing)' is missing")
    }
  }
}
