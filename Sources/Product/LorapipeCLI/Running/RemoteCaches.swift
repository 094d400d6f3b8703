import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import RemoteCache
import Synchronization

/// The remote caches of a command: where they come from, and what is said about them.
struct RemoteCaches: Sendable {
  static let none = Flag(
    "no-remote-cache", help: "Ask no remote cache, and give it nothing.")

  let cache: RemoteCache
  let uploads: UploadQueue
  let checkpoints: CheckpointUploads
  private let voice: Voice

  /// Passes warnings on to whoever prints at the moment.
  private final class Voice: Sendable {
    private let print: Mutex<(@Sendable (Diagnostic) -> Void)?> = Mutex(nil)
    private let held = Mutex<[Diagnostic]>([])

    func say(_ diagnostic: Diagnostic) {
      if let print = print.withLock({ $0 }) { print(diagnostic) } else { held.withLock { $0.append(diagnostic) } }
    }

    func speak(_ print: @escaping @Sendable (Diagnostic) -> Void) {
      self.print.withLock { $0 = print }
      let waiting = held.withLock { list in
        defer { list = [] }
        return list
      }
      for diagnostic in waiting { print(diagnostic) }
    }
  }

  /// - Parameter isOffline: whether only folders are asked.
  /// - Returns: `nil` when there is no cache.
  init?(
    _ configurations: [RemoteCacheConfiguration], store: ArtifactStore, isOffline: Bool = false
  ) throws(Diagnostic) {
    let chosen = configurations.filter { !isOffline || $0.url.hasPrefix("file:") }
    guard !chosen.isEmpty else { return nil }
    let voice = Voice()
    self.voice = voice
    cache = try RemoteCache(chosen, store: store, environment: Environment.all()) { voice.say($0) }
    uploads = UploadQueue(cache)
    checkpoints = CheckpointUploads(cache)
  }

  /// The caches that the environment names: `LORAPIPE_REMOTE_CACHE`, several apart by spaces,
  /// `LORAPIPE_REMOTE_PUSH` and `LORAPIPE_REMOTE_TRUST`.
  static func ofEnvironment() throws(Diagnostic) -> [RemoteCacheConfiguration] {
    var configurations: [RemoteCacheConfiguration] = []
    for url in (Environment.value("LORAPIPE_REMOTE_CACHE") ?? "").split(separator: " ") {
      var members = JSONObject([("url", .string(String(url)))])
      if let push = Environment.value("LORAPIPE_REMOTE_PUSH") {
        guard let policy = RemoteCacheConfiguration.PushPolicy(rawValue: push) else {
          throw Diagnostic(
            code: "bad-remote-cache", "LORAPIPE_REMOTE_PUSH is '\(push)'",
            remedy: "it is one of never, ci, always")
        }
        members["push"] = .string(policy.rawValue)
      }
      let trusted = (Environment.value("LORAPIPE_REMOTE_TRUST") ?? "").split(separator: " ")
      members["trust"] = .array(trusted.map { .string(String($0)) })
      configurations.append(try RemoteCacheConfiguration(json: .object(members)))
    }
    return configurations
  }

  /// From now on warnings go there; those that waited go first.
  func speak(_ print: @escaping @Sendable (Diagnostic) -> Void) { voice.speak(print) }

  /// Waits until what was made has been sent.
  func finishUploads(_ display: LiveDisplay?, control: RunControl) {
    guard cache.pushes else { return }
    let name = "sending"
    var isShown = false
    uploads.finish(
      progress: { key, bytes, left in
        if !isShown { display?.start(name) }
        isShown = true
        display?.update(
          name, completed: Double(bytes), total: nil, unit: "bytes",
          detail: left > 1 ? say("\(left) results left") : nil)
      }, isCancelled: { control.isStopping })
    if isShown { display?.finish(name, mark: say("sent"), styles: [.dim], text: "") }
    checkpoints.dropFinished { control.isStopping }
  }

  /// What the caches did, in a line; `nil` when they did nothing.
  static func summary(_ report: RemoteReport) -> String? {
    var parts: [String] = []
    if report.fetched > 0 {
      let bytes = Quantity.bytes(UInt64(clamping: report.fetchedBytes))
      parts.append(say("\(Quantity.plural(report.fetched, "result")) received (\(bytes))"))
    }
    if report.sent > 0 {
      parts.append(say("\(report.sent) sent (\(Quantity.bytes(UInt64(clamping: report.sentBytes))))"))
    }
    if report.checkpointsFetched > 0 {
      parts.append(say("\(Quantity.plural(report.checkpointsFetched, "checkpoint")) received"))
    }
    if report.checkpointsSent > 0 {
      parts.append(say("\(Quantity.plural(report.checkpointsSent, "checkpoint")) sent"))
    }
    for failure in report.failures where failure.count > 1 {
      parts.append(say("\(failure.count) times \(failure.code)"))
    }
    return parts.isEmpty ? nil : say("remote cache: \(parts.joined(separator: Language.comma))")
  }
}
