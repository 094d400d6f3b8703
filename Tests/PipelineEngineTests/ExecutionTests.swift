import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import ScriptedStages
import Testing

@Suite struct ExecutionTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// a → b(fails) → c, and d beside them.
  private func withFailure() -> Recipe {
    workspace.recipe([
      workspace.stage("a"), workspace.stage("b", "make", ["misbehave": "fail"], from: ["a"]),
      workspace.stage("c", from: ["b"]), workspace.stage("d", "make", ["text": "d"], after: ["a"]),
    ])
  }

  @Test func aFailureStopsTheRunAndNothingOfItIsStored() async throws {
    let summary = try await workspace.run(withFailure())
    #expect(summary.status == .failed)
    #expect(summary.exitStatus == 1)
    #expect(summary["b"]?.state == .failed)
    #expect(summary["b"]?.diagnostics.map(\.code) == ["scripted"])
    #expect(summary["c"]?.state == .skipped)
    #expect(try FileSystem.names(in: workspace.runs.store.root + "/tmp").isEmpty)
    #expect(try workspace.ran() == ["a", "b"])
  }

  @Test func keepGoingDoesWhatDoesNotDependOnTheFailure() async throws {
    var options = RunOptions()
    options.keepGoing = true
    let summary = try await workspace.run(withFailure(), options: options)
    #expect(summary.states == [.built, .failed, .skipped, .built])
    #expect(summary.status == .failed)
  }

  @Test func aLaterRunGoesOnAfterTheFailure() async throws {
    try await workspace.run(withFailure())
    _ = try workspace.ran()
    let mended = workspace.recipe([
      workspace.stage("a"), workspace.stage("b", from: ["a"]), workspace.stage("c", from: ["b"]),
      workspace.stage("d", "make", ["text": "d"], after: ["a"]),
    ])
    #expect(try await workspace.run(mended).states == [.cached, .built, .built, .built])
  }

  @Test func stagesRunSideBySideUpToTheLimit() async throws {
    let recipe = workspace.recipe(
      (0..<4).map { workspace.stage("s\($0)", "make", ["text": .string("\($0)"), "delay": 100]) })
    var options = RunOptions()
    options.jobs = 4
    try await workspace.run(recipe, options: options)
    var running = 0
    var most = 0
    for event in workspace.events.all {
      switch event.kind {
      case .stageStarted: running += 1
      case .stageFinished: running -= 1
      default: break
      }
      most = max(most, running)
    }
    #expect(most == 4)
  }

  @Test func oneJobRunsInTheRecipesOrder() async throws {
    let recipe = workspace.recipe(["z", "m", "a"].map { workspace.stage($0, "make", ["text": .string($0)]) })
    try await workspace.run(recipe)
    #expect(try workspace.ran() == ["z", "m", "a"])
  }

  @Test func forceRunsAgainAndKeepsTheOldUntilTheNewIsThere() async throws {
    let first = try await workspace.run(workspace.chain("1", "2", "3"))
    _ = try workspace.ran()
    var options = PlanOptions()
    options.force = true
    options.targets = ["b"]
    let plan = try await workspace.plan(workspace.chain("1", "2", "3"), options: options)
    #expect(plan.stages.map(\.decision.reason.code) == ["cached", "forced", "unknownUntilUpstream"])
    let second = try await workspace.run(workspace.chain("1", "2", "3"), plan: options)
    #expect(second.states == [.cached, .built, .excluded])
    #expect(second["b"]?.artifact == first["b"]?.artifact)
    #expect(try workspace.ran() == ["b"])
    options.targets = []
    #expect(try await workspace.run(workspace.chain("1", "2", "3"), plan: options).states == [.built, .built, .built])
  }

  @Test func untilStopsThereAndFromBeginsThere() async throws {
    var options = PlanOptions()
    options.until = ["b"]
    #expect(
      try await workspace.run(workspace.chain("1", "2", "3"), plan: options).states == [.built, .built, .excluded])
    options = PlanOptions()
    options.from = ["c"]
    #expect(
      try await workspace.run(workspace.chain("1", "2", "3"), plan: options).states == [.cached, .cached, .built])
    await #expect { try await workspace.plan(workspace.chain("1", "x", "3"), options: options) } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.code) == ["upstream-not-built"]
    }
    options.from = ["nobody"]
    await #expect { try await workspace.plan(workspace.chain("1"), options: options) } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.code) == ["unknown-stage"]
    }
  }

  @Test func aMissingFileIsSaidBeforeAnythingRuns() async throws {
    let recipe = workspace.recipe([
      workspace.stage("a"), workspace.stage("b", from: ["/nowhere/x"]), workspace.stage("c", from: ["/nowhere/y"]),
    ])
    await #expect { try await workspace.run(recipe) } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.code) == ["not-found", "not-found"]
    }
    #expect(try workspace.ran() == [])
  }

  @Test func aCycleIsAnErrorNotAHang() async throws {
    let recipe = workspace.recipe([workspace.stage("a", from: ["b"]), workspace.stage("b", from: ["a"])])
    await #expect { try await workspace.plan(recipe) } throws: { ($0 as? Diagnostic)?.code == "cycle" }
  }

  @Test func anInterruptStopsAtACheckpointAndTheNextRunGoesOn() async throws {
    let undisturbed = try await Workspace().run(workspace.recipe([workspace.stage("n", "count", ["to": 40])]))
    let recipe = workspace.recipe([
      workspace.stage("n", "count", ["to": 40, "step_delay": 5]), workspace.stage("after", from: ["n"]),
    ])
    let control = RunControl()
    let runner = workspace.runner()
    async let running = runner.run(recipe, control: control)
    try await Task.sleep(for: .milliseconds(80))
    control.interrupt()
    let first = try await running
    #expect(first.status == .interrupted)
    #expect(first.exitStatus == 130)
    #expect(first.states == [.interrupted, .interrupted])
    let second = try await workspace.run(recipe)
    #expect(second.status == .succeeded)
    #expect(second["n"]?.artifact == undisturbed["n"]?.artifact)
    #expect(second["n"]?.record?.metrics["resumed_from"]?.intValue ?? 0 > 0)
    #expect(try FileSystem.names(in: workspace.runs.store.root + "/work").isEmpty)
  }

  @Test func theRunsFolderTellsTheWholeStory() async throws {
    let summary = try await workspace.run(workspace.chain("1", "2"))
    let events = workspace.runs.events(of: summary.id).compactMap { $0["event"]?.stringValue }
    #expect(
      events == [
        "run.started", "stage.started", "stage.finished", "stage.started", "stage.finished", "run.finished",
      ])
    let recipe = try workspace.runs.storedRecipe(of: summary.id)
    #expect(recipe == workspace.chain("1", "2"))
    #expect(try await workspace.run(recipe).states == [.cached, .cached])
    let text = String(decoding: try FileSystem.read(summary.path + "/recipe.resolved.yaml"), as: UTF8.self)
    #expect(text.contains("  b:\n    kind: make\n"))
    #expect(try workspace.runs.runs().contains(summary.id))
  }

  @Test func everyTruncationOfTheEventsIsReadable() async throws {
    let summary = try await workspace.run(workspace.recipe([workspace.stage("a", "make", ["metric": 1])]))
    let path = summary.path + "/events.jsonl"
    let bytes = try FileSystem.read(path)
    let whole = workspace.runs.events(of: summary.id)
    for length in 0...bytes.count {
      try FileSystem.replace(path, with: Array(bytes[0..<length]))
      let events = workspace.runs.events(of: summary.id)
      #expect(events == Array(whole.prefix(events.count)))
      #expect(events.count >= bytes[0..<length].count { $0 == UInt8(ascii: "\n") })
    }
  }

  @Test func aForecastThatDoesNotFitStopsTheRun() {
    var forecast = RunForecast()
    forecast.disk = 2 << 30
    forecast.memory = 3 << 30
    #expect(
      forecast.objections(freeDisk: 1 << 30, memory: 1 << 30).map(\.code) == ["not-enough-disk", "not-enough-memory"])
    #expect(forecast.objections(freeDisk: 4 << 30, memory: 4 << 30).isEmpty)
  }

  @Test func longChainsNeedNoDeepStack() async throws {
    let stages = (0..<3000).map { workspace.stage("s\($0)", from: $0 == 0 ? [] : ["s\($0 - 1)"]) }
    let plan = try await workspace.plan(workspace.recipe(stages.reversed()))
    #expect(plan.stages.first?.id == "s0")
    #expect(plan.stages.last?.id == "s2999")
  }

  /// A clock that was set back between two runs does not make the newer one the older.
  @Test func identifiersSortByAgeWhateverTheClockSays() async throws {
    let workspace = try Workspace()
    try FileSystem.makeDirectory(workspace.runs.runPath("20991231-235959-ffff"))
    let first = try await workspace.run(workspace.chain("one"))
    let second = try await workspace.run(workspace.chain("two"))
    #expect(first.id == "21000101-000000-0000")
    #expect(second.id == "21000101-000000-0001")
    #expect(try workspace.runs.runs().last == second.id)
    let latest = FileSystem.resolved(workspace.runs.path + "/latest/a")
    #expect(latest == second["a"]?.path.flatMap(FileSystem.resolved))
  }

  /// What cannot be claimed could be collected while it is used.
  @Test func aHoldThatCannotBeHadFailsTheStageAndSaysWhy() async throws {
    let workspace = try Workspace()
    let recipe = workspace.chain("one", "two")
    try await workspace.run(recipe)
    let gate = workspace.runs.store.root + "/locks/gc"
    let catalog = StageCatalog(ScriptedStages.all)
    let runner = PipelineRunner(
      runs: workspace.runs, catalog: catalog, launcher: InProcessLauncher(catalog: catalog),
      observers: [GateBreaker(gate: gate, after: "a")])
    // Forced, `a` runs again; `b` is decided, and would be found cached, only when it has ended.
    var options = PlanOptions()
    options.targets = ["a"]
    options.force = true
    options.until = ["b"]
    let prepared = try await runner.prepare(recipe, options: options)
    #expect(prepared.plan.stage("b")?.disposition == .undecided)
    let summary = try await runner.execute(prepared)
    rmdir(gate)
    #expect(summary.status == .failed)
    #expect(summary["a"]?.state == .built)
    #expect(summary["b"]?.state == .failed)
    #expect(summary["b"]?.diagnostics.first?.message.contains("locks/gc") == true)
    #expect(try await workspace.run(recipe).states == [.cached, .cached])
  }
}

/// Makes the collector's lock impossible to take once a stage has ended.
private final class GateBreaker: RunObserver {
  let gate: String
  let stage: String

  init(gate: String, after stage: String) {
    self.gate = gate
    self.stage = stage
  }

  func observe(_ event: RunEvent) {
    guard case .stageFinished(let result) = event.kind, result.stage == stage else { return }
    unlink(gate)
    try? FileSystem.makeDirectory(gate)
  }
}
