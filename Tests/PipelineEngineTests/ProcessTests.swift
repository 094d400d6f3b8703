import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Testing

/// What holds when stages are processes and processes are killed.
@Suite(.serialized) struct ProcessTests {
  static let recipe = """
    name: test
    stages:
      a: { kind: make, text: one, bytes: 5000, trace: "TRACE" }
      b: { kind: count, from: a, to: 20, trace: "TRACE" }
      c: { kind: upper, from: b, trace: "TRACE" }

    """

  static func process(_ text: String = recipe, user: uid_t? = nil) throws -> ScriptedProcess {
    let process = try ScriptedProcess(recipe: "", user: user)
    let filled = text.split(separator: "TRACE", omittingEmptySubsequences: false).joined(separator: process.trace)
    try FileSystem.replace(process.path + "/recipe.yaml", with: Array(filled.utf8))
    return process
  }

  static func undisturbed(_ text: String = recipe) throws -> [String: String] {
    let (status, lines) = try process(text).run()
    #expect(status == 0)
    return ScriptedProcess.artifacts(lines)
  }

  @Test func stagesRunInProcessesOfTheirOwn() throws {
    let process = try Self.process()
    let (status, lines) = try process.run()
    #expect(status == 0)
    #expect(lines.last?["status"] == "succeeded")
    #expect(try process.ran() == ["a", "b", "c"])
    let log = try #require(lines.first { $0["event"] == "stage.started" }?["log"]?.stringValue)
    #expect(String(decoding: try FileSystem.read(log), as: UTF8.self) == "making a\n")
    let again = try process.run()
    #expect(ScriptedProcess.artifacts(again.lines) == ScriptedProcess.artifacts(lines))
    #expect(try process.ran() == ["a", "b", "c"])
  }

  @Test(arguments: [
    ("crash", "stage-crashed"), ("kill", "stage-killed"), ("exit", "stage-exited"), ("fail", "scripted"),
    ("link", "link-in-output"),
  ])
  func aStageThatDiesIsAFailedStageNotADeadRun(_ how: String, _ code: String) throws {
    let process = try Self.process(
      """
      name: test
      stages:
        a: { kind: make, misbehave: \(how) }
        b: { kind: make, text: beside }

      """)
    let (status, lines) = try process.run(["keep-going"])
    #expect(status == 1)
    let finished = lines.filter { $0["event"] == "stage.finished" }
    #expect(finished.map { $0["state"]?.stringValue } == ["failed", "built"])
    #expect(finished.first?["diagnostics"]?.arrayValue?.first?["code"]?.stringValue == code)
    #expect(lines.last?["status"] == "failed")
    #expect(try FileSystem.names(in: process.runsPath + "/live").isEmpty)
  }

  @Test(arguments: Failpoint.names, usersToTry)
  func killedAtAnyStepThePublicationIsWholeOrNotThere(_ failpoint: String, _ user: uid_t?) throws {
    let expected = try Self.undisturbed()
    let process = try Self.process(user: user)
    let (status, lines) = try process.run(failpoint: failpoint)
    #expect(status == 1)
    #expect(lines.contains { $0["event"] == "stage.finished" && $0["state"] == "failed" })
    let again = try process.run()
    #expect(again.status == 0)
    #expect(ScriptedProcess.artifacts(again.lines) == expected)
    let store = try ArtifactStore(at: process.runsPath + "/store")
    #expect(try store.verify().isClean)
    #expect(try FileSystem.names(in: store.root + "/quarantine").isEmpty)
    #expect(try process.run().lines.filter { $0["state"] == "cached" }.count == 3)
  }

  @Test(arguments: Failpoint.names)
  func aFullDiskAtAnyStepIsAClearErrorAndLeavesTheStoreWhole(_ failpoint: String) throws {
    let process = try Self.process()
    let (status, lines) = try process.run(failpoint: failpoint + ":error")
    #expect(status == 1)
    let failed = lines.first { $0["event"] == "stage.finished" }
    #expect(failed?["diagnostics"]?.arrayValue?.first?["code"] == "disk-full")
    let store = try ArtifactStore(at: process.runsPath + "/store")
    #expect(try FileSystem.names(in: store.root + "/tmp").isEmpty)
    #expect(try process.run().status == 0)
    #expect(try store.verify().isClean)
  }

