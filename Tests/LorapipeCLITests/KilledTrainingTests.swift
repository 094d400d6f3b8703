import Glibc
import JSON
import Testing

/// Training that loses its processes without warning.
@Suite(.serialized) struct KilledTrainingTests {
  private static let recipe = """
    name: killed
    seed: 7
    stages:
      base:   { kind: fetch, source: "file:../base" }
      mixed:  { kind: mix, domain: [./rows.jsonl] }
      tokens: { kind: tokenize, model: base, data: mixed, max_length: 256 }
      train:
        kind: sft
        model: base
        data: tokens
        lora: { rank: 4, alpha: 8 }
        learning_rate: 1e-2
        batch_size: 4
        gradient_accumulation: 4
        epochs: 3
        save_every: 5
        pack_tokens: 128

    """

  private static let rows = 1600
  private static let stepsPerEpoch = rows / 16

  private func workspace() throws -> Program {
    let program = try Program()
    try TinyModel.write(to: program.folder + "/base")
    program.write("recipes/killed.yaml", Self.recipe)
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...Self.rows))
    return program
  }

  /// The update of the checkpoint a run says it goes on from.
  private func checkpoint(_ result: Program.Result) -> Int? {
    let words = "continuing from the checkpoint of step "
    let line = (result.output + result.error).split(separator: "\n").first { $0.contains(words) }
    return line?.split(separator: " ").last.flatMap { Int($0) }
  }

  private func adapter(_ program: Program) -> String? {
    program.run("show --json").json?["stages"]?.arrayValue?.first { $0["stage"]?.stringValue == "train" }?[
      "artifact"]?.stringValue
  }

  /// SIGKILL to run and stage in the second epoch, while windows of four batches are summed; run again: the same artifact.
  @Test func killedInTheSecondEpochEndsWithTheSameBytes() throws {
    let whole = try workspace()
    defer { whole.remove() }
    let run = whole.run("run")
    #expect(run.status == 0, "\(run.error)")
    let undisturbed = adapter(whole)

    let other = try workspace()
    defer { other.remove() }
    // Every event is read as it comes, so that the kill lands where it is meant to on a busy machine too.
    other.shell(
      """
      mkfifo events
      $LP run --json > events 2> killed.log & p=$!
      n=0
      while read -r line; do
        case $line in *'"series":"loss"'*) n=$((n+1)); [ $n -lt \(Self.stepsPerEpoch + 12) ] || break;; esac
      done < events
      kill -9 $p $(cat /proc/$p/task/*/children); wait $p 2>/dev/null; true
      """)
    let resumed = other.run("run")
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(undisturbed != nil && adapter(other) == undisturbed)
    let step = try #require(checkpoint(resumed), "\(resumed.output)")
    #expect(step > Self.stepsPerEpoch && step < 2 * Self.stepsPerEpoch)
  }
}
