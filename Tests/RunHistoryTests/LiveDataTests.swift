import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import ScriptedStages
import TestSupport
import Testing

@testable import RunHistory

@Suite struct LiveDataTests {
  /// A workspace with one stage that counts, and reports each number.
  private final class CountingWorkspace: Sendable {
    private let folder: TemporaryFolder
    let runs: RunsDirectory
    let database: RunDatabase
    let catalog = StageCatalog(ScriptedStages.all)
    var data: LiveData { LiveData(runs, database: database) }

    init() throws {
      folder = try TemporaryFolder()
      runs = try RunsDirectory(at: folder.path + "/runs")
      database = try RunDatabase(at: folder.path + "/runs/runs.db")
    }

    func run(to last: Int, delay: Int = 1, control: RunControl = RunControl()) async throws -> RunSummary {
      let parameters = JSONObject([("to", .integer(Int64(last))), ("step_delay", .integer(Int64(delay)))])
      let recipe = Recipe(
        name: "test", file: "recipe.yaml", directory: folder.path, seed: 7,
        stages: [RecipeStage(id: "count", kind: "count", parameters: parameters, output: .files)])
      let runner = PipelineRunner(
        runs: runs, catalog: catalog, launcher: InProcessLauncher(catalog: catalog),
        observers: [RunRecorder(database, runs: runs)])
      return try await runner.run(recipe, control: control)
    }

    /// The only run, as soon as its stage has reported so many points.
    func liveRun(points count: Int) async throws -> String {
      for _ in 0..<600 {
        if let run = try runs.runs().last,
          try data.points(run: run, stage: "count", series: "count").points.count >= count
        {
          return run
        }
        try await Task.sleep(for: .milliseconds(50))
      }
      throw Diagnostic(code: "test", "no points came")
    }
  }

