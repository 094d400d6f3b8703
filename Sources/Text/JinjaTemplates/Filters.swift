import Glibc

extension Interpreter {
  typealias Filter = @Sendable (Interpreter, Value, CallValues) throws -> Value

  func filter(_ name: String, _ value: Value, _ arguments: CallValues) throws -> Value {
    guard let filter = Self.filters[name] else { throw Failure("no filter named '\(name)'") }
    if case .string(let text) = value { try charge(bytes: text.utf8.count) }
    return try filter(self, value, arguments)
  }

  static let filters: [String: Filter] = textFilters.merging(listFilters) { first, _ in first }

  /// Filters of text and numbers.
  private static let textFilters: [String: Filter] = {
    var filters: [String: Filter] = [:]
    filters["trim"] = { interpreter, value, arguments in
      let characters = try StringMethods.text(arguments.value(0, "chars"))
      return try interpreter.string(Text.strip(PythonText.string(value), characters, left: true, right: true))
    }
    filters["upper"] = { interpreter, value, _ in try interpreter.string(PythonText.string(value).uppercased()) }
    filters["lower"] = { interpreter, value, _ in try interpreter.string(PythonText.string(value).lowercased()) }
    filters["capitalize"] = { interpreter, value, _ in try interpreter.string(Text.capitalize(PythonText.string(value)))
    }
    filters["title"] = { interpreter, value, _ in
      // A word starts after white space or one of - ( { [ <.
      var output = ""
      var startsWord = true
      for scalar in PythonText.string(value).unicodeScalars {
        output += startsWord ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
        startsWord = Text.isSpace(scalar.value) || "-({[<".unicodeScalars.contains(scalar)
      }
      return try interpreter.string(output)
    }
    filters["string"] = { interpreter, value, _ in try interpreter.string(PythonText.string(value)) }
    filters["safe"] = filters["string"]
    filters["escape"] = { interpreter, value, _ in
      var text = PythonText.string(value)
      for (old, new) in [("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ("'", "&#39;"), ("\"", "&#34;")] {
        text = Text.replace(text, old, new, count: -1)
      }
      return try interpreter.string(text)
    }
    filters["e"] = filters["escape"]
    filters["forceescape"] = filters["escape"]
    filters["replace"] = { interpreter, value, arguments in
      guard let old = arguments.value(0, "old"), let new = arguments.value(1, "new") else {
        throw Failure("replace takes two strings")
      }
      return try interpreter.replace(
        PythonText.string(value), PythonText.string(old), PythonText.string(new),
        count: arguments.value(2, "count")?.integer ?? -1)
    }
    filters["format"] = { interpreter, value, arguments in
      try interpreter.string(try PythonText.format(PythonText.string(value), arguments.positional))
    }
    filters["wordcount"] = { _, value, _ in
      .integer(
        PythonText.string(value).unicodeScalars.split { !Text.isWord($0.value) }.count)
    }
    filters["center"] = { interpreter, value, arguments in
      let text = PythonText.string(value)
      let width = arguments.value(0, "width")?.integer ?? 80
      let (missing, overflow) = width.subtractingReportingOverflow(text.unicodeScalars.count)
      guard missing > 0, !overflow else { return .string(text) }
      guard missing <= interpreter.limits.allocatedBytes else { throw Failure("the width is too large") }
      // Python puts the odd space on the left when the width is odd.
      let left = missing / 2 + (missing & width & 1)
      return try interpreter.string(
        String(repeating: " ", count: left) + text + String(repeating: " ", count: missing - left))
    }
    filters["indent"] = { try indent($0, $1, $2) }
    filters["truncate"] = { try truncate($0, $1, $2) }
    filters["urlencode"] = { interpreter, value, _ in
      var output: [UInt8] = []
      for byte in PythonText.string(value).utf8 {
        let isPlain = Text.isWord(UInt32(byte)) && byte < 0x80
        if isPlain || "-.~/".utf8.contains(byte) {
          output.append(byte)
        } else {
          output.append(contentsOf: PythonText.printed("%%%02lX", Int(byte)).utf8)
        }
      }
      return try interpreter.string(String(decoding: output, as: UTF8.self))
    }
    filters["tojson"] = { interpreter, value, arguments in
      var style = PythonText.JSONStyle()
      style.escapesNonASCII = arguments.value(0, "ensure_ascii")?.isTrue ?? false
      switch arguments.value(1, "indent") {
      case nil, .some(.none): break
      case .some(.string(let text)): style.indent = text
      case .some(let value):
        guard let width = value.integer, width <= 64 else { throw Failure("indent must be an integer up to 64") }
        style.indent = String(repeating: " ", count: max(width, 0))
      }
      if style.indent != nil { style.itemSeparator = "," }
      switch arguments.value(2, "separators") {
      case .some(.tuple(let items)), .some(.list(let items)):
        guard items.elements.count == 2, let item = try StringMethods.text(items.elements[0]),
          let key = try StringMethods.text(items.elements[1])
        else { throw Failure("separators must be two strings") }
        style.itemSeparator = item
        style.keySeparator = key
      default: break
      }
      style.sortsKeys = arguments.value(3, "sort_keys")?.isTrue ?? false
      return try interpreter.string(try PythonText.json(value, style))
    }
    filters["abs"] = { _, value, _ in
      if let integer = value.integer { return .integer(integer == .min ? .max : Swift.abs(integer)) }
      guard let number = value.number else { throw Failure("bad operand type for abs(): '\(value.typeName)'") }
      return .float(number.magnitude)
    }
    filters["int"] = { _, value, arguments in
      let fallback = arguments.value(0, "default") ?? .integer(0)
      let base = arguments.value(1, "base")?.integer ?? 10
      if let integer = value.integer { return .integer(integer) }
      if let number = value.number { return Int(exactly: number.rounded(.towardZero)).map { .integer($0) } ?? fallback }
      guard case .string(let text) = value else { return fallback }
      let trimmed = Text.strip(text, nil, left: true, right: true)
      if (2...36).contains(base), let integer = Int(trimmed, radix: base) { return .integer(integer) }
      return Double(trimmed).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .integer($0) } ?? fallback
    }
    filters["float"] = { _, value, arguments in
      if let number = value.number { return .float(number) }
      let fallback = arguments.value(0, "default") ?? .float(0)
      guard case .string(let text) = value else { return fallback }
      return Double(Text.strip(text, nil, left: true, right: true)).map { .float($0) } ?? fallback
    }
    filters["round"] = { _, value, arguments in try round(value, arguments) }
    filters["default"] = { _, value, arguments in
      let usesTruth = arguments.value(1, "boolean")?.isTrue ?? false
      let isMissing = value.isUndefined || (usesTruth && !value.isTrue)
      return isMissing ? arguments.value(0, "default_value") ?? .string("") : value
    }
    filters["d"] = filters["default"]
    filters["attr"] = { interpreter, value, arguments in
      guard let name = try StringMethods.text(arguments.value(0, "name")) else { throw Failure("attr takes a name") }
      return try interpreter.member(value, name) ?? .undefined(hint: "there is no attribute '\(name)'")
    }
    return filters
  }()

