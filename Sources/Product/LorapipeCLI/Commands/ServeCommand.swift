import Artifacts
import Diagnostics
import Glibc
import HTTPService
import Inference
import JSON
import Serving
import Stages
import Synchronization
import Tokenization

private let adapters = Option<String>(
  "adapter", "a", "NAME=PATH", repeats: true,
  help: "An adapter and its name: a folder, a stage or a run; can be given several times.")
private let queue = Option<Int>(
  "max-queue", nil, "N", .integer(0...100_000), help: "Requests that may wait; further ones get status 429.")
private let sequences = Option<Int>("max-sequences", nil, "N", .integer(1...256), help: "Answers generated at once.")
private let cacheSize = Option<ByteCount>(
  "cache-memory", nil, "SIZE", .bytes, help: "Memory of the KV cache (default: a quarter of the free memory).")
private let contextLength = Option<Int>(
  "context", nil, "N", .integer(16...16_777_216), help: "The longest conversation in tokens (default: up to 8192).")

extension Command {
  static let serve = Command(
    "serve", .use, abstract: "Serve a model: OpenAI-compatible API and a chat page",
    discussion: """
      Serves a run with the settings of its serve stage, a merged model, an adapter with its base, or any model folder or \
      GGUF file. Ctrl-C finishes the accepted requests and stops.
      """,
    options: [
      adapters.spec, ModelChoice.system.spec, HTTPAccess.hostOption.spec, HTTPAccess.portOption.spec,
      HTTPAccess.keyOption.spec,
      HTTPAccess.hostsOption.spec,
      HTTPAccess.originsOption.spec, queue.spec, sequences.spec, cacheSize.spec, contextLength.spec,
      SamplingOptions.kvCache.spec, SamplingOptions.activations.spec, SamplingOptions.weights.spec,
      SamplingOptions.speculate.spec,
      RunSession.threads.spec, CommonOptions.json.spec,
    ], positionals: [ModelChoice.positional],
    examples: [
      .init("serve", "serves the newest run's model on http://127.0.0.1:8000"),
      .init("serve base.gguf -a grace=runs/latest/train", "one base, one adapter chosen per request"),
    ]
  ) { invocation in
    let choice = try await ModelChoice.from(invocation, allowsAdapter: false)
    choice.sayWhichRun(invocation.console)
    var descriptor = try choice.descriptor()
    for text in invocation.all(adapters) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let path = parts.last, !path.isEmpty, parts.first?.isEmpty == false else {
        throw UsageError("'--adapter' takes NAME=PATH, not '\(text)'", path: invocation.path)
      }
      var adapter = try ModelChoice.adapter(path, modelPath: descriptor.modelPath)
      if parts.count == 2 { adapter.name = parts[0] }
      if let system = invocation[ModelChoice.system] { adapter.context?.system = system }
      descriptor.adapters.append(adapter)
    }
    if let positions = invocation[contextLength] { descriptor.contextLength = positions }
    if let host = invocation[HTTPAccess.hostOption] { descriptor.host = host }
    if let port = invocation[HTTPAccess.portOption] { descriptor.port = port }
    var options = ServiceOptions.usual(invocation)
    if let queue = invocation[queue] { options.maximumQueue = queue }
    if let sequences = invocation[sequences] { options.maximumSequences = sequences }
    if let size = invocation[cacheSize] { options.cacheByteCount = Int(clamping: size.bytes) }
    return try await ServeSession.keepUp(
      descriptor, from: choice.lineage, options, .usual(for: descriptor, invocation), invocation)
  }
}

extension ModelChoice {
  /// The service of this model.
  func descriptor() throws -> ServiceDescriptor {
    if var service {
      if let chat, chat != service.context {
        service.context = chat
        for index in service.adapters.indices { service.adapters[index].context?.system = chat.system }
      }
      return service
    }
    var descriptor = ServiceDescriptor(
      name: name, modelPath: modelPath, modelDigest: ModelLineage.digest(in: modelPath), context: chat ?? ChatContext(),
      generation: try generation(), lineage: lineage)
    if let adapterPath {
      // An adapter by itself is what people came for; its base is offered beside it.
      descriptor.lineage = ModelLineage.of(path: modelPath, made: try Lineage.read(folder: modelPath))
      descriptor.name = descriptor.lineage["stage"]?.stringValue.flatMap { $0 == name ? nil : $0 } ?? "base"
      descriptor.title = name
      descriptor.adapters = [
        ServiceDescriptor.Adapter(
          name: name, path: adapterPath, digest: ModelLineage.digest(in: adapterPath), lineage: lineage)
      ]
    }
    if let presentation { descriptor.present(as: presentation) }
    return descriptor
  }
}