  @Test func aKilledRunLeavesNothingBehindAndTheNextGoesOn() throws {
    let slow = Self.recipe.split(separator: "to: 20", omittingEmptySubsequences: false).joined(
      separator: "to: 20, step_delay: 20")
    let expected = try Self.undisturbed()
    let process = try Self.process(slow)
    let running = try process.startRun()
    while try process.ran().count < 2 { usleep(5000) }
    usleep(100_000)
    running.process.signal(SIGKILL)
    #expect(running.wait() == -SIGKILL)
    let again = try process.run()
    #expect(again.status == 0)
    #expect(ScriptedProcess.artifacts(again.lines) == expected)
    let runs = try RunsDirectory(at: process.runsPath)
    let first = try #require(try runs.runs().first)
    #expect(runs.events(of: first).last?["status"] == "interrupted")
    #expect(try FileSystem.names(in: runs.store.root + "/locks/live").isEmpty)
  }

  @Test func ctrlCStopsAtACheckpoint() throws {
    let slow = Self.recipe.split(separator: "to: 20", omittingEmptySubsequences: false).joined(
      separator: "to: 20, step_delay: 20")
    let process = try Self.process(slow)
    let running = try process.startRun()
    while try process.ran().count < 2 { usleep(5000) }
    usleep(100_000)
    running.process.signal(SIGINT)
    #expect(running.wait() == 130)
    #expect(running.lines.last?["status"] == "interrupted")
    let again = try process.run()
    #expect(ScriptedProcess.artifacts(again.lines) == (try Self.undisturbed()))
    let metric = again.lines.first { $0["event"] == "stage.metric" && $0["name"] == "resumed_from" }
    #expect(metric?["value"]?.intValue ?? 0 > 0)
  }

  /// As when a person or the system ends the process of a stage, and not the run: the work is not lost, and not done.
  @Test func aStageThatIsStoppedFromOutsideLeavesARunToContinue() throws {
    let process = try Self.process(
      """
      name: test
      stages:
        a: { kind: make, text: one, trace: "TRACE" }
        b: { kind: count, from: a, to: 20, step_delay: 20, trace: "TRACE" }
        c: { kind: upper, from: b, trace: "TRACE" }
        d: { kind: make, text: beside, after: [a], trace: "TRACE" }

      """)
    let running = try process.startRun()
    while try process.ran().count < 2 { usleep(5000) }
    usleep(100_000)
    let child = try #require(running.children.first)
    kill(child, SIGTERM)
    #expect(running.wait() == 130)
    #expect(running.lines.last?["status"] == "interrupted")
    #expect(running.lines.contains { $0["event"] == "warning" && $0.text().contains("stage-stopped") })
    let states = running.lines.filter { $0["event"] == "stage.finished" }.map { $0["state"]?.stringValue }
    #expect(states == ["built", "interrupted", "skipped", "skipped"])
    let again = try process.run()
    #expect(again.status == 0)
    let metric = again.lines.first { $0["event"] == "stage.metric" && $0["name"] == "resumed_from" }
    #expect(metric?["value"]?.intValue ?? 0 > 0)
    #expect(try process.ran() == ["a", "b", "b", "c", "d"])
  }

