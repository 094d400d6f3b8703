import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import RemoteCache

private let all = Flag(
  "all", help: "Also what costs less to make than to send, and what would not come out the same again.")
private let replace = Flag("replace", help: "Send again what a cache already has, in case its bytes are wrong.")
private let new = Flag("new", help: "Write a new key into the file, which must not exist.")

extension Command {
  static let cachePush = Command(
    "push", .inspect, abstract: "Send results to the remote caches",
    discussion: """
      Sends what the store has and a cache lacks, to every cache whose 'push' is not 'never'. What a run could not send \
      is sent first. If it is stopped, the next call continues where it ended.
      """,
    options: [all.spec, replace.spec, CommonOptions.json.spec],
    positionals: [
      Positional("ARTIFACT", .stage, .many, help: "Only these: a digest, the start of one, or a stage's name.")
    ]
  ) { invocation in
    let (workspace, runs) = try openStore()
    let remote = try openCaches(workspace, runs, pushing: true)
    let console = invocation.console
    let wanted = try Set(invocation.positionals.map { try ArtifactName.digest($0, workspace, runs) })
    // Oldest first: what others build upon comes before what is built of it.
    let records = try runs.store.actionKeys().compactMap { runs.store.actionRecord($0) }
      .filter { wanted.isEmpty || wanted.contains($0.artifact) }.sorted { $0.finished < $1.finished }
    let waiting = Set(remote.uploads.pending)
    let keys = records.filter { waiting.contains($0.key) } + records.filter { !waiting.contains($0.key) }
    let kinds = Dictionary(records.map { ($0.key, $0.kind) }, uniquingKeysWith: { first, _ in first })
    let control = RunControl()
    InterruptSignals.watch { control.interrupt() }
    remote.speak { console.writeError(ErrorText.render($0, color: console.errorHasColor)) }
    remote.uploads.push(
      keys.map(\.key), scope: invocation[all] ? .everything : .worthIt, replacesAll: invocation[replace],
      report: { key, cache, outcome in
        guard !invocation.wantsJSON, case .sent(let bytes) = outcome else { return }
        let size = Quantity.bytes(UInt64(clamping: bytes))
        console.print("\(say("sent"))  \(key.short)  \(kinds[key] ?? "")  \(size)")
      }, isCancelled: { control.isStopping })
    remote.checkpoints.dropFinished { control.isStopping }
    return finish(remote.cache.report, console, json: invocation.wantsJSON, isStopped: control.isStopping)
  }

  static let cachePull = Command(
    "pull", .inspect, abstract: "Fetch what a recipe needs from the remote caches; run nothing",
    options: [RecipeAccess.set.spec, RunSession.locked.spec, RunSession.offline.spec, CommonOptions.json.spec],
    positionals: [
      RecipeAccess.recipe, Positional("STAGE", .stage, .many, help: "Only these stages, and what they need."),
    ]
  ) { invocation in
    let choice = try RecipeChoice.from(invocation.positionals)
    let loaded = try RecipeAccess.load(choice, invocation)
    let session = try RunSession(choice.workspace, invocation)
    guard let remote = session.remote else { throw noCache() }
    let console = invocation.console
    remote.speak { console.writeError(ErrorText.render($0, color: console.errorHasColor)) }
    let control = RunControl()
    InterruptSignals.watch { control.interrupt() }
    var options = try session.planOptions(choice)
    options.estimates = false
    if options.resolution == .ask { options.resolution = .lastKnown }
    for recipe in loaded.recipes {
      let planner = Planner(runs: session.runs, catalog: session.catalog, remote: remote.cache)
      for stage in try planner.plan(recipe, options: options).remote where !control.isStopping {
        guard case .remote(let action) = stage.disposition,
          remote.cache.pull(action, isCancelled: { control.isStopping }) != nil, !invocation.wantsJSON
        else { continue }
        console.print("\(say("received"))  \(stage.id)  \(Quantity.bytes(UInt64(clamping: action.size)))")
      }
    }
    return finish(remote.cache.report, console, json: invocation.wantsJSON, isStopped: control.isStopping)
  }

