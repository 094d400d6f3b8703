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

  /// By tokens: near the ratio by whole rows, every source counted once however often the mix changes.
  @Test func aMixByTokensWeighsRowsByTheirTokens() throws {
    let program = try workspace()
    defer { program.remove() }
    program.write("recipes/whole.yaml", Self.recipe.replacing(#"ratio: "1:2""#, with: #"by: tokens, ratio: "1:1.5""#))
    let refused = program.run("run --until mixed")
    #expect(refused.status == 2)
    #expect(refused.error.contains("stage 'mixed' needs 'model' with 'by: tokens'"), "\(refused.error)")
    #expect(refused.error.contains("recipes/whole.yaml:6:"), "\(refused.error)")
    program.write(
      "recipes/whole.yaml",
      Self.recipe.replacing(#"ratio: "1:2""#, with: #"model: base, by: tokens, ratio: "1:1.5""#))
    let run = program.run("run --until tokens -S mixed.validation=0 -S tokens.system=")
    #expect(run.status == 0, "\(run.error)")
    let domain = try #require(metric(program, "mixed", "tokens.domain"))
    let general = try #require(metric(program, "mixed", "tokens.general"))
    #expect(abs(general - 1.5 * domain) <= 20)
    #expect(abs(try #require(metric(program, "mixed", "ratio")) - general / domain) < 1e-3)
    // What was weighed is what is learned from.
    #expect(metric(program, "tokens", "train.tokens") == domain + general)
    let again = program.run("run --until mixed -S mixed.ratio=1:1")
    #expect(again.status == 0, "\(again.error)")
    let counted = program.run("run --until mixed -S mixed.ratio=1:1.2 --json").output
    #expect(counted.contains("were counted before"), "\(counted)")
    // Another model counts anew: its digest is in the key.
    try TinyModel.write(to: program.folder + "/base", seed: 8)
    #expect(program.run("run --until mixed -S mixed.ratio=1:1").output.contains("1 stage run"))
  }

  @Test func runServeKeepsTheServiceUpUntilItIsStopped() throws {
    let program = try workspace()
    defer { program.remove() }
    let partial = program.run("run --serve --until tokens")
    #expect(partial.status == 2)
    #expect(partial.error.contains("'--serve' needs the stage 'serve'"), "\(partial.error)")
    program.write(
      "recipes/none.yaml", "name: none\nstages:\n  one: { kind: command, shell: \"echo > {output}/x\" }\n")
    let none = program.run("run recipes/none.yaml --serve")
    #expect(none.status == 2)
    #expect(none.error.contains("has no serve stage"), "\(none.error)")
    _ = program.run(
      "run recipes/whole.yaml --serve -S serve.port=0 > .serve 2>&1 & p=$!; cd '\(program.folder)'; "
        + "for i in $(seq 600); do a=$(grep -o 'at http://127.0.0.1:[0-9]*' .serve | head -1); "
        + "[ -n \"$a\" ] && break; sleep 0.1; done; "
        + "bash -c \"exec 3<>/dev/tcp/127.0.0.1/${a##*:}; printf 'GET /v1/models HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3\" "
        + "> models.json; kill -TERM $p; wait $p; echo $? > status; true")
    let served = Files.read(program.folder + "/.serve")
    #expect(Files.read(program.folder + "/models.json").contains("tiny"), "\(served)")
    #expect(Files.read(program.folder + "/status").hasPrefix("0"), "\(served)")
  }
}
