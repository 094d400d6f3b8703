import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import RemoteCache
import ScriptedStages
import Testing

/// Two workspaces and a folder between them.
@Suite struct RemoteCacheRunTests {
  let one: Workspace
  let two: Workspace
  let share: String

  init() throws {
    one = try Workspace()
    two = try Workspace()
    share = one.path + "/share"
    try FileSystem.makeDirectory(share)
  }

  private let stages = ScriptedStages.all + [Dice.self]

  private func cache(_ workspace: Workspace) throws -> RemoteCache {
    var configuration = RemoteCacheConfiguration(url: "file:\(share)")
    configuration.push = .always
    return try RemoteCache([configuration], store: workspace.runs.store, environment: [:])
  }

  @discardableResult
  private func run(
    _ workspace: Workspace, _ recipe: Recipe, plan: PlanOptions = PlanOptions()
  ) async throws -> (summary: RunSummary, cache: RemoteCache) {
    let cache = try cache(workspace)
    let uploads = UploadQueue(cache)
    let catalog = StageCatalog(stages)
    let runner = PipelineRunner(
      runs: workspace.runs, catalog: catalog, launcher: InProcessLauncher(catalog: catalog),
      observers: [workspace.events], remote: cache, uploads: uploads)
    let summary = try await runner.run(recipe, plan: plan)
    uploads.finish()
    return (summary, cache)
  }

  private func plan(_ workspace: Workspace, _ recipe: Recipe) throws -> Plan {
    try Planner(runs: workspace.runs, catalog: StageCatalog(stages), remote: cache(workspace)).plan(recipe)
  }

  /// Long enough that each stage is worth sending.
  private func slow(_ workspace: Workspace, _ texts: [String]) -> Recipe {
    let names = ["a", "b", "c", "d"]
    return workspace.recipe(
      texts.enumerated().map { index, text in
        workspace.stage(
          names[index], "make", ["text": .string(text), "delay": 250, "metric": .number(Double(index))],
          from: index == 0 ? [] : [names[index - 1]])
      })
  }

  @Test func whatOneWorkspaceFilledTheOtherHasCached() async throws {
    let first = try await run(one, slow(one, ["1", "2", "3"]))
    #expect(first.summary.states == [.built, .built, .built])
    #expect(first.cache.report.sent == 3)
    let plan = try plan(two, slow(two, ["1", "2", "3"]))
    #expect(plan.stages.map(\.decision.reason.code) == ["remote", "remote", "remote"])
    #expect(plan.forecast.seconds == 0 && plan.forecast.download > 0 && !plan.isUpToDate)
    let second = try await run(two, slow(two, ["1", "2", "3"]))
    #expect(second.summary.states == [.cached, .cached, .cached])
    #expect(try two.ran() == [])
    #expect(second.summary.stages.map(\.artifact) == first.summary.stages.map(\.artifact))
    #expect(try two.output(second.summary["c"]) == "3+2+1")
    let record = try #require(second.summary["c"]?.record)
    #expect(record.metrics["score"]?.doubleValue == 2 && two.runs.store.series(of: record) != nil)
    // A third time nobody is asked.
    let third = try await run(two, slow(two, ["1", "2", "3"]))
    #expect(third.summary.states == [.cached, .cached, .cached])
    #expect(third.cache.report.isEmpty)
  }

  /// A count in one workspace is stopped; it is finished in another.
  @Test func unfinishedWorkContinuesOnAnotherMachine() async throws {
    func recipe(_ workspace: Workspace) -> Recipe {
      workspace.recipe([workspace.stage("c", "count", ["to": 400, "step_delay": 5])])
    }
    func run(_ workspace: Workspace, stopAfter: Double? = nil) async throws -> (RunSummary, RemoteReport) {
      let cache = try cache(workspace)
      let checkpoints = CheckpointUploads(cache)
      let uploads = UploadQueue(cache)
      let catalog = StageCatalog(stages)
      let runner = PipelineRunner(
        runs: workspace.runs, catalog: catalog, launcher: InProcessLauncher(catalog: catalog),
        observers: [workspace.events], remote: cache, uploads: uploads, checkpoints: checkpoints)
      let control = RunControl()
      if let stopAfter {
        Task {
          try await Task.sleep(for: .seconds(stopAfter))
          control.interrupt()
        }
      }
      let summary = try await runner.run(recipe(workspace), control: control)
      uploads.finish()
      checkpoints.dropFinished()
      return (summary, cache.report)
    }
    let first = try await run(one, stopAfter: 0.8)
    #expect(first.0.states == [.interrupted] && first.1.checkpointsSent == 1)
    let second = try await run(two)
    #expect(second.0.states == [.built] && second.1.checkpointsFetched == 1 && second.1.failures == [])
    #expect(try #require(second.0["c"]?.record?.metrics["resumed_from"]?.intValue) > 0)
    let plain = try Workspace()
    let whole = try await plain.run(recipe(plain))
    #expect(second.0["c"]?.artifact == whole["c"]?.artifact)
    // Nothing of the unfinished work is left there, and the first machine has the result.
    #expect(try await run(one).0.states == [.cached])
    let left = try FileSystem.names(in: share + "/ac")
    #expect(left == [try #require(second.0["c"]?.record?.key.hex)])
  }

