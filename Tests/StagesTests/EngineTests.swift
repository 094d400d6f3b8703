import Artifacts
import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Recipes
@testable import Stages

@Suite struct EngineTests {
  let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  private func stage(_ engine: JSONValue) throws -> SFTStage {
    try SFTStage(SFTStage.Parameters(parameter: ["engine": engine]))
  }

  @Test func anEngineIsANameOrAMapOfOptions() throws {
    #expect(try stage("native").engine == nil)
    #expect(try SFTStage(SFTStage.Parameters(parameter: [:])).engine == nil)
    #expect(try stage("ms-swift").engine?.name == .msSwift)
    let options = try #require(
      try stage(["name": "ms-swift", "processes": 2, "nodes": 3, "quantize": "nf4", "arguments": ["a": 1]]).engine)
    #expect(options.worldSize == 6 && options.quantize == .nf4 && options.arguments == JSONObject([("a", 1)]))
    #expect(try stage(["run": ["python", "train.py"]]).engine?.title == "python")
    #expect(throws: (any Error).self) { try stage(["processes": 2]) }
    #expect(throws: (any Error).self) { try stage(["name": "ms-swift", "run": ["a"]]) }
    #expect(throws: (any Error).self) { try stage("deepspeed") }
  }

  @Test func nativeIsTheSameAsNoEngineInTheKey() {
    let kind = SFTStage.kind
    #expect(kind.semanticParameters(of: JSONObject([("engine", "native")])).isEmpty)
    #expect(kind.semanticParameters(of: JSONObject([("engine", "ms-swift")])).count == 1)
  }

  private func line(_ text: String) -> EngineEvent? { EngineEvent(line: Array(text.utf8)) }

  @Test func eventsAreReadAndOthersPassedOver() {
    #expect(line(#"{"event": "step", "step": 3, "loss": 1.5, "gradient_norm": null, "time": 9}"#) != nil)
    #expect(line(#"{"event": "step", "step": 3}"#) == nil)
    #expect(line(#"{"event": "tea", "step": 3}"#) == nil)
    #expect(line(#"{"event": "step", "step": 3, "lo"#) == nil)
    #expect(line("[]") == nil && line("") == nil)
  }

  @Test func onlyTheLastWholeCheckpointIsContinued() throws {
    let events = try temporary.write(
      "events.jsonl",
      """
      {"event": "step", "step": 1, "loss": 3}
      {"event": "checkpoint", "step": 1, "path": "\(temporary.path)/one"}
      {"event": "best", "step": 1, "loss": 3}
      {"event": "step", "step": 2, "loss": 2}
      {"event": "checkpoint", "step": 2, "path": "\(temporary.path)/gone"}
      {"event": "step", "step": 3, "lo
      """)
    _ = try temporary.folder("one")
    let history = EngineHistory(events: events)
    #expect(history.checkpoint?.step == 1 && history.best?.loss == 3)
    #expect(history.events.count == 3)
    try history.rewrite(events)
    #expect(EngineHistory(events: events).events == history.events)
    #expect(EngineHistory(events: temporary.path + "/none").checkpoint == nil)
  }

  /// What another machine's engine wrote names that machine's folders; a work folder that was fetched from there has them here.
  @Test func aWorkFolderThatMovedIsContinued() throws {
    let work = temporary.path + "/work"
    for name in ["checkpoint-2", "best-1"] {
      try FileSystem.makeDirectory(work + "/engine/checkpoints/\(name)/deep")
      try FileSystem.replace(work + "/engine/checkpoints/\(name)/deep/state", with: [1])
    }
    let events = work + "/engine/events.jsonl"
    let lines = """
      {"event": "best", "step": 1, "loss": 3, "path": "/elsewhere/engine/checkpoints/best-1"}
      {"event": "checkpoint", "step": 2, "path": "/elsewhere/engine/checkpoints/checkpoint-2"}
      {"event": "checkpoint", "step": 4, "path": "/elsewhere/engine/checkpoints/checkpoint-4"}

      """
    try FileSystem.replace(events, with: Array(lines.utf8))
    let history = EngineHistory(events: events)
    #expect(history.checkpoint?.path == work + "/engine/checkpoints/checkpoint-2")
    #expect(history.best?.path == work + "/engine/checkpoints/best-1")
    try history.rewrite(events)
    #expect(!String(decoding: try FileSystem.read(events), as: UTF8.self).contains("/elsewhere"))
    let checkpoint = try #require(try stage("ms-swift").checkpoint(in: work))
    #expect(checkpoint.position == .init(step: 2) && !checkpoint.isReproducible)
    #expect(
      checkpoint.files == [
        "engine/checkpoints/best-1/deep/state", "engine/checkpoints/checkpoint-2/deep/state", "engine/events.jsonl",
      ])
    #expect(try stage("native").checkpoint(in: work) == nil)
  }

  private func environment() throws -> EngineEnvironment {
    var options = EngineOptions()
    options.run = [try ProgramWord(parameter: "/bin/true")]
    options.device = .cpu
    return try EngineEnvironment(options)
  }

  private func complaint(_ change: (inout EngineReporter.Ending) -> Void, status: Int32 = 0) throws -> String? {
    var ending = EngineReporter.Ending()
    change(&ending)
    let environment = try environment()
    do throws(Diagnostic) {
      try environment.check(ending, status: ProcessStatus(raw: status), stage: "train")
      return nil
    } catch {
      return error.code
    }
  }

  @Test func whatTheEngineSaidCountsBeforeItsStatus() throws {
    #expect(try complaint { $0.hasEnded = true } == nil)
    #expect(try complaint { $0.hasEnded = true } == nil)
    #expect(try complaint({ _ in }) == "engine-no-result")
    #expect(try complaint({ _ in }, status: 9) == "stage-killed")
    #expect(try complaint({ _ in }, status: 137 << 8) == "stage-killed")
    #expect(try complaint({ _ in }, status: 127 << 8) == "engine-missing")
    // Several processes: the one that says why counts, not those that lost its connection.
    #expect(
      try complaint(
        { $0.failures = [("error", 0, "RuntimeError", "connection closed"), ("memory", 1, "OutOfMemoryError", "")] },
        status: 1 << 8) == "engine-out-of-memory")
    #expect(try complaint({ $0.failures = [("not-finite", 0, "", "loss")] }) == "not-finite")
  }

  @Test func theProgramOfMSSwiftIsWholeAndSaysWhatItIs() {
    #expect(MSSwift.program.hasPrefix("# The ms-swift side"))
    #expect(MSSwift.program.contains("register_template") && MSSwift.program.hasSuffix("    register()\n"))
    // A raw literal keeps Python's own escapes.
    #expect(MSSwift.program.contains(#"+ '\n'"#))
  }
}
