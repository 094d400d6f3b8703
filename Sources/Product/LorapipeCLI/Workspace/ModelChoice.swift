import Artifacts
import Datasets
import Diagnostics
import Inference
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory
import Serving
import Stages
import Tokenization
import Transfer

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
  /// The recorded parameters of the recipe's serve stage, when the run stopped before it.
  var presentation: JSONObject?
  /// The newest run of a recipe, when it has no model and an older run's was taken.
  var passedOver: RunEntry?

  static let positional = Positional(
    "MODEL", .fileOrStage, .optional,
    help: """
      A model folder, a GGUF file, an adapter, a stage, a run, or a source such as modelscope:Qwen/Qwen3-0.6B (default: \
      the model of the newest run).
      """)
  static let adapter = Option<String>(
    "adapter", "a", "PATH", .fileOrStage, help: "A LoRA adapter for the model: a folder or the name of a stage.")
  static let base = Flag("base", help: "Use only the base, without the adapter.")
  static let system = Option<String>("system", nil, "TEXT", help: "A system prompt that replaces the trained one.")

  /// - Throws: exit status 2 when there is nothing of that name.
  static func from(_ invocation: Invocation, allowsAdapter: Bool = true) async throws -> ModelChoice {
    try await pulled(invocation)?.with(invocation, allowsAdapter: allowsAdapter)
      ?? present(invocation, allowsAdapter: allowsAdapter)
  }

  /// The same without models that must be brought first.
  static func present(_ invocation: Invocation, allowsAdapter: Bool = true) throws -> ModelChoice {
    // An adapter by itself is answered by its own base, not by whatever the newest run made.
    if allowsAdapter, invocation.positionals.isEmpty, let adapter = invocation[Self.adapter] {
      var bare = invocation
      bare.values[Self.adapter.spec.long] = nil
      let choice = try resolve(adapter)
      guard choice.adapterPath != nil else {
        throw failure("'\(adapter)' is no LoRA adapter", "give a folder with adapter_config.json")
      }
      return try choice.with(bare, allowsAdapter: allowsAdapter)
    }
    return try resolve(invocation.positionals.first).with(invocation, allowsAdapter: allowsAdapter)
  }

  /// A model that is named by its source, brought when it is not here.
  private static func pulled(_ invocation: Invocation) async throws -> ModelChoice? {
    guard let name = invocation.positionals.first, let source = try PulledModel.source(name) else { return nil }
    let pulled = try await PulledModel.get(source, invocation)
    return try at(path: pulled.path, name: pulled.name)
  }

  /// A model by name or source, without an adapter or a system prompt.
  static func named(_ invocation: Invocation) async throws -> ModelChoice {
    if let pulled = try await pulled(invocation) { return pulled }
    return try resolve(invocation.positionals.first)
  }

  private func with(_ invocation: Invocation, allowsAdapter: Bool) throws -> ModelChoice {
    var choice = self
    let named = allowsAdapter ? invocation[Self.adapter] : nil
    // A service is answered for by the adapter that answers for it.
    if allowsAdapter, named == nil { choice.takeServedAdapter() }
    if let adapter = named {
      guard adapterPath == nil else {
        throw UsageError(
          "'\(name)' is an adapter already: --adapter goes with its base", path: invocation.path)
      }
      let found = try Self.adapter(adapter, modelPath: choice.modelPath)
      choice.adapterPath = found.path
      choice.chat = found.context ?? choice.chat
    }
    if let system = invocation[Self.system] {
      var chat = choice.chat ?? ChatContext()
      chat.system = system
      choice.chat = chat
    }
    return choice
  }

  /// Takes the adapter of a service that answers a request which names no model.
  private mutating func takeServedAdapter() {
    guard let service, let served = service.adapters.first(where: { $0.name == service.usualModel }) else { return }
    adapterPath = served.path
    chat = served.context ?? chat
  }

  /// Says which adapters of a service stay out of the answers, where it has several and none of them is its usual one.
  func sayWhoAnswers(_ console: Console) {
    guard let service, !service.adapters.isEmpty, adapterPath == nil else { return }
    let names = service.adapters.map(\.name).listed()
    console.printError(say("the base answers; the service also has the adapters \(names): name one to talk to it"))
  }

  /// Says that the newest run has no model, where an older run's was taken.
  func sayWhichRun(_ console: Console) {
    guard let passedOver, let run = lineage["run"]?.stringValue else { return }
    let status = say(Wording(template: passedOver.status.rawValue))
    console.printError(
      say("the newest run \(passedOver.id) (\(status)) has no model: taking that of \(run)"))
  }

  /// - Throws: exit status 2 when there is no adapter for an option to work on.
  func requireAdapter(for option: String) throws {
    guard adapterPath == nil else { return }
    throw Self.failure(
      "\(option) works on an adapter, and '\(name)' has none", "name an adapter's stage, or give one with --adapter")
  }

  /// A model by name, as the positional names one.
  static func named(_ name: String) throws -> ModelChoice { try resolve(name) }

  /// An adapter by folder, stage or run, which must belong to the model.
  static func adapter(_ name: String, modelPath: String) throws -> ServiceDescriptor.Adapter {
    var path = name
    if !isAdapter(name) {
      let other = try resolve(name)
      guard let found = other.adapterPath else {
        throw failure("'\(name)' is no LoRA adapter", "give a folder with adapter_config.json")
      }
      path = found
    }
    path = FileSystem.resolved(path) ?? path
    let short = FileSystem.name(of: name)
    let made = try Lineage.read(folder: path)
    try AdapterTokenizer.check(path, modelPath: modelPath)
    if let made {
      let store = try? Workspace.current().openRuns().store
      do {
        try made.requireBase(of: short, modelPath: modelPath, digest: ModelLineage.digest(in: modelPath)) { digest in
          guard let store else { throw failure("there is no store here", "") }
          return try store.artifactPath(digest: digest)
        }
      } catch let error as Diagnostic where error.code == "adapter-mismatch" {
        throw CommandFailure(cause: error, status: .usage)
      }
    }
    return ServiceDescriptor.Adapter(
      name: short, path: path, context: try ChatContext.read(folder: path), digest: ModelLineage.digest(in: path),
      lineage: ModelLineage.of(path: path, made: made))
  }

  private static func resolve(_ name: String?) throws -> ModelChoice {
    guard var name else { return try newest() }
    // As a recipe writes it.
    let isFile = name.hasPrefix("file:")
    if isFile, case .file(let path)? = try? FetchSource(parsing: name) { name = path }
    if LocalText.exists(name) {
      if let problem = otherFile(name) { throw problem }
      if let run = run(ofFolder: name) { return try run == "latest" ? newest() : made(by: run) }
      return try at(path: name)
    }
    if FileSystem.linkTarget(name) != nil { throw goneArtifact(name) }
    guard !isFile, !name.contains("/"), !name.hasSuffix(".gguf") else {
      throw failure("there is no file or folder '\(name)'", "give a model's folder, a GGUF file, a stage or a run")
    }
    guard let workspace = Workspace.nearest(from: LocalText.currentFolder()) else {
      let kept = SmallRun.workspaceOfUser()
      if let link = kept?.link(to: name) { return try at(path: link, name: name) }
      throw missing(name, near: kept?.similarStage(to: name))
    }
    if let link = workspace.link(to: name) { return try at(path: link, name: name) }
    let records = try RunRecords.open()
    // A recipe's newest run may have stopped before it made a model.
    let meant =
      [try? records.database.run(name)].compactMap(\.self) + (try records.database.runs(limit: 50, recipe: name))
    for entry in meant {
      if let choice = try of(try records.database.detail(entry.id), records.runs) { return choice }
    }
    if FileSystem.linkTarget(workspace.newest(name)) != nil { throw goneArtifact(name) }
    if let problem = notYetMade(name, workspace) { throw problem }
    let labels = try records.database.runs(limit: 200).flatMap { [$0.label] + $0.labels.aliases }
    throw missing(name, near: workspace.similarStage(to: name) ?? Spelling.closest(to: name, among: labels))
  }

  /// What to say of a name that means nothing here: what is near, or where a model of that name comes from.
  private static func missing(_ name: String, near: String?) -> CommandFailure {
    let known = WellKnownModels.sources(named: name)
    let remedy: String
    if let near {
      remedy = "did you mean '\(near)'?"
    } else if known.isEmpty {
      remedy =
        "give a model's folder, a GGUF file, a stage of the newest run, a run ('lorapipe runs' lists them), or a source such as modelscope:Qwen/Qwen3-0.6B, which is downloaded"
    } else {
      remedy =
        "to download one, write \(known.prefix(3).joined(separator: " or ")); for a model that is here, give its folder, its GGUF file, a stage or a run"
    }
    return failure("there is no model '\(name)'", remedy)
  }

  private static func goneArtifact(_ name: String) -> CommandFailure {
    failure(
      "'\(name)' leads to something that is no longer there",
      "make it again with 'lorapipe run', or give a run ('lorapipe runs' lists them)")
  }

  private static let partsOfModels: Set<String> = [
    "config.json", "service.json", "adapter_config.json", "generation_config.json", "tokenizer.json",
    "tokenizer_config.json", "model.safetensors.index.json",
  ]

  /// What a file is that is no model by its name, and what to do with it; `nil` for any other path.
  private static func otherFile(_ path: String) -> CommandFailure? {
    guard !LocalText.isFolder(path) else { return nil }
    let typed = ShellWord.quoted(path)
    let name = FileSystem.name(of: path).lowercased()
    if partsOfModels.contains(name) {
      return failure("'\(path)' is one file of a model", "give its folder: '\(FileSystem.parent(of: path))'")
    }
    if DatasetFormat(fileName: name) != nil || UnreadFile(fileName: name) != nil || name.hasSuffix(".txt") {
      return failure(
        "'\(path)' is a file of rows, not a model",
        "look at it with 'lorapipe data inspect \(typed)'; to train on it, write 'lorapipe init my-model --data \(typed)'"
      )
    }
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      return failure("'\(path)' is a recipe, not a model", "run it with 'lorapipe run \(typed)'")
    }
    return nil
  }

  private static func newest() throws -> ModelChoice {
    let records = try RunRecords.open()
    for entry in try records.withModels() {
      guard var choice = try of(try records.database.detail(entry.id), records.runs) else { continue }
      let newest = try records.database.run("latest")
      if newest.id != entry.id, newest.origin == .recipe { choice.passedOver = newest }
      return choice
    }
    throw failure("no run has made a model yet", "start with: lorapipe run")
  }

  /// The model of one run.
  private static func made(by run: String) throws -> ModelChoice {
    let records = try RunRecords.open()
    let detail = try RunRecords.named { () throws(Diagnostic) in try records.database.detail(run) }
    if let choice = try of(detail, records.runs) { return choice }
    throw failure("run \(detail.run.id) has made no model", "continue with: lorapipe run")
  }

  /// The last service, merged model or adapter of a run.
  private static func of(_ detail: RunDetail, _ runs: RunsDirectory) throws -> ModelChoice? {
    for output in ArtifactKind.forUse {
      guard let stage = detail.stages.last(where: { $0.product == output }), let digest = stage.artifact,
        let path = try? runs.store.artifactPath(digest: digest)
      else { continue }
      var choice = try at(path: path, name: stage.stage)
      choice.lineage["run"] = .string(detail.run.id)
      choice.lineage["recipe"] = .string(detail.run.label)
      choice.lineage["stage"] = .string(stage.stage)
      choice.service?.lineage = choice.lineage
      choice.service?.listen(as: stage.parameters)
      if choice.service == nil, let settings = detail.stages.last(where: \.makesService)?.parameters {
        choice.presentation = settings
        if let system = settings["system"]?.stringValue {
          var chat = choice.chat ?? ChatContext()
          chat.system = system
          choice.chat = chat
        }
      }
      return choice
    }
    return nil
  }

  private static func isAdapter(_ path: String) -> Bool { LocalText.exists(path + "/adapter_config.json") }

  /// What lies at a path: a service, an adapter with its base in the store, or a model.
  static func at(path: String, name: String? = nil) throws -> ModelChoice {
    let resolved = FileSystem.resolved(path) ?? path
    let name = name ?? FileSystem.name(of: path)
    if let bytes = LocalText.bytes(resolved + "/service.json") {
      var choice = try inFile(resolved + "/service.json") { try service(JSONValue(parsing: bytes), name) }
      if let digest = ModelLineage.digest(in: resolved), let workspace = try? Workspace.current(),
        LocalText.exists(workspace.runs + "/runs.db"), let records = try? RunRecords.open(),
        let parameters = try? records.database.parameters(ofArtifact: digest)
      {
        choice.service?.listen(as: parameters)
      }
      return choice
    }
    let chat = try ChatContext.read(folder: resolved)
    guard isAdapter(resolved) else {
      return ModelChoice(
        name: name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name, modelPath: resolved, chat: chat,
        lineage: ModelLineage.of(path: resolved, made: try Lineage.read(folder: resolved)))
    }
    guard let lineage = try Lineage.read(folder: resolved) else {
      throw failure(
        "'\(path)' is an adapter, and nothing says which model it belongs to",
        "give the model, and the adapter with --adapter")
    }
    let runs = try Workspace.current().openRuns()
    return ModelChoice(
      name: name, modelPath: try runs.store.artifactPath(digest: lineage.base), adapterPath: resolved, chat: chat,
      lineage: ModelLineage.of(path: resolved, made: lineage))
  }

  /// Names the file in what goes wrong with its content.
  private static func inFile<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as JSONParseError {
      throw Diagnostic(
        code: "bad-service-descriptor", "not JSON: \(error.message)", remedy: "run the serve stage again",
        location: SourceLocation(file: path, line: error.line, column: error.column))
    } catch var error as Diagnostic {
      if error.location == nil { error.location = SourceLocation(file: path) }
      throw error
    }
  }

  private static func service(_ json: JSONValue, _ name: String) throws -> ModelChoice {
    var service = try ServiceDescriptor(json: json)
    guard service.modelDigest != nil || !service.modelPath.isEmpty else {
      throw Diagnostic(
        code: "bad-service-descriptor", "the service names no model", remedy: "run the serve stage again")
    }
    guard service.modelDigest != nil || service.adapters.contains(where: { $0.digest != nil }) else {
      return ModelChoice(
        name: service.name, modelPath: service.modelPath, chat: service.context, service: service,
        lineage: service.lineage)
    }
    let store = try Workspace.current().openRuns().store
    if let digest = service.modelDigest {
      service.modelPath = try store.artifactPath(digest: digest)
      service.lineage = ModelLineage.of(path: service.modelPath, made: try Lineage.read(folder: service.modelPath))
    }
    for index in service.adapters.indices {
      if let digest = service.adapters[index].digest {
        let path = try store.artifactPath(digest: digest)
        service.adapters[index].path = path
        service.adapters[index].lineage = ModelLineage.of(path: path, made: try Lineage.read(folder: path))
      }
    }
    return ModelChoice(
      name: service.name, modelPath: service.modelPath, chat: service.context, service: service,
      lineage: service.lineage)
  }

  static func failure(_ message: String, _ remedy: String) -> CommandFailure {
    CommandFailure(cause: Diagnostic(code: "no-model", message, remedy: remedy), status: .usage)
  }

  /// How the model answers when nobody says: as its serve stage or its own files say, and else the usual way.
  func generation() throws -> GenerationDefaults {
    try service?.generation ?? presentation.map { GenerationDefaults(json: .object($0)) }
      ?? GenerationDefaults(model: modelPath)
  }

  /// How the KV cache stores keys and values, and how activations are rounded, when nobody says: as its serve stage says, and
  /// else the usual way.
  var keyValueType: KeyValueType { service?.keyValueType ?? said("kv_cache") ?? .usual }
  var activations: ActivationType { service?.activations ?? said("activations") ?? .usual }

  private func said<T: RawRepresentable<String>>(_ key: String) -> T? {
    presentation?[key]?.stringValue.flatMap(T.init(rawValue:))
  }

  /// Opens it for talking.
  /// - Parameter writesCopy: whether a faster copy of the weights is written when there is none (`ArrangedCopy`) and the
  ///   activations that are asked for read it.
  func open(_ invocation: Invocation, threads: Int, writesCopy: Bool) throws -> ChatModel {
    try ChatModel.open(
      modelPath, adapter: adapterPath, context: chat ?? ChatContext(), threads: threads,
      activations: invocation[SamplingOptions.activations] ?? activations,
      arranged: ArrangedCopy.finder(invocation, threads: threads, writes: writesCopy))
  }
}

extension ServiceDescriptor {
  /// Takes the address from the recorded parameters of a serve stage: an artifact does not hold it.
  mutating func listen(as parameters: JSONObject) {
    if let host = parameters["host"]?.stringValue { self.host = host }
    if let port = parameters["port"]?.intValue, (0...65535).contains(port) { self.port = port }
  }

  /// Takes what a serve stage says of its service from the recorded parameters of one that did not run.
  mutating func present(as parameters: JSONObject) {
    listen(as: parameters)
    if let name = parameters["name"]?.stringValue {
      title = name
      // Beside an adapter, the base keeps its own name.
      if adapters.isEmpty { self.name = name }
    }
    if let title = parameters["title"]?.stringValue { self.title = title }
    if let text = parameters["description"]?.stringValue { description = text }
    examples = (parameters["examples"]?.arrayValue ?? []).compactMap(\.stringValue)
    keyValueType = parameters["kv_cache"]?.stringValue.flatMap(KeyValueType.init(rawValue:))
    activations = parameters["activations"]?.stringValue.flatMap(ActivationType.init(rawValue:))
    generation = GenerationDefaults(json: .object(parameters))
  }
}
