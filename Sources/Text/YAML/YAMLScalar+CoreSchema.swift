/// What a scalar means under the YAML 1.2 core schema.
public enum YAMLScalarValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// May be infinite or not a number: `.inf`, `.nan`.
  case number(Double)
  case string(String)
  /// Written as a number, but none of 64 bits holds it; the reason completes "the number …".
  case unrepresentable(String)
}

extension YAMLScalar {
  /// The value by YAML 1.2's core schema: `1e-4` is a number, `0x10` an integer, `no` and `1:30` are strings.
  ///
  /// Quoted and block scalars are strings. An explicit tag wins when the text fits it; one that does not fit is
  /// `unrepresentable`.
  public var value: YAMLScalarValue {
    switch tag {
    case .string: return .string(text)
    case nil: return style == .plain ? Self.resolve(text) : .string(text)
    case .map, .sequence: return .unrepresentable("is not a collection, as its tag says")
    case .integer:
      if case .integer = Self.resolve(text) { return Self.resolve(text) }
      return .unrepresentable("is not an integer, as its tag says")
    case .number:
      switch Self.resolve(text) {
      case .integer(let value): return .number(Double(value))
      case .number(let value): return .number(value)
      default: return .unrepresentable("is not a number, as its tag says")
      }
    case .boolean:
      if case .boolean(let value) = Self.resolve(text) { return .boolean(value) }
      return .unrepresentable("is not true or false, as its tag says")
    case .null:
      return Self.resolve(text) == .null ? .null : .unrepresentable("is not null, as its tag says")
    }
  }

  /// Resolves the text of a plain scalar.
  static func resolve(_ text: String) -> YAMLScalarValue {
    var text = text
    return text.withUTF8 { bytes in resolve(bytes) } ?? .string(text)
  }

  /// `nil` stands for a string.
  private static func resolve(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLScalarValue? {
    guard let first = bytes.first else { return .null }
    // Only these can begin something else than a string: most scalars are decided here.
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
      return resolveNumber(bytes)
    case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"),
      UInt8(ascii: "F"), UInt8(ascii: "~"):
      guard bytes.count <= 5 else { return nil }
      switch String(decoding: bytes, as: UTF8.self) {
      case "null", "Null", "NULL", "~": return .null
      case "true", "True", "TRUE": return .boolean(true)
      case "false", "False", "FALSE": return .boolean(false)
      default: return nil
      }
    default: return nil
    }
  }

  private static func resolveNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLScalarValue? {
    var position = 0
    let negative = bytes[0] == UInt8(ascii: "-")
    if negative || bytes[0] == UInt8(ascii: "+") { position = 1 }
    if position == 0, bytes.count > 2, bytes[0] == UInt8(ascii: "0") {
      if bytes[1] == UInt8(ascii: "x") { return radix(bytes, 16) }
      if bytes[1] == UInt8(ascii: "o") { return radix(bytes, 8) }
    }
    if let special = infinityOrNaN(bytes, from: position, negative: negative) { return special }
    let digits = countDigits(bytes, &position)
    if digits > 0, position == bytes.count {
      if let value = Int64(String(decoding: bytes, as: UTF8.self)) { return .integer(value) }
      return .unrepresentable("does not fit 64 bits")
    }
    var fraction = 0
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      fraction = countDigits(bytes, &position)
    }
    guard digits + fraction > 0 else { return nil }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      guard countDigits(bytes, &position) > 0 else { return nil }
    }
    guard position == bytes.count else { return nil }
    guard let value = decimal(bytes) else { return nil }
    return value.isFinite ? .number(value) : .unrepresentable("is too large")
  }

  private static func countDigits(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Int {
    let start = position
    while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
      position += 1
    }
    return position - start
  }

  /// `5.` and `.5` are numbers in YAML but not for `Double.init`, so zeros are added where they are missing.
  private static func decimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var text = String(decoding: bytes, as: UTF8.self)
    if let point = text.firstIndex(of: ".") {
      let next = text.index(after: point)
      if next == text.endIndex || !text[next].isNumber { text.insert("0", at: next) }
      if point == text.startIndex || !text[text.index(before: point)].isNumber { text.insert("0", at: point) }
    }
    return Double(text)
  }

  private static func radix(_ bytes: UnsafeBufferPointer<UInt8>, _ radix: Int) -> YAMLScalarValue? {
    let digits = bytes[2...]
    let valid = digits.allSatisfy { byte in
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return false }
      return digit < radix
    }
    guard valid else { return nil }
    guard let value = Int64(String(decoding: digits, as: UTF8.self), radix: radix) else {
      return .unrepresentable("does not fit 64 bits")
    }
    return .integer(value)
  }

  private static func infinityOrNaN(
    _ bytes: UnsafeBufferPointer<UInt8>, from position: Int, negative: Bool
  ) -> YAMLScalarValue? {
    guard bytes.count - position == 4, bytes[position] == UInt8(ascii: ".") else { return nil }
    switch String(decoding: bytes[(position + 1)...], as: UTF8.self) {
    case "inf", "Inf", "INF": return .number(negative ? -.infinity : .infinity)
    case "nan", "NaN", "NAN": return position == 0 ? .number(.nan) : nil
    default: return nil
    }
  }
}
