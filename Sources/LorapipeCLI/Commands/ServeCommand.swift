import Artifacts
import Diagnostics
import Glibc
import JSON
import Serving
import Stages
import Synchronization
import Tokenization

private let adapters = Option<String>(
  "adapter", "a", "NAME=PATH", repeats: true, help: "An adapter to offer under a name; may be given several times.")
private let host = Option<String>(
  "host", nil, "ADDRESS", help: "The address to listen on; this machine only unless given.")
private let port = Option<Int>("port", "p", "PORT", .integer(0...65535), help: "The port; 0 takes a free one.")
private let key = Option<String>(
  "api-key", nil, "KEY", help: "Refuse requests without this key (or $LORAPIPE_API_KEY).")
private let queue = Option<Int>(
  "max-queue", nil, "N", .integer(0...100_000), help: "Requests that may wait; more are answered 429.")
private let sequences = Option<Int>("max-sequences", nil, "N", .integer(1...256), help: "Answers generated at once.")
private let cacheSize = Option<ByteCount>("cache-memory", nil, "SIZE", .bytes, help: "Memory of the key/value cache.")

extension Command {
  static let serve = Command(
    "serve", .use, abstract: "Serve a model: OpenAI-compatible API and a chat page",
    discussion: """
      Takes a run's serve stage with everything it says, a merged model, an adapter with its base, or any model folder \
      or GGUF file. Ctrl-C finishes what was accepted and stops.
      """,
    options: [
      adapters.spec, ModelChoice.system.spec, host.spec, port.spec, key.spec, queue.spec, sequences.spec,
      cacheSize.spec, RunSession.threads.spec, CommonOptions.json.spec,
    ], positionals: [ModelChoice.positional],
    examples: [
      .init("serve", "serves the newest run's model on http://127.0.0.1:8000"),
      .init("serve base.gguf -a grace=runs/latest/train", "one base, one adapter chosen per request"),
    ]
  ) { invocation in
    let choice = try ModelChoice.from(invocation, allowsAdapter: false)
    var descriptor = try choice.descriptor()
    for text in invocation.all(adapters) {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, LocalText.exists(parts[1]) else {
        throw UsageError("'--adapter' takes NAME=PATH of a folder that is there, not '\(text)'", path: invocation.path)
      }
      descriptor.adapters.append(
        ServiceDescriptor.Adapter(name: parts[0], path: FileSystem.resolved(parts[1]) ?? parts[1]))
    }
    if let host = invocation[host] { descriptor.host = host }
    if let port = invocation[port] { descriptor.port = port }
    var options = ServiceOptions()
    options.apiKey = invocation[key] ?? Environment.value("LORAPIPE_API_KEY")
    if let queue = invocation[queue] { options.maximumQueue = queue }
    if let sequences = invocation[sequences] { options.maximumSequences = sequences }
    if let cache = invocation[cacheSize] { options.cacheByteCount = Int(clamping: cache.bytes) }
    options.threads = invocation[RunSession.threads] ?? Machine.allowedCores()
    options.isLoopback = ["127.0.0.1", "::1", "localhost"].contains(descriptor.host)
    return try await ServeSession.keepUp(descriptor, options, invocation)
  }
}

extension ModelChoice {
  /// The service of this model.
  func descriptor() throws -> ServiceDescriptor {
    if var service {
      service.context = chat ?? service.context
      return service
    }
    var descriptor = ServiceDescriptor(
      name: name, modelPath: modelPath, context: chat ?? ChatContext(), lineage: lineage)
    if let adapterPath {
      descriptor.name = "base"
      descriptor.title = name
      descriptor.adapters = [ServiceDescriptor.Adapter(name: name, path: adapterPath, lineage: lineage)]
    }
    return descriptor
  }
}

/// A server that stays up until it is asked to stop.
enum ServeSession {
  static func keepUp(
    _ descriptor: ServiceDescriptor, _ options: ServiceOptions, _ invocation: Invocation
  ) async throws -> ExitStatus {
    let console = invocation.console
    if !options.isLoopback, options.apiKey == nil {
      console.printError(
        console.styledError("warning: ", .yellow)
          + "anyone who can reach this machine can use the service; set --api-key")
    }
    let service = try Service(descriptor, options: options)
    let server = try HTTPServer.start(service, host: descriptor.host, port: descriptor.port)
    let address = "http://\(descriptor.host.contains(":") ? "[\(descriptor.host)]" : descriptor.host):\(server.port)"
    if invocation.wantsJSON {
      console.print(
        JSONValue.object(
          JSONObject([
            ("address", .string(address)), ("model", .string(descriptor.name)),
            ("adapters", .array(descriptor.adapters.map { .string($0.name) })),
          ])
        ).text())
    } else {
      let names = [descriptor.name] + descriptor.adapters.map(\.name)
      console.print("\(console.styled(descriptor.title, .bold)) at \(console.styled(address, .cyan))")
      console.print("models: \(names.joined(separator: ", "))")
      console.print("try: curl \(address)/chat -d '{\"message\": \"Who are you?\"}'")
      console.print("Ctrl-C stops.")
    }
    let flag = StopFlag()
    InterruptSignals.watch { flag.raise() }
    while flag.level == 0 { try? await Task.sleep(nanoseconds: 100_000_000) }
    if !invocation.wantsJSON { console.printError("finishing what was accepted; Ctrl-C again stops at once") }
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
