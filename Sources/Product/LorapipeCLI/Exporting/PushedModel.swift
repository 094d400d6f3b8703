import Artifacts
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Recipes
import Reports
import RunHistory
import Stages
import Transfer

/// What `push` uploads: a model, an adapter or a folder, with what is known of the run that made it.
struct PushedModel {
  /// The folder, or the one file.
  var path: String
  var content: ModelCard.Content?
  /// Of the artifact, when it lies in the store.
  var digest: Digest?
  /// The run that made it, as far as it is recorded.
  var facts: RunFacts?

  /// - Parameter name: a folder, a file, a stage of the newest run or a run; `nil` for the newest run that made a model.
  /// - Throws: exit status 2 when there is nothing of that name that can be pushed.
  static func named(_ name: String?) throws -> PushedModel {
    if let name, LocalText.exists(name) { return try at(name) }
    if let name, name.contains("/") {
      throw failure("there is no file or folder '\(name)'", "give a folder, a stage or a run")
    }
    if let name, let link = try Workspace.current().link(to: name) { return try at(link) }
    let records = try RunRecords.open()
    if let name {
      guard let detail = try? records.database.detail(name) else {
        let labels = try records.database.runs(limit: 200).flatMap { [$0.label] + $0.labels.aliases }
        if let near = records.workspace.similarStage(to: name) ?? Spelling.closest(to: name, among: labels) {
          throw failure("there is no folder, stage or run '\(name)'", "did you mean '\(near)'?")
        }
        throw failure(
          "there is no folder, stage or run '\(name)'",
          "give a folder, a stage of the newest run, or a run ('lorapipe runs' lists them)")
      }
      guard let found = try made(by: detail, records.runs) else {
        throw failure("the run '\(detail.run.id)' has made no model or adapter", "give another run, or a folder")
      }
      return found
    }
    for entry in try records.withModels() {
      if let found = try made(by: try records.database.detail(entry.id), records.runs) { return found }
    }
    throw failure("no run has made a model yet", "start with: lorapipe run")
  }

  /// The last merged model of a run, or else its last adapter.
  private static func made(by detail: RunDetail, _ runs: RunsDirectory) throws -> PushedModel? {
    for product in [ArtifactKind.model, .adapter] {
      guard let stage = detail.stages.last(where: { $0.product == product }), let digest = stage.artifact else {
        continue
      }
      return try at(runs.store.artifactPath(digest: digest))
    }
    return nil
  }

  /// What lies at a path.
  private static func at(_ path: String) throws -> PushedModel {
    let resolved = FileSystem.resolved(path) ?? path
    if LocalText.exists(resolved + "/service.json") {
      throw failure("'\(path)' is a service, which names a model and holds none", "push the stage that it serves")
    }
    var pushed = PushedModel(path: resolved, digest: ModelLineage.digest(in: resolved))
    pushed.content = content(of: resolved)
    pushed.facts = try pushed.digest.flatMap(recorded)
    return pushed
  }

  private static func content(of path: String) -> ModelCard.Content? {
    if LocalText.exists(path + "/adapter_config.json") { return .adapter }
    if path.hasSuffix(".gguf") { return .gguf }
    if LocalText.exists(path + "/config.json") { return .model }
    return LocalText.list(path).contains { $0.hasSuffix(".gguf") } ? .gguf : nil
  }

  /// The run that made an artifact, with the artifact as what it made.
  private static func recorded(_ digest: Digest) throws -> RunFacts? {
    guard let workspace = try? Workspace.current(), LocalText.exists(workspace.runs + "/runs.db") else { return nil }
    let records = try RunRecords.open()
    let nodes = try records.database.lineage(of: digest)
    guard let run = nodes.first?.run else { return nil }
    let archive = RunArchive(runs: records.runs, database: records.database, catalog: Lorapipe.catalog)
    guard var facts = try? archive.facts(run, curves: false) else { return nil }
    // A run has one product of its own choice; this card is about this one.
    facts.product = facts.detail.stages.last { $0.artifact == digest }
    facts.lineage = nodes
    return facts
  }

