public import Diagnostics
public import JSON

/// What one kind of stage can be told: a value with a default for everything, and the list of its fields.
///
///     struct Parameters: ParameterSet {
///       var rank = 8
///       var title: String?
///
///       static let fields: [Field<Parameters>] = [
///         Field("rank", \.rank, .integer(1...256), help: "Rank of the update.", aliases: ["lora_rank"]),
///         Field("title", \.title, help: "Shown on top; nothing unless given."),
///       ]
///     }
///
/// Checks, defaults, decoding, the JSON Schema, the reference page, help and "did you mean" all follow from this list.
public protocol ParameterSet: ParameterValue {
  /// Every default. What a recipe must give has any value here, and `required: true` in its field.
  init()

  static var fields: [Field<Self>] { get }
}

extension ParameterSet {
  /// The fields with the defaults of `init()`.
  public static var specs: [ParameterSpec] {
    let standard = Self()
    return fields.map { $0.spec(standard) }
  }

  public static var parameterType: ParameterType { .object(specs) }

  public init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let object = value.objectValue else { throw ParameterProblem(value, isNot: Self.parameterType) }
    self.init()
    try Self.fields.decode(object, into: &self)
  }

  public var parameter: JSONValue? { .object(Self.fields.encode(self)) }

  /// The only way in which parameters become Swift values: in the loader, for a stored recipe, and in the child.
  /// - Throws: `Diagnostic` (`bad-parameter`), located at the parameter's path.
  public init(decoding parameters: JSONObject) throws(Diagnostic) {
    do { try self.init(parameter: .object(parameters)) } catch {
      throw Diagnostic(
        code: "bad-parameter", "'\(error.path)' \(error.message)", remedy: error.remedy,
        location: SourceLocation(file: error.path))
    }
  }
}

/// One parameter of a set: where it is kept, and everything there is to say about it.
public struct Field<Root: Sendable>: Sendable {
  let name: String
  /// The description, with the default that `Root` has.
  let spec: @Sendable (Root) -> ParameterSpec
  fileprivate let isRequired: Bool
  fileprivate let decode: @Sendable (JSONValue, inout Root) throws(ParameterProblem) -> Void
  fileprivate let encode: @Sendable (Root) -> JSONValue?

  /// - Parameters:
  ///   - path: where the value is kept: a property, a property of a property, or a computed one.
  ///   - type: what a recipe may write, where that is narrower than the property's type: `.integer(1...256)`.
  ///   - semantic: whether the value can change the stage's output, and so belongs to the key.
  ///   - semanticOnlyWith: see `ParameterSpec.semanticOnlyWith`.
  ///   - neutral: see `ParameterSpec.neutralValue`.
  ///   - prose: see `ParameterSpec.isProse`.
  ///   - help: one sentence.
  ///   - aliases: what other tools call it.
  public init<Value: ParameterValue>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ type: ParameterType? = nil,
    required: Bool = false, semantic: Bool = true, semanticOnlyWith: [String] = [], neutral: JSONValue? = nil,
    prose: Bool = false, help: String, aliases: [String] = []
  ) {
    self.name = name
    isRequired = required
    spec = { root in
      ParameterSpec(
        name, type ?? Value.parameterType, default: required ? nil : root[keyPath: path].parameter, required: required,
        semantic: semantic, semanticOnlyWith: semanticOnlyWith, neutral: neutral, prose: prose, help: help,
        aliases: aliases)
    }
    decode = { (value, root) throws(ParameterProblem) in
      var value = value
      if let type, !value.isNull {
        guard let stored = type.stored(value) else { throw ParameterProblem(value, isNot: type) }
        value = stored
      }
      root[keyPath: path] = try Value(parameter: value)
    }
    encode = { $0[keyPath: path].parameter }
  }

  /// A parameter that is a map with members of its own, kept in a value that need not know of recipes.
  public init<Value: Sendable>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, semantic: Bool = true, help: String,
    aliases: [String] = [], members: [Field<Value>]
  ) {
    self.name = name
    isRequired = false
    spec = { root in
      let standard = root[keyPath: path]
      return ParameterSpec(
        name, .object(members.map { $0.spec(standard) }), default: .object(members.encode(standard)),
        semantic: semantic, help: help, aliases: aliases)
    }
    decode = { (value, root) throws(ParameterProblem) in
      guard let object = value.objectValue else { throw ParameterProblem(value, isNot: .object([])) }
      try members.decode(object, into: &root[keyPath: path])
    }
    encode = { .object(members.encode($0[keyPath: path])) }
  }
}

extension Array {
  /// Sets what the object has; what it lacks stays as it is.
  fileprivate func decode<Root>(
    _ object: JSONObject, into root: inout Root
  ) throws(ParameterProblem) where Element == Field<Root> {
    for key in object.keys where !contains(where: { $0.name == key }) {
      throw ParameterProblem(
        path: key, "is not a parameter",
        remedy: didYouMean(key, among: map(\.name)).map { "did you mean '\($0)'?" }
          ?? "known are \(map(\.name).joined(separator: ", "))")
    }
    for field in self {
      guard let value = object[field.name] else {
        if field.isRequired { throw ParameterProblem(path: field.name, "is missing") }
        continue
      }
      do { try field.decode(value, &root) } catch { throw error.below(field.name) }
    }
  }

  fileprivate func encode<Root>(_ root: Root) -> JSONObject where Element == Field<Root> {
    JSONObject(compactMap { field in field.encode(root).map { (field.name, $0) } })
  }
}

/// Parameters of a kind that has none.
public struct NoParameters: ParameterSet {
  public static let fields: [Field<NoParameters>] = []

  public init() {}
}
