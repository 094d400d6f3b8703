import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory
import ScriptedStages
import TestSupport
import Testing

@Suite struct RunHistoryTests {
  private let workspace: RecordedWorkspace

  init() throws { workspace = try RecordedWorkspace() }

  @Test func aRunIsThereWithAllItsParts() async throws {
    let summary = try await workspace.run(workspace.recipe())
    #expect(workspace.recorder.problem == nil)
    let detail = try workspace.database.detail("latest")
    #expect(detail.run.id == summary.id)
    #expect(detail.run.status == .succeeded)
    #expect(detail.run.states == [.built: 2])
    #expect(detail.environment["version"] == "test")
    #expect(detail.environment["threads"] == 2)
    let stage = try #require(detail.stage("a"))
    #expect(stage.state == .built)
    #expect(stage.decision?.reason == .neverBuilt)
    #expect(stage.parameters["text"] == "one")
    #expect(stage.parameters["metric"] == 0.5)
    #expect(stage.metrics == JSONObject([("score", 0.5)]))
    #expect(stage.series == ["loss"])
    #expect(stage.artifact == summary.stages[0].artifact)
    #expect(try workspace.database.series(run: summary.id, stage: "a", name: "loss").map(\.step) == [1, 2, 3])
  }

  @Test func aCachedStageStillHasItsFiguresAndCurves() async throws {
    try await workspace.run(workspace.recipe())
    let second = try await workspace.run(workspace.recipe())
    let detail = try workspace.database.detail(second.id)
    #expect(detail.run.states == [.cached: 2])
    #expect(detail.stage("a")?.metrics["score"] == 0.5)
    #expect(try workspace.database.series(run: second.id, stage: "a", name: "loss").count == 3)
  }

  @Test func aFailedStageKeepsItsMessageAndWhatItHadTold() async throws {
    try await workspace.run(workspace.recipe(misbehave: "fail"))
    let detail = try workspace.database.detail("latest")
    #expect(detail.run.status == .failed)
    #expect(detail.run.states == [.failed: 1, .skipped: 1])
    #expect(detail.stage("a")?.diagnostics?.arrayValue?.first?["code"] == "scripted")
    #expect(detail.stage("a")?.metrics["score"] == 0.5)
    #expect(try workspace.database.series(run: detail.run.id, stage: "a", name: "loss").count == 3)
    #expect(detail.stage("a")?.attempt == 1)
    try await workspace.run(workspace.recipe(misbehave: "fail"))
    try await workspace.run(workspace.recipe())
    #expect(try workspace.database.detail("latest").stage("a")?.attempt == 3)
    #expect(try workspace.database.detail("latest").stage("b")?.attempt == 1)
  }

  /// Figures are recorded by key: those of the run that did the work are not those of the runs that did not.
  @Test func aStageThatAnotherRunFinishedHasNoneOfItsFigures() async throws {
    let catalog = StageCatalog(ScriptedStages.all)
    func scores() throws -> [JSONValue?] {
      let runs = try Array(workspace.database.runs().reversed())
      let compared = try workspace.database.comparison(of: runs, catalog: catalog)
      let table = try workspace.database.table(limit: 100, metrics: ["score"])
      let line = compared.metrics.first { $0.stage == "a" && $0.name == "score" }?.values ?? []
      for (run, value) in zip(runs, line) {
        #expect(try workspace.database.detail(run.id).stage("a")?.metrics["score"] == value)
        let key = table.stages.first { $0.run == run.id && $0.stage == "a" }?.key
        #expect(key.flatMap { table.metrics[$0]?["score"] } == value)
      }
      return line
    }
    try await workspace.run(workspace.recipe(misbehave: "fail"))
    #expect(try scores() == [0.5])
    try await workspace.run(workspace.recipe(misbehave: "fail"))
    #expect(try scores() == [nil, 0.5])
    try await workspace.run(workspace.recipe())
    #expect(try scores() == [nil, nil, 0.5])
    try await workspace.run(workspace.recipe())
    #expect(try scores() == [nil, nil, 0.5, 0.5])
  }