  /// The repository of the base on a hub, when the recipe fetched the base from one.
  var base: String? {
    guard let facts else { return nil }
    var digest = digest
    // A merged model is made from an adapter and its base; each names the model it was made from.
    for _ in 0..<4 {
      // What brought the base from somewhere has a source.
      if let source = facts.stages.first(where: { $0.entry.artifact == digest })?.entry.parameters["source"] {
        guard let text = source.stringValue, case .repository(_, .model, let id)? = try? FetchSource(parsing: text)
        else { return nil }
        return id
      }
      guard let node = facts.lineage.first(where: { $0.artifact == digest }) else { return nil }
      digest = node.inputs.first { $0.role == "model" }?.artifact
    }
    return nil
  }

  /// The license that the base's own card states, when the base is here.
  var baseLicense: String? {
    guard let facts, let node = facts.lineage.first(where: { isBase($0.artifact) && $0.inputs.isEmpty }),
      let store = try? Workspace.current().openRuns().store,
      let folder = try? store.artifactPath(digest: node.artifact),
      let text = LocalText.read(folder + "/README.md")
    else { return nil }
    return CardHead(text).value("license")
  }

  private func isBase(_ artifact: Digest) -> Bool {
    facts?.lineage.contains { node in node.inputs.contains { $0.role == "model" && $0.artifact == artifact } } ?? false
  }

  private static func failure(_ message: String, _ remedy: String) -> CommandFailure {
    CommandFailure(cause: Diagnostic(code: "nothing-to-push", message, remedy: remedy), status: .usage)
  }

  // MARK: Files

  /// The files to upload.
  /// - Parameters:
  ///   - baseName: what other tools call an adapter's base, written into its configuration.
  ///   - card: the README, when the folder has none.
  func files(baseName: String?, card: String?) throws -> (files: [UploadFile], skipped: [String]) {
    guard LocalText.isFolder(path) else {
      var files = [UploadFile(path: FileSystem.name(of: path), content: .file(path))]
      if let card { files.append(UploadFile(path: "README.md", content: .bytes(Array(card.utf8)))) }
      return (files, [])
    }
    var (files, skipped) = try UploadFile.all(in: path)
    if content == .adapter, let baseName,
      let place = files.firstIndex(where: { $0.path == "adapter_config.json" }),
      let bytes = LocalText.bytes(path + "/adapter_config.json"),
      var object = (try? JSONValue(parsing: bytes))?.objectValue
    {
      object["base_model_name_or_path"] = .string(baseName)
      files[place].content = .bytes(JSONValue.object(object).bytes(.pretty) + [0x0A])
    }
    if let card {
      files.removeAll { $0.path == "README.md" }
      files.append(UploadFile(path: "README.md", content: .bytes(Array(card.utf8))))
    }
    guard !files.isEmpty else {
      throw CommandFailure(
        cause: Diagnostic(code: "no-files", "'\(path)' holds no file", remedy: "give another folder"), status: .usage)
    }
    return (files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }, skipped)
  }
}

/// The lines between `---` on top of a model card.
struct CardHead {
  private var lines: [Substring] = []

  init(_ text: String) {
    let all = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasSuffix("\r") ? $0.dropLast() : $0
    }
    guard all.first == "---", let end = all.dropFirst().firstIndex(of: "---") else { return }
    lines = Array(all[1..<end])
  }

  /// A value of one line.
  func value(_ name: String) -> String? {
    guard let line = lines.first(where: { $0.hasPrefix(name + ":") }) else { return nil }
    let value = line.dropFirst(name.count + 1).filter { $0 != "\"" && $0 != "'" }.split(separator: " ")
    return value.count == 1 ? String(value[0]) : nil
  }
}
