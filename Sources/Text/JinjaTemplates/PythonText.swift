import Glibc

/// Values as Python writes them: `str`, `repr`, `json.dumps` and `%`.
enum PythonText {
  static func string(_ value: Value) -> String {
    switch value {
    case .string(let text): text
    case .undefined: ""
    default: representation(value)
    }
  }

  /// `repr(value)`
  static func representation(_ value: Value) -> String {
    switch value {
    case .undefined: return "Undefined"
    case .none: return "None"
    case .bool(let value): return value ? "True" : "False"
    case .integer(let value): return String(value)
    case .largeInteger(let digits): return digits
    case .float(let value): return float(value)
    case .string(let text): return quoted(text)
    case .list(let items): return "[" + items.elements.map(representation).joined(separator: ", ") + "]"
    case .tuple(let items):
      let inner = items.elements.map(representation).joined(separator: ", ")
      return items.elements.count == 1 ? "(\(inner),)" : "(\(inner))"
    case .dictionary(let table):
      let members = zip(table.keys, table.values).map { representation($0) + ": " + representation($1) }
      return "{" + members.joined(separator: ", ") + "}"
    case .object(let object): return "<\(object.typeName)>"
    }
  }

  /// `repr(float)`: the shortest digits that read back, with an exponent from 1e16 on and below 1e-4.
  static func float(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
    // Swift prints the same shortest digits; only where it puts the point differs.
    var digits = ""
    var exponent = 0
    var afterPoint = false
    var started = false
    var parts = "\(value.magnitude)".split(separator: "e", omittingEmptySubsequences: false)
    let written = parts.count > 1 ? Int(parts.removeLast()) ?? 0 : 0
    for character in parts[0].unicodeScalars {
      if character == "." {
        afterPoint = true
      } else {
        if character != "0" { started = true }
        if started {
          digits.unicodeScalars.append(character)
          if !afterPoint { exponent += 1 }
        } else if afterPoint {
          exponent -= 1
        }
      }
    }
    while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
    let point = exponent + written
    let sign = value < 0 ? "-" : ""
    let count = digits.count
    if point > 16 || point < -3 {
      let mantissa = count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst()
      let power = point - 1
      let magnitude = power.magnitude < 10 ? "0\(power.magnitude)" : "\(power.magnitude)"
      return sign + mantissa + "e" + (power < 0 ? "-" : "+") + magnitude
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= count { return sign + digits + String(repeating: "0", count: point - count) + ".0" }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// `repr(str)`: single quotes unless only they occur inside.
  private static func quoted(_ text: String) -> String {
    let single = text.unicodeScalars.contains("'")
    let double = text.unicodeScalars.contains("\"")
    let quote: Unicode.Scalar = single && !double ? "\"" : "'"
    var output = String.UnicodeScalarView()
    output.append(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\": output.append(contentsOf: ["\\", scalar])
      case "\n": output.append(contentsOf: "\\n".unicodeScalars)
      case "\r": output.append(contentsOf: "\\r".unicodeScalars)
      case "\t": output.append(contentsOf: "\\t".unicodeScalars)
      default:
        if isPrintable(scalar) {
          output.append(scalar)
        } else {
          let width = scalar.value < 0x100 ? 2 : scalar.value < 0x10000 ? 4 : 8
          let letter = width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U"
          output.append(contentsOf: (letter + hexadecimal(scalar.value, width)).unicodeScalars)
        }
      }
    }
    output.append(quote)
    return String(output)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  private static func hexadecimal(_ value: UInt32, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
  }

  // MARK: JSON

  /// How `json.dumps` is asked to write.
  struct JSONStyle {
    var escapesNonASCII = false
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
  }

  /// `json.dumps(value)`
  static func json(_ value: Value, _ style: JSONStyle) throws -> String {
    var output = ""
    try write(value, style, level: 0, into: &output)
    return output
  }

  private static func write(_ value: Value, _ style: JSONStyle, level: Int, into output: inout String) throws {
    switch value {
    case .none: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .largeInteger(let digits): output += digits
    case .float(let value):
      output += value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : float(value)
    case .string(let text): write(text, style, into: &output)
    case .list(let items), .tuple(let items):
      try write(count: items.elements.count, "[", "]", style, level, &output) { index, output in
        try write(items.elements[index], style, level: level + 1, into: &output)
      }
    case .dictionary(let table):
      var members = Array(zip(table.keys, table.values))
      if style.sortsKeys {
        members.sort { string($0.0).utf8.lexicographicallyPrecedes(string($1.0).utf8) }
      }
      try write(count: members.count, "{", "}", style, level, &output) { index, output in
        let (key, value) = members[index]
        switch key {
        case .string(let text): write(text, style, into: &output)
        case .none: output += "\"null\""
        case .bool(let value): output += value ? "\"true\"" : "\"false\""
        case .integer, .float: output += "\"" + representation(key) + "\""
        default: throw Failure("keys must be str, int, float, bool or None, not \(key.typeName)")
        }
        output += style.keySeparator
        try write(value, style, level: level + 1, into: &output)
      }
    case .undefined, .object: throw Failure("Object of type \(value.typeName) is not JSON serializable")
    }
  }

  private static func write(
    count: Int, _ open: String, _ close: String, _ style: JSONStyle, _ level: Int, _ output: inout String,
    _ element: (Int, inout String) throws -> Void
  ) throws {
    output += open
    guard count > 0 else {
      output += close
      return
    }
    func newline(_ level: Int, _ output: inout String) {
      guard let indent = style.indent else { return }
      output += "\n" + String(repeating: indent, count: level)
    }
    for index in 0..<count {
      if index > 0 { output += style.itemSeparator }
      newline(level + 1, &output)
      try element(index, &output)
    }
    newline(level, &output)
    output += close
  }

  private static func write(_ text: String, _ style: JSONStyle, into output: inout String) {
    var scalars = String.UnicodeScalarView()
    scalars.append("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": scalars.append(contentsOf: "\\\"".unicodeScalars)
      case "\\": scalars.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": scalars.append(contentsOf: "\\n".unicodeScalars)
      case "\r": scalars.append(contentsOf: "\\r".unicodeScalars)
      case "\t": scalars.append(contentsOf: "\\t".unicodeScalars)
      case "\u{8}": scalars.append(contentsOf: "\\b".unicodeScalars)
      case "\u{C}": scalars.append(contentsOf: "\\f".unicodeScalars)
      default:
        if scalar.value < 0x20 || (style.escapesNonASCII && scalar.value > 0x7E) {
          for unit in String(scalar).utf16 {
            scalars.append(contentsOf: ("\\u" + hexadecimal(UInt32(unit), 4)).unicodeScalars)
          }
        } else {
          scalars.append(scalar)
        }
      }
    }
    scalars.append("\"")
    output.unicodeScalars.append(contentsOf: scalars)
  }

  // MARK: %

  /// `format % values`, with the conversions templates use: `%s %r %d %i %f %.2f %x %%`.
  static func format(_ format: String, _ values: [Value]) throws -> String {
    var output = String.UnicodeScalarView()
    var remaining = values[...]
    var iterator = format.unicodeScalars.makeIterator()
    while let scalar = iterator.next() {
      guard scalar == "%" else {
        output.append(scalar)
        continue
      }
      var specification = ""
      var conversion = iterator.next()
      while let next = conversion, "0123456789.-+ #".unicodeScalars.contains(next), specification.utf8.count < 8 {
        specification.unicodeScalars.append(next)
        conversion = iterator.next()
      }
      guard let conversion else { throw Failure("incomplete format") }
      let widths = specification.split { !$0.isNumber }.compactMap { Int($0) }
      guard widths.allSatisfy({ $0 <= 1000 }) else { throw Failure("a width over 1000 in a format") }
      if conversion == "%" {
        output.append("%")
        continue
      }
      guard let value = remaining.popFirst() else { throw Failure("not enough arguments for format string") }
      switch conversion {
      case "s", "r":
        guard specification.isEmpty else {
          throw Failure("the format '%\(specification + String(conversion))' is not supported")
        }
        output.append(contentsOf: (conversion == "s" ? string(value) : representation(value)).unicodeScalars)
      case "d", "i", "x":
        guard let number = value.integer ?? value.number.flatMap({ Int(exactly: $0.rounded(.towardZero)) }) else {
          throw Failure("%\(conversion) format: a number is required, not \(value.typeName)")
        }
        output.append(
          contentsOf: printed("%" + specification + (conversion == "x" ? "lx" : "ld"), number).unicodeScalars)
      case "f", "e", "g":
        guard let number = value.number else { throw Failure("must be real number, not \(value.typeName)") }
        output.append(contentsOf: printed("%" + specification + String(conversion), number).unicodeScalars)
      default: throw Failure("unsupported format character '\(conversion)'")
      }
    }
    guard remaining.isEmpty else { throw Failure("not all arguments converted during string formatting") }
    return String(output)
  }

  /// C's `printf` of one number; the width is bounded by the format's length.
  static func printed(_ format: String, _ value: any CVarArg) -> String {
    withVaList([value]) { arguments in
      var buffer = [CChar](repeating: 0, count: 4096)
      let length = vsnprintf(&buffer, buffer.count, format, arguments)
      return String(
        decoding: buffer.prefix(min(max(Int(length), 0), 4095)).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
  }
}
