public import Artifacts
public import JSON
public import Platform
public import Recipes

/// All that a process needs to do one stage's work, on this machine or on another that sees the same store.
public struct StageRequest: Sendable {
  public struct Input: Sendable, Hashable {
    public var role: String
    public var name: String
    public var kind: ArtifactKind
    public var digest: Digest
    public var rowCap: Int?
    /// The user's own file or folder; `nil` for an artifact of the store.
    public var externalPath: String?
  }

  /// Absolute path of `runs/`.
  public var runsPath: String
  /// Absolute path of the store.
  public var storePath: String
  public var run: String
  public var stage: String
  public var kind: String
  public var parameters: JSONObject
  public var inputs: [Input]
  public var key: ActionKey
  public var resolution: JSONValue?
  public var seed: UInt64
  public var threads: Int
  public var memoryLimit: UInt64
  /// Run even if an equal action is recorded.
  public var force: Bool
  /// The run's claims, for the garbage collector.
  public var leasePath: String
  /// Recorded with the action.
  public var environment: JSONObject

  /// The key under which the result is recorded when an input changed while the stage ran: known to this run only.
  public var privateKey: ActionKey {
    key.known(toRun: run)
  }

  public var json: JSONValue {
    var object = JSONObject()
    object["format"] = 1
    object["runs"] = .string(runsPath)
    object["store"] = .string(storePath)
    object["run"] = .string(run)
    object["stage"] = .string(stage)
    object["kind"] = .string(kind)
    if !resources.isEmpty { object["resources"] = resources.json }
    object["parameters"] = .object(parameters)
    object["inputs"] = .array(inputs.map(\.json))
    object["key"] = key.document
    object["resolution"] = resolution
    object["seed"] = .string(String(seed))
    object["threads"] = .integer(Int64(threads))
    object["memory_limit"] = .string(String(memoryLimit))
    object["force"] = .bool(force)
    object["lease"] = .string(leasePath)
    object["environment"] = .object(environment)
    return .object(object)
  }

  /// What the stage asks of the machine it runs on.
  public var resources = StageResources()
  /// The launcher that starts it; `nil` for this machine. Only the parent needs to know.
  var launcher: String?
  /// Seconds that the stage may take to end when it is asked to. Only the parent needs to know.
  var stopSeconds: Double = 10

  init(
    runsPath: String, storePath: String, run: String, stage: String, kind: String, parameters: JSONObject,
    inputs: [Input], key: ActionKey,
    resolution: JSONValue?, seed: UInt64, threads: Int, memoryLimit: UInt64, force: Bool, leasePath: String,
    environment: JSONObject
  ) {
    self.runsPath = runsPath
    self.storePath = storePath
    self.run = run
    self.stage = stage
    self.kind = kind
    self.parameters = parameters
    self.inputs = inputs
    self.key = key
    self.resolution = resolution
    self.seed = seed
    self.threads = threads
    self.memoryLimit = memoryLimit
    self.force = force
    self.leasePath = leasePath
    self.environment = environment
  }

  /// `nil` for anything that `json` did not write.
  public init?(json: JSONValue) {
    guard json["format"]?.intValue == 1, let runsPath = json["runs"]?.stringValue,
      let storePath = json["store"]?.stringValue, let run = json["run"]?.stringValue,
      let stage = json["stage"]?.stringValue, let kind = json["kind"]?.stringValue,
      let parameters = json["parameters"]?.objectValue, let list = json["inputs"]?.arrayValue,
      let document = json["key"],
      let seed = json["seed"]?.stringValue.flatMap(UInt64.init), let threads = json["threads"]?.intValue,
      let memoryLimit = json["memory_limit"]?.stringValue.flatMap(UInt64.init), let force = json["force"]?.boolValue,
      let leasePath = json["lease"]?.stringValue
    else { return nil }
    let inputs = list.compactMap { Input(json: $0) }
    guard inputs.count == list.count else { return nil }
    self.init(
      runsPath: runsPath, storePath: storePath, run: run, stage: stage, kind: kind, parameters: parameters,
      inputs: inputs,
      key: ActionKey(document: document), resolution: json["resolution"], seed: seed, threads: threads,
      memoryLimit: memoryLimit, force: force, leasePath: leasePath,
      environment: json["environment"]?.objectValue ?? JSONObject())
    resources = StageResources(stored: json["resources"])
  }
}

extension StageRequest.Input {
  var json: JSONValue {
    var object = JSONObject()
    object["role"] = .string(role)
    object["name"] = .string(name)
    object["kind"] = .string(kind.rawValue)
    object["digest"] = .string(digest.hex)
    object["row_cap"] = rowCap.map { .integer(Int64($0)) }
    object["path"] = externalPath.map { .string($0) }
    return .object(object)
  }

  init?(json: JSONValue) {
    guard let role = json["role"]?.stringValue, let name = json["name"]?.stringValue,
      let kind = json["kind"]?.stringValue.flatMap(ArtifactKind.init(rawValue:)),
      let digest = json["digest"]?.stringValue.flatMap({ Digest($0) })
    else { return nil }
    self.init(
      role: role, name: name, kind: kind, digest: digest, rowCap: json["row_cap"]?.intValue,
      externalPath: json["path"]?.stringValue)
  }
}
