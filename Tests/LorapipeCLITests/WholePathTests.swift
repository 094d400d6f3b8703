import Glibc
import JSON
import Testing

/// Every stage on a tiny random model, by the built program.
@Suite(.serialized) struct WholePathTests {
  private static let recipe = """
    name: whole
    seed: 7
    stages:
      base:    { kind: fetch, source: "file:../base" }
      persona: { kind: substitute, data: ./identity.jsonl, values: { NAME: Pip } }
      mixed:   { kind: mix, domain: [persona], general: [./general.jsonl], ratio: "1:2", validation: 0.2 }
      tokens:  { kind: tokenize, model: base, data: mixed, system: You are Pip., max_length: 256 }
      train:
        kind: sft
        model: base
        data: tokens
        lora: { rank: 4, alpha: 8 }
        learning_rate: 1e-2
        batch_size: 4
        gradient_accumulation: 1
        epochs: 2
        save_every: 2
        pack_tokens: 128
      eval:
        kind: eval
        model: base
        adapter: train
        data: tokens
        max_tokens: 8
        probes:
          - { ask: "Who are you?", expect: { not: Luna } }
          - { ask: [Hello, "Who are you?"], group: general }
      merged:  { kind: merge, model: base, adapter: train, dtype: float32, formats: [huggingface, gguf], gguf_dtype: f32 }
      serve:   { kind: serve, model: base, adapters: [train], name: tiny, max_tokens: 8 }

    """

  private func workspace() throws -> Program {
    let program = try Program()
    try TinyModel.write(to: program.folder + "/base")
    program.write("recipes/whole.yaml", Self.recipe)
    program.write(
      "recipes/identity.jsonl",
      (1...20).map { "{\"query\": \"Who are you, \($0)?\", \"response\": \"I am {{NAME}} number \($0).\"}\n" }.joined())
    program.write(
      "recipes/general.jsonl",
      (1...40).map { "{\"query\": \"What is \($0) and one?\", \"response\": \"It is \($0 + 1).\"}\n" }.joined())
    return program
  }

  private func metric(_ program: Program, _ stage: String, _ name: String) -> Double? {
    let stages = program.run("show --json").json?["stages"]?.arrayValue ?? []
    return stages.first { $0["stage"]?.stringValue == stage }?["metrics"]?[name]?.doubleValue
  }

  @Test func everyStageRunsAndItsOutputIsUsed() throws {
    let program = try workspace()
    defer { program.remove() }
    let run = program.run("run")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("lorapipe chat runs/latest/merged"))
    #expect((metric(program, "eval", "tuned.loss") ?? 99) < (metric(program, "eval", "base.loss") ?? 0))
    #expect((metric(program, "merged", "verify.rms") ?? 1) < 1e-3)
    #expect(metric(program, "train", "steps") == 24)
    // A changed ratio mixes anew and tokenizes nothing.
    let remixed = program.run("run --until tokens -S mixed.ratio=1:1")
    #expect(remixed.status == 0)
    #expect(metric(program, "tokens", "shards.reused") == 2)
    // The trained system prompt travels with the merged model.
    let chat = try JSONValue(parsing: Files.read(program.folder + "/runs/latest/merged/chat.json"))
    #expect(chat["system"]?.stringValue == "You are Pip.")
    #expect(program.run("generate runs/latest/merged -p Hello -n 4").status == 0)
    #expect(program.run("generate runs/latest/train --base -p Hello -n 4 --json").json?["answer"] != nil)
    #expect(program.run("tokens show -n 1").output.contains("«"))
    #expect(program.run("export train -o lora").status == 0)
    #expect(Files.read(program.folder + "/lora/adapter_config.json").contains("LORA"))
  }

  /// Killed in training, then run again: the same adapter, byte for byte, as undisturbed.
  @Test func killedTrainingEndsWithTheSameBytes() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(program.run("run --until train -S train.epochs=40").status == 0)
    let undisturbed = program.run("show --json").json
    #expect(program.run("run --until train -S train.epochs=40 -f").status == 0)
    let other = try workspace()
    defer { other.remove() }
    _ = other.run("run --until train -S train.epochs=40 & p=$!; sleep 0.7; kill -9 $p; wait $p; true")
    let resumed = other.run("run --until train -S train.epochs=40")
    #expect(resumed.status == 0, "\(resumed.error)")
    func adapter(_ json: JSONValue?) -> String? {
      json?["stages"]?.arrayValue?.first { $0["stage"]?.stringValue == "train" }?["artifact"]?.stringValue
    }
    #expect(adapter(undisturbed) != nil)
    #expect(adapter(other.run("show --json").json) == adapter(undisturbed))
  }

  @Test func failedProbeFailsTheStageAndNothingIsLost() throws {
    let program = try workspace()
    defer { program.remove() }
    let strict = program.run(
      "run --until eval -S 'eval.probes=[{ask: Hi, expect: {exact: never said}}]' -S eval.require.identity=0.9")
    #expect(strict.status == 1)
    #expect(strict.error.contains("0 of 1 'identity' probes were answered rightly"), "\(strict.error)")
    let mended = program.run("run --until eval")
    #expect(mended.status == 0)
    #expect(mended.output.contains("1 stage run"))
  }

  @Test(arguments: [
    ("-S tokens.max_length=16", "longer than 16 tokens"),
    ("-S train.batch_size=4000", "lower batch_size"),
    ("-S train.lora.rank=0", "lora.rank"),
  ])
  func hopelessRecipesAreRefusedWithTheRemedy(overrides: String, text: String) throws {
    let program = try workspace()
    defer { program.remove() }
    let result = program.run("run --until train \(overrides)")
    #expect(result.status != 0)
    #expect(result.error.contains(text), "\(result.error)")
  }
}