  /// A run that is stopped at once came to none of its stages.
  @Test func aStageThatWasNotStartedIsNotCountedAsInterrupted() async throws {
    let stopped = RunControl()
    stopped.interrupt()
    let run = try await workspace.run(workspace.recipe(), control: stopped)
    #expect(run.status == .interrupted)
    #expect(try workspace.database.run(run.id).states == [.skipped: 2])
  }

  @Test func linksOfADeletedRunMoveToTheNewestThatIsLeft() async throws {
    func leadsTo(_ run: RunSummary, _ stage: Int, folder: String = "latest") -> Bool {
      let link = FileSystem.resolved("\(workspace.runs.path)/\(folder)/\(stage == 0 ? "a" : "b")")
      return link != nil && link == run.stages[stage].path.flatMap(FileSystem.resolved)
    }
    let first = try await workspace.run(workspace.recipe(text: "1"))
    let second = try await workspace.run(workspace.recipe(text: "2"))
    let failed = try await workspace.run(workspace.recipe(text: "3", misbehave: "fail"))
    let third = try await workspace.run(workspace.recipe(text: "4"))
    let command = try await workspace.run(workspace.recipe(text: "5").ofCommand)
    // An older run: nothing leads to it.
    #expect(try workspace.database.delete(failed.id, in: workspace.runs).isEmpty)
    #expect(leadsTo(third, 0) && leadsTo(third, 1))
    let renewed = try workspace.database.delete(third.id, in: workspace.runs)
    #expect(renewed.map(\.run) == [second.id, second.id] && Set(renewed.map(\.stage)) == ["a", "b"])
    #expect(leadsTo(second, 0) && leadsTo(second, 1))
    #expect(leadsTo(command, 0, folder: "commands"))
    // The links of commands are none of a recipe's.
    try workspace.database.delete(command.id, in: workspace.runs)
    #expect(FileSystem.linkTarget(workspace.runs.path + "/commands/a") == nil)
    #expect(leadsTo(second, 0))
    // What a collection removed leads nowhere, until the links are renewed.
    let path = try #require(second.stages[1].path)
    // Both stages wrote the same, so it is one artifact.
    #expect(second.stages[0].path == path)
    try FileSystem.removeTree(path)
    let left = try workspace.database.renew(in: workspace.runs)
    #expect(left.map(\.run) == [first.id, first.id])
    #expect(leadsTo(first, 0) && leadsTo(first, 1))
    try workspace.database.delete(second.id, in: workspace.runs)
    #expect(leadsTo(first, 0) && leadsTo(first, 1))
    let last = try workspace.database.delete(first.id, in: workspace.runs)
    #expect(last.map(\.run) == [nil, nil])
    #expect(FileSystem.linkTarget(workspace.runs.path + "/latest/a") == nil)
    #expect(FileSystem.linkTarget(workspace.runs.path + "/latest/b") == nil)
  }

  @Test func diffSaysWhatChangedAndWhetherItIsBetter() async throws {
    let first = try await workspace.run(workspace.recipe(metric: 0.5))
    let second = try await workspace.run(workspace.recipe(metric: 0.75))
    let diff = try workspace.diff(first.id, second.id)
    #expect(diff.parameters.map(\.name) == ["metric"])
    let metric = try #require(diff.metrics.first)
    #expect(metric.name == "score")
    #expect(metric.delta == 0.25)
    #expect(metric.verdict == .better)
    #expect(diff.markdown.contains("| a | score | 0.5 | 0.75 | +0.25 better |"))
    #expect(diff.text.contains("  a.score  0.5 → 0.75  (+0.25 better)\n"))
    #expect(diff.json["metrics"]?.arrayValue?.first?["verdict"] == "better")
    let same = try workspace.diff(first.id, first.id)
    #expect(same.text.hasSuffix("nothing differs\n"))
  }

