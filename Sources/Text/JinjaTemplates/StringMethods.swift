/// Python's methods of `str`.
enum StringMethods {
  typealias Method = @Sendable (Interpreter, String, CallValues) throws -> Value

  static let all: [String: Method] = {
    var methods: [String: Method] = [:]
    methods["strip"] = { try $0.string(Text.strip($1, try text($2.value(0, "chars")), left: true, right: true)) }
    methods["lstrip"] = { try $0.string(Text.strip($1, try text($2.value(0, "chars")), left: true, right: false)) }
    methods["rstrip"] = { try $0.string(Text.strip($1, try text($2.value(0, "chars")), left: false, right: true)) }
    methods["split"] = { try split($0, $1, $2, fromEnd: false) }
    methods["rsplit"] = { try split($0, $1, $2, fromEnd: true) }
    methods["splitlines"] = { interpreter, value, arguments in
      try strings(interpreter, Text.lines(value, keepEnds: arguments.value(0, "keepends")?.isTrue ?? false))
    }
    methods["startswith"] = { try matches($1, $2) { $0.utf8.starts(with: $1.utf8) } }
    methods["endswith"] = { try matches($1, $2) { $0.utf8.reversed().starts(with: $1.utf8.reversed()) } }
    methods["replace"] = { interpreter, value, arguments in
      guard let old = try text(arguments.value(0, "old")), let new = try text(arguments.value(1, "new")) else {
        throw Failure("replace() takes two strings")
      }
      return try interpreter.replace(value, old, new, count: arguments.value(2, "count")?.integer ?? -1)
    }
    methods["upper"] = { interpreter, value, _ in try interpreter.string(value.uppercased()) }
    methods["lower"] = { interpreter, value, _ in try interpreter.string(value.lowercased()) }
    methods["casefold"] = methods["lower"]
    methods["capitalize"] = { interpreter, value, _ in try interpreter.string(Text.capitalize(value)) }
    methods["title"] = { interpreter, value, _ in try interpreter.string(Text.title(value)) }
    methods["swapcase"] = { interpreter, value, _ in
      try interpreter.string(
        value.unicodeScalars.map {
          $0.properties.isUppercase ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
        }.joined())
    }
    methods["find"] = { .integer(try find($1, $2, last: false) ?? -1) }
    methods["rfind"] = { .integer(try find($1, $2, last: true) ?? -1) }
    methods["index"] = { try index($1, $2, last: false) }
    methods["rindex"] = { try index($1, $2, last: true) }
    methods["count"] = { _, value, arguments in
      guard let needle = try text(arguments.value(0, "sub")) else { throw Failure("count() takes a string") }
      if needle.isEmpty { return .integer(value.unicodeScalars.count + 1) }
      return .integer(Text.occurrences(of: Array(needle.utf8), in: Array(value.utf8)).count)
    }
    methods["join"] = { interpreter, value, arguments in
      guard let items = arguments.positional.first else { throw Failure("join() takes a list") }
      let parts = try interpreter.iterate(items).map { item -> String in
        guard case .string(let part) = item else { throw Failure("join() takes strings, not \(item.typeName)") }
        return part
      }
      return try interpreter.joined(parts, value)
    }
    methods["removeprefix"] = { interpreter, value, arguments in
      guard let part = try text(arguments.value(0, "prefix")), value.utf8.starts(with: part.utf8) else {
        return .string(value)
      }
      return try interpreter.string(String(decoding: value.utf8.dropFirst(part.utf8.count), as: UTF8.self))
    }
    methods["removesuffix"] = { interpreter, value, arguments in
      guard let part = try text(arguments.value(0, "suffix")),
        value.utf8.reversed().starts(with: part.utf8.reversed())
      else { return .string(value) }
      return try interpreter.string(String(decoding: value.utf8.dropLast(part.utf8.count), as: UTF8.self))
    }
    methods["partition"] = { try partition($0, $1, $2, last: false) }
    methods["rpartition"] = { try partition($0, $1, $2, last: true) }
    methods["zfill"] = { try $0.padded($1, $2, left: true, fill: "0", keepsSign: true) }
    methods["rjust"] = { try $0.padded($1, $2, left: true, fill: nil, keepsSign: false) }
    methods["ljust"] = { try $0.padded($1, $2, left: false, fill: nil, keepsSign: false) }
    methods["format"] = { try $0.string(try format($1, $2)) }
    let predicates: [String: @Sendable (Unicode.Scalar) -> Bool] = [
      "isspace": { Text.isSpace($0.value) },
      "isdigit": { $0.properties.numericType == .decimal || $0.properties.numericType == .digit },
      "isdecimal": { $0.properties.numericType == .decimal },
      "isnumeric": { $0.properties.numericType != nil },
      "isalpha": { isLetter($0) },
      "isalnum": { isLetter($0) || $0.properties.numericType != nil },
    ]
    for (name, predicate) in predicates {
      methods[name] = { _, value, _ in .bool(!value.isEmpty && value.unicodeScalars.allSatisfy(predicate)) }
    }
    methods["isascii"] = { _, value, _ in .bool(value.utf8.allSatisfy { $0 < 0x80 }) }
    methods["isupper"] = { _, value, _ in .bool(isCased(value) { $0.properties.isUppercase }) }
    methods["islower"] = { _, value, _ in .bool(isCased(value) { $0.properties.isLowercase }) }
    return methods
  }()

