import Artifacts
import Diagnostics
import Glibc
public import JSON
import Platform
import Recipes

/// The folder of one run: what it was asked for, and what happened.
struct RunFolder: Sendable {
  let id: String
  let path: String
  let start: RunStart
  let log: EventLog
  private let marker: String

  /// - Parameter recipe: the text of `recipe.resolved.yaml`.
  init(_ runs: RunsDirectory, id: String, plan: Plan, recipe: [UInt8], options: RunOptions) throws {
    var id = id
    while mkdir(runs.runPath(id), 0o777) != 0 {
      guard errno == EEXIST else { throw systemFailure("make the folder", path: runs.runPath(id)) }
      usleep(100)
      id = RunID.make(after: id)
    }
    self.id = id
    path = runs.runPath(id)
    let process = ProcessIdentity.current()
    start = RunStart(
      id: id, path: path, plan: plan, parent: options.parent, command: options.command,
      environment: options.environment, process: process)
    try FileSystem.makeDirectory(runs.livePath)
    marker = "\(runs.livePath)/\(id)"
    try FileSystem.replace(marker, with: process.json.bytes())
    try FileSystem.makeDirectory(path + "/logs")
    try FileSystem.replace(path + "/recipe.resolved.yaml", with: recipe)
    try FileSystem.replace(path + "/plan.json", with: start.json.bytes())
    log = try EventLog(path: path + "/events.jsonl", reservesRoom: !plan.isUpToDate)
  }

  /// The run has said all it has to say.
  func finish() { unlink(marker) }
}

extension RunStart {
  /// `plan.json`: what was decided before anything ran; the recipe lies beside it.
  var json: JSONValue {
    var object = JSONObject()
    object["format"] = 1
    object["run"] = .string(id)
    object["parent"] = parent.map { .string($0) }
    object["command"] = .array(command.map { .string($0) })
    object["process"] = process.json
    object["environment"] = .object(environment)
    object["recipe"] = .string(recipe.label)
    object["stages"] = .array(plan.stages.map(\.json))
    if !plan.warnings.isEmpty { object["warnings"] = .array(plan.warnings.map(\.json)) }
    return .object(object)
  }
}

extension PlannedStage {
  /// The stage as programs see it.
  public var json: JSONValue {
    var object = JSONObject()
    object["stage"] = .string(id)
    object["kind"] = .string(stage.kind)
    object["state"] = .string(disposition.code)
    object["decision"] = decision.json
    object["key"] = key.map { .string($0.digest.hex) }
    object["artifact"] = artifact.map { .string($0.hex) }
    if let estimate { object["estimate"] = estimate.json }
    return .object(object)
  }
}

extension StageDisposition {
  /// The case's name, for programs.
  public var code: String {
    switch self {
    case .cached: "cached"
    case .referenced: "referenced"
    case .remote: "remote"
    case .execute: "execute"
    case .undecided: "undecided"
    case .excluded: "excluded"
    }
  }
}

extension StageEstimate {
  /// Unknown figures are `null`.
  public var json: JSONValue {
    var object = JSONObject()
    object["seconds"] = seconds.map { .number($0) } ?? .null
    object["memory"] = memory.map { .integer($0) } ?? .null
    object["disk"] = disk.map { .integer($0) } ?? .null
    object["download"] = download.map { .integer($0) } ?? .null
    object["figures"] = .array(
      figures.map { figure in
        var line = JSONObject()
        line["name"] = .string(figure.name)
        line["value"] = figure.value ?? .null
        line["unit"] = figure.unit.map { .string($0) }
        return .object(line)
      })
    return .object(object)
  }
}
