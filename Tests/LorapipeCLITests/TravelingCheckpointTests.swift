import Glibc
import JSON
import Testing

/// A training that loses its machine and continues on another, which shares nothing with the first but a remote cache.
@Suite(.serialized) struct TravelingCheckpointTests {
  private static let recipe = """
    name: traveling
    seed: 7
    stages:
      base:   { kind: fetch, source: "file:../base" }
      mixed:  { kind: mix, domain: [./rows.jsonl], validation: 0.1 }
      tokens: { kind: tokenize, model: base, data: mixed, max_length: 256 }
      train:
        kind: sft
        model: base
        data: tokens
        lora: { rank: 4, alpha: 8 }
        learning_rate: 1e-2
        batch_size: 4
        gradient_accumulation: 4
        epochs: 16
        eval_every: 40
        load_best: true
        save_every: 10
        pack_tokens: 128

    """

  private func workspace(cache: String?) throws -> Program {
    let program = try Program()
    try TinyModel.write(to: program.folder + "/base")
    program.write("recipes/traveling.yaml", Self.recipe)
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...1600))
    if let cache {
      program.write(
        "lorapipe.yaml", "remote_caches: [ { url: \"file:\(cache)\", push: always, checkpoint_seconds: 1 } ]\n")
    }
    return program
  }

  private func adapter(_ program: Program) -> String? { program.stage("train")?["artifact"]?.stringValue }

  /// SIGKILL to run and stage once a checkpoint was sent.
  private func kill(_ program: Program) {
    program.shell(
      """
      $LP run > killed.log 2>&1 & p=$!
      for i in $(seq 3000); do ls runs/store/uploads/checkpoints/*.* > /dev/null 2>&1 && break; sleep 0.02; done
      kill -9 $p $(cat /proc/$p/task/*/children); wait $p 2> /dev/null; true
      """)
  }

  @Test func killedHereAndContinuedThereEndsWithTheSameBytes() throws {
    let whole = try workspace(cache: nil)
    defer { whole.remove() }
    #expect(whole.run("run").status == 0)
    let share = whole.folder + "/share"
    mkdir(share, 0o755)

    let one = try workspace(cache: share)
    defer { one.remove() }
    kill(one)
    let status = one.run("cache status --json").json?["checkpoints"]?.arrayValue
    let sent = try #require(status?.first, "no checkpoint was sent")
    #expect(status?.count == 1 && sent["is_there"]?.boolValue == true && sent["kind"]?.stringValue == "sft")
    let step = try #require(sent["step"]?.intValue)

    let two = try workspace(cache: share)
    defer { two.remove() }
    let run = two.run("run")
    #expect(run.status == 0, "\(run.error)")
    #expect((run.output + run.error).contains("continuing from the checkpoint of step \(step)"), "\(run.output)")
    #expect(adapter(whole) != nil && adapter(two) == adapter(whole))
    // Nothing of the unfinished work is left in the cache, and the first machine takes the result from there.
    #expect(two.run("cache status --json").json?["checkpoints"]?.arrayValue == [])
    #expect(one.run("run").status == 0)
    #expect(adapter(one) == adapter(whole) && one.stage("train")?["state"]?.stringValue == "cached")
    #expect(one.run("cache status --json").json?["checkpoints"]?.arrayValue == [])
  }

  /// Whole checkpoints of another training in the work folder, as a cache that lies would put them there: the training begins
  /// anew, its log names each checkpoint that was removed and why, and its result is the right one.
  @Test func checkpointsOfAnotherTrainingCostTimeAndNothingElse() throws {
    let one = try workspace(cache: nil)
    defer { one.remove() }
    one.killInTraining("")
    let other = try workspace(cache: nil)
    defer { other.remove() }
    other.write("recipes/traveling.yaml", Self.recipe.replacing("learning_rate: 1e-2", with: "learning_rate: 2e-2"))
    let plain = try workspace(cache: nil)
    defer { plain.remove() }
    plain.write("recipes/traveling.yaml", Self.recipe.replacing("learning_rate: 1e-2", with: "learning_rate: 2e-2"))
    #expect(plain.run("run").status == 0)
    other.shell(
      """
      $LP run > killed.log 2>&1 & p=$!
      for i in $(seq 3000); do ls runs/store/work/*/checkpoints/checkpoint-*.safetensors > /dev/null 2>&1 && break; sleep 0.02; done
      kill -9 $p $(cat /proc/$p/task/*/children); wait $p 2> /dev/null
      mine=$(ls -d runs/store/work/*/checkpoints); rm -f $mine/*
      cp "\(one.folder)"/runs/store/work/*/checkpoints/* $mine/
      ls $mine/checkpoint-*.safetensors > strangers
      """)
    let strangers = Files.read(other.folder + "/strangers").split(separator: "\n").count
    let run = other.run("run")
    #expect(run.status == 0, "\(run.error)")
    #expect(!(run.output + run.error).contains("continuing from"))
    let removed = other.run("logs train").output.split(separator: "\n").filter {
      $0.contains("the checkpoint checkpoint-") && $0.contains("belongs to another training")
        && $0.contains("was removed")
    }
    #expect(removed.count == strangers && strangers > 0, "\(other.run("logs train").output)")
    #expect(adapter(other) != nil && adapter(other) == adapter(plain))
  }
}