  @Test func aFigureOfAKindThisProgramLacksHasNoVerdict() async throws {
    let first = try await workspace.run(workspace.recipe(metric: 0.5))
    let second = try await workspace.run(workspace.recipe(metric: 0.75))
    let diff = try workspace.diff(first.id, second.id, catalog: StageCatalog([]))
    #expect(diff.metrics.map(\.name) == ["score"])
    #expect(diff.metrics.first?.verdict == nil)
  }

  @Test func aRecordedNameOfBeforeIsComparedWithTheNameOfToday() async throws {
    let first = try await workspace.run(workspace.recipe(metric: 0.5))
    let second = try await workspace.run(workspace.recipe(metric: 0.25))
    var old = try workspace.database.detail(first.id)
    old.stages[0].metrics = JSONObject([("points", 0.5)])
    let diff = RunDiff(
      old, try workspace.database.detail(second.id), catalog: StageCatalog(ScriptedStages.all)
    ).onlyChanged
    #expect(diff.metrics.map(\.name) == ["score"])
    #expect(diff.metrics.first?.verdict == .worse)
  }

  @Test func aStageIsFoundInTheNewestRunThatTookIt() async throws {
    let first = try await workspace.run(workspace.recipe())
    #expect(try workspace.database.newestRun(with: "b") == first.id)
    // The stage `a` fails, so `b` is skipped.
    let second = try await workspace.run(workspace.recipe(text: "two", misbehave: "fail"))
    #expect(try workspace.database.newestRun(with: "a") == second.id)
    #expect(try workspace.database.newestRun(with: "b") == first.id)
    #expect(try workspace.database.newestRun(with: "none") == nil)
    // A run that is stopped during `a` never starts `b`.
    let stopped = RunControl()
    stopped.interrupt()
    let third = try await workspace.run(workspace.recipe(text: "three"), control: stopped)
    #expect(third.status == .interrupted)
    #expect(try workspace.database.newestRun(with: "b") == first.id)
  }

  @Test func figuresOfAStageThatWasNotAskedForAreOneLine() async throws {
    let old = try workspace.database.detail(try await workspace.run(workspace.recipe(metric: 0.5)).id)
    var new = old
    new.stages[0].state = .excluded
    new.stages[0].metrics = JSONObject()
    new.stages[0].artifact = nil
    let diff = RunDiff(old, new, catalog: StageCatalog(ScriptedStages.all)).onlyChanged
    #expect(diff.onlyOld == [old.stages[0].stage] && diff.onlyNew.isEmpty)
    #expect(diff.metrics.map(\.name) == ["score"])
    #expect(diff.text.contains("only in \(old.run.id)\n  \(old.stages[0].stage)\n"), "\(diff.text)")
    #expect(!diff.text.contains("gone") && !diff.markdown.contains("gone"))
  }

  /// Whoever keeps what he read must notice every change, his own and another process's.
  @Test func theMarkChangesWithTheDatabaseAndOnlyThen() async throws {
    let other = try RunDatabase(at: workspace.path + "/runs/runs.db")
    let empty = try other.changeMark()
    #expect(try other.changeMark() == empty)
    try await workspace.run(workspace.recipe())
    let foreign = try other.changeMark()
    #expect(foreign != empty)
    _ = try other.table(limit: 10, metrics: ["score"])
    #expect(try other.changeMark() == foreign)
    let own = try workspace.database.changeMark()
    try await workspace.run(workspace.recipe(text: "two"))
    #expect(try workspace.database.changeMark() != own)
  }

