import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import RunHistory
import Serving
import Stages
import Tokenization

/// The model a command line means, with everything that travels with it.
struct ModelChoice {
  /// What people call it: a stage, a folder's name.
  var name: String
  var modelPath: String
  var adapterPath: String?
  var chat: ChatContext?
  /// The whole description, when a serve stage wrote one.
  var service: ServiceDescriptor?
  var lineage = JSONObject()

  static let positional = Positional(
    "MODEL", .file, .optional,
    help: """
      A model folder, a GGUF file, an adapter of a run, a stage, or a run; the newest run's model unless given.
      """)
  static let adapter = Option<String>(
    "adapter", "a", "PATH", .folder, help: "A LoRA adapter to use with the model; a folder or a stage's name.")
  static let system = Option<String>("system", nil, "TEXT", help: "A system prompt instead of the trained one.")

  /// - Throws: exit status 2 when there is nothing of that name.
  static func from(_ invocation: Invocation, allowsAdapter: Bool = true) throws -> ModelChoice {
    var choice = try resolve(invocation.positionals.first)
    if allowsAdapter, let adapter = invocation[adapter] {
      let other = try resolve(adapter)
      guard let path = other.adapterPath ?? (isAdapter(adapter) ? adapter : nil) else {
        throw failure("'\(adapter)' is no LoRA adapter", "give a folder with adapter_config.json")
      }
      choice.adapterPath = path
      choice.chat = other.chat ?? choice.chat
    }
    if let system = invocation[system] {
      var chat = choice.chat ?? ChatContext()
      chat.system = system
      choice.chat = chat
    }
    return choice
  }

  private static func resolve(_ name: String?) throws -> ModelChoice {
    guard let name else { return try newest() }
    if LocalText.exists(name) { return try at(path: name) }
    let workspace = try Workspace.current()
    let link = workspace.runs + "/latest/" + fileName(for: name)
    if LocalText.exists(link) { return try at(path: link, name: name) }
    let records = try RunRecords.open()
    if let detail = try? records.database.detail(name), let choice = try of(detail, records.runs) { return choice }
    throw failure(
      "there is no model '\(name)'",
      "give a model's folder, a GGUF file, a stage of the newest run, or a run ('lorapipe runs' lists them)")
  }

  private static func newest() throws -> ModelChoice {
    let records = try RunRecords.open()
    for entry in try records.database.runs(limit: 50) where entry.status == .succeeded {
      if let choice = try of(try records.database.detail(entry.id), records.runs) { return choice }
    }
    throw failure("no run has made a model yet", "start with: lorapipe run")
  }

  /// The last service, merged model or adapter of a run.
  private static func of(_ detail: RunDetail, _ runs: RunsDirectory) throws -> ModelChoice? {
    for kind in ["serve", "merge", "sft"] {
      guard let stage = detail.stages.last(where: { $0.kind == kind }), let digest = stage.artifact,
        let path = try? runs.store.artifactPath(digest: digest)
      else { continue }
      var choice = try at(path: path, name: stage.stage)
      choice.lineage["run"] = .string(detail.run.id)
      choice.lineage["recipe"] = .string(detail.run.label)
      choice.lineage["stage"] = .string(stage.stage)
      return choice
    }
    return nil
  }

  private static func isAdapter(_ path: String) -> Bool { LocalText.exists(path + "/adapter_config.json") }

  /// What lies at a path: a service, an adapter with its base in the store, or a model.
  private static func at(path: String, name: String? = nil) throws -> ModelChoice {
    let resolved = FileSystem.resolved(path) ?? path
    let name = name ?? FileSystem.name(of: path)
    if let bytes = LocalText.bytes(resolved + "/service.json") {
      return try service(JSONValue(parsing: bytes), name)
    }
    let chat = try ChatContext.read(folder: resolved)
    guard isAdapter(resolved) else {
      var choice = ModelChoice(name: name, modelPath: resolved, chat: chat)
      if let made = try Lineage.read(folder: resolved) { choice.lineage["made_from"] = made.json }
      return choice
    }
    guard let lineage = try Lineage.read(folder: resolved) else {
      throw failure(
        "'\(path)' is an adapter, and nothing says which model it belongs to",
        "give the model, and the adapter with --adapter")
    }
    let runs = try RunsDirectory(at: try Workspace.current().runs)
    return ModelChoice(
      name: name, modelPath: try runs.store.artifactPath(digest: lineage.base), adapterPath: resolved, chat: chat,
      lineage: JSONObject([("made_from", lineage.json)]))
  }

  private static func service(_ json: JSONValue, _ name: String) throws -> ModelChoice {
    var service = try ServiceDescriptor(json: json)
    let store = try RunsDirectory(at: try Workspace.current().runs).store
    if let digest = service.modelDigest { service.modelPath = try store.artifactPath(digest: digest) }
    for index in service.adapters.indices {
      if let digest = service.adapters[index].digest {
        service.adapters[index].path = try store.artifactPath(digest: digest)
      }
    }
    return ModelChoice(
      name: service.name, modelPath: service.modelPath, chat: service.context, service: service,
      lineage: service.lineage)
  }

  private static func failure(_ message: String, _ remedy: String) -> CommandFailure {
    CommandFailure(cause: Diagnostic(code: "no-model", message, remedy: remedy), status: .usage)
  }

  /// Opens it for talking.
  func open(threads: Int) throws -> ChatModel {
    try ChatModel.open(modelPath, adapter: adapterPath, context: chat ?? ChatContext(), threads: threads)
  }
}