  @Test func aRunningStageIsReadByTwoReadersAndLosesNothing() async throws {
    let workspace = try CountingWorkspace()
    async let summary = workspace.run(to: 80, delay: 25)
    let run = try await workspace.liveRun(points: 10)
    #expect(workspace.runs.isLive(run))
    let progress = try #require(workspace.data.progress(run: run)?.stage("count"))
    #expect(progress.kind == "count" && progress.unit == "steps" && progress.total == 80)
    #expect(progress.completed >= 1 && progress.activity?.hasPrefix("counting ") == true)
    #expect((progress.values["count"]?.doubleValue ?? 0) >= 1 && (progress.memory ?? 0) > 1_000_000)
    // Two readers follow to the end, each from where it was, in bites of their own size.
    var followed: [[CurvePoint]] = [[], []]
    var next = [0, 0]
    while workspace.runs.isLive(run) || next.contains(where: { $0 < 80 }) {
      for (reader, bite) in [3, 1000].enumerated() {
        let batch = try workspace.data.points(
          run: run, stage: "count", series: "count", since: next[reader], limit: bite)
        #expect(batch.next == next[reader] + batch.points.count)
        followed[reader] += batch.points
        next[reader] = batch.next
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(try await summary.status == .succeeded)
    for points in followed {
      #expect(points.map(\.step) == Array(1...80) && points.map(\.value) == (1...80).map { Double($0) })
      let times = points.compactMap(\.time)
      #expect(times.count == 80 && times == times.sorted() && (times.last ?? 0) - (times.first ?? 0) > 1)
    }
    #expect(workspace.data.progress(run: run) == nil)
    #expect(try workspace.data.series(run: run, stage: "count") == ["count"])
    let recorded = try workspace.database.series(run: run, stage: "count", name: "count")
    #expect(recorded.map(\.step) == Array(1...80) && recorded.allSatisfy { $0.time != nil })
    let log = workspace.data.log(run: run, stage: "count")
    #expect(log.lines.first?.hasSuffix("  counted 1") == true && log.lines.contains { $0.hasSuffix("counted 80") })
    #expect(log.lines.last?.hasSuffix("  done: resumed_from 0") == true)
    #expect(log.lines.allSatisfy { StageLogLine.isOne($0) })
    #expect(workspace.data.log(run: run, stage: "count", since: log.next).lines == [])
  }

  @Test func aCachedStageShowsTheCurveOfTheRunThatBuiltIt() async throws {
    let workspace = try CountingWorkspace()
    _ = try await workspace.run(to: 5)
    let second = try await workspace.run(to: 5)
    #expect(second.stages[0].state == .cached)
    #expect(try workspace.data.series(run: second.id, stage: "count") == ["count"])
    let points = try workspace.data.points(run: second.id, stage: "count", series: "count").points
    #expect(points.map(\.step) == Array(1...5) && points.allSatisfy { $0.time != nil })
  }

  /// What was reported before a stop and after it is one curve.
  @Test func aStageThatContinuesHasItsWholeCurve() async throws {
    let workspace = try CountingWorkspace()
    let control = RunControl()
    async let first = workspace.run(to: 60, delay: 20, control: control)
    _ = try await workspace.liveRun(points: 5)
    control.interrupt()
    let stopped = try await first
    #expect(stopped.status == .interrupted)
    let second = try await workspace.run(to: 60)
    let points = try workspace.data.points(run: second.id, stage: "count", series: "count").points
    #expect(points.map(\.step) == Array(1...60))
    let rest = try workspace.data.points(run: second.id, stage: "count", series: "count", since: 55).points
    #expect(rest.map(\.step) == Array(56...60))
    #expect(try workspace.database.series(run: second.id, stage: "count", name: "count").map(\.step) == Array(1...60))
    // Cost and metrics are of the run that reached the end, and of no other.
    let (before, after) = try (
      workspace.database.detail(stopped.id).stages[0], workspace.database.detail(second.id).stages[0]
    )
    #expect(before.key == after.key && before.state == .interrupted)
    #expect(before.metrics.isEmpty && before.actionSeconds == nil && before.peakMemory == nil)
    #expect(after.metrics["resumed_from"]?.intValue ?? 0 > 0 && after.actionSeconds != nil)
    let rows = try workspace.database.table(limit: 9, metrics: ["resumed_from"]).stages
    #expect(rows.filter { $0.key != nil }.map(\.run) == [second.id])
  }

  @Test func aTornPointAndAForeignFileAreNoPoints() async throws {
    let workspace = try CountingWorkspace()
    let run = try await workspace.run(to: 4).id
    let file = workspace.runs.pointsFile(run, stage: "count", series: "count")
    let whole = try FileSystem.read(file)
    for bytes in 1...23 {
      try FileSystem.replace(file, with: Array(whole.dropLast(bytes)))
      #expect(PointFile.points(in: file)?.map(\.step) == [1, 2, 3])
    }
    var generator = SplitMix64(seed: 3)
    for length in [0, 3, 15, 16, 20, 400] {
      try FileSystem.replace(file, with: (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
      #expect(PointFile.points(in: file) == nil)
    }
    // A name longer than the file.
    try FileSystem.replace(file, with: Array("lppoint1".utf8) + [255, 255, 0, 0, 0, 0, 0, 0, 1, 2])
    #expect(PointFile.points(in: file) == nil)
    // What the folder has lost, the database has.
    #expect(try workspace.data.points(run: run, stage: "count", series: "count").points.map(\.step) == [1, 2, 3, 4])
  }

  /// A run of a version that kept points as events, and died before its stage ended.
  @Test func aRunOfAnOlderVersionIsRead() async throws {
    let workspace = try CountingWorkspace()
    let run = try await workspace.run(to: 3).id
    try FileSystem.removeTree(workspace.runs.runPath(run) + "/points")
    let events = (1...4).map { step in
      #"{"time":100.5,"event":"stage.point","stage":"old","series":"loss","step":\#(step),"value":\#(step).5}"# + "\n"
    }
    try FileSystem.replace(
      workspace.runs.runPath(run) + "/events.jsonl", with: Array((events.joined() + #"{"time":101,"eve"#).utf8))
    #expect(try workspace.data.series(run: run, stage: "old") == ["loss"])
    let points = try workspace.data.points(run: run, stage: "old", series: "loss", since: 1).points
    #expect(points == (2...4).map { CurvePoint(step: $0, value: Double($0) + 0.5, time: 100.5) })
    let batch = workspace.data.events(run: run)
    #expect(batch.events.count == 4)
    #expect(workspace.data.events(run: run, since: batch.next).events == [])
  }

  /// Before times, tags and notes: points without times, absolute log paths.
  @Test func aDatabaseOfAnOlderVersionIsMigratedAndRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/runs.db"
    let run = "20261101-101500-0001"
    do {
      let old = try SQLiteConnection(path, readOnly: false, busyTimeout: 100)
      try old.script("CREATE TABLE migrations (step TEXT PRIMARY KEY, applied REAL NOT NULL)")
      for step in Migrations.steps.prefix(2) { try old.script(step.sql) }
      try old.script(
        """
        PRAGMA user_version = 2;
        INSERT INTO runs (id, recipe, label, file, variant, seed, status, started, command, path)
          VALUES ('\(run)', 'r', 'r', 'r.yaml', '{}', '7', 'succeeded', 1.0, '[]', '/elsewhere/runs/\(run)');
        INSERT INTO stages (run, position, stage, kind, state, key, log)
          VALUES ('\(run)', 0, 'train', 'sft', 'built', 'k', '/elsewhere/runs/\(run)/logs/train.log');
        INSERT INTO action_points (key, name, step, value) VALUES ('k', 'loss', 1, 2.5), ('k', 'loss', 2, NULL);
        """)
    }
    let database = try RunDatabase(at: path)
    #expect(try database.version() == Migrations.steps.count)
    let detail = try database.detail(run)
    #expect(detail.run.path == "\(folder.path)/\(run)")
    #expect(detail.stage("train")?.log == "\(folder.path)/\(run)/logs/train.log")
    let data = LiveData(try RunsDirectory(at: folder.path), database: database)
    #expect(try data.series(run: run, stage: "train") == ["loss"])
    let points = try data.points(run: run, stage: "train", series: "loss").points
    #expect(points.map(\.step) == [1, 2] && points.first == CurvePoint(step: 1, value: 2.5))
    #expect(points.last?.value.isNaN == true)
  }

  /// Runs of `merge` and `pull` had the name of a file that was never there.
  @Test func runsOfOlderCommandsAreKnownAsSuch() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/runs.db"
    // Recipe, file, command, and kind and name of each stage.
    let cases: [(String, String, String, [(String, String)], RunOrigin)] = [
      ("merge", "/w/merge.yaml", #"["lorapipe","merge","train"]"#, [("merge", "merged")], .command),
      ("pull", "/w/pull.yaml", #"["lorapipe","-C","/w","chat","hf:a/b"]"#, [("fetch", "b")], .command),
      ("merge", "/w/merge.yaml", #"["lorapipe","resume","merge"]"#, [("merge", "merged")], .command),
      // What somebody wrote and ran.
      ("merge", "/w/merge.yaml", #"["lorapipe","run","merge.yaml"]"#, [("merge", "merged")], .recipe),
      ("merge", "/w/recipes/merge.yaml", #"["lorapipe","resume","merge"]"#, [("merge", "merged")], .recipe),
      ("merge", "/w/merge.yaml", #"["lorapipe","resume"]"#, [("fetch", "base"), ("merge", "merged")], .recipe),
      ("merge", "/w/merge.yaml", #"["lorapipe","resume"]"#, [("merge", "both")], .recipe),
      ("pull", "/w/pull.yaml", #"["lorapipe","resume"]"#, [("mix", "pull")], .recipe),
      ("grace", "/w/grace.yaml", #"["lorapipe","resume"]"#, [("merge", "merged")], .recipe),
    ]
    let ids = cases.indices.map { "20261101-10150\($0)-0001" }
    do {
      let old = try SQLiteConnection(path, readOnly: false, busyTimeout: 100)
      try old.script("CREATE TABLE migrations (step TEXT PRIMARY KEY, applied REAL NOT NULL)")
      for step in Migrations.steps.prefix(4) { try old.script(step.sql) }
      try old.script("PRAGMA user_version = 4")
      for (id, (recipe, file, command, stages, _)) in zip(ids, cases) {
        try old.script(
          """
          INSERT INTO runs (id, recipe, label, file, variant, seed, status, started, command, path)
            VALUES ('\(id)', '\(recipe)', '\(recipe)', '\(file)', '{}', '7', 'succeeded', 1.0, '\(command)', '/w');
          """)
        for (position, (kind, name)) in stages.enumerated() {
          try old.script(
            """
            INSERT INTO stages (run, position, stage, kind, state)
              VALUES ('\(id)', \(position), '\(name)', '\(kind)', 'built');
            """)
        }
      }
    }
    let database = try RunDatabase(at: path)
    for (id, wanted) in zip(ids, cases) {
      #expect(try database.run(id).origin == wanted.4, "\(wanted)")
      // As the folder of the run says.
      let recipe = Recipe(
        name: wanted.0, file: wanted.1, directory: "/w", seed: 7,
        stages: wanted.3.map {
          RecipeStage(
            id: $1, kind: $0,
            parameters: $0 == "fetch" ? JSONObject([("source", .string("hf:a/b"))]) : JSONObject(), output: .files)
        })
      let words = try JSONValue(parsing: wanted.2).arrayValue?.compactMap(\.stringValue) ?? []
      #expect(recipe.isOfOlderCommand(startedBy: words) == (wanted.4 == .command), "\(wanted)")
    }
    #expect(try database.commandRuns().map(\.command) == ["merge", "pull"])
    #expect(try database.commandRuns().map(\.count) == [2, 1])
  }

  @Test func theLogOfACopiedWorkspaceIsItsOwn() async throws {
    let workspace = try CountingWorkspace()
    let run = try await workspace.run(to: 3).id
    let copy = try TemporaryFolder()
    let status = system("cp -r '\(workspace.runs.path)' '\(copy.path)/runs'")
    #expect(status == 0)
    let database = try RunDatabase(at: copy.path + "/runs/runs.db")
    let detail = try database.detail(run)
    #expect(detail.run.path == "\(copy.path)/runs/\(run)")
    #expect(detail.stage("count")?.log == "\(copy.path)/runs/\(run)/logs/count.log")
  }
}
