import Artifacts
import Dashboard
import Diagnostics
import Glibc
import HTTPService
import JSON
import PipelineEngine
import Platform
import Reports
import RunHistory
import Serving
import Synchronization

extension Command {
  static let ui = Command(
    "ui", .look, abstract: "Open a dashboard of this workspace in the browser",
    discussion: """
      Shows runs while they go on and after: stages, curves, answers, data and lineage; compares runs; edits, checks and \
      starts recipes; stops and resumes runs. It listens on this machine only, unless --host says otherwise.
      """,
    options: [
      HTTPAccess.portOption.spec, HTTPAccess.hostOption.spec, HTTPAccess.keyOption.spec, HTTPAccess.hostsOption.spec,
      HTTPAccess.originsOption.spec,
      CommonOptions.json.spec,
    ], examples: [.init("ui", "serves the dashboard on http://127.0.0.1:8765")]
  ) { invocation in
    let records = try RunRecords.open()
    let root = records.workspace.root
    let program = OwnProgram(workspace: root, temporary: records.runs.store.root + "/tmp")
    let dashboard = Dashboard(
      RunArchive(runs: records.runs, database: records.database, catalog: Lorapipe.catalog), workspace: root,
      program: program.actions, token: Secret.make(), version: Lorapipe.version, languages: .ofThisProcess
    ) { Words.of($0) }
    let address = invocation[HTTPAccess.hostOption] ?? ServiceDescriptor.usualHost
    var access = HTTPAccess(
      isLoopback: HTTPAccess.isLoopback(host: address),
      key: invocation[HTTPAccess.keyOption] ?? Environment.value("LORAPIPE_API_KEY"), openPaths: Dashboard.openPaths,
      hosts: Set(invocation.all(HTTPAccess.hostsOption)), origins: Set(invocation.all(HTTPAccess.originsOption)))
    let console = invocation.console
    // A page of another site can give its own name this machine's address, and a browser then sends its requests here.
    if !access.isLoopback, access.key == nil {
      let key = Secret.make()
      access.key = key
      console.printError(say("others can reach this address, so a key is needed: \(key)"))
    }
    let server = try HTTPServer.start(
      dashboard, host: address, port: invocation[HTTPAccess.portOption] ?? 8765, access: access)
    Thread.detached { dashboard.readAhead() }
    let url = server.url
    if invocation.wantsJSON {
      console.print(JSONValue.object(JSONObject([("address", .string(url))])).text())
    } else {
      console.print(say("dashboard of \(root) at \(console.styled(url, .cyan)); Ctrl-C stops it"))
      let others = server.urlsForOthers
      if !others.isEmpty { console.print(say("from other machines: \(others.listed(4))")) }
    }
    let (stops, request) = AsyncStream.makeStream(of: Void.self)
    InterruptSignals.watch { request.yield() }
    for await _ in stops { break }
    server.stop(drainSeconds: 2)
    program.stop()
    return .done
  }
}

/// This very program, started again for what the dashboard is asked to do.
private final class OwnProgram: Sendable {
  private let workspace: String
  /// Where programs write what they answer.
  private let temporary: String
  /// Held while a model is started, so that two requests do not start it twice.
  private let starting = Mutex(())
  /// Served models by run: they end with the dashboard. The address is empty while a model is being loaded.
  private let served = Mutex<[String: (child: Subprocess, address: String)]>([:])

  init(workspace: String, temporary: String) {
    self.workspace = workspace
    self.temporary = temporary
  }

  var actions: DashboardProgram {
    let (workspace, temporary) = (workspace, temporary)
    return DashboardProgram(
      start: { arguments throws(Diagnostic) in try Self.start(arguments, in: workspace) },
      chat: { run, options throws(Diagnostic) in try self.chat(run, options) },
      ask: { arguments throws(Diagnostic) in try Self.ask(arguments, in: workspace, temporary, seconds: 30) },
      change: { arguments throws(Diagnostic) in try Self.ask(arguments, in: workspace, temporary, seconds: .infinity) })
  }

  private static func launch(_ arguments: [String], _ workspace: String) -> ProgramLaunch {
    ProgramLaunch(["/proc/self/exe"] + arguments + ["-C", workspace, "--color", "never"], hasOwnGroup: true)
  }