  @Test func twoRunsAtOnceExecuteEachStageOnce() throws {
    let wide = """
      name: test
      stages:
        a: { kind: make, text: a, delay: 50, trace: "TRACE" }
        b: { kind: make, text: b, delay: 50, from: a, trace: "TRACE" }
        c: { kind: make, text: c, delay: 50, trace: "TRACE" }
        d: { kind: upper, from: b, delay: 50, trace: "TRACE" }

      """
    let process = try Self.process(wide)
    let racers = try (0..<3).map { _ in try process.startRun(["jobs=2"]) }
    for racer in racers { #expect(racer.wait() == 0) }
    #expect(try process.ran().sorted() == ["a", "b", "c", "d"])
    let artifacts = racers.map { ScriptedProcess.artifacts($0.lines) }
    #expect(artifacts.allSatisfy { $0 == artifacts[0] })
  }

  @Test func collectionDoesNotTouchWhatALiveRunUses() throws {
    let slow = """
      name: test
      stages:
        a: { kind: make, text: a, trace: "TRACE" }
        b: { kind: make, text: b, delay: 150, trace: "TRACE" }
        c: { kind: make, text: c, delay: 50, from: [a, b], trace: "TRACE" }

      """
    let process = try Self.process(slow)
    #expect(try process.run().status == 0)
    for _ in 0..<3 {
      let collector = try process.start(["gc", process.runsPath, "40"])
      let (status, _) = try process.run(["force=b"])
      #expect(status == 0)
      #expect(try process.run().status == 0)
      _ = collector.wait()
    }
    #expect(try ArtifactStore(at: process.runsPath + "/store").verify().isClean)
  }

  @Test func randomKillsNeverSpoilTheResult() throws {
    let expected = try Self.undisturbed()
    var random = SplitMix64(seed: 20_241)
    for round in 0..<6 {
      let process = try Self.process(user: usersToTry[round % usersToTry.count])
      for _ in 0..<6 {
        let running = try process.startRun()
        usleep(UInt32(random.next() % 120_000))
        running.process.signal(SIGKILL)
        _ = running.wait()
      }
      let (status, lines) = try process.run()
      #expect(status == 0)
      #expect(ScriptedProcess.artifacts(lines) == expected)
      #expect(try ArtifactStore(at: process.runsPath + "/store").verify().isClean)
    }
  }

  @Test(.enabled(if: ScriptedProcess.canChangeUser, "needs root, to become somebody else"))
  func anUnwritableStoreIsNamed() throws {
    let process = try Self.process()
    let (status, lines) = try ScriptedProcess.refused(process)
    #expect(status == 1)
    #expect(lines.first?["code"] == "store-unwritable")
  }

  @Test(.enabled(if: getuid() == 0, "needs root, to mount a small file system"))
  func aFullFileSystemIsAClearErrorAndTheStoreStaysWhole() throws {
    let process = try Self.process(
      """
      name: test
      stages:
        a: { kind: make, text: small }
        b: { kind: make, text: big, bytes: 6000000, from: a }

      """)
    try FileSystem.makeDirectory(process.runsPath)
    guard mount("none", process.runsPath, "tmpfs", 0, "size=4m") == 0 else { return }
    defer { umount2(process.runsPath, Int32(MNT_DETACH)) }
    let (status, lines) = try process.run()
    #expect(status == 1)
    let failed = lines.first { $0["event"] == "stage.finished" && $0["stage"] == "b" }
    #expect(failed?["diagnostics"]?.arrayValue?.first?["code"] == "disk-full")
    let store = try ArtifactStore(at: process.runsPath + "/store")
    #expect(try store.verify().isClean)
    #expect(try FileSystem.names(in: store.root + "/tmp").isEmpty)
  }
}

/// `nobody`: for what root may do and others may not.
let ordinaryUser: uid_t = 65534

/// Whoever runs the tests and, if that is root, an ordinary user too.
let usersToTry: [uid_t?] = [nil] + (ScriptedProcess.canChangeUser ? [ordinaryUser] : [])

extension ScriptedProcess {
  /// Runs as an ordinary user in a workspace that belongs to root.
  static func refused(_ process: ScriptedProcess) throws -> (status: Int32, lines: [JSONValue]) {
    let other = try ScriptedProcess(recipe: "", user: ordinaryUser)
    let running = try other.start(["run", process.runsPath, process.path + "/recipe.yaml"])
    return (running.wait(), running.lines)
  }
}
