import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import RunHistory

private let follow = Flag("follow", "f", help: "Go on printing until the stage ends.")
private let runOption = Option<String>("run", "r", "RUN", .run, help: "Of this run; the newest unless given.")

extension Command {
  static let logs = Command(
    "logs", .look, abstract: "Print what stages wrote",
    options: [follow.spec, runOption.spec],
    positionals: [Positional("STAGE", .stage, .optional, help: "The stage; every one that has a log unless given.")],
    examples: [.init("logs -f train", "follows the stage train of the run that goes on")]
  ) { invocation in
    let workspace = try Workspace.current()
    let runs = try RunsDirectory(at: workspace.runs)
    let run = try runName(invocation[runOption], runs)
    let folder = runs.runPath(run) + "/logs"
    let names = try FileSystem.names(in: folder).filter { $0.hasSuffix(".log") }
    let wanted = invocation.positionals.first.map { fileName(for: $0) + ".log" }
    if let wanted, !names.contains(wanted), !invocation[follow] {
      let known = names.map { String($0.dropLast(4)) }
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-log", "run \(run) has no log of '\(invocation.positionals[0])'",
          remedy: known.isEmpty ? "its stages were all cached" : "logs here: \(known.joined(separator: ", "))"),
        status: .usage)
    }
    for name in names where wanted == nil || name == wanted {
      if wanted == nil { invocation.console.print(invocation.console.styled("— \(name.dropLast(4))", .bold)) }
      invocation.console.write(LocalText.read(folder + "/" + name) ?? "")
    }
    if invocation[follow], let wanted { try await tail(folder + "/" + wanted, run: run, runs, invocation.console) }
    return .done
  }

  private static func runName(_ name: String?, _ runs: RunsDirectory) throws -> String {
    let all = try runs.runs()
    guard let name, name != "latest" else {
      guard let newest = all.last else {
        throw CommandFailure(
          cause: Diagnostic(code: "no-run", "there is no run yet", remedy: "start with: lorapipe run"), status: .usage)
      }
      return newest
    }
    let matches = all.filter { $0.hasPrefix(name) || $0.hasSuffix(name) }
    guard matches.count == 1 else {
      throw CommandFailure(
        cause: Diagnostic(
          code: "run-not-found", matches.isEmpty ? "there is no run '\(name)'" : "'\(name)' could be several runs",
          remedy: "'lorapipe runs' lists them"), status: .usage)
    }
    return matches[0]
  }

  /// Prints what is added to a file until its run has ended.
  private static func tail(_ path: String, run: String, _ runs: RunsDirectory, _ console: Console) async throws {
    var offset = LocalText.bytes(path)?.count ?? 0
    while !console.isClosed {
      let isLive = LocalText.exists(runs.path + "/live/" + run)
      if let bytes = LocalText.bytes(path), bytes.count > offset {
        console.write(String(decoding: bytes[offset...], as: UTF8.self))
        offset = bytes.count
      }
      if !isLive { return }
      try await Task.sleep(nanoseconds: 300_000_000)
    }
  }
}
