import Artifacts
import Diagnostics
import Glibc
import HTTPService
import Inference
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Recipes
import Serving
import Tokenization

/// Describes a service, starts it once on a free port, asks it one question over the socket, and stops it.
struct ServeStage: Stage {
  struct Parameters: ParameterSet {
    var name = "lorapipe"
    var title: String?
    var description = ""
    var examples: [String] = []
    var system: String?
    var host = ServiceDescriptor.usualHost
    var port = ServiceDescriptor.usualPort
    var temperature = Parameters.usual.temperature
    var topP = Parameters.usual.topP
    var maxTokens = Parameters.usual.maximumTokens
    var kvCache = KeyValueType.usual
    var activations = ActivationType.usual
    var probe = "Who are you?"

    private static let usual = GenerationDefaults()

    static let fields: [Field<Parameters>] = [
      Field("name", \.name, help: "The model's name in the API.", aliases: ["model_name"]),
      Field("title", \.title, prose: true, help: "The chat page's title; the name unless given."),
      Field("description", \.description, prose: true, help: "A sentence below the title."),
      Field("examples", \.examples, help: "Questions offered on the chat page."),
      Field(
        "system", \.system, prose: true, help: "The system prompt, when another than the trained one is meant.",
        aliases: ForeignNames.system),
      Field("host", \.host, semantic: false, help: "The address to listen on."),
      Field("port", \.port, .integer(0...65535), semantic: false, help: "The port; 0 takes a free one."),
      Field("temperature", \.temperature, .number(0...2), help: "The temperature when the request sets none."),
      Field("top_p", \.topP, .number(0...1), help: "top_p when the request sets none."),
      Field(
        "max_tokens", \.maxTokens, .integer(1...1_048_576),
        help: "The longest answer, in tokens, when the request sets no limit.", aliases: ForeignNames.maximumTokens),
      Field(
        "kv_cache", \.kvCache, neutral: "f32", help: KeyValueType.help, aliases: KeyValueType.foreignNames),
      Field("activations", \.activations, neutral: "int16", help: ActivationType.help),
      Field("probe", \.probe, prose: true, help: "The question of the health check."),
    ]
  }

  static let kind = StageKind(
    "serve", version: 5,
    summary: "Describes a service and proves that it answers; 'lorapipe serve' keeps it up.",
    inputs: [
      InputSpec("model", [.model, .files], help: "The model everyone talks to.", aliases: ForeignNames.model),
      InputSpec(
        "adapters", [.adapter, .files], .many, namesCount: true,
        help: "Adapters a request may choose, by their stage's name."),
    ],
    parameters: Parameters.self, output: .service,
    metrics: [
      MetricSpec(
        "probe.seconds", better: .lower, unit: .seconds, headline: true,
        help: "From starting the service to its answer.")
    ],
    product: ProductSpec("service", next: ["chat {}", "serve {}"]), aliases: ["deploy", "web"])

  private let parameters: Parameters

  init(_ parameters: Parameters) { self.parameters = parameters }

  var keyValueType: KeyValueType { parameters.kvCache }

  func run(_ context: any StageContext) async throws {
    let modelInput = try context.required("model")
    let adapters = context.inputs("adapters")
    for adapter in adapters {
      try Lineage.read(folder: adapter.path)?.requireBase(
        of: adapter.name, modelPath: modelInput.path, digest: modelInput.digest
      ) { try context.artifactPath(digest: $0) }
    }
    var service = try descriptor(modelInput, adapters)
    let started = SystemClock.monotonic()
    let answer = try probe(service, context)
    context.metric("probe.seconds", SystemClock.monotonic() - started)
    // Paths are the machine's business: the artifact names digests.
    service.modelPath = ""
    for index in service.adapters.indices { service.adapters[index].path = "" }
    try FileSystem.replace(context.outputDirectory + "/service.json", with: service.json.bytes(.pretty) + [0x0A])
    let transcript: JSONValue = [
      "question": .string(parameters.probe), "answer": .string(answer),
    ]
    try FileSystem.replace(context.outputDirectory + "/transcript.json", with: transcript.bytes(.pretty) + [0x0A])
    context.emit(.note("it answers: \(answer)"))
  }

