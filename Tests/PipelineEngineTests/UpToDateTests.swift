import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes
import ScriptedStages
import Testing

/// Runs of plans with nothing to do, and of plans so long that a second thread works ahead.
@Suite struct UpToDateTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Observers hear of every stage; the log does not repeat what the plan beside it says.
  @Test func everyStageIsToldAndThePlanKeepsIt() async throws {
    try await workspace.run(workspace.chain("1", "2"))
    let told = workspace.events.all.count
    let summary = try await workspace.run(workspace.chain("1", "2"))
    let kinds = workspace.events.all.dropFirst(told).map { $0.json["event"]?.stringValue }
    #expect(kinds == ["run.started", "stage.finished", "stage.finished", "run.finished"])
    #expect(
      workspace.runs.events(of: summary.id).map { $0["event"]?.stringValue } == ["run.started", "run.finished"])
    let planned = try #require(try workspace.runs.storedPlan(of: summary.id)["stages"]?.arrayValue)
    #expect(planned.map { $0["state"] } == ["cached", "cached"])
    #expect(planned.map { $0["artifact"]?.stringValue } == summary.stages.map { $0.artifact?.hex })
    #expect(summary["b"]?.path == summary["b"]?.artifact.map(workspace.runs.store.objectPath))
    let roots = workspace.runs.collectionRoots(of: [summary.id])
    #expect(roots.keys == Set(summary.stages.compactMap(\.key)))
    #expect(!workspace.runs.isLive(summary.id))
  }

  /// The links are looked at as a whole; what changed one of them shows all the same.
  @Test func linksAreRightWhateverHappenedToThem() async throws {
    let link = workspace.runs.path + "/latest/a"
    func runAndRead(_ recipe: Recipe) async throws -> String? {
      let summary = try await workspace.run(recipe)
      #expect(FileSystem.resolved(link) == summary["a"]?.path)
      return FileSystem.resolved(link)
    }
    let one = workspace.chain("1", "2")
    let first = try await runAndRead(one)
    // Links that are older than a tick of the clock are remembered by the run after the next.
    try await Task.sleep(for: .milliseconds(150))
    for _ in 0..<3 { #expect(try await runAndRead(one) == first) }
    unlink(link)
    #expect(try await runAndRead(one) == first)
    // Another recipe has a stage of the same name.
    var other = workspace.chain("x")
    other.name = "other"
    let second = try await runAndRead(other)
    #expect(second != first)
    try await Task.sleep(for: .milliseconds(150))
    for _ in 0..<2 { #expect(try await runAndRead(other) == second) }
    #expect(try await runAndRead(one) == first)
    #expect(try await runAndRead(other) == second)
  }

  private func long(_ texts: (Int) -> String) -> Recipe {
    workspace.recipe(
      (0..<300).map { index in
        workspace.stage(
          "s\(index)", "make", ["text": .string(texts(index))], from: index % 7 == 0 ? [] : ["s\(index - 1)"])
      })
  }

  @Test func recordsReadAheadChangeNoDecision() async throws {
    let recipe = long { "t\($0)" }
    let first = try await workspace.run(recipe)
    #expect(first.states.allSatisfy { $0 == .built })
    _ = try workspace.ran()
    let second = try await workspace.run(recipe)
    #expect(second.states.allSatisfy { $0 == .cached })
    #expect(second.stages.map(\.artifact) == first.stages.map(\.artifact))
    #expect(second.stages.map(\.record) == first.stages.map(\.record))
    #expect(try workspace.ran() == [])
    // One record is damaged, one artifact is gone, and one parameter has another value.
    let damaged = try #require(second["s70"]?.key)
    let record = "\(workspace.runs.store.root)/actions/\(damaged.hex.prefix(2))/\(damaged).json"
    chmod(record, 0o644)
    try FileSystem.replace(record, with: Array("{}\n".utf8))
    try FileSystem.removeTree(try #require(second["s140"]?.path))
    let changed = long { $0 == 216 ? "new" : "t\($0)" }
    let third = try await workspace.run(changed)
    #expect(Set(try workspace.ran()) == ["s70", "s140", "s216"])
    #expect(third.stages.filter { $0.state == .built }.count == 3)
    #expect(third["s216"]?.decision.reason == .parameterChanged(name: "text", old: "t216", new: "new"))
  }

  @Test func readingAheadOnlyReads() async throws {
    let summary = try await workspace.run(workspace.chain("1", "2", "3"))
    let records = summary.stages.compactMap(\.record)
    let store = workspace.runs.store
    // Records that were written just now are not listed.
    try await Task.sleep(for: .milliseconds(150))
    let list = workspace.path + "/list"
    try FileSystem.replace(list, with: RecordList.bytes(records, readSince: SystemClock.nowNanoseconds(), in: store))
    let path = "\(store.root)/actions/\(records[1].key.hex.prefix(2))/\(records[1].key).json"
    chmod(path, 0o644)
    try FileSystem.replace(path, with: Array("{}\n".utf8))
    let missing = CacheKey(SHA256.hash("other"))
    let keys = [records[0].key, records[1].key, missing, records[2].key]
    var found: [ActionRecord?] = []
    var findings: RecordReadAhead.Findings?
    // A question tells the thread that it need not look at what is behind, so it gets some time before the first.
    for wait in 1...8 where found.count < 4 || found[3] == nil {
      let ahead = RecordReadAhead(store, list: list)
      usleep(useconds_t(wait * wait) * 10_000)
      found = keys.map { ahead.record($0) }
      findings = ahead.findings
    }
    #expect(found == [records[0], nil, nil, records[2]])
    #expect(found[3]?.metrics == records[2].metrics && found[3]?.document == records[2].document)
    #expect(findings?.listed == records.map(\.key) && findings?.stale == 1)
    #expect(FileSystem.exists(path))
    #expect(try FileSystem.names(in: store.root + "/quarantine").isEmpty)
  }

  /// Its stamp is that of the new record, and what was read of it may be the old one.
  @Test func aRecordThatWasWrittenSinceItWasReadIsNotListed() async throws {
    let summary = try await workspace.run(workspace.chain("1", "2"))
    let records = summary.stages.compactMap(\.record)
    let store = workspace.runs.store
    try await Task.sleep(for: .milliseconds(150))
    let begun = SystemClock.nowNanoseconds()
    let path = "\(store.root)/actions/\(records[1].key.hex.prefix(2))/\(records[1].key).json"
    let bytes = try #require(try FileSystem.readIfPresent(path))
    chmod(path, 0o644)
    try FileSystem.replace(path, with: bytes)
    try await Task.sleep(for: .milliseconds(150))
    func listed(since begun: Int64) throws -> [CacheKey]? {
      let list = workspace.path + "/list"
      try FileSystem.replace(list, with: RecordList.bytes(records, readSince: begun, in: store))
      let ahead = RecordReadAhead(store, list: list)
      let end = SystemClock.monotonic() + 5
      while ahead.findings.listed == nil, SystemClock.monotonic() < end { usleep(500) }
      return ahead.findings.listed
    }
    #expect(try listed(since: begun) == [records[0].key])
    #expect(try listed(since: SystemClock.nowNanoseconds()) == records.map(\.key))
  }

  @Test func aDamagedListOfRecordsIsNone() async throws {
    let summary = try await workspace.run(workspace.chain("1", "2", "3"))
    let records = summary.stages.compactMap(\.record)
    try await Task.sleep(for: .milliseconds(150))
    let bytes = RecordList.bytes(records, readSince: SystemClock.nowNanoseconds(), in: workspace.runs.store)
    let list = workspace.path + "/list"
    func listed(_ bytes: [UInt8]) throws -> Int? {
      try FileSystem.replace(list, with: bytes)
      let ahead = RecordReadAhead(workspace.runs.store, list: list)
      let end = SystemClock.monotonic() + 5
      while ahead.findings.listed == nil, SystemClock.monotonic() < end { usleep(500) }
      return ahead.findings.listed?.count
    }
    #expect(try listed(bytes) == 3)
    for position in stride(from: 0, to: bytes.count, by: 37) {
      var damaged = bytes
      damaged[position] ^= 1
      #expect(try listed(damaged) == 0)
    }
    #expect(try listed(Array(bytes.dropLast())) == 0)
    #expect(try listed([]) == 0)
  }
}