  @Test func onlyWhatNobodyMadeIsMade() async throws {
    try await run(one, slow(one, ["1", "2", "3"]))
    let second = try await run(two, slow(two, ["1", "x", "3"]))
    #expect(second.summary.states == [.cached, .built, .built])
    #expect(try two.ran() == ["b", "c"])
  }

  @Test func anEvictedFileMakesTheStageRunAndHealsTheCache() async throws {
    let first = try await run(one, slow(one, ["1", "2", "3"]))
    let file = try #require(first.summary["b"]?.record?.files.first?.entry.digest)
    unlink("\(share)/cas/\(file)")
    let second = try await run(two, slow(two, ["1", "2", "3"]))
    #expect(second.summary.states == [.cached, .built, .cached])
    #expect(try two.ran() == ["b"])
    #expect(second.cache.report.failures.map(\.code) == ["incomplete"])
    let third = try Workspace()
    #expect(try await run(third, slow(third, ["1", "2", "3"])).summary.states == [.cached, .cached, .cached])
  }

  @Test func aPoisonedFileIsNeverUsed() async throws {
    let first = try await run(one, slow(one, ["1", "2", "3"]))
    let file = try #require(first.summary["a"]?.record?.files.first?.entry.digest)
    try FileSystem.replace("\(share)/cas/\(file)", with: Array("9".utf8))
    let second = try await run(two, slow(two, ["1", "2", "3"]))
    #expect(second.summary.states == [.built, .cached, .cached])
    #expect(try two.output(second.summary["c"]) == "3+2+1")
    #expect(try FileSystem.read("\(share)/cas/\(file)") == Array("1".utf8))
  }

  @Test func aStageThatPutsOutSomethingElseTakesItsDescendantsAlong() async throws {
    func recipe(_ workspace: Workspace) -> Recipe {
      workspace.recipe([
        workspace.stage("a", "dice", ["delay": 250]),
        workspace.stage("b", "make", ["text": "b", "delay": 250], from: ["a"]),
      ])
    }
    let first = try await run(one, recipe(one))
    let file = try #require(first.summary["a"]?.record?.files.first?.entry.digest)
    unlink("\(share)/cas/\(file)")
    let second = try await run(two, recipe(two))
    // The plan had taken b's key from an output that could not be fetched.
    #expect(second.summary.states == [.built, .built])
    #expect(second.summary["a"]?.artifact != first.summary["a"]?.artifact)
    #expect(second.summary["b"]?.key != first.summary["b"]?.key)
  }

  @Test func forcedStagesAskNobody() async throws {
    try await run(one, slow(one, ["1"]))
    var options = PlanOptions()
    options.force = true
    #expect(try await run(two, slow(two, ["1"]), plan: options).summary.states == [.built])
  }

  @Test func aCacheThatIsGoneFailsNoRun() async throws {
    try FileSystem.removeTree(share)
    let result = try await run(one, slow(one, ["1", "2"]))
    #expect(result.summary.states == [.built, .built])
    #expect(result.summary.exitStatus == 0)
  }
}

/// Puts out another text each time.
private struct Dice: Stage {
  static let kind = StageKind(
    "dice", version: 1, summary: "Throws dice.", parameters: CommonParameters.self, output: .files)

  let parameters: CommonParameters

  init(_ parameters: CommonParameters) { self.parameters = parameters }

  func run(_ context: any StageContext) async throws {
    try await Task.sleep(for: .milliseconds(parameters.begin.delay ?? 0))
    let text = "\(UInt64.random(in: 0 ... .max))"
    try FileSystem.replace(context.outputDirectory + "/out.txt", with: Array(text.utf8))
  }
}