  private func descriptor(_ model: StageInput, _ adapters: [StageInput]) throws -> ServiceDescriptor {
    var chat =
      try ChatContext.read(folder: model.path)
      ?? Self.shared(adapters.map { try ChatContext.read(folder: $0.path) }) ?? ChatContext()
    if let system = parameters.system { chat.system = system }
    var lineage = JSONObject([("model", .string(model.digest.hex))])
    if let made = try Lineage.read(folder: model.path) { lineage["made_from"] = made.json }
    return ServiceDescriptor(
      name: parameters.name, modelPath: model.path, modelDigest: model.digest,
      adapters: try adapters.map { input in
        var lineage = JSONObject([("adapter", .string(input.digest.hex))])
        if let made = try Lineage.read(folder: input.path) { lineage["made_from"] = made.json }
        var context = try ChatContext.read(folder: input.path)
        if let system = parameters.system { context?.system = system }
        return ServiceDescriptor.Adapter(
          name: Self.apiName(input.name), path: input.path, context: context == chat ? nil : context,
          digest: input.digest, lineage: lineage)
      }, context: chat,
      generation: GenerationDefaults(
        temperature: parameters.temperature, topP: parameters.topP, maximumTokens: parameters.maxTokens),
      keyValueType: parameters.kvCache == .usual ? nil : parameters.kvCache,
      activations: parameters.activations == .usual ? nil : parameters.activations, title: parameters.title,
      description: parameters.description, examples: parameters.examples, lineage: lineage)
  }

  /// The context of a base that brings none: its adapters', when all were trained in the same one. Otherwise the base
  /// has none: it must not introduce itself as its first adapter.
  static func shared(_ contexts: [ChatContext?]) -> ChatContext? {
    guard let first = contexts.first, contexts.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// `train[category=shoes]` is asked for as `shoes`; any other stage by its name.
  static func apiName(_ stage: String) -> String {
    guard let open = stage.firstIndex(of: "["), stage.hasSuffix("]") else { return stage }
    let values = stage[stage.index(after: open)...].dropLast().split(separator: ",").map {
      $0.split(separator: "=", maxSplits: 1).last.map(String.init) ?? String($0)
    }
    return values.isEmpty ? stage : values.joined(separator: "-")
  }

  /// Starts the whole server on a free port of this machine, checks its health over the socket, asks the model, stops.
  private func probe(_ descriptor: ServiceDescriptor, _ context: any StageContext) throws -> String {
    var options = ServiceOptions()
    options.threads = context.threads
    options.cacheByteCount = 256 << 20
    let service = try Service(descriptor, options: options)
    if let warning = service.chat.model.warning(of: service.activations) { context.emit(.warning(warning.message)) }
    let server = try HTTPServer.start(
      service, host: "127.0.0.1", port: 0,
      access: HTTPAccess(openPaths: Router.openPaths))
    defer { server.stop(drainSeconds: 1) }
    guard LoopbackClient.ask("/health", port: server.port)?.status == 200 else {
      throw Diagnostic(code: "service-unhealthy", "the service started but its /health did not answer 200")
    }
    try context.checkCancellation()
    let asked = LoopbackClient.ask(
      "/v1/chat/completions", port: server.port,
      body: [
        "messages": [["role": "user", "content": .string(parameters.probe)]], "max_tokens": 64, "temperature": 0,
      ],
      seconds: 600)
    let answer = asked.flatMap { try? JSONValue(parsing: $0.body) }
    guard let asked, asked.status == 200 else {
      let why = answer?["error"]?["message"]?.stringValue
      throw Diagnostic(
        code: "service-unhealthy",
        why.map { "the service did not answer the question of its health check: \($0)" }
          ?? "the service did not answer the question of its health check")
    }
    let text = answer?["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue ?? ""
    guard !text.isEmpty else {
      throw Diagnostic(code: "service-silent", "the service answered its health check's question with nothing")
    }
    return text
  }
}
