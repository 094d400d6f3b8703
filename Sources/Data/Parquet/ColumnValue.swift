import JSON

/// One value of a column, as it is stored.
enum ColumnValue {
  case bool(Bool)
  case integer(Int64)
  case float(Float)
  case double(Double)
  case bytes([UInt8])
}

extension SchemaNode {
  /// A stored value as JSON: numbers as numbers, text as text, times in ISO 8601, decimals with all their digits.
  func json(_ value: ColumnValue) throws(ParquetError) -> JSONValue {
    switch value {
    case .bool(let value): return .bool(value)
    case .integer(let value): return integer(value)
    case .float(let value): return number(value.isFinite ? Double(value.description) ?? Double(value) : Double(value))
    case .double(let value): return number(value)
    case .bytes(let bytes): return try json(bytes)
    }
  }

  /// JSON has no infinity and no NaN: they are null, as in pandas.
  private func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

  private func integer(_ value: Int64) -> JSONValue {
    switch logical {
    case .date: return .string(CivilTime.date(days: value))
    case .timestamp(let ticks): return .string(CivilTime.timestamp(value, ticks: ticks))
    case .time(let ticks): return .string(CivilTime.time(value, ticks: ticks))
    case .decimal(let scale): return .string(Self.decimal(String(value), scale: scale))
    case .integer(let bits, false):
      let unsigned =
        bits >= 64 ? UInt64(bitPattern: value) : UInt64(bitPattern: value) & ((1 << UInt64(max(bits, 1))) - 1)
      return Int64(exactly: unsigned).map { .integer($0) } ?? .string(String(unsigned))
    default: return .integer(value)
    }
  }

  private func json(_ bytes: [UInt8]) throws(ParquetError) -> JSONValue {
    switch logical {
    case .decimal(let scale): return .string(Self.decimal(Self.digits(bytes), scale: scale))
    case .uuid where bytes.count == 16:
      let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      return .string(
        [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10...]].map { $0.joined() }.joined(separator: "-"))
    case .float16 where bytes.count == 2:
      return number(Self.half(UInt16(bytes[0]) | UInt16(bytes[1]) << 8))
    default: break
    }
    if physical == .int96, bytes.count == 12 { return .string(CivilTime.int96(bytes)) }
    if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
    throw ParquetError("the column '\(name)' holds bytes that are no UTF-8 text")
  }

  private static func half(_ bits: UInt16) -> Double {
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF)
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * 0x1p-24 }
    return sign * (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
  }

  /// A big-endian two's complement integer in decimal.
  private static func digits(_ bytes: [UInt8]) -> String {
    guard let first = bytes.first else { return "0" }
    let isNegative = first >= 0x80
    var magnitude = bytes
    if isNegative {
      var carry: UInt16 = 1
      for index in magnitude.indices.reversed() {
        let sum = UInt16(~magnitude[index]) + carry
        magnitude[index] = UInt8(truncatingIfNeeded: sum)
        carry = sum >> 8
      }
    }
    var digits: [UInt8] = []
    while magnitude.contains(where: { $0 != 0 }) {
      var remainder: UInt16 = 0
      for index in magnitude.indices {
        let value = remainder << 8 | UInt16(magnitude[index])
        magnitude[index] = UInt8(value / 10)
        remainder = value % 10
      }
      digits.append(UInt8(remainder) + 48)
    }
    let text = digits.isEmpty ? "0" : String(decoding: digits.reversed(), as: UTF8.self)
    return isNegative && text != "0" ? "-" + text : text
  }

  /// An integer's decimal text with its point `scale` digits from the right.
  private static func decimal(_ text: String, scale: Int) -> String {
    guard scale > 0 else { return text }
    let isNegative = text.hasPrefix("-")
    var digits = isNegative ? String(text.dropFirst()) : text
    if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
    return (isNegative ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
  }
}

/// Days and ticks since 1970 as ISO 8601.
enum CivilTime {
  /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  static func date(days: Int64) -> String {
    // About ten million years either way: beyond that the arithmetic below could overflow.
    guard (-3_652_425_000...3_652_425_000).contains(days) else { return "\(days) days" }
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let realMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (realMonth <= 2 ? 1 : 0)
    return padded(year, 4) + "-" + padded(realMonth, 2) + "-" + padded(day, 2)
  }

  static func timestamp(_ value: Int64, ticks: Int64) -> String {
    // The remainder is taken first: days * perDay has no Int64 for the earliest values.
    let perDay = ticks * 86_400
    let remainder = value % perDay
    let isBefore = remainder < 0
    return date(days: value / perDay - (isBefore ? 1 : 0)) + "T"
      + time(isBefore ? remainder + perDay : remainder, ticks: ticks)
  }

  static func time(_ value: Int64, ticks: Int64) -> String {
    guard value >= 0 else { return "\(value)" }
    let seconds = value / ticks
    let text =
      padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
    let fraction = value % ticks
    guard fraction > 0 else { return text }
    // The fewest of 3, 6 and 9 places that hold it.
    let nanoseconds = fraction * (1_000_000_000 / ticks)
    if nanoseconds % 1_000_000 == 0 { return text + "." + padded(nanoseconds / 1_000_000, 3) }
    if nanoseconds % 1000 == 0 { return text + "." + padded(nanoseconds / 1000, 6) }
    return text + "." + padded(nanoseconds, 9)
  }

  /// Nanoseconds of a day, then a Julian day number.
  static func int96(_ bytes: [UInt8]) -> String {
    var nanoseconds: UInt64 = 0
    for index in (0..<8).reversed() { nanoseconds = nanoseconds << 8 | UInt64(bytes[index]) }
    var julian: Int64 = 0
    for index in (8..<12).reversed() { julian = julian << 8 | Int64(bytes[index]) }
    let day = date(days: julian - 2_440_588)
    guard nanoseconds < 86_400_000_000_000 else { return day }
    return day + "T" + time(Int64(nanoseconds), ticks: 1_000_000_000)
  }

  private static func padded(_ value: Int64, _ places: Int) -> String {
    let text = String(value.magnitude)
    return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, places - text.count)) + text
  }
}