  private static func round(_ value: Value, _ arguments: CallValues) throws -> Value {
    let precision = arguments.value(0, "precision")?.integer ?? 0
    let method = try StringMethods.text(arguments.value(1, "method")) ?? "common"
    guard let number = value.number else { throw Failure("round takes a number, not \(value.typeName)") }
    guard (-300...300).contains(precision), number.isFinite else { return .float(number) }
    switch method {
    case "ceil", "floor":
      let scale = pow(10, Double(precision))
      return .float((number * scale).rounded(method == "ceil" ? .up : .down) / scale)
    case "common":
      if case .integer = value, precision >= 0 { return value }
      if precision <= 0 {
        let scale = pow(10, Double(-precision))
        let rounded = (number / scale).rounded(.toNearestOrEven) * scale
        if value.integer != nil { return Int(exactly: rounded).map { .integer($0) } ?? .float(rounded) }
        return .float(rounded)
      }
      return .float(Double(PythonText.printed("%.\(precision)f", number)) ?? number)
    default: throw Failure("method must be common, ceil or floor")
    }
  }

  private static func indent(_ interpreter: Interpreter, _ value: Value, _ arguments: CallValues) throws -> Value {
    let indention: String
    switch arguments.value(0, "width") {
    case .some(.string(let text)): indention = text
    case let given:
      let width = given?.integer ?? 4
      guard width <= 1000 else { throw Failure("the width is too large") }
      indention = String(repeating: " ", count: max(width, 0))
    }
    let first = arguments.value(1, "first")?.isTrue ?? false
    let blank = arguments.value(2, "blank")?.isTrue ?? false
    let lines = Text.lines(PythonText.string(value) + "\n")
    try interpreter.allocate(lines.count * indention.utf8.count)
    var output = lines.first ?? ""
    for line in lines.dropFirst() { output += "\n" + (blank || !line.isEmpty ? indention + line : line) }
    return try interpreter.string(first ? indention + output : output)
  }

  private static func truncate(_ interpreter: Interpreter, _ value: Value, _ arguments: CallValues) throws -> Value {
    let text = PythonText.string(value)
    let length = arguments.value(0, "length")?.integer ?? 255
    let killsWords = arguments.value(1, "killwords")?.isTrue ?? false
    let end = try StringMethods.text(arguments.value(2, "end")) ?? "..."
    let leeway = arguments.value(3, "leeway")?.integer ?? 5
    let scalars = Array(text.unicodeScalars)
    let (room, overflow) = length.subtractingReportingOverflow(end.unicodeScalars.count)
    guard room >= 0, !overflow else { throw Failure("expected length >= \(end.unicodeScalars.count), got \(length)") }
    let (longest, tooLong) = length.addingReportingOverflow(leeway)
    if scalars.count <= longest || (tooLong && leeway > 0) { return .string(text) }
    var kept = String(String.UnicodeScalarView(scalars.prefix(room)))
    if !killsWords { kept = Text.splitFromEnd(kept, " ", limit: 1).first ?? kept }
    return try interpreter.string(kept + end)
  }
}
