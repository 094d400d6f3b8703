public import JSON

/// A Swift type that a parameter of a stage can have.
///
/// `Bool`, `Int`, `Double`, `String`, lists and maps of such, optionals, and JSON as it is conform. An enumeration of words
/// conforms as a `ParameterChoice`, a group of parameters as a `ParameterSet`; what is none of these (a word or a list)
/// writes the three members itself.
public protocol ParameterValue: Sendable {
  /// What a recipe may write.
  static var parameterType: ParameterType { get }

  /// - Throws: a problem whose message completes "'lora.rank' …".
  init(parameter value: JSONValue) throws(ParameterProblem)

  /// What a recipe would write for this value; `nil` when it would leave the parameter out.
  var parameter: JSONValue? { get }
}

/// Why a value cannot be what a parameter needs.
public struct ParameterProblem: Error, Sendable, Hashable {
  /// Below the parameter that is being read: `rank` of `lora`, `0.ask` of `probes`.
  public var path: String
  /// Completes "'lora.rank' …".
  public var message: String
  public var remedy: String?

  public init(path: String = "", _ message: String, remedy: String? = nil) {
    self.path = path
    self.message = message
    self.remedy = remedy
  }

  /// `value` is not of the type.
  public init(_ value: JSONValue, isNot type: ParameterType) {
    let text = value.text()
    self.init("must be \(type.phrase), not \(text.count > 60 ? text.prefix(60) + "…" : text)")
  }

  func below(_ name: String) -> ParameterProblem {
    var problem = self
    problem.path = path.isEmpty ? name : "\(name).\(path)"
    return problem
  }
}

extension Bool: ParameterValue {
  public static var parameterType: ParameterType { .boolean }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let flag = value.boolValue else { throw ParameterProblem(value, isNot: .boolean) }
    self = flag
  }

  public var parameter: JSONValue? { .bool(self) }
}

extension Int: ParameterValue {
  public static var parameterType: ParameterType { .integer() }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let integer = value.intValue else { throw ParameterProblem(value, isNot: .integer()) }
    self = integer
  }

  public var parameter: JSONValue? { .integer(Int64(self)) }
}

extension Double: ParameterValue {
  public static var parameterType: ParameterType { .number() }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let number = value.doubleValue, number.isFinite else { throw ParameterProblem(value, isNot: .number()) }
    self = number
  }

  public var parameter: JSONValue? { .number(self) }
}

extension String: ParameterValue {
  public static var parameterType: ParameterType { .string }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let text = value.stringValue else { throw ParameterProblem(value, isNot: .string) }
    self = text
  }

  public var parameter: JSONValue? { .string(self) }
}

extension JSONObject: ParameterValue {
  public static var parameterType: ParameterType { .map(.any) }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let object = value.objectValue else { throw ParameterProblem(value, isNot: .map(.any)) }
    self = object
  }

  public var parameter: JSONValue? { .object(self) }
}

extension Ratio: ParameterValue {
  public static var parameterType: ParameterType { .ratio }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let ratio = value.stringValue.flatMap({ Ratio($0) }) else { throw ParameterProblem(value, isNot: .ratio) }
    self = ratio
  }

  public var parameter: JSONValue? {
    .string("\(ParameterType.short(domain)):\(ParameterType.short(general))")
  }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {
  public static var parameterType: ParameterType { Wrapped.parameterType }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    if value.isNull { self = nil } else { self = try Wrapped(parameter: value) }
  }

  public var parameter: JSONValue? { self?.parameter }
}

extension Array: ParameterValue where Element: ParameterValue {
  public static var parameterType: ParameterType { .list(Element.parameterType) }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let elements = value.arrayValue else { throw ParameterProblem(value, isNot: Self.parameterType) }
    self = []
    for (index, element) in elements.enumerated() {
      do { append(try Element(parameter: element)) } catch { throw error.below("\(index)") }
    }
  }

  public var parameter: JSONValue? { .array(compactMap(\.parameter)) }
}

extension Dictionary: ParameterValue where Key == String, Value: ParameterValue {
  public static var parameterType: ParameterType { .map(Value.parameterType) }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let object = value.objectValue else { throw ParameterProblem(value, isNot: Self.parameterType) }
    self = [:]
    for (key, member) in object {
      do { self[key] = try Value(parameter: member) } catch { throw error.below(key) }
    }
  }

  public var parameter: JSONValue? {
    .object(
      JSONObject(
        sorted { $0.key < $1.key }.compactMap { entry in entry.value.parameter.map { (entry.key, $0) } }))
  }
}

/// A parameter that is one of a few words: the raw values.
public protocol ParameterChoice: ParameterValue, RawRepresentable<String>, CaseIterable {
  /// What other tools call the words, for "did you mean".
  static var foreignWords: [String: Self] { get }
}

extension ParameterChoice {
  public static var foreignWords: [String: Self] { [:] }

  public static var parameterType: ParameterType {
    .choice(allCases.map(\.rawValue), foreign: foreignWords.mapValues(\.rawValue))
  }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let choice = value.stringValue.flatMap({ Self(rawValue: $0) }) else {
      throw ParameterProblem(value, isNot: Self.parameterType)
    }
    self = choice
  }

  public var parameter: JSONValue? { .string(rawValue) }
}