  @Test func lineageLeadsBackToTheSource() async throws {
    let summary = try await workspace.run(workspace.recipe())
    let nodes = try workspace.database.lineage(of: try #require(summary.stages[1].artifact))
    #expect(nodes.map(\.stage) == ["b", "a"])
    #expect(nodes[0].inputs.map(\.artifact) == [summary.stages[0].artifact])
    #expect(nodes[1].inputs.isEmpty)
  }

  @Test func runsAreFoundByPartAndByAge() async throws {
    let first = try await workspace.run(workspace.recipe(text: "1"))
    let second = try await workspace.run(workspace.recipe(text: "2"))
    #expect(try workspace.database.run("latest").id == second.id)
    #expect(try workspace.database.run("latest~1").id == first.id)
    #expect(try workspace.database.run(String(first.id.suffix(4))).id == first.id)
    #expect(throws: Diagnostic.self) { try workspace.database.run("nothing") }
    #expect(throws: Diagnostic.self) { try workspace.database.run("latest~9") }
    #expect(throws: Diagnostic.self) { try workspace.database.run("") }
    #expect(try workspace.database.runs(limit: 1).map(\.id) == [second.id])
    #expect(try workspace.database.runs(recipe: "other").isEmpty)
  }

  /// Who merges or downloads a model has not trained another one.
  @Test func aCommandsRunIsRecordedAndIsNeverTheLatest() async throws {
    let link = workspace.runs.path + "/latest/a"
    let other = workspace.runs.path + "/commands/a"
    let early = try await workspace.run(workspace.recipe(text: "0").ofCommand)
    // Where no recipe was run, there is nothing else to mean.
    #expect(try workspace.database.run("latest").id == early.id)
    #expect(!FileSystem.exists(link) && FileSystem.exists(other))
    let first = try await workspace.run(workspace.recipe(text: "1"))
    let second = try await workspace.run(workspace.recipe(text: "2"))
    let command = try await workspace.run(workspace.recipe(text: "3").ofCommand)
    #expect(try workspace.database.runs().map(\.id) == [command.id, second.id, first.id, early.id])
    #expect(try workspace.database.runs(origin: .recipe).map(\.id) == [second.id, first.id])
    #expect(try workspace.database.runs(origin: .command).map(\.id) == [command.id, early.id])
    #expect(try workspace.database.run("latest").id == second.id)
    #expect(try workspace.database.run("previous").id == first.id)
    #expect(try workspace.database.run("test").id == second.id)
    #expect(try workspace.database.run(command.id).origin == .command)
    #expect(FileSystem.resolved(link) == second.stages[0].path.flatMap(FileSystem.resolved))
    #expect(FileSystem.resolved(other) == command.stages[0].path.flatMap(FileSystem.resolved))
    // The folder of the run says it too.
    let again = try RunDatabase(at: workspace.path + "/again.db", busyTimeout: 200)
    try again.catchUp(with: workspace.runs)
    #expect(try again.runs(origin: .command).map(\.id) == [command.id, early.id])
  }

  /// Talking to models makes runs too; a collection that keeps the newest run keeps the newest that trained something.
  @Test func aCollectionCountsRunsOfRecipesAndOfCommandsApart() async throws {
    let trained = try await workspace.run(workspace.recipe(text: "1"))
    let commands = try await [
      workspace.run(workspace.recipe(text: "2").ofCommand), workspace.run(workspace.recipe(text: "3").ofCommand),
    ]
    let roots = try workspace.runs.collectionRoots(ofNewest: 1)
    #expect(roots.keys == Set((trained.stages + commands[1].stages).compactMap(\.key)))
    #expect(try workspace.runs.collectionRoots(ofNewest: 0).keys.isEmpty)
  }

  @Test func aDamagedDatabaseIsSetAsideAndMadeAgain() async throws {
    try await workspace.run(workspace.recipe(metric: 0.5))
    try await workspace.run(workspace.recipe(metric: 0.5, misbehave: "fail"))
    try await workspace.run(workspace.recipe(metric: 0.75))
    let before = try workspace.database.runs().map { try workspace.database.detail($0.id) }
    let path = workspace.path + "/copy.db"
    try FileSystem.replace(path, with: [UInt8](repeating: 0x41, count: 5000))
    let database = try RunDatabase.open(path)
    #expect(try database.runs().isEmpty)
    #expect(try database.catchUp(with: workspace.runs) == 3)
    #expect(try database.catchUp(with: workspace.runs) == 0)
    let after = try database.runs().map { try database.detail($0.id) }
    #expect(after.count == before.count)
    for (old, new) in zip(before, after) {
      #expect(new.run.status == old.run.status)
      #expect(new.stages.map(\.state) == old.stages.map(\.state))
      #expect(new.stages.map(\.metrics) == old.stages.map(\.metrics) || old.run.status == .failed)
      #expect(new.stages.map(\.parameters) == old.stages.map(\.parameters))
      #expect(new.stages.map(\.decision) == old.stages.map(\.decision))
    }
    #expect(try FileSystem.names(in: workspace.path).contains { $0.hasPrefix("copy.db.damaged-") })
  }

  /// The plan of a run with nothing to do says what its events do not repeat.
  @Test func aRunWithNothingToDoIsReadInAsItWasRecorded() async throws {
    try await workspace.run(workspace.recipe())
    let summary = try await workspace.run(workspace.recipe())
    let recorded = try workspace.database.detail(summary.id)
    let database = try RunDatabase(at: workspace.path + "/again.db")
    #expect(try database.catchUp(with: workspace.runs) == 2)
    let again = try database.detail(summary.id)
    #expect(again.run.status == .succeeded && again.run.states == [.cached: 2])
    #expect(again.stages.map(\.state) == recorded.stages.map(\.state))
    #expect(again.stages.map(\.artifact) == recorded.stages.map(\.artifact))
    // One that was killed before it wrote a word has the stages of its plan too, and the time of its name.
    try FileSystem.replace(summary.path + "/events.jsonl", with: [])
    let killed = try RunDatabase(at: workspace.path + "/killed.db")
    #expect(try killed.catchUp(with: workspace.runs) == 2)
    let left = try killed.detail(summary.id)
    #expect(left.run.status == .interrupted && left.run.states == [.cached: 2])
    #expect(abs(left.run.started - recorded.run.started) < 2)
    #expect(again.stages.map(\.key) == recorded.stages.map(\.key))
    #expect(again.stages.map(\.metrics) == recorded.stages.map(\.metrics))
    #expect(again.stages.map(\.series) == recorded.stages.map(\.series))
    #expect(again.stages.map(\.parameters) == recorded.stages.map(\.parameters))
  }

  /// Rows that equal those of the run before are copied, unless that run is no longer what it was.
  @Test func repeatedRowsAreThoseThatWouldBeWritten() async throws {
    func recipe(_ last: String) -> Recipe {
      let stages = (0..<70).map { index in
        RecipeStage(
          id: "s\(index)", kind: "make",
          parameters: JSONObject([("text", .string(index == 69 ? last : "t\(index)")), ("metric", .number(1))]),
          output: .files)
      }
      return Recipe(name: "long", file: "recipe.yaml", directory: workspace.path, seed: 7, stages: stages)
    }
    func rows(_ run: String) throws -> [StageEntry] {
      try workspace.database.detail(run).stages.map { stage in
        var stage = stage
        (stage.started, stage.finished) = (nil, nil)
        return stage
      }
    }
    try await workspace.run(recipe("x"))
    let first = try await workspace.run(recipe("x"))
    let written = try rows(first.id)
    #expect(written.count == 70 && written.allSatisfy { $0.state == .cached && $0.parameters.count > 1 })
    let second = try await workspace.run(recipe("x"))
    #expect(try rows(second.id) == written)
    #expect(try workspace.database.detail(second.id).stages.allSatisfy { $0.finished != nil })
    // Other rows, and then those of before again.
    try await workspace.run(recipe("y"))
    let other = try await workspace.run(recipe("y"))
    #expect(try rows(other.id).last?.parameters["text"] == "y")
    let back = try await workspace.run(recipe("x"))
    #expect(try rows(back.id) == written)
    // The database is made again, so that the run before has no rows in it.
    let database = try RunDatabase(at: workspace.path + "/again.db")
    let recorder = RunRecorder(database, runs: workspace.runs)
    let third = try await workspace.run(recipe("x"), observers: [recorder])
    #expect(recorder.problem == nil)
    #expect(try database.detail(third.id).stages.map(\.artifact) == written.map(\.artifact))
    #expect(try database.detail(third.id).stages.allSatisfy { $0.state == .cached })
  }

  /// As after a crash, or a full disk, just when it was made.
  @Test func anEmptyDatabaseFileIsMadeAgain() async throws {
    try await workspace.run(workspace.recipe())
    let path = workspace.path + "/copy.db"
    try FileSystem.replace(path, with: [])
    #expect(try RunDatabase.open(path).catchUp(with: workspace.runs) == 1)
    #expect(try RunDatabase.open(path).catchUp(with: workspace.runs) == 0)
  }

  @Test func aLockedDatabaseDoesNotLoseTheRun() async throws {
    let other = try RunDatabase(at: workspace.database.path)
    let summary = try await other.whileLocked { try await workspace.run(workspace.recipe()) }
    #expect(summary.status == .succeeded)
    #expect(workspace.recorder.problem?.code == "database-locked")
    #expect(try other.runs().isEmpty)
    #expect(try other.catchUp(with: workspace.runs) == 1)
    #expect(try other.detail(summary.id).run.status == .succeeded)
  }

  /// As when the disk was full at the end: the database never heard that the run had ended.
  @Test func aRunThatNeverEndedInTheDatabaseIsEndedFromItsFolder() async throws {
    let ended = try await workspace.run(workspace.recipe())
    let failed = try await workspace.run(workspace.recipe(text: "two", misbehave: "fail"))
    let torn = try await workspace.run(workspace.recipe())
    let gone = try await workspace.run(workspace.recipe())
    for run in [ended, failed, torn, gone] { try workspace.database.setStatus(run.id, "running") }
    // One lost its last events too, and one its whole folder.
    let log = workspace.runs.runPath(torn.id) + "/events.jsonl"
    try FileSystem.replace(log, with: Array(try FileSystem.read(log).prefix(10)))
    try FileSystem.removeTree(workspace.runs.runPath(gone.id))
    #expect(try workspace.database.catchUp(with: workspace.runs) == 4)
    let statuses = try [ended, failed, torn, gone].map { try workspace.database.detail($0.id).run.status }
    #expect(statuses == [.succeeded, .failed, .interrupted, .interrupted])
    #expect(try workspace.database.catchUp(with: workspace.runs) == 0)
  }

  @Test func aNewerDatabaseStopsNoRun() async throws {
    let version = try workspace.database.version()
    try workspace.database.setVersion(99)
    let recorder = RunRecorder(of: workspace.runs)
    #expect(recorder.problem?.code == "database-too-new")
    let summary = try await workspace.run(workspace.recipe(), observers: [recorder])
    #expect(summary.status == .succeeded)
    #expect(recorder.problem?.code == "database-too-new")
    try workspace.database.setVersion(version)
    #expect(RunRecorder(of: workspace.runs).problem == nil)
    #expect(try workspace.database.detail(summary.id).run.status == .succeeded)
  }

  @Test func aNewerDatabaseIsRefused() throws {
    try workspace.database.setVersion(99)
    #expect { try RunDatabase(at: workspace.database.path) } throws: { ($0 as? Diagnostic)?.code == "database-too-new" }
  }

  @Test func aDeadRunIsMarkedInterrupted() async throws {
    let summary = try await workspace.run(workspace.recipe())
    // The same run, had its process been killed before the end.
    let events = summary.path + "/events.jsonl"
    let lines = try FileSystem.read(events).split(separator: UInt8(ascii: "\n")).dropLast()
    try FileSystem.replace(events, with: Array(lines.joined(separator: [UInt8(ascii: "\n")])))
    try FileSystem.makeDirectory(workspace.runs.path + "/live")
    var identity = ProcessIdentity.current().json
    if case .object(var object) = identity {
      object["start"] = "1"
      identity = .object(object)
    }
    try FileSystem.replace("\(workspace.runs.path)/live/\(summary.id)", with: identity.bytes())
    try workspace.database.setStatus(summary.id, "running")
    try await workspace.run(workspace.recipe())
    #expect(try workspace.database.run(summary.id).status == .interrupted)
    #expect(workspace.runs.events(of: summary.id).last?["reconciled"] == true)
    #expect(try FileSystem.names(in: workspace.runs.path + "/live").isEmpty)
  }
}