  static let cacheStatus = Command(
    "status", .inspect, abstract: "Say which remote caches there are, whether they answer, and what waits to be sent",
    options: [CommonOptions.json.spec]
  ) { invocation in
    let (workspace, runs) = try openStore()
    let remote = try openCaches(workspace, runs, pushing: false)
    let console = invocation.console
    let states = remote.cache.probe()
    let waiting = remote.uploads.pending.count
    let checkpoints = remote.checkpoints.states()
    if invocation.wantsJSON {
      console.print(
        JSONValue.object(
          JSONObject([
            ("caches", .array(states.map(\.json))), ("waiting", .integer(Int64(waiting))),
            ("checkpoints", .array(checkpoints.map(\.json))),
          ])
        ).text(.pretty))
    } else {
      var table = Table([
        (say("cache"), .left), ("", .left), (say("answers in"), .right), (say("push"), .left), (say("trust"), .left),
      ])
      for state in states {
        table.add(
          state.address, state.failure.map { console.styled($0.text, .red) } ?? console.styled(say("ok"), .green),
          state.failure == nil ? Quantity.duration(state.seconds) : "",
          state.push.rawValue + (state.push == .ci ? state.pushes ? say(" (yes)") : say(" (not here)") : ""),
          state.trustedKeys == 0 ? say("any") : Quantity.plural(state.trustedKeys, "key"))
      }
      console.write(table.text(console))
      console.print(say("\(Quantity.plural(waiting, "result")) waiting to be sent"))
      if !checkpoints.isEmpty { console.write(checkpointTable(checkpoints).text(console)) }
    }
    return states.allSatisfy { $0.failure == nil } ? .done : .failed
  }

  static let cacheKey = Command(
    "key", .inspect, abstract: "Print the public half of a signing key, or make a new one",
    discussion: """
      Whoever pushes signs with the key that LORAPIPE_CACHE_SIGNING_KEY names; whoever reads lists the public half in \
      LORAPIPE_REMOTE_TRUST.
      """,
    options: [new.spec, CommonOptions.json.spec],
    positionals: [Positional("FILE", .file, help: "The key, in PEM form.")]
  ) { invocation in
    let path = invocation.positionals.first ?? ""
    if invocation[new] {
      guard !FileSystem.exists(path) else {
        throw Diagnostic(code: "file-exists", "'\(path)' exists", remedy: "name another file")
      }
      guard let pem = SigningKey.generate() else {
        throw Diagnostic(code: "no-key", "libcrypto could not make a key")
      }
      try FileSystem.replace(path, with: pem, mode: 0o600, durably: true)
    }
    let key = try SigningKey(pem: FileSystem.read(path), path: path)
    let text = "\(key.publicKey)"
    invocation.console.print(
      invocation.wantsJSON ? JSONValue.object(JSONObject([("public_key", .string(text))])).text() : text)
    return .done
  }

  /// The unfinished work that lies in caches.
  private static func checkpointTable(_ states: [CheckpointState]) -> Table {
    var table = Table([
      (say("checkpoint of"), .left), (say("key"), .left), (say("step"), .right), (say("size"), .right),
      (say("made by"), .left), (say("cache"), .left), ("", .left),
    ])
    for state in states {
      let checkpoint = state.checkpoint
      table.add(
        checkpoint.kind, checkpoint.key.short, String(checkpoint.position.step),
        Quantity.bytes(UInt64(clamping: checkpoint.size)), checkpoint.host, state.cache,
        state.isThere ? "" : say("no longer there"))
    }
    return table
  }

  private static func openCaches(
    _ workspace: Workspace, _ runs: RunsDirectory, pushing: Bool
  ) throws -> RemoteCaches {
    let configurations = try CommandFailure.asUsage { try WorkspaceFile.ofWorkspace(workspace).remoteCaches() }
    let chosen = pushing ? configurations.filter { $0.push != .never } : configurations
    guard pushing, chosen.isEmpty, !configurations.isEmpty else {
      guard let remote = try RemoteCaches(chosen, store: runs.store) else { throw noCache() }
      return remote
    }
    throw CommandFailure(
      cause: Diagnostic(
        code: "read-only-cache", "every remote cache is only read here (push: never)",
        remedy: "set LORAPIPE_REMOTE_PUSH to ci or always"), status: .usage)
  }

  private static func noCache() -> CommandFailure {
    CommandFailure(
      cause: Diagnostic(
        code: "no-remote-cache", "no remote cache is named",
        remedy: "write 'remote_caches: [ { url: … } ]' into lorapipe.yaml, or set LORAPIPE_REMOTE_CACHE to its address"),
      status: .usage)
  }

  private static func finish(
    _ report: RemoteReport, _ console: Console, json: Bool, isStopped: Bool
  ) -> ExitStatus {
    if json {
      console.print(report.json.text(.pretty))
    } else {
      console.print(RemoteCaches.summary(report) ?? say("nothing to do"))
      if report.notSent > 0 {
        console.print(say("\(Quantity.plural(report.notSent, "result")) not sent: see 'push' in docs/remote-cache.md"))
      }
    }
    return isStopped ? .interrupted : report.failures.isEmpty ? .done : .failed
  }
}
