import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import RemoteCache

/// What `run`, `resume` and `plan` share: the workspace's runs, the machine, the options of a command line.
struct RunSession {
  static let dryRun = Flag("dry-run", "n", help: "Print what would run, and why; run nothing.")
  static let jobs = Option<Int>(
    "jobs", "j", "N", .integer(1...1024), help: "Stages that run at once (default: 2).")
  static let keepGoing = Flag("keep-going", "k", help: "Keep going with stages that do not depend on a failed one.")
  static let force = Flag("force", "f", help: "Rerun the named stages even if they are cached.")
  static let from = Option<String>(
    "from", nil, "STAGE", .stage, repeats: true, help: "Only this stage and the stages after it.")
  static let until = Option<String>(
    "until", nil, "STAGE", .stage, repeats: true, help: "Only this stage and the stages it needs.")
  static let threads = Option<Int>(
    "threads", "t", "N", .integer(1...1024), help: "Cores that the stages share (default: all).")
  static let memory = Option<ByteCount>(
    "memory", nil, "SIZE", .bytes, help: "Memory that a stage may use, such as 4G (default: the free memory).")
  static let locked = Flag("locked", help: "Refuse sources that are neither pinned nor in the lock file.")
  static let offline = Flag("offline", help: "Make no requests to hubs; use the last known revisions.")
  static let tensorBoard = Option<String>(
    "tensorboard", nil, "FOLDER", .folder,
    help: "Write TensorBoard's event files there during the run (default: LORAPIPE_TENSORBOARD).")
  static let yes = Flag("yes", "y", help: "Start the run even if the forecast warns.")

  static let planOptions = [
    force.spec, from.spec, until.spec, RecipeAccess.set.spec, threads.spec, memory.spec, locked.spec, offline.spec,
    RemoteCaches.none.spec, Launchers.option.spec,
  ]

  let invocation: Invocation
  let runs: RunsDirectory
  let catalog = Lorapipe.catalog
  let machine: (threads: Int, memory: UInt64)
  /// `nil` when no remote cache is named, or none is wanted.
  let remote: RemoteCaches?
  let launchers: Launchers

  init(_ workspace: Workspace, _ invocation: Invocation) throws {
    self.invocation = invocation
    runs = try workspace.openRuns()
    let memory = invocation[Self.memory]?.bytes ?? Machine.availableMemory()
    machine = (invocation[Self.threads] ?? Machine.allowedCores(), memory)
    let settings = try CommandFailure.asUsage { try WorkspaceFile.ofWorkspace(workspace) }
    settings.exportEngines()
    launchers = try CommandFailure.asUsage {
      try Launchers(settings, options: invocation.all(Launchers.option))
    }
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
    options.placement = { [launchers] in launchers.placement(of: $0) }
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
    options.command = [Lorapipe.name] + RunNotifier.withoutSecrets(Array(CommandLine.arguments.dropFirst()))
    options.environment = Machine.environment(threads: machine.threads)
    return options
  }

  /// Options about who else is told of a run.
  static let tellOptions = [tensorBoard.spec, RunNotifier.command.spec, RunNotifier.webhook.spec]

  /// Who else is told of a run: event files, where they are wanted.
  /// - Parameter continued: the run that this one continues: it goes on with the event files of that one.
  /// - Throws: when the folder of event files cannot be made, before a run of hours shows that it has written none.
  func extraObservers(continuing continued: String? = nil) throws -> [any RunObserver] {
    let place = continued.flatMap { TensorBoardObserver.place(ofRun: runs.runPath($0)) }
    let wanted = invocation[Self.tensorBoard] ?? Environment.value("LORAPIPE_TENSORBOARD")
    guard let folder = wanted ?? place.map({ FileSystem.parent(of: $0) }), !folder.isEmpty else { return [] }
    try CommandFailure.asUsage { try FileSystem.makeDirectory(folder) }
    guard let place, FileSystem.resolved(FileSystem.parent(of: place)) == FileSystem.resolved(folder) else {
      return [TensorBoardObserver(folder: folder)]
    }
    if !invocation.wantsJSON { console.printError(say("continuing the event files in \(folder)")) }
    return [TensorBoardObserver(folder: folder, continuing: FileSystem.name(of: place))]
  }

  /// Says which curves are not among the event files, because their stages were cached.
  func sayCachedCurves(_ summary: RunSummary) {
    guard let folder = invocation[Self.tensorBoard], !invocation.wantsJSON else { return }
    let place = TensorBoardObserver.place(ofRun: summary.path)
    let cached = summary.stages.filter { $0.state == .cached && $0.record?.series != nil }.map(\.stage)
    // A run that was continued has written them before.
    let stages = cached.filter { stage in place.map { !LocalText.exists("\($0)/\(fileName(for: stage))") } ?? true }
    guard !stages.isEmpty else { return }
    console.print(say("cached stages write no event files: \(stages.listed()); this writes their curves:"))
    console.print("  \(Lorapipe.typed) show \(summary.id) --tensorboard \(ShellWord.quoted(folder))")
  }

  /// Starts stages as children of this very program, or where the workspace file or the command line says.
  var launcher: any StageLauncher {
    launchers.router(
      fallback: LocalLauncher(command: ["/proc/self/exe", "exec-stage"]), detaches: invocation[Launchers.detach])
  }
}

extension Machine {
  /// What is recorded with a run; cheap to find out.
  static func environment(threads: Int) -> JSONObject {
    JSONObject([
      ("version", .string(Lorapipe.version)), ("commit", .string(Lorapipe.commit)),
      ("kernels", .string(Lorapipe.kernels.training)), ("host", .string(Environment.hostName())),
      ("user", .string(userName())),
      ("cpu", .string(processorName())),
      ("threads", .integer(Int64(threads))),
    ])
  }
}
