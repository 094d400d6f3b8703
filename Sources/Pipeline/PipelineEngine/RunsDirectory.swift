public import Artifacts
public import Diagnostics
import JSON
import Platform
import Recipes

/// The folder `runs/` of a workspace: the store, and one folder a run.
public final class RunsDirectory: Sendable {
  /// Absolute.
  public let path: String
  /// The folder that holds `runs/`, absolute: what stored recipes' paths are relative to.
  public let workspace: String
  public let store: ArtifactStore

  /// Opens the folder and its store, making them when they are not there.
  /// - Parameter store: where the store is, such as one that several workspaces share; `store/` in the folder unless given.
  public init(at path: String, store storePath: String? = nil) throws(Diagnostic) {
    store = try ArtifactStore(at: storePath ?? path + "/store")
    // Not the folder around the store: `store` may be a link to another disk, which other workspaces use too.
    try FileSystem.makeDirectory(path)
    self.path = FileSystem.resolved(path) ?? path
    // Of the path as it was given: `runs` may be a link to another disk.
    let above = FileSystem.parent(of: path)
    workspace = FileSystem.resolved(above) ?? above
    noteInStore()
  }

  public func runPath(_ id: String) -> String { path + "/" + id }
  private var latestPath: String { Self.latestPath(in: path) }

  /// The folder of links to the newest artifacts of recipes' stages.
  public static func latestPath(in runs: String) -> String { runs + "/latest" }
  /// The same for the stages of commands such as `merge` and `pull`, which never replace a recipe's.
  public static func commandsPath(in runs: String) -> String { runs + "/commands" }
  /// Runs that may be going on.
  var livePath: String { path + "/live" }

  /// Identifiers of all runs, oldest first.
  public func runs() throws(Diagnostic) -> [String] {
    try FileSystem.names(in: path).filter(RunID.isValid)
  }

  /// What the stages of a recipe were last made of, by stage id: the documents of their keys.
  func lastKeys(of label: String) -> JSONObject {
    guard let bytes = try? FileSystem.readIfPresent(lastKeysPath(label) + ".json"),
      let json = try? JSONValue(parsing: bytes), let stages = json["stages"]?.objectValue
    else { return JSONObject() }
    return stages
  }

  /// Only a help for `explain`: losing it makes a changed stage look never built, and changes nothing else.
  /// - Parameter done: the stages whose artifacts are here now.
  func saveLastKeys(of done: some Sequence<PlannedStage>, label: String) {
    let path = lastKeysPath(label)
    var hash = SHA256()
    for stage in done {
      guard let key = stage.key else { continue }
      hash.update(stage.id)
      hash.update("\0")
      hash.update(key.digest.hex)
    }
    let sum = Array(hash.finish().hex.utf8)
    if let present = try? FileSystem.readIfPresent(path + ".sum"), present == sum { return }
    try? FileSystem.makeDirectory(FileSystem.parent(of: path))
    var stages = lastKeys(of: label)
    for stage in done { if let key = stage.key { stages[stage.id] = key.document } }
    try? FileSystem.replace(path + ".json", with: JSONValue.object(["stages": .object(stages)]).bytes())
    try? FileSystem.replace(path + ".sum", with: sum)
  }

  package func lastKeysPath(_ label: String) -> String { "\(latestPath)/.keys/\(fileName(for: label))" }

  /// Where the links to the artifacts of a recipe's stages are.
  func linkFolder(isOfCommand: Bool) -> String { isOfCommand ? Self.commandsPath(in: path) : latestPath }

  /// Points `latest/<stage>`, or `commands/<stage>` for a recipe that a command wrote, at an artifact, unless it does so
  /// already.
  package func link(_ stage: String, isOfCommand: Bool, to target: String) {
    let folder = linkFolder(isOfCommand: isOfCommand)
    let link = "\(folder)/\(fileName(for: stage))"
    let prefix = path + "/"
    let destination = target.hasPrefix(prefix) ? "../" + target.dropFirst(prefix.count) : target
    if FileSystem.linkTarget(link) == destination { return }
    try? FileSystem.makeDirectory(folder)
    FileSystem.replaceLink(link, destination: destination)
  }

  // MARK: Resolutions

  private func resolutionPath(_ stage: String) -> String { "\(store.root)/resolutions/\(stage).json" }

  /// - Parameter identity: kind and parameters, hashed: a stage's name does not matter.
  func lastResolution(_ identity: String) -> JSONValue? {
    guard let bytes = try? FileSystem.readIfPresent(resolutionPath(identity)) else { return nil }
    return unsealed(bytes)?["answer"]
  }

  func saveResolution(_ answer: JSONValue, _ identity: String) {
    let bytes = sealed(["answer": answer])
    let path = resolutionPath(identity)
    if let present = try? FileSystem.readIfPresent(path), present == bytes { return }
    try? FileSystem.makeDirectory(FileSystem.parent(of: path))
    try? FileSystem.replace(path, with: bytes)
  }
}

extension JSONValue {
  static func object(_ members: [String: JSONValue]) -> JSONValue {
    .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
  }
}

/// A name of a stage as a file name: what a file system would read otherwise is written as `%` and two digits.
public func fileName(for name: String) -> String {
  let plain = name.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "%") && $0 >= 0x20 }
  if plain, !name.hasPrefix("."), name.utf8.count <= 200 { return name }
  var result = ""
  for scalar in name.unicodeScalars {
    switch scalar {
    case "/", "%", "\u{0}"..<"\u{20}":
      result += "%" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
    case "." where result.isEmpty: result += "%2E"
    default: result.unicodeScalars.append(scalar)
    }
  }
  guard result.utf8.count > 200 else { return result }
  var short = ""
  for character in result {
    if short.utf8.count + String(character).utf8.count > 180 { break }
    short.append(character)
  }
  return short + "~" + SHA256.hash(name).short
}