/// A server that stays up until it is asked to stop.
enum ServeSession {
  /// - Parameter lineage: of what is served: the run and the stage that it comes from are printed.
  static func keepUp(
    _ descriptor: ServiceDescriptor, from lineage: JSONObject, _ options: ServiceOptions, _ access: HTTPAccess,
    _ invocation: Invocation
  ) async throws -> ExitStatus {
    let console = invocation.console
    if !access.isLoopback, access.key == nil {
      console.printError(
        console.styledError(say("warning:"), .yellow) + " "
          + say("anyone who can reach this machine can use the service; set --api-key"))
    }
    let modelPath = descriptor.modelPath
    let service = try Service(
      descriptor, options: options, languages: .ofThisProcess,
      arranged: ArrangedCopy.finder(invocation, threads: options.threads, writes: true)
    ) { name in
      do {
        return try ModelChoice.adapter(name, modelPath: modelPath)
      } catch let error as CommandFailure {
        throw error.cause
      }
    }
    service.activations.check(service.chat.model, console)
    let server = try HTTPServer.start(service, host: descriptor.host, port: descriptor.port, access: access)
    let address = server.url
    if invocation.wantsJSON {
      console.print(
        JSONValue.object(
          JSONObject([
            ("address", .string(address)), ("model", .string(descriptor.name)),
            ("adapters", .array(descriptor.adapters.map { .string($0.name) })),
            ("default", .string(descriptor.usualModel)),
            ("run", lineage["run"] ?? .null),
          ])
        ).text())
    } else {
      console.print(say("\(console.styled(descriptor.title, .bold)) at \(console.styled(address, .cyan))"))
      let others = server.urlsForOthers
      if !others.isEmpty { console.print(say("from other machines: \(others.listed(4))")) }
      let usual = descriptor.usualModel
      for name in [descriptor.name] + descriptor.adapters.map(\.name) {
        let kind = name == descriptor.name ? (descriptor.adapters.isEmpty ? say("model") : say("base")) : say("adapter")
        let isUsual = name == usual && !descriptor.adapters.isEmpty
        console.print("  \(name)  \(kind)" + (isUsual ? say(", used when a request names no model") : ""))
      }
      if let run = lineage["run"]?.stringValue, let stage = lineage["stage"]?.stringValue {
        console.print(say("from the run \(run), stage \(stage)"))
      }
      let cache = Quantity.bytes(UInt64(clamping: options.cacheByteCount))
      let type = service.keyValueType
      let each = Quantity.count(type.bytesPerToken(of: service.chat.model.configuration))
      console.print(
        say(
          "context \(service.contextLength) tokens, cache up to \(cache) (\(type.rawValue), \(each) bytes per token), \(options.threads) threads"
        ))
      if service.activations != .usual { console.print(say("activations: \(service.activations.rawValue)")) }
      let key = access.key == nil ? "" : " -H \"Authorization: Bearer $LORAPIPE_API_KEY\""
      console.print(say("try:"))
      let question = say("Who are you?")
      console.print("  curl \(address)/chat\(key) -d '{\"message\": \"\(question)\"}'")
      console.print(
        "  curl -N \(address)/v1/chat/completions\(key) -d '{\"model\": \"\(usual)\", \"stream\": true, "
          + "\"messages\": [{\"role\": \"user\", \"content\": \"\(question)\"}]}'")
      console.print(say("all routes: \(address)/docs; Ctrl-C stops"))
    }
    let flag = StopFlag()
    InterruptSignals.watch { flag.raise() }
    while flag.level == 0 { try? await Task.sleep(nanoseconds: 100_000_000) }
    if !invocation.wantsJSON { console.printError(say("finishing what was accepted; Ctrl-C again stops at once")) }
    let drain = Task.detached { server.stop(drainSeconds: 30) }
    while !flag.isDone(drain), flag.level < 2 { try? await Task.sleep(nanoseconds: 50_000_000) }
    return .done
  }

  /// How often stopping was asked for, and whether draining has ended.
  private final class StopFlag: Sendable {
    private let count = Atomic<Int>(0)
    private let done = Atomic<Bool>(false)
    private let watched = Atomic<Bool>(false)

    var level: Int { count.load(ordering: .acquiring) }

    func raise() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }

    func isDone(_ task: Task<Void, Never>) -> Bool {
      if !watched.exchange(true, ordering: .acquiringAndReleasing) {
        Task.detached {
          await task.value
          self.done.store(true, ordering: .releasing)
        }
      }
      return done.load(ordering: .acquiring)
    }
  }
}
