public import JSON

/// The type of a parameter's value, as checked in recipes, `-S` overrides, `with:` values and `matrix` values alike.
public indirect enum ParameterType: Sendable, Hashable {
  case string
  /// A string, or a number or boolean as it is written: an argument of a program.
  case text
  case boolean
  case integer(ClosedRange<Int>? = nil)
  /// A finite number; `exclusiveMinimum` for quantities such as a learning rate that must be above zero.
  case number(ClosedRange<Double>? = nil, exclusiveMinimum: Double? = nil)
  /// One of these words. `foreign` maps what other tools call them to ours, for "did you mean".
  case choice([String], foreign: [String: String] = [:])
  /// `"1:5"`, domain to general.
  case ratio
  /// A URI such as `hf:org/name`. A value that names a file (`file:x`, `./x`, `../x`, `/x`) arrives as `file:` with an
  /// absolute path, resolved against the folder of the recipe or pipeline file it is written in.
  case uri
  case list(ParameterType)
  /// String keys, values of one type.
  case map(ParameterType)
  case object([ParameterSpec])
  /// The first alternative that fits.
  case oneOf([ParameterType])
  case any
}

extension ParameterType {
  /// The members when this is an object, or has an object among its alternatives.
  public var objectMembers: [ParameterSpec]? {
    switch self {
    case .object(let members): return members
    case .oneOf(let alternatives): return alternatives.lazy.compactMap(\.objectMembers).first
    default: return nil
    }
  }

  /// A value as this type stores it: numbers as `.number`, objects with the defaults of their members filled in.
  /// - Returns: `nil` when the value does not fit.
  public func stored(_ value: JSONValue) -> JSONValue? {
    switch self {
    case .any: return value
    case .string, .text, .uri: return value.stringValue.map { .string($0) }
    case .boolean: return value.boolValue.map { .bool($0) }
    case .integer(let range):
      guard let integer = value.intValue, range?.contains(integer) ?? true else { return nil }
      return .integer(Int64(integer))
    case .number(let range, let minimum):
      guard let number = value.doubleValue, number.isFinite, range?.contains(number) ?? true,
        minimum.map({ number > $0 }) ?? true
      else { return nil }
      return .number(number)
    case .choice(let choices, _):
      guard let text = value.stringValue, choices.contains(text) else { return nil }
      return value
    case .ratio: return value.stringValue.flatMap { Ratio($0) == nil ? nil : value }
    case .list(let element):
      guard let elements = value.arrayValue else { return nil }
      let stored = elements.compactMap { element.stored($0) }
      return stored.count == elements.count ? .array(stored) : nil
    case .map(let element):
      guard let object = value.objectValue else { return nil }
      var result = JSONObject()
      for (key, value) in object {
        guard let stored = element.stored(value) else { return nil }
        result[key] = stored
      }
      return .object(result)
    case .object(let members): return value.objectValue.flatMap { Self.stored($0, members) }
    case .oneOf(let alternatives): return alternatives.lazy.compactMap { $0.stored(value) }.first
    }
  }

  private static func stored(_ object: JSONObject, _ members: [ParameterSpec]) -> JSONValue? {
    guard object.keys.allSatisfy({ key in members.contains { $0.name == key } }) else { return nil }
    var result = JSONObject()
    for member in members {
      guard let value = object[member.name] ?? member.defaultValue else {
        if member.isRequired { return nil }
        continue
      }
      guard let stored = member.type.stored(value) else { return nil }
      result[member.name] = stored
    }
    return .object(result)
  }
}

/// `"1:5"`: so many domain rows to so many general ones.
public struct Ratio: Sendable, Hashable {
  public var domain: Double
  public var general: Double

  /// `nil` unless the text is two positive decimal numbers with a colon between them.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= 40,
      text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x3A || $0 == UInt8(ascii: ".") }),
      let domain = Double(parts[0]), let general = Double(parts[1]),
      domain > 0, general > 0, domain.isFinite, general.isFinite
    else { return nil }
    self.domain = domain
    self.general = general
  }
}
