import HTTPService
import JSON

/// Reads members of a request's JSON with their types and ranges.
struct RequestFields {
  let object: JSONObject

  /// Numbers are kept as they are written, as in rows of data: they may be part of what the model reads.
  /// - Throws: `APIError` 400 unless the body is a JSON object in valid UTF-8, nested at most 64 deep, with each key once.
  init(_ body: [UInt8]) throws {
    do {
      let body = try JSONValue(parsing: body, maximumDepth: 64, rejectsDuplicateKeys: true, keepsNumerals: true)
      guard let object = body.objectValue else {
        throw APIError.invalid("the request's body must be a JSON object")
      }
      self.object = object
    } catch let error as JSONParseError {
      throw APIError.invalid(
        "the request's body is not valid JSON: \(error.message) (line \(error.line), column \(error.column))",
        code: "invalid_json")
    }
  }

  /// Present and not null.
  func value(_ name: String) -> JSONValue? {
    guard let value = object[name], !value.isNull else { return nil }
    return value
  }

  func string(_ name: String) throws -> String? {
    guard let value = value(name) else { return nil }
    guard let string = value.stringValue else { throw APIError.invalid("'\(name)' must be a string", name) }
    return string
  }

  func bool(_ name: String) throws -> Bool? {
    guard let value = value(name) else { return nil }
    guard let bool = value.boolValue else { throw APIError.invalid("'\(name)' must be true or false", name) }
    return bool
  }

  func number(_ name: String, _ range: ClosedRange<Double>) throws -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.doubleValue, range.contains(number) else {
      throw APIError.invalid("'\(name)' must be a number from \(range.lowerBound) to \(range.upperBound)", name)
    }
    return number
  }

  func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let value = value(name) else { return nil }
    guard let number = value.intValue, range.contains(number) else {
      throw APIError.invalid(
        range.upperBound == .max
          ? "'\(name)' must be an integer of at least \(range.lowerBound)"
          : "'\(name)' must be an integer from \(range.lowerBound) to \(range.upperBound)", name)
    }
    return number
  }

  /// A number of tokens; -1 is as many as there is room for.
  func limit(_ name: String) throws -> Int? {
    if value(name)?.intValue == -1 { return .max }
    return try integer(name, 0...Int.max)
  }

  func members(_ name: String) throws -> JSONObject? {
    guard let value = value(name) else { return nil }
    guard let object = value.objectValue else { throw APIError.invalid("'\(name)' must be an object", name) }
    return object
  }

  /// A string or a list of strings.
  func strings(_ name: String, maximum: Int) throws -> [String] {
    guard let value = value(name) else { return [] }
    if let one = value.stringValue { return [one] }
    guard let list = value.arrayValue, list.count <= maximum else {
      throw APIError.invalid("'\(name)' must be a string or a list of at most \(maximum) strings", name)
    }
    return try list.map { entry in
      guard let string = entry.stringValue else { throw APIError.invalid("'\(name)' must hold strings", name) }
      return string
    }
  }
}
