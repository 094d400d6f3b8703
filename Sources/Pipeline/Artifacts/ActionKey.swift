public import JSON
public import Platform

/// What can change a stage's output, as one canonical document, and its digest.
public struct ActionKey: Sendable, Hashable {
  /// An input as the key knows it: which part it plays and what it holds, not what it is called.
  public struct Input: Sendable, Hashable {
    public var role: String
    public var digest: Digest
    public var rowCap: Int?
    /// Only where the name becomes part of the output.
    public var name: String?

    public init(role: String, digest: Digest, rowCap: Int? = nil, name: String? = nil) {
      self.role = role
      self.digest = digest
      self.rowCap = rowCap
      self.name = name
    }
  }

  /// The members `kind`, `version`, `parameters`, `inputs`, and where they apply `seed`, `env`, `resolved`.
  public let document: JSONValue
  /// SHA-256 of `lorapipe-key-v1\0` and the canonical JSON of `document`.
  public let digest: CacheKey

  public init(
    kind: String, version: Int, parameters: JSONValue, inputs: [Input], seed: UInt64? = nil,
    environment: [(String, String)] = [], resolved: JSONValue? = nil
  ) {
    var document = JSONObject()
    document["kind"] = .string(kind)
    document["version"] = .integer(Int64(version))
    document["parameters"] = parameters.canonicalized
    document["inputs"] = .array(
      inputs.map { input in
        var members: [JSONValue] = [.string(input.role), .string(input.digest.hex)]
        if let cap = input.rowCap { members.append(.integer(Int64(cap))) }
        if let name = input.name { members.append(.string(name)) }
        return .array(members)
      })
    if let seed { document["seed"] = .string(String(seed)) }
    if !environment.isEmpty { document["env"] = .object(JSONObject(environment.map { ($0.0, .string($0.1)) })) }
    if let resolved { document["resolved"] = resolved.canonicalized }
    self.init(document: .object(document))
  }

  /// The key under which a result is recorded for one run only, because an input changed while the stage ran.
  public func known(toRun run: String) -> ActionKey {
    ActionKey(document: ["run": .string(run), "key": .string(digest.hex)])
  }

  /// The key of a document that was stored.
  public init(document: JSONValue) {
    self.document = document
    var hash = SHA256()
    hash.update("lorapipe-key-v1\0")
    hash.update(document.bytes(.canonical))
    digest = CacheKey(hash.finish())
  }
}

extension JSONValue {
  /// One spelling for equal values: `1.0` and `1` are the same number, and a number that is not finite keeps its name
  /// instead of becoming `null`.
  var canonicalized: JSONValue {
    switch self {
    case .number(let value):
      if let whole = Int64(exactly: value), abs(value) <= 9_007_199_254_740_992 { return .integer(whole) }
      return value.isFinite ? self : .object(JSONObject([("number", .string("\(value)"))]))
    case .array(let elements): return .array(elements.map(\.canonicalized))
    case .object(let object): return .object(JSONObject(object.map { ($0.0, $0.1.canonicalized) }))
    default: return self
    }
  }
}
