import Dashboard
import Diagnostics
import Glibc
import HTTPService
import JSON
import PipelineEngine
import Platform
import Reports
import RunHistory
import Synchronization

private let host = Option<String>(
  "host", nil, "ADDRESS", help: "The address to listen on (default: this machine only).")
private let port = Option<Int>("port", "p", "PORT", .integer(0...65535), help: "The port; 0 chooses a free one.")

extension Command {
  static let ui = Command(
    "ui", .look, abstract: "Open a dashboard of this workspace in the browser",
    discussion: """
      Shows runs while they go on and after: stages, curves, answers, data and lineage; compares runs; edits, checks and \
      starts recipes; stops and resumes runs. It listens on this machine only, unless --host says otherwise.
      """,
    options: [
      port.spec, host.spec, HTTPAccess.keyOption.spec, HTTPAccess.hostsOption.spec, HTTPAccess.originsOption.spec,
      CommonOptions.json.spec,
    ], examples: [.init("ui", "serves the dashboard on http://127.0.0.1:8765")]
  ) { invocation in
    let records = try RunRecords.open()
    let root = records.workspace.root
    let program = OwnProgram(workspace: root)
    let dashboard = Dashboard(
      RunArchive(runs: records.runs, database: records.database, catalog: Lorapipe.catalog), workspace: root,
      program: program.actions, token: Secret.make(), version: Lorapipe.version
    ) { Words.of($0) }
    let address = invocation[host] ?? "127.0.0.1"
    let access = HTTPAccess(
      isLoopback: HTTPAccess.isLoopback(host: address),
      key: invocation[HTTPAccess.keyOption] ?? Environment.value("LORAPIPE_API_KEY"), openPaths: Dashboard.openPaths,
      hosts: Set(invocation.all(HTTPAccess.hostsOption)), origins: Set(invocation.all(HTTPAccess.originsOption)))
    let console = invocation.console
    if !access.isLoopback, access.key == nil {
      console.printError(
        console.styledError(say("warning:") + " ", .yellow)
          + say("anyone who can reach this machine can start and stop runs; set --api-key"))
    }
    let server = try HTTPServer.start(
      dashboard, host: address, port: invocation[port] ?? 8765, access: access)
    let url = "http://\(address.contains(":") ? "[\(address)]" : address):\(server.port)"
    if invocation.wantsJSON {
      console.print(JSONValue.object(JSONObject([("address", .string(url))])).text())
    } else {
      console.print(say("dashboard of \(root) at \(console.styled(url, .cyan)); Ctrl-C stops it"))
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
  /// Served models by run: they end with the dashboard.
  private let served = Mutex<[String: (child: Subprocess, address: String)]>([:])

  init(workspace: String) { self.workspace = workspace }

  var actions: DashboardProgram {
    let workspace = workspace
    return DashboardProgram(
      start: { arguments throws(Diagnostic) in try Self.start(arguments, in: workspace) },
      chat: { run throws(Diagnostic) in try self.chat(run) },
      ask: { arguments throws(Diagnostic) in try Self.ask(arguments, in: workspace) })
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

  private func chat(_ run: String) throws(Diagnostic) -> String {
    let known = served.withLock { $0[run] }
    if let known, (try? known.child.poll()) == .some(nil) { return known.address }
    let log = "\(workspace)/runs/store/tmp/serve-\(getpid())-\(run)"
    var launch = Self.launch([Command.serve.name, run, "--port", "0", "--json"], workspace)
    launch.connect(0, toFile: "/dev/null", flags: O_RDONLY)
    launch.connect(1, toFile: log + ".out", flags: O_WRONLY | O_CREAT | O_TRUNC)
    launch.connect(2, toFile: log + ".err", flags: O_WRONLY | O_CREAT | O_TRUNC)
    defer {
      unlink(log + ".out")
      unlink(log + ".err")
    }
    let child = try launch.start()
    let deadline = SystemClock.monotonic() + 60
    while SystemClock.monotonic() < deadline {
      let output = try FileSystem.readIfPresent(log + ".out") ?? []
      if output.last == UInt8(ascii: "\n"), let address = (try? JSONValue(parsing: output))?["address"]?.stringValue {
        served.withLock { $0[run] = (child, address) }
        return address
      }
      if try child.poll() != nil {
        let error = String(decoding: try FileSystem.readIfPresent(log + ".err") ?? [], as: UTF8.self)
        throw Diagnostic(code: "not-served", error.isEmpty ? "the model cannot be served" : error)
      }
      usleep(20_000)
    }
    kill(-child.process, SIGKILL)
    _ = child.wait()
    throw Diagnostic(code: "not-served", "the model was not ready within a minute")
  }

  func stop() {
    for (child, _) in served.withLock({ $0.values.map { $0 } }) {
      kill(-child.process, SIGTERM)
      _ = child.wait()
    }
  }

  /// Bounded in time, so that a question cannot hang the page.
  private static func ask(_ arguments: [String], in workspace: String) throws(Diagnostic) -> JSONValue {
    let folder = "\(workspace)/runs/store/tmp"
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
    let deadline = SystemClock.monotonic() + 30
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
      code: "not-accepted", error.isEmpty ? "the program \(status?.description ?? "took longer than 30 s")" : error)
  }
}

/// A text that nobody can guess: Swift's generator takes its bytes from the system's.
private enum Secret {
  static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<3).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
  }
}
