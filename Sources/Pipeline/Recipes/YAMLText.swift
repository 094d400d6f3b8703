public import JSON
import YAML

extension JSONValue {
  /// This value as a YAML document in block style. Reading it back gives an equal value: integers stay integers, numbers
  /// numbers, and a string is quoted unless its plain text can only mean itself.
  public var yamlText: String {
    var writer = YAMLWriter()
    writer.write(self, indent: 0, isInline: false)
    if writer.output.last != 0x0A { writer.output.append(0x0A) }
    return String(decoding: writer.output, as: UTF8.self)
  }
}

private struct YAMLWriter {
  var output: [UInt8] = []

  /// `isInline` says that something stands on the line already: `key:` or `-`.
  mutating func write(_ value: JSONValue, indent: Int, isInline: Bool) {
    switch value {
    case .array(let elements) where !elements.isEmpty:
      if elements.allSatisfy(\.isShortScalar), elements.count <= 8 {
        if isInline { space() }
        flow(elements)
        return
      }
      for (index, element) in elements.enumerated() {
        if isInline || index > 0 { line(indent) }
        output.append(UInt8(ascii: "-"))
        writeItem(element, indent: indent + 2)
      }
    case .object(let object) where !object.isEmpty:
      for (index, (key, member)) in object.enumerated() {
        if isInline || index > 0 { line(indent) }
        scalar(key)
        output.append(UInt8(ascii: ":"))
        write(member, indent: indent + 2, isInline: true)
      }
    default:
      if isInline { space() }
      leaf(value)
    }
  }

  /// An object in a list begins on the line of its dash.
  private mutating func writeItem(_ value: JSONValue, indent: Int) {
    if case .object(let object) = value, !object.isEmpty {
      space()
      write(value, indent: indent, isInline: false)
    } else {
      write(value, indent: indent, isInline: true)
    }
  }

  private mutating func flow(_ elements: [JSONValue]) {
    output.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(contentsOf: [UInt8(ascii: ","), 0x20]) }
      leaf(element)
    }
    output.append(UInt8(ascii: "]"))
  }

  private mutating func leaf(_ value: JSONValue) {
    if case .string(let text) = value { scalar(text) } else { output.append(contentsOf: value.bytes()) }
  }

  private mutating func space() { output.append(0x20) }

  private mutating func line(_ indent: Int) {
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: indent))
  }

  private mutating func scalar(_ text: String) {
    if isPlain(text) { output.append(contentsOf: text.utf8) } else { quoted(text) }
  }

  /// Whether a text without quotes means itself wherever it stands.
  private func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, last != UInt8(ascii: ":"), last != 0x20 else {
      return false
    }
    let isLetter = first | 0x20 >= UInt8(ascii: "a") && first | 0x20 <= UInt8(ascii: "z")
    guard isLetter || first == UInt8(ascii: "_") || first == UInt8(ascii: "/") else {
      // A number is written as one by `leaf`; a string that looks like one needs its quotes.
      return false
    }
    var previous: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"):
        break
      case 0x20 where previous != UInt8(ascii: ":"): break
      default: return false
      }
      previous = byte
    }
    return YAMLScalar(text).value == .string(text)
  }

  private mutating func quoted(_ text: String) {
    output.append(UInt8(ascii: "\""))
    // Most text is ASCII; what lies between two escapes is copied at once.
    var rest = text[...]
    while let end = rest.utf8.firstIndex(where: { $0 < 0x20 || $0 >= 0x7F || $0 == 0x22 || $0 == 0x5C }) {
      output.append(contentsOf: rest.utf8[..<end])
      escape(rest.unicodeScalars[end])
      rest = rest[rest.unicodeScalars.index(after: end)...]
    }
    output.append(contentsOf: rest.utf8)
    output.append(UInt8(ascii: "\""))
  }

  /// A scalar that is no plain ASCII, inside double quotes.
  private mutating func escape(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x22: output.append(contentsOf: "\\\"".utf8)
    case 0x5C: output.append(contentsOf: "\\\\".utf8)
    case 0x0A: output.append(contentsOf: "\\n".utf8)
    case 0x09: output.append(contentsOf: "\\t".utf8)
    case 0..<0x20, 0x7F..<0xA0: escape("x", scalar, digits: 2)
    // What YAML takes for a line end or refuses in a file.
    case 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: escape("u", scalar, digits: 4)
    default: output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  private mutating func escape(_ letter: Unicode.Scalar, _ scalar: Unicode.Scalar, digits: Int) {
    let hex = String(scalar.value, radix: 16)
    output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: letter)])
    output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(digits - hex.utf8.count, 0)))
    output.append(contentsOf: hex.utf8)
  }
}

extension JSONValue {
  fileprivate var isShortScalar: Bool {
    switch self {
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    case .string(let text): text.utf8.count <= 24
    default: true
    }
  }
}
