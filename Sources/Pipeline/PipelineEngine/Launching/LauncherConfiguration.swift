public import Diagnostics
public import JSON
public import Recipes

/// How stages are started elsewhere, as `launchers` of the workspace file describes it (docs/launchers.md).
public struct LauncherConfiguration: Sendable, Hashable {
  public var name: String
  public var kind: LauncherKind
  /// Kinds or names of stages that it takes.
  public var stages: [String] = []
  /// Of a command: its words, one of which may hold `{command}`.
  public var run: [String] = []
  /// Where lorapipe is on the other machine; the path of this program unless given.
  public var program: String?
  /// Set for the stage.
  public var variables: [String: String] = [:]
  /// Of Slurm.
  public var partition: String?
  public var account: String?
  public var qos: String?
  public var constraint: String?
  public var reservation: String?
  /// Further options of `sbatch`, a word each.
  public var arguments: [String] = []
  /// Whether the site wants memory per processor instead of per node.
  public var memoryPerCPU = false
  public var requeues = true
  /// Seconds before the time limit at which the stage is told to write a checkpoint.
  public var warning = 120
  /// How often a stage that reached its time limit is submitted again.
  public var resubmissions = 0
  /// Seconds that a record may take to become visible here after a job's end.
  public var settling = 60

  public init(name: String, kind: LauncherKind) {
    self.name = name
    self.kind = kind
  }

  /// The launchers that need no description.
  public static let builtin = [
    LauncherConfiguration(name: "local", kind: .local), LauncherConfiguration(name: "slurm", kind: .slurm),
  ]

  /// - Parameter json: checked against the workspace file's schema.
  public init(name: String, json: JSONValue) throws(Diagnostic) {
    guard let kind = json["kind"]?.stringValue.flatMap({ LauncherKind(rawValue: $0) }) else {
      throw Diagnostic(
        code: "bad-launcher", "the launcher '\(name)' has no kind", remedy: "kind: local, slurm or command")
    }
    self.init(name: name, kind: kind)
    func words(_ key: String) -> [String] { (json[key]?.arrayValue ?? []).compactMap(\.stringValue) }
    stages = words("stages")
    run = words("run")
    program = json["program"]?.stringValue
    for (key, value) in json["environment"]?.objectValue ?? JSONObject() { variables[key] = value.stringValue ?? "" }
    partition = json["partition"]?.stringValue
    account = json["account"]?.stringValue
    qos = json["qos"]?.stringValue
    constraint = json["constraint"]?.stringValue
    reservation = json["reservation"]?.stringValue
    arguments = words("arguments")
    memoryPerCPU = json["memory_per_cpu"]?.boolValue ?? memoryPerCPU
    requeues = json["requeue"]?.boolValue ?? requeues
    warning = json["warning_seconds"]?.intValue ?? warning
    resubmissions = json["resubmit"]?.intValue ?? resubmissions
    settling = json["settle_seconds"]?.intValue ?? settling
    for word in run + arguments + [partition, account, qos, constraint, reservation, program].compactMap({ $0 })
    where word.contains(where: \.isNewline) {
      throw Diagnostic(
        code: "bad-launcher", "a value of the launcher '\(name)' contains a line break",
        remedy: "write each value on one line")
    }
    for name in variables.keys
    where name.isEmpty || !name.utf8.allSatisfy({ $0 == 0x5F || ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 }) {
      throw Diagnostic(
        code: "bad-launcher", "'\(name)' of the launcher '\(self.name)' is not the name of an environment variable",
        remedy: "use letters, digits and '_'")
    }
  }
}
