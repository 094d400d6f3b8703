import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import ScriptedStages
import Testing

@Suite struct CachingTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func aSecondRunDoesNothing() async throws {
    let first = try await workspace.run(workspace.chain("1", "2", "3"))
    #expect(first.states == [.built, .built, .built])
    #expect(first.status == .succeeded)
    #expect(first.exitStatus == 0)
    #expect(try workspace.output(first["c"]) == "3+2+1")
    #expect(try workspace.ran() == ["a", "b", "c"])
    let second = try await workspace.run(workspace.chain("1", "2", "3"))
    #expect(second.states == [.cached, .cached, .cached])
    #expect(second.stages.map(\.artifact) == first.stages.map(\.artifact))
    #expect(try workspace.ran() == [])
  }

  @Test func changedParameterRerunsDescendants() async throws {
    try await workspace.run(workspace.chain("1", "2", "3"))
    _ = try workspace.ran()
    let plan = try await workspace.plan(workspace.chain("1", "x", "3"))
    #expect(plan.stages.map(\.decision.reason.code) == ["cached", "parameterChanged", "unknownUntilUpstream"])
    #expect(
      plan.stage("b")?.decision.explanation(of: "b", verb: "would rerun")
        == [#"b would rerun: b.text "2" → "x" (recipe.yaml:7)"#])
    #expect(try workspace.ran() == [])
    let summary = try await workspace.run(workspace.chain("1", "x", "3"))
    #expect(try workspace.ran() == ["b", "c"])
    #expect(summary["c"]?.decision.reason == .inputChanged(name: "b"))
    #expect(try workspace.output(summary["c"]) == "3+x+1")
    // Later, when all is cached, it can still be said why.
    try await workspace.run(workspace.chain("1", "x", "3"))
    let key = try #require(summary["b"]?.key)
    let last = try #require(workspace.runs.lastExecution(ofKey: key, stage: "b"))
    #expect(last.run == summary.id)
    #expect(last.decision.explanation(of: "b", verb: "reran") == [#"b reran: b.text "2" → "x" (recipe.yaml:7)"#])
  }

  @Test func equalOutputStopsTheChange() async throws {
    func recipe(_ text: String) -> Recipe {
      workspace.recipe([
        workspace.stage("a", "make", ["text": .string(text)]), workspace.stage("b", "upper", from: ["a"]),
        workspace.stage("c", "make", from: ["b"]),
      ])
    }
    try await workspace.run(recipe("word"))
    _ = try workspace.ran()
    let summary = try await workspace.run(recipe("WORD"))
    #expect(try workspace.ran() == ["a", "b"])
    #expect(summary.states == [.built, .built, .cached])
  }

  @Test func namesPathsAndOrderAreNotInTheKey() async throws {
    try await workspace.run(workspace.chain("1", "2"))
    _ = try workspace.ran()
    let renamed = workspace.recipe([
      workspace.stage("second", "make", ["text": "2"], from: ["first"]),
      workspace.stage("first", "make", ["text": "1", "delay": 1]),
    ])
    #expect(try await workspace.run(renamed).states == [.cached, .cached])
    #expect(try workspace.ran() == [])
  }

  @Test(arguments: [UInt64(1), 2, .max])
  func theSeedIsInTheKeyOfKindsThatUseIt(_ seed: UInt64) async throws {
    func recipe(_ seed: UInt64) -> Recipe {
      workspace.recipe([workspace.stage("a"), workspace.stage("b", "upper", from: ["a"])], seed: seed)
    }
    try await workspace.run(recipe(0))
    let plan = try await workspace.plan(recipe(seed))
    // A number, as people wrote it; past 63 bits JSON has none, and the text stays.
    let shown = Int64(exactly: seed).map { JSONValue.integer($0) } ?? .string(String(seed))
    #expect(plan.stage("a")?.decision.reason == .parameterChanged(name: "seed", old: .integer(0), new: shown))
    // `upper` uses none, and its input came out the same.
    #expect(try await workspace.run(recipe(seed)).states == [.built, .cached])
  }

  @Test func declaredEnvironmentIsInTheKey() async throws {
    try await workspace.run(workspace.recipe([workspace.stage("a")], env: ["X": "1"]))
    let plan = try await workspace.plan(workspace.recipe([workspace.stage("a")], env: ["X": "2"]))
    #expect(plan.stage("a")?.decision.reason == .parameterChanged(name: "env.X", old: "1", new: "2"))
  }

  @Test func aNewImplementationRunsAgain() async throws {
    try await workspace.run(workspace.chain("1"))
    let newer: [any Stage.Type] = [MakeNext.self, Upper.self]
    #expect(
      try await workspace.plan(workspace.chain("1"), stages: newer).stages[0].decision.reason == .implementationChanged)
    #expect(try await workspace.run(workspace.chain("1"), stages: newer).states == [.built])
    // The old one's result is still there for the old one.
    #expect(try await workspace.run(workspace.chain("1")).states == [.cached])
  }

  @Test func rowCapsAndInputOrderAreInTheKey() async throws {
    func recipe(_ inputs: [String]) -> Recipe {
      workspace.recipe([
        workspace.stage("a", "make", ["text": "1"]), workspace.stage("b", "make", ["text": "2"]),
        workspace.stage("c", from: inputs),
      ])
    }
    for inputs in [["a", "b"], ["b", "a"], ["a#2", "b"], ["a", "b#2"], ["a"]] {
      #expect(try await workspace.run(recipe(inputs))["c"]?.state == .built)
      _ = try workspace.ran()
    }
    #expect(try await workspace.run(recipe(["a", "b"])).states == [.cached, .cached, .cached])
  }

  @Test func aDamagedArtifactIsMadeAgainAndOnlyThat() async throws {
    let first = try await workspace.run(workspace.chain("1", "2", "3"))
    _ = try workspace.ran()
    let path = try #require(first["b"]?.path)
    chmod(path, 0o755)
    unlink(path + "/out.txt")
    #expect(try await workspace.plan(workspace.chain("1", "2", "3")).stages[1].decision.reason == .artifactMissing)
    let second = try await workspace.run(workspace.chain("1", "2", "3"))
    #expect(second.states == [.cached, .built, .cached])
    #expect(second["b"]?.artifact == first["b"]?.artifact)
    #expect(try workspace.ran() == ["b"])
  }

  @Test func aCollectedActionIsMissingNotNew() async throws {
    try await workspace.run(workspace.chain("1"))
    _ = try workspace.runs.store.collectGarbage(dryRun: false) { CollectionRoots() }
    #expect(try await workspace.plan(workspace.chain("1")).stages[0].decision.reason == .artifactMissing)
  }

  @Test func aChangedFileIsAMiss() async throws {
    let file = try workspace.write("data.txt", "one")
    let recipe = workspace.recipe([workspace.stage("a", from: [file])])
    try await workspace.run(recipe)
    #expect(try await workspace.run(recipe).states == [.cached])
    try workspace.write("data.txt", "two")
    let plan = try await workspace.plan(recipe)
    #expect(plan.stages[0].decision.reason == .inputChanged(name: file))
    #expect(try workspace.output(try await workspace.run(recipe)["a"]) == "+two")
  }

  @Test func aFileThatChangesWhileTheStageRunsIsUsedAndNotCached() async throws {
    let file = try workspace.write("data.txt", "one")
    let recipe = workspace.recipe([
      workspace.stage("a", "make", ["misbehave": .string("touch:\(file)")], from: [file]),
      workspace.stage("b", from: ["a"]),
    ])
    let first = try await workspace.run(recipe)
    #expect(first.states == [.built, .built])
    #expect(first["a"]?.isRecorded == false)
    #expect(try workspace.output(first["b"]) == "++one")
    #expect(workspace.events.warnings.map(\.code) == ["input-changed-while-running"])
    let again = try await workspace.run(recipe)
    #expect(again["a"]?.state == .built)
  }

  @Test func anAliasIsReferencedAndNeverRuns() async throws {
    let file = try workspace.write("data.txt", "one")
    let recipe = workspace.recipe([
      workspace.stage("data", "alias", ["path": .string(file)]), workspace.stage("a", from: ["data"]),
    ])
    let summary = try await workspace.run(recipe)
    #expect(summary.states == [.referenced, .built])
    #expect(try workspace.output(summary["a"]) == "+one")
    #expect(try await workspace.run(recipe).states == [.referenced, .cached])
    try workspace.write("data.txt", "two")
    #expect(try await workspace.plan(recipe).stages[1].decision.reason == .inputChanged(name: "data"))
  }

  @Test func metricsAndCurvesOfACachedStageAreThere() async throws {
    let recipe = workspace.recipe([workspace.stage("a", "make", ["metric": 0.5])])
    try await workspace.run(recipe)
    let record = try #require(try await workspace.run(recipe)["a"]?.record)
    #expect(record.metrics["score"] == 0.5)
    #expect(record.warnings == ["mind the gap"])
    #expect(workspace.runs.store.series(of: record) == ["loss": [[1, 1.0], [2, 0.5], [3, .number(1 / 3)]]])
  }

  @Test func piecesAreCachedByThemselves() async throws {
    func recipe(_ names: [JSONValue]) -> Recipe {
      workspace.recipe([workspace.stage("p", "pieces", ["names": .array(names)])])
    }
    let first = try await workspace.run(recipe(["x", "y"]))
    #expect(try workspace.ran() == ["p", "piece \"x\"", "piece \"y\""])
    try await workspace.run(recipe(["x", "z"]))
    #expect(try workspace.ran() == ["p", "piece \"z\""])
    let record = try #require(first["p"]?.record)
    #expect(record.subactions.count == 2)
    // A whole whose piece is gone is no hit.
    try FileSystem.removeTree(workspace.runs.store.objectPath(record.uses[0]))
    #expect(try await workspace.plan(recipe(["x", "y"])).stages[0].decision.reason == .artifactMissing)
    #expect(try await workspace.run(recipe(["x", "y"])).states == [.built])
  }

  /// One bit of every file of the store in turn: a run finds it and heals, and never believes it.
  @Test func aFlippedBitAnywhereIsHealed() async throws {
    let file = try workspace.write("data.txt", "one")
    try workspace.write("hub", "r1")
    let recipe = workspace.recipe([
      workspace.stage("a", "make", ["metric": 1], from: [file]),
      workspace.stage("p", "pieces", ["names": ["x"]]),
      workspace.stage("s", "ask", ["path": .string(workspace.path + "/hub")]),
      workspace.stage("u", "upper", from: ["a"]),
    ])
    usleep(150_000)
    let expected = try await workspace.run(recipe).stages.map(\.artifact)
    let root = workspace.runs.store.root
    var flipped = 0
    for (index, path) in Self.files(below: root).enumerated()
    where !path.contains("/locks/") && !path.contains("/quarantine/") && path != root + "/VERSION" {
      guard var bytes = try FileSystem.readIfPresent(path), !bytes.isEmpty else { continue }
      bytes[index * 7 % bytes.count] ^= 1 << UInt8(index % 8)
      let descriptor = open(path, O_WRONLY | O_TRUNC)
      if descriptor < 0 { chmod(path, 0o644) }
      let writable = descriptor < 0 ? open(path, O_WRONLY | O_TRUNC) : descriptor
      try FileSystem.writeAll(writable, bytes, path: path)
      close(writable)
      flipped += 1
      #expect(try await workspace.run(recipe).stages.map(\.artifact) == expected, "after a flip in \(path)")
    }
    #expect(flipped > 15)
    _ = try workspace.runs.store.verify()
    #expect(try await workspace.run(recipe).stages.map(\.artifact) == expected)
    #expect(try workspace.runs.store.verify().isClean)
  }

  private static func files(below folder: String) -> [String] {
    ((try? FileSystem.names(in: folder)) ?? []).flatMap { name -> [String] in
      let path = folder + "/" + name
      return FileStamp.of(path, followingLinks: false)?.isDirectory == true ? files(below: path) : [path]
    }
  }

  @Test func latestLinksPointAtTheNewestArtifacts() async throws {
    let link = workspace.runs.path + "/latest/a"
    for text in ["1", "2"] {
      let summary = try await workspace.run(workspace.chain(text))
      #expect(FileSystem.resolved(link) == summary["a"]?.path)
    }
  }
}

