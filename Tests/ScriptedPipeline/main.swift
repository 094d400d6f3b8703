import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory
import ScriptedStages

// A program of the engine and the scripted stages, for tests that need processes to kill:
//
//     ScriptedPipeline run RUNS RECIPE [jobs=N] [keep-going] [force=STAGE] [quiet] [inside]
//     ScriptedPipeline gc RUNS
//     ScriptedPipeline exec-stage

@Sendable func emit(_ value: JSONValue) {
  print(value.text())
  fflush(nil)
}

struct Printer: RunObserver {
  func observe(_ event: RunEvent) { emit(event.json) }
}

func run(_ arguments: [String]) async throws -> Int32 {
  guard arguments.count >= 2 else { return 2 }
  let catalog = StageCatalog(ScriptedStages.all)
  let runs = try RunsDirectory(at: arguments[0])
  let loader = catalog.loader()
  var options = RunOptions()
  var plan = PlanOptions()
  var isQuiet = false
  var launcher: any StageLauncher = LocalLauncher(command: [executablePath(), "exec-stage"])
  for argument in arguments.dropFirst(2) {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    switch (parts[0], parts.count > 1 ? parts[1] : "") {
    case ("jobs", let value): options.jobs = Int(value) ?? 1
    case ("keep-going", _): options.keepGoing = true
    case ("quiet", _): isQuiet = true
    case ("inside", _): launcher = InProcessLauncher(catalog: catalog)
    case ("force", let value):
      plan.force = true
      plan.targets = value.isEmpty ? [] : [value]
    default: return 2
    }
  }
  let control = RunControl()
  signal(SIGINT) { _ in received += 1 }
  let thread = interrupts(control)
  defer { withExtendedLifetime(thread) {} }
  // Quiet is what measures a run as the command line does it: with the database, and with nothing printed.
  let observers: [any RunObserver] =
    isQuiet ? [RunRecorder(of: runs)] : [Printer()]
  let recipe = try loader.load(path: arguments[1]).recipes[0]
  let runner = PipelineRunner(runs: runs, catalog: catalog, launcher: launcher, observers: observers)
  return try await runner.run(recipe, plan: plan, options: options, control: control).exitStatus
}

/// Waits for Ctrl-C on a thread of its own, with the signal blocked everywhere else.
func interrupts(_ control: RunControl) -> Task<Void, Never> {
  Task {
    while true {
      if interruptCount() > handled {
        handled += 1
        control.interrupt()
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}

nonisolated(unsafe) var handled: Int32 = 0
nonisolated(unsafe) var received: sig_atomic_t = 0
func interruptCount() -> Int32 { received }

func executablePath() -> String { FileSystem.resolved("/proc/self/exe") ?? CommandLine.arguments[0] }

do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  switch arguments.first {
  case "exec-stage"?: exit(await ChildProcess.run(catalog: StageCatalog(ScriptedStages.all)))
  case "run"?: exit(try await run(Array(arguments.dropFirst())))
  case "gc"?:
    let runs = try RunsDirectory(at: arguments[1])
    for _ in 0..<(arguments.count > 2 ? Int(arguments[2]) ?? 1 : 1) {
      let report = try runs.store.collectGarbage(dryRun: false) { CollectionRoots() }
      emit(["actions": .integer(Int64(report.actions.count)), "live": .integer(Int64(report.liveRuns))])
    }
  default: exit(2)
  }
} catch {
  let list: [Diagnostic] =
    (error as? DiagnosticList)?.diagnostics ?? (error as? Diagnostic).map { [$0] } ?? [
      Diagnostic(code: "x", "\(error)")
    ]
  for diagnostic in list { emit(diagnostic.json) }
  exit(1)
}