  /// The command goes on when the dashboard ends; what it prints goes to a log beside the runs.
  private static func start(_ arguments: [String], in workspace: String) throws(Diagnostic) {
    let log = workspace + "/runs/dashboard.log"
    let before = Int(clamping: FileStamp.of(log)?.size ?? 0)
    var launch = launch(arguments, workspace)
    launch.connectStreams(toLog: log)
    let child = try launch.start()
    // What is refused is refused at once: then the page says why.
    let deadline = SystemClock.monotonic() + 2
    while SystemClock.monotonic() < deadline {
      if let status = try child.poll() {
        if status.succeeded { return }
        let text = String(decoding: try FileSystem.read(log).dropFirst(before), as: UTF8.self)
        throw Diagnostic(code: "not-started", text.isEmpty ? "the program \(status.description)" : text)
      }
      usleep(20_000)
    }
    // Somebody has to take note of its end.
    Thread.detached { _ = child.wait() }
  }

  private func chat(_ run: String, _ options: [String]) throws(Diagnostic) -> String {
    try starting.withLock { _ throws(Diagnostic) in try self.serve(run, options) }
  }

  private func serve(_ run: String, _ options: [String]) throws(Diagnostic) -> String {
    let known = served.withLock { $0[run] }
    if let known, !known.address.isEmpty, (try? known.child.poll()) == .some(nil) { return known.address }
    let log = "\(temporary)/serve-\(getpid())-\(run)"
    var launch = Self.launch([Command.serve.name, run, "--port", "0", "--json"] + options, workspace)
    launch.connect(0, toFile: "/dev/null", flags: O_RDONLY)
    launch.connect(1, toFile: log + ".out", flags: O_WRONLY | O_CREAT | O_TRUNC)
    launch.connect(2, toFile: log + ".err", flags: O_WRONLY | O_CREAT | O_TRUNC)
    defer {
      unlink(log + ".out")
      unlink(log + ".err")
    }
    let child = try launch.start()
    // From here on `stop` ends it, also while it loads.
    served.withLock { $0[run] = (child, "") }
    do throws(Diagnostic) {
      let address = try Self.address(of: child, log)
      served.withLock { $0[run] = (child, address) }
      return address
    } catch {
      served.withLock { $0[run] = nil }
      if (try? child.poll()) == .some(nil) {
        kill(-child.process, SIGKILL)
        _ = child.wait()
      }
      throw error
    }
  }

  /// Waits until a model answers, for a minute at most.
  private static func address(of child: Subprocess, _ log: String) throws(Diagnostic) -> String {
    let deadline = SystemClock.monotonic() + 60
    while SystemClock.monotonic() < deadline {
      let output = try FileSystem.readIfPresent(log + ".out") ?? []
      if output.last == UInt8(ascii: "\n"), let address = (try? JSONValue(parsing: output))?["address"]?.stringValue {
        return address
      }
      if try child.poll() != nil {
        let error = String(decoding: try FileSystem.readIfPresent(log + ".err") ?? [], as: UTF8.self)
        throw Diagnostic(code: "not-served", error.isEmpty ? "the model cannot be served" : error)
      }
      usleep(20_000)
    }
    throw Diagnostic(code: "not-served", "the model was not ready within a minute")
  }

  func stop() {
    for (child, _) in served.withLock({ $0.values.map { $0 } }) {
      kill(-child.process, SIGTERM)
      _ = child.wait()
    }
  }

  /// Runs a command to its end and returns what it prints.
  /// - Parameter seconds: after so many it is killed, so that a question cannot hang the page.
  private static func ask(
    _ arguments: [String], in workspace: String, _ folder: String, seconds: Double
  ) throws(Diagnostic) -> JSONValue {
    let name = "\(folder)/ask-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    defer {
      unlink(name + ".out")
      unlink(name + ".err")
    }
    var launch = launch(arguments, workspace)
    launch.connect(0, toFile: "/dev/null", flags: O_RDONLY)
    launch.connect(1, toFile: name + ".out", flags: O_WRONLY | O_CREAT | O_TRUNC)
    launch.connect(2, toFile: name + ".err", flags: O_WRONLY | O_CREAT | O_TRUNC)
    let child = try launch.start()
    let deadline = SystemClock.monotonic() + seconds
    var status: ProcessStatus?
    while status == nil, SystemClock.monotonic() < deadline {
      status = try child.poll()
      if status == nil { usleep(5_000) }
    }
    if status == nil {
      kill(-child.process, SIGKILL)
      _ = child.wait()
    }
    let output = try FileSystem.readIfPresent(name + ".out") ?? []
    if status?.succeeded ?? false, let json = try? JSONValue(parsing: output) { return json }
    let error = String(decoding: try FileSystem.readIfPresent(name + ".err") ?? [], as: UTF8.self)
    throw Diagnostic(
      code: "not-accepted",
      error.isEmpty ? "the program \(status?.description ?? "took longer than \(seconds) s")" : error)
  }
}

/// A text that nobody can guess: Swift's generator takes its bytes from the system's.
private enum Secret {
  static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<3).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
  }
}
