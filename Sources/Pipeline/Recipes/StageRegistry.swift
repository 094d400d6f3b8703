public import Diagnostics
import JSON

/// The kinds of stages a recipe may use, prepared for fast look-up.
public struct StageRegistry: Sendable {
  /// In the order given.
  public let schemas: [StageSchema]
  let kinds: [String: Kind]

  /// Keys of a stage that belong to the language, not to a kind.
  static let reservedKeys = ["kind", "after", "matrix"]

  /// A schema with what loading asks of it again and again.
  struct Kind: Sendable {
    enum Key: Sendable {
      case input(Int)
      case parameter(Int)
    }

    var schema: StageSchema
    var keys: [String: Key]
    /// All defaults of parameters, typed, in the schema's order.
    var defaults: JSONObject
    var requiredInputs: [Int]
    var requiredParameters: [Int]
  }

  /// - Throws: `DiagnosticList` when schemas contradict themselves: a mistake in code, found by the first test.
  public init(_ schemas: [StageSchema]) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    var kinds: [String: Kind] = [:]
    for schema in schemas {
      var keys: [String: Kind.Key] = [:]
      var defaults = JSONObject()
      for (index, input) in schema.inputs.enumerated() { keys[input.name] = .input(index) }
      for (index, parameter) in schema.parameters.enumerated() {
        if keys.updateValue(.parameter(index), forKey: parameter.name) != nil {
          problems.append(Diagnostic(code: "schema", "\(schema.kind) declares '\(parameter.name)' twice"))
        }
        guard let value = parameter.defaultValue else { continue }
        guard let typed = DefaultValues.typed(value, parameter.type) else {
          problems.append(
            Diagnostic(code: "schema", "the default of \(schema.kind)'s '\(parameter.name)' is not of its type"))
          continue
        }
        defaults[parameter.name] = typed
      }
      for name in Self.reservedKeys where keys[name] != nil {
        problems.append(Diagnostic(code: "schema", "\(schema.kind) declares '\(name)', a word of the language"))
      }
      let kind = Kind(
        schema: schema, keys: keys, defaults: defaults,
        requiredInputs: schema.inputs.indices.filter { schema.inputs[$0].cardinality == .one },
        requiredParameters: schema.parameters.indices.filter { schema.parameters[$0].isRequired })
      if kinds.updateValue(kind, forKey: schema.kind) != nil {
        problems.append(Diagnostic(code: "schema", "the kind '\(schema.kind)' is declared twice"))
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    self.schemas = schemas
    self.kinds = kinds
  }

  /// The schema of a kind.
  public func schema(_ kind: String) -> StageSchema? { kinds[kind]?.schema }
}

/// Defaults as typed values: `.number` for numbers, and the defaults inside objects filled in.
enum DefaultValues {
  /// The value as the type stores it, or `nil` when it does not fit.
  static func typed(_ value: JSONValue, _ type: ParameterType) -> JSONValue? {
    switch type {
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
    case .choice(let choices):
      guard let text = value.stringValue, choices.contains(text) else { return nil }
      return value
    case .ratio: return value.stringValue.flatMap { Ratio($0) == nil ? nil : value }
    case .list(let element):
      guard let elements = value.arrayValue else { return nil }
      let typed = elements.compactMap { Self.typed($0, element) }
      return typed.count == elements.count ? .array(typed) : nil
    case .map(let element):
      guard let object = value.objectValue else { return nil }
      var result = JSONObject()
      for (key, value) in object {
        guard let typed = Self.typed(value, element) else { return nil }
        result[key] = typed
      }
      return .object(result)
    case .object(let members):
      guard let object = value.objectValue, object.keys.allSatisfy({ key in members.contains { $0.name == key } })
      else { return nil }
      var result = JSONObject()
      for member in members {
        guard let value = object[member.name] ?? member.defaultValue else {
          if member.isRequired { return nil }
          continue
        }
        guard let typed = Self.typed(value, member.type) else { return nil }
        result[member.name] = typed
      }
      return .object(result)
    case .oneOf(let alternatives): return alternatives.lazy.compactMap { Self.typed(value, $0) }.first
    }
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
