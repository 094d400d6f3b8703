import Artifacts
import Conversations
import Diagnostics
import Glibc
import Inference
public import JSON
import ModelFiles
public import PipelineEngine
public import Recipes
import Serving
import Tokenization

/// Describes a service, starts it once on a free port, asks it one question over HTTP's own router, and stops it.
public struct ServeStage: Stage {
  public static let schema = StageSchema(
    kind: "serve", version: 3,
    summary: "Describes a service and proves that it answers; 'lorapipe serve' keeps it up.",
    inputs: [
      InputSpec("model", [.model, .files], help: "The model everyone talks to."),
      InputSpec("adapters", [.adapter, .files], .many, help: "Adapters a request may choose, by their stage's name."),
    ],
    parameters: [
      ParameterSpec("name", .string, default: "lorapipe", help: "The model's name in the API."),
      ParameterSpec("title", .string, help: "The chat page's title; the name unless given."),
      ParameterSpec("description", .string, default: "", help: "A sentence below the title."),
      ParameterSpec("examples", .list(.string), default: [], help: "Questions offered on the chat page."),
      ParameterSpec("system", .string, help: "The system prompt, when another than the trained one is meant."),
      ParameterSpec("host", .string, default: "127.0.0.1", semantic: false, help: "The address to listen on."),
      ParameterSpec("port", .integer(0...65535), default: 8000, semantic: false, help: "The port; 0 takes a free one."),
      ParameterSpec("temperature", .number(0...5), default: 0.7, help: "Sampling temperature of a silent request."),
      ParameterSpec("top_p", .number(0...1), default: 0.9, help: "Nucleus of a silent request."),
      ParameterSpec(
        "max_tokens", .integer(1...1_048_576), default: 512, help: "The longest answer of a silent request.",
        aliases: ["max_new_tokens"]),
      ParameterSpec("probe", .string, default: "Who are you?", help: "The question of the health check."),
    ], output: .service)

  private let parameters: StageParameters

  public init(parameters: JSONValue) throws { self.parameters = StageParameters(parameters) }

  public func run(_ context: any StageContext) async throws {
    let modelInput = try context.required("model")
    let adapters = context.inputs("adapters")
    for adapter in adapters {
      try Lineage.read(folder: adapter.path)?.requireBase(
        of: adapter.name, modelPath: modelInput.path, digest: modelInput.digest
      ) { try context.artifactPath(digest: $0) }
    }
    var service = try descriptor(modelInput, adapters)
    let started = Self.seconds()
    let answer = try probe(service, context)
    context.metric("probe.seconds", Self.seconds() - started)
    // Paths are the machine's business: the artifact names digests.
    service.modelPath = ""
    for index in service.adapters.indices { service.adapters[index].path = "" }
    try FileSystem.replace(context.outputDirectory + "/service.json", with: service.json.bytes(.pretty) + [0x0A])
    let transcript: JSONValue = [
      "question": .string(parameters.string("probe") ?? ""), "answer": .string(answer),
    ]
    try FileSystem.replace(context.outputDirectory + "/transcript.json", with: transcript.bytes(.pretty) + [0x0A])
    context.emit(.note("it answers: \(answer)"))
  }

  private func descriptor(_ model: StageInput, _ adapters: [StageInput]) throws -> ServiceDescriptor {
    var chat =
      try ChatContext.read(folder: model.path)
      ?? Self.shared(adapters.map { try ChatContext.read(folder: $0.path) }) ?? ChatContext()
    if let system = parameters.string("system") { chat.system = system }
    var lineage = JSONObject([("model", .string(model.digest))])
    if let made = try Lineage.read(folder: model.path) { lineage["made_from"] = made.json }
    let name = parameters.string("name") ?? "lorapipe"
    return ServiceDescriptor(
      name: name, modelPath: model.path, modelDigest: model.digest,
      adapters: try adapters.map { input in
        var lineage = JSONObject([("adapter", .string(input.digest))])
        if let made = try Lineage.read(folder: input.path) { lineage["made_from"] = made.json }
        var context = try ChatContext.read(folder: input.path)
        if let system = parameters.string("system") { context?.system = system }
        return ServiceDescriptor.Adapter(
          name: Self.apiName(input.name), path: input.path, context: context == chat ? nil : context,
          digest: input.digest, lineage: lineage)
      }, context: chat,
      generation: GenerationDefaults(
        temperature: parameters.double("temperature") ?? 0.7, topP: parameters.double("top_p") ?? 0.9,
        maximumTokens: parameters.int("max_tokens") ?? 512),
      title: parameters.string("title"), description: parameters.string("description") ?? "",
      examples: parameters.strings("examples"), host: parameters.string("host") ?? "127.0.0.1",
      port: parameters.int("port") ?? 8000, lineage: lineage)
  }

  /// The context of a base that brings none: its adapters', when all were trained in the same one. A shop's base must not
  /// introduce itself as the shop's first adapter.
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
    let server = try HTTPServer.start(service, host: "127.0.0.1", port: 0)
    defer { server.stop(drainSeconds: 1) }
    guard LocalSocket.get("/health", port: server.port)?.contains("200") == true else {
      throw Diagnostic(code: "service-unhealthy", "the service started but its /health did not answer 200")
    }
    try context.checkCancellation()
    let reply = try service.chat.reply(
      to: [Message(role: "user", content: parameters.string("probe") ?? "Who are you?")],
      maximumTokens: 64, threads: context.threads)
    guard !reply.text.isEmpty else {
      throw Diagnostic(code: "service-silent", "the service answered its health check's question with nothing")
    }
    return reply.text
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// One request to a server of this machine.
private enum LocalSocket {
  /// The first line of the answer; `nil` when there is none.
  static func get(_ path: String, port: Int) -> String? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return nil }
    let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\r\n").first.map(String.init)
  }
}
