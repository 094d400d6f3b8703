import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import RemoteCache

/// What `run`, `resume` and `plan` share: the workspace's runs, the machine, the options of a command line.
struct RunSession {
  static let dryRun = Flag("dry-run", "n", help: "Say what would run, and why; run nothing.")
  static let jobs = Option<Int>(
    "jobs", "j", "N", .integer(1...1024), help: "Stages that may run at once; 2 unless given.")
  static let keepGoing = Flag("keep-going", "k", help: "Go on with what does not depend on a failed stage.")
  static let force = Flag("force", "f", help: "Run the stages asked for even when they are cached.")
  static let from = Option<String>(
    "from", nil, "STAGE", .stage, repeats: true, help: "Only this stage and what follows it.")
  static let until = Option<String>(
    "until", nil, "STAGE", .stage, repeats: true, help: "Only this stage and what it needs.")
  static let threads = Option<Int>(
    "threads", "t", "N", .integer(1...1024), help: "Cores the stages share; all of this machine's unless given.")
  static let memory = Option<ByteCount>(
    "memory", nil, "SIZE", .bytes, help: "Memory a stage may use, such as 4G; what is free unless given.")
  static let locked = Flag("locked", help: "Refuse any source that is neither pinned nor in the lock file.")
  static let offline = Flag("offline", help: "Ask no hub; use what sources last resolved to.")
  static let yes = Flag("yes", "y", help: "Start even what takes very long or does not fit the forecast.")

  static let planOptions = [
    force.spec, from.spec, until.spec, RecipeAccess.set.spec, threads.spec, memory.spec, locked.spec, offline.spec,
    RemoteCaches.none.spec,
  ]

  let invocation: Invocation
  let runs: RunsDirectory
  let catalog = Lorapipe.catalog
  let machine: (threads: Int, memory: UInt64)
  /// `nil` when no remote cache is named, or none is wanted.
  let remote: RemoteCaches?

  init(_ workspace: Workspace, _ invocation: Invocation) throws {
    self.invocation = invocation
    runs = try workspace.openRuns()
    let memory = invocation[Self.memory]?.bytes ?? Machine.availableMemory()
    machine = (invocation[Self.threads] ?? Machine.allowedCores(), memory)
    let settings = try CommandFailure.asUsage { try WorkspaceFile.ofWorkspace(workspace) }
    settings.exportEngines()
    let runs = runs
    remote =
      invocation[RemoteCaches.none]
      ? nil
      : try CommandFailure.asUsage {
        try RemoteCaches(settings.remoteCaches(), store: runs.store, isOffline: invocation[Self.offline])
      }
  }

  var console: Console { invocation.console }

  func planOptions(_ choice: RecipeChoice) throws -> PlanOptions {
    var options = PlanOptions()
    options.targets = choice.stages
    options.from = invocation.all(Self.from)
    options.until = invocation.all(Self.until)
    options.force = invocation[Self.force]
    options.threads = machine.threads
    options.memoryLimit = machine.memory
    if invocation[Self.locked] {
      options.resolution = .locked
    } else if invocation[Self.offline] {
      options.resolution = .offline
    }
    options.lockedResolutions = try LockFile.read(for: choice.path)
    return options
  }

  func runOptions(parent: String? = nil) -> RunOptions {
    var options = RunOptions()
    options.jobs = invocation[Self.jobs] ?? 2
    options.keepGoing = invocation[Self.keepGoing]
    options.threads = machine.threads
    options.memoryLimit = machine.memory
    options.ignoresForecast = invocation[Self.yes]
    options.parent = parent
    options.command = [Lorapipe.name] + CommandLine.arguments.dropFirst()
    options.environment = Machine.environment(threads: machine.threads)
    return options
  }

  /// Starts stages as children of this very program.
  var launcher: LocalLauncher {
    LocalLauncher(command: ["/proc/self/exe", "exec-stage"])
  }
}

extension Machine {
  /// What is recorded with a run; cheap to find out.
  static func environment(threads: Int) -> JSONObject {
    JSONObject([
      ("version", .string(Lorapipe.version)), ("host", .string(Environment.hostName())),
      ("cpu", .string(processorName())),
      ("threads", .integer(Int64(threads))),
    ])
  }
}
