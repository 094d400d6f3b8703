import Artifacts
import Glibc
import JSON
import Platform
import TestSupport

/// The program `ScriptedPipeline` in a workspace of its own.
final class ScriptedProcess: Sendable {
  private let folder: TemporaryFolder
  var path: String { folder.path }
  let user: uid_t?

  /// - Parameter user: run as this user; the workspace belongs to it.
  init(recipe: String, user: uid_t? = nil) throws {
    folder = try TemporaryFolder()
    self.user = user
    chmod(path, 0o755)
    if let user { chown(path, user, user) }
    try FileSystem.replace(path + "/recipe.yaml", with: Array(recipe.utf8))
  }

  var runsPath: String { path + "/runs" }
  var trace: String { path + "/trace" }

  /// Built beside the test bundle.
  static let program: String = {
    let folder = FileSystem.parent(of: FileSystem.resolved("/proc/self/exe") ?? "")
    for candidate in [folder, FileSystem.parent(of: CommandLine.arguments[0])] {
      if FileSystem.exists(candidate + "/ScriptedPipeline") { return candidate + "/ScriptedPipeline" }
    }
    return CommandLine.arguments.compactMap { argument in
      let sibling = FileSystem.parent(of: argument) + "/ScriptedPipeline"
      return FileSystem.exists(sibling) ? sibling : nil
    }.first ?? ""
  }()

  /// A copy where anybody may run it: the checkout may lie in a folder that is closed to others.
  private static let openProgram: String = {
    let copy = "/tmp/lorapipe-scripted-\(getpid())"
    guard let bytes = try? FileSystem.read(program) else { return program }
    try? FileSystem.replace(copy, with: bytes, mode: 0o755)
    atexit { unlink("/tmp/lorapipe-scripted-\(getpid())") }
    return copy
  }()

  /// Whether this test may become an ordinary user and run the program as such.
  static let canChangeUser: Bool = {
    guard getuid() == 0, let probe = try? ScriptedProcess(recipe: "", user: ordinaryUser),
      let running = try? probe.start(["nothing"])
    else { return false }
    return running.wait() == 2
  }()

  struct Running {
    let process: Subprocess
    let output: String

    /// The exit code, or minus the signal.
    func wait() -> Int32 {
      let status = process.wait()
      return status.exitCode ?? -(status.signal ?? 0)
    }

    /// The processes that it started and that have not ended.
    var children: [pid_t] {
      let tasks = "/proc/\(process.process)/task"
      return ((try? FileSystem.names(in: tasks)) ?? []).flatMap { task in
        let text = String(decoding: (try? FileSystem.read("\(tasks)/\(task)/children")) ?? [], as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
      }
    }

    var lines: [JSONValue] {
      let bytes = (try? FileSystem.read(output)) ?? []
      return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: $0) }
    }
  }

  func start(_ arguments: [String], failpoint: String? = nil) throws -> Running {
    let output = "\(path)/output-\(UInt64.random(in: 0 ... .max))"
    var command = [Self.program] + arguments
    if let user {
      command =
        ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", Self.openProgram] + arguments
    }
    var variables = ["PATH": "/usr/bin:/bin", "TMPDIR": "/tmp"]
    // A build under a sanitizer is told what the test is told.
    for name in ["ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"] { variables[name] = Environment.value(name) }
    variables["LORAPIPE_FAILPOINT"] = failpoint
    var program = ProgramLaunch(command, variables: variables, inheritsVariables: false)
    program.connect(1, toFile: output, flags: O_WRONLY | O_CREAT | O_APPEND)
    program.connect(2, toFile: output + ".err", flags: O_WRONLY | O_CREAT | O_APPEND)
    return Running(process: try program.start(), output: output)
  }

  func startRun(_ extra: [String] = [], failpoint: String? = nil) throws -> Running {
    try start(["run", runsPath, path + "/recipe.yaml"] + extra, failpoint: failpoint)
  }

  @discardableResult
  func run(_ extra: [String] = [], failpoint: String? = nil) throws -> (status: Int32, lines: [JSONValue]) {
    let running = try startRun(extra, failpoint: failpoint)
    let status = running.wait()
    return (status, running.lines)
  }

  func ran() throws -> [String] {
    let bytes = try FileSystem.readIfPresent(trace) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Digests by stage of the last run that ended.
  static func artifacts(_ lines: [JSONValue]) -> [String: String] {
    var result: [String: String] = [:]
    for line in lines where line["event"] == "stage.finished" {
      if let stage = line["stage"]?.stringValue { result[stage] = line["artifact"]?.stringValue }
    }
    return result
  }
}