  static func isCased(_ value: String, _ predicate: (Unicode.Scalar) -> Bool) -> Bool {
    let cased = value.unicodeScalars.filter(\.properties.isCased)
    return !cased.isEmpty && cased.allSatisfy(predicate)
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// A string argument; `nil` when absent or none.
  static func text(_ value: Value?) throws -> String? {
    switch value {
    case nil, .some(.none): return nil
    case .some(.string(let text)): return text
    case .some(.undefined(let hint)): throw Failure(hint)
    case .some(let other): throw Failure("a string is required, not \(other.typeName)")
    }
  }

  private static func strings(_ interpreter: Interpreter, _ parts: [String]) throws -> Value {
    try interpreter.allocate(parts.reduce(0) { $0 + $1.utf8.count })
    return try interpreter.list(parts.map { .string($0) })
  }

  private static func split(
    _ interpreter: Interpreter, _ value: String, _ arguments: CallValues, fromEnd: Bool
  ) throws -> Value {
    let limit = arguments.value(1, "maxsplit")?.integer ?? -1
    guard let separator = try text(arguments.value(0, "sep")) else {
      if fromEnd, limit >= 0 {
        let reversed = String(String.UnicodeScalarView(value.unicodeScalars.reversed()))
        let parts = Text.splitAtSpaces(reversed, limit: limit).reversed()
        return try strings(interpreter, parts.map { String(String.UnicodeScalarView($0.unicodeScalars.reversed())) })
      }
      return try strings(interpreter, Text.splitAtSpaces(value, limit: limit))
    }
    guard !separator.isEmpty else { throw Failure("empty separator") }
    let parts =
      fromEnd && limit >= 0
      ? Text.splitFromEnd(value, separator, limit: limit) : Text.split(value, separator, limit: limit)
    return try strings(interpreter, parts)
  }

  private static func matches(
    _ value: String, _ arguments: CallValues, _ test: (String, String) -> Bool
  ) throws -> Value {
    guard let argument = arguments.positional.first else { throw Failure("startswith() and endswith() take a string") }
    if case .tuple(let items) = argument {
      for item in items.elements { if let part = try text(item), test(value, part) { return .bool(true) } }
      return .bool(false)
    }
    guard let part = try text(argument) else { throw Failure("a string is required, not None") }
    return .bool(test(value, part))
  }

  /// The offset in scalars of the first or last occurrence.
  private static func find(_ value: String, _ arguments: CallValues, last: Bool) throws -> Int? {
    guard let needle = try text(arguments.value(0, "sub")) else { throw Failure("a string is required") }
    let bytes = Array(value.utf8)
    let start = arguments.positional.count > 1 ? arguments.positional[1].integer ?? 0 : 0
    guard start >= 0, arguments.positional.count <= 2 else { throw Failure("only a start from 0 on is supported") }
    let from = value.unicodeScalars.prefix(start).reduce(0) { $0 + UTF8.width($1) }
    if start > value.unicodeScalars.count { return nil }
    if needle.isEmpty { return last ? value.unicodeScalars.count : start }
    var offsets = Text.occurrences(of: Array(needle.utf8), in: bytes, limit: last || from > 0 ? .max : 1)
    if from > 0 { offsets = offsets.filter { $0 >= from } }
    guard let offset = last ? offsets.last : offsets.first else { return nil }
    return String(decoding: bytes[..<offset], as: UTF8.self).unicodeScalars.count
  }

  private static func index(_ value: String, _ arguments: CallValues, last: Bool) throws -> Value {
    guard let position = try find(value, arguments, last: last) else { throw Failure("substring not found") }
    return .integer(position)
  }

  private static func partition(
    _ interpreter: Interpreter, _ value: String, _ arguments: CallValues, last: Bool
  ) throws -> Value {
    guard let separator = try text(arguments.value(0, "sep")), !separator.isEmpty else {
      throw Failure("empty separator")
    }
    let bytes = Array(value.utf8)
    let offsets = Text.occurrences(of: Array(separator.utf8), in: bytes, limit: last ? .max : 1)
    try interpreter.allocate(bytes.count)
    guard let offset = last ? offsets.last : offsets.first else {
      return try interpreter.tuple((last ? ["", "", value] : [value, "", ""]).map { .string($0) })
    }
    let head = String(decoding: bytes[..<offset], as: UTF8.self)
    let tail = String(decoding: bytes[(offset + separator.utf8.count)...], as: UTF8.self)
    return try interpreter.tuple([.string(head), .string(separator), .string(tail)])
  }

  /// `str.format` with `{}`, `{0}` and `{name}`, without format specifications.
  private static func format(_ format: String, _ arguments: CallValues) throws -> String {
    var output = String.UnicodeScalarView()
    var next = 0
    var iterator = format.unicodeScalars.makeIterator()
    while let scalar = iterator.next() {
      if scalar == "}" {
        guard iterator.next() == "}" else { throw Failure("single '}' encountered in format string") }
        output.append("}")
        continue
      }
      guard scalar == "{" else {
        output.append(scalar)
        continue
      }
      var field = ""
      var closed = false
      while let part = iterator.next() {
        if part == "{", field.isEmpty {
          output.append("{")
          closed = true
          break
        }
        if part == "}" {
          let value: Value?
          if field.isEmpty {
            value = next < arguments.positional.count ? arguments.positional[next] : nil
            next += 1
          } else if let index = Int(field) {
            value = arguments.positional.indices.contains(index) ? arguments.positional[index] : nil
          } else {
            value = arguments.named(field)
          }
          guard let value else { throw Failure("the format field '{\(field)}' has no value or is not supported") }
          output.append(contentsOf: PythonText.string(value).unicodeScalars)
          closed = true
          break
        }
        field.unicodeScalars.append(part)
      }
      guard closed else { throw Failure("expected '}' before end of string") }
    }
    return String(output)
  }
}

extension Interpreter {
  func replace(_ text: String, _ old: String, _ new: String, count: Int) throws -> Value {
    // Bounded before it is made: every place may grow by the new text.
    let places = old.isEmpty ? text.unicodeScalars.count + 1 : text.utf8.count / max(old.utf8.count, 1)
    let (growth, overflow) = places.multipliedReportingOverflow(by: new.utf8.count)
    if overflow || growth > limits.allocatedBytes { try allocate(.max) }
    return try string(Text.replace(text, old, new, count: count))
  }

  func joined(_ parts: [String], _ separator: String) throws -> Value {
    let (gaps, overflow) = max(parts.count - 1, 0).multipliedReportingOverflow(by: separator.utf8.count)
    try allocate(overflow ? .max : gaps)
    return try string(parts.joined(separator: separator))
  }

  /// Pads to a width in scalars.
  func padded(
    _ text: String, _ arguments: CallValues, left: Bool, fill: String?, keepsSign: Bool
  ) throws -> Value {
    guard let width = arguments.value(0, "width")?.integer else { throw Failure("a width is required") }
    let fill = try fill ?? StringMethods.text(arguments.value(1, "fillchar")) ?? " "
    let missing = width.subtractingReportingOverflow(text.unicodeScalars.count)
    guard missing.partialValue > 0, !missing.overflow else { return .string(text) }
    guard missing.partialValue <= limits.allocatedBytes else { throw Failure("the width is too large") }
    let padding = String(repeating: fill, count: missing.partialValue)
    if keepsSign, let sign = text.unicodeScalars.first, sign == "+" || sign == "-" {
      return try string(String(sign) + padding + String(text.unicodeScalars.dropFirst()))
    }
    return try string(left ? padding + text : text + padding)
  }
}