@Suite struct ResolutionTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func recipe(pinned: String? = nil) -> Recipe {
    var parameters: JSONObject = ["path": .string(workspace.path + "/hub")]
    if let pinned { parameters["pinned"] = .string(pinned) }
    return workspace.recipe([workspace.stage("s", "ask", parameters)])
  }

  @Test func anUnpinnedSourceIsAskedEachRun() async throws {
    try workspace.write("hub", "r1")
    try await workspace.run(recipe())
    #expect(try await workspace.run(recipe()).states == [.cached])
    try workspace.write("hub", "r2")
    #expect(
      try await workspace.plan(recipe()).stages[0].decision.reason
        == .parameterChanged(name: "revision", old: "r1", new: "r2"))
    #expect(try workspace.output(try await workspace.run(recipe())["s"]) == "r2")
  }

  @Test func offlineUsesTheLastAnswerAndSaysSo() async throws {
    await #expect(throws: DiagnosticList.self) { try await workspace.run(recipe()) }
    try workspace.write("hub", "r1")
    try await workspace.run(recipe())
    unlink(workspace.path + "/hub")
    #expect(try await workspace.run(recipe()).states == [.cached])
    #expect(workspace.events.warnings.map(\.code) == ["using-last-resolution"])
  }

  @Test func offlineAsksNobody() async throws {
    try workspace.write("hub", "r1")
    var offline = PlanOptions()
    offline.resolution = .offline
    await #expect {
      try await workspace.run(recipe(), plan: offline)
    } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.code) == ["never-resolved"]
    }
    try await workspace.run(recipe())
    // The hub has moved on; nobody looks.
    try workspace.write("hub", "r2")
    let run = try await workspace.run(recipe(), plan: offline)
    #expect(run.states == [.cached])
    #expect(workspace.events.warnings.map(\.code) == ["using-last-resolution"])
  }

  @Test func aPinnedSourceIsNeverAsked() async throws {
    #expect(try await workspace.run(recipe(pinned: "p")).states == [.built])
    #expect(try await workspace.run(recipe(pinned: "p")).states == [.cached])
  }

  @Test func lockedRefusesWhatIsNotInTheLockFile() async throws {
    try workspace.write("hub", "r1")
    var options = PlanOptions()
    options.resolution = .locked
    await #expect { try await workspace.plan(recipe(), options: options) } throws: {
      ($0 as? DiagnosticList)?.diagnostics.map(\.code) == ["not-locked"]
    }
    options.lockedResolutions["s"] = ["revision": "r0"]
    #expect(try workspace.output(try await workspace.run(recipe(), plan: options)["s"]) == "r0")
    #expect(try await workspace.plan(recipe(pinned: "p"), options: PlanOptions()).stages.count == 1)
  }

  @Test func whatThisMachineCannotAnswerIsAnErrorWhateverItAnsweredOnce() async throws {
    try workspace.write("hub", "r1")
    let local = workspace.recipe([
      workspace.stage("s", "ask", ["path": .string(workspace.path + "/hub"), "local": "yes"])
    ])
    var offline = PlanOptions()
    offline.resolution = .locked
    try await workspace.run(local, plan: offline)
    unlink(workspace.path + "/hub")
    await #expect(throws: DiagnosticList.self) { try await workspace.run(local) }
  }

  @Test func manySourcesAreAskedAndEachGetsItsOwnAnswer() async throws {
    let names = (0..<40).map { "s\($0)" }
    for name in names { try workspace.write(name, "answer of \(name)") }
    let recipe = workspace.recipe(
      names.map { workspace.stage($0, "ask", ["path": .string(workspace.path + "/" + $0)]) })
    let summary = try await workspace.run(recipe)
    for name in names { #expect(try workspace.output(summary[name]) == "answer of \(name)") }
  }

  private struct Refused: Error {}

  @Test func aReviewSeesThePlanBeforeAnySourceIsAsked() async throws {
    let planner = Planner(runs: workspace.runs, catalog: StageCatalog(ScriptedStages.all))
    // There is no such hub: asking it would be an error of another kind.
    #expect(throws: Refused.self) {
      try planner.plan(recipe()) { plan in
        #expect(plan.stages[0].decision.reason == .neverBuilt)
        throw Refused()
      }
    }
    #expect(throws: DiagnosticList.self) { try planner.plan(recipe()) { _ in } }
  }

  @Test func aSourceThatAnswersOtherwiseChangesThePlanThatWasReviewed() async throws {
    let planner = Planner(runs: workspace.runs, catalog: StageCatalog(ScriptedStages.all))
    try workspace.write("hub", "r1")
    try await workspace.run(recipe())
    var reviewed: StageReason?
    let same = try planner.plan(recipe()) { reviewed = $0.stages[0].decision.reason }
    #expect(reviewed == .cached && same.stages[0].decision.reason == .cached)
    try workspace.write("hub", "r2")
    let other = try planner.plan(recipe()) { reviewed = $0.stages[0].decision.reason }
    #expect(reviewed == .cached)
    #expect(other.stages[0].decision.reason == .parameterChanged(name: "revision", old: "r1", new: "r2"))
    #expect(other.stages[0].resolution == ["revision": "r2"])
  }

  @Test func aPlanAloneAsksNobody() async throws {
    try workspace.write("hub", "r1")
    var options = PlanOptions()
    options.resolution = .lastKnown
    #expect(try await workspace.plan(recipe(), options: options).stages[0].decision.reason == .neverBuilt)
    try await workspace.run(recipe())
    try workspace.write("hub", "r2")
    #expect(try await workspace.plan(recipe(), options: options).stages[0].decision.reason == .cached)
  }
}
