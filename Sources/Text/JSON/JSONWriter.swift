/// How a value is written.
public struct JSONFormat: Sendable {
  /// Spaces per level; `nil` writes one line.
  public var indent: Int?
  /// Members in the order of their keys' UTF-8 bytes instead of the order kept.
  public var sortsKeys: Bool
  /// A space after `,` and `:` on one line, as Python's `json.dumps` writes it.
  public var spaced: Bool
  /// Everything past ASCII as `\u` escapes.
  public var escapesNonASCII: Bool

  public init(indent: Int? = nil, sortsKeys: Bool = false, spaced: Bool = false, escapesNonASCII: Bool = false) {
    self.indent = indent
    self.sortsKeys = sortsKeys
    self.spaced = spaced
    self.escapesNonASCII = escapesNonASCII
  }

  public static let compact = JSONFormat()
  public static let pretty = JSONFormat(indent: 2)
  /// One spelling for equal values: keys sorted by bytes, no space. What digests are taken of.
  public static let canonical = JSONFormat(sortsKeys: true)
}

extension JSONValue {
  /// The text of this value. A number that is not finite is written as `null`.
  public func text(_ format: JSONFormat = .compact) -> String {
    String(decoding: bytes(format), as: UTF8.self)
  }

  /// The UTF-8 of this value.
  public func bytes(_ format: JSONFormat = .compact) -> [UInt8] {
    var writer = JSONWriter(format: format)
    writer.write(self, level: 0)
    return writer.output
  }
}

private struct JSONWriter {
  let format: JSONFormat
  var output: [UInt8] = []

  init(format: JSONFormat) { self.format = format }

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .numeral(let digits): output.append(contentsOf: digits.utf8)
    case .number(let value): output.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    case .string(let value): write(string: value)
    case .array(let elements):
      writeSequence(open: "[", close: "]", count: elements.count, level: level) { writer, index in
        writer.write(elements[index], level: level + 1)
      }
    case .object(let object):
      let members = format.sortsKeys ? object.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) } : Array(object)
      writeSequence(open: "{", close: "}", count: members.count, level: level) { writer, index in
        writer.write(string: members[index].0)
        writer.output.append(UInt8(ascii: ":"))
        if writer.format.indent != nil || writer.format.spaced { writer.output.append(0x20) }
        writer.write(members[index].1, level: level + 1)
      }
    }
  }

  private mutating func writeSequence(
    open: Unicode.Scalar, close: Unicode.Scalar, count: Int, level: Int, element: (inout JSONWriter, Int) -> Void
  ) {
    output.append(UInt8(ascii: open))
    for index in 0..<count {
      if index > 0 {
        output.append(UInt8(ascii: ","))
        if format.spaced, format.indent == nil { output.append(0x20) }
      }
      newline(level: level + 1)
      element(&self, index)
    }
    if count > 0 { newline(level: level) }
    output.append(UInt8(ascii: close))
  }

  private mutating func newline(level: Int) {
    guard let indent = format.indent else { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: indent * level))
  }

  private mutating func write(string: String) {
    output.append(UInt8(ascii: "\""))
    if format.escapesNonASCII {
      for unit in string.utf16 {
        if unit < 0x80 { escape(UInt8(unit)) } else { writeHex(unit) }
      }
    } else {
      var string = string
      string.withUTF8 { write(utf8: $0) }
    }
    output.append(UInt8(ascii: "\""))
  }

  /// Most text needs no escape, so what lies between two escapes is copied at once.
  private mutating func write(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == 0x5C {
      output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
      escape(byte)
      start = index + 1
    }
    output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): output.append(contentsOf: [0x5C, 0x22])
    case UInt8(ascii: "\\"): output.append(contentsOf: [0x5C, 0x5C])
    case 0x0A: output.append(contentsOf: [0x5C, UInt8(ascii: "n")])
    case 0x0D: output.append(contentsOf: [0x5C, UInt8(ascii: "r")])
    case 0x09: output.append(contentsOf: [0x5C, UInt8(ascii: "t")])
    case 0x08: output.append(contentsOf: [0x5C, UInt8(ascii: "b")])
    case 0x0C: output.append(contentsOf: [0x5C, UInt8(ascii: "f")])
    case 0..<0x20: writeHex(UInt16(byte))
    default: output.append(byte)
    }
  }

  private mutating func writeHex(_ unit: UInt16) {
    let digits = String(unit, radix: 16)
    output.append(contentsOf: "\\u".utf8)
    output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
    output.append(contentsOf: digits.utf8)
  }
}
