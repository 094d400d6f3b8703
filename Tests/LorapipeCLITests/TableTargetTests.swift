import JSON
import LinearAlgebra
import Testing

/// `lora.targets` with the embedding and the output head, through the whole path, by the built program.
@Suite(.serialized) struct TableTargetTests {
  private static let targets = "-S 'train.lora.targets=[all-linear, embed_tokens, lm_head]'"

  @Test func embeddingAndHeadAreTrainedServedAndMerged() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    #expect(program.run("run --until train").status == 0)
    let plain = try #require(program.metric("train", "trainable_parameters"))
    let run = program.run("run \(Self.targets)")
    #expect(run.status == 0, "\(run.error)")
    // Rank 4 of two tables of 728 tokens with 32 numbers each.
    #expect(program.metric("train", "trainable_parameters") == plain + 2 * 4 * (728 + 32))
    #expect((program.metric("eval", "tuned.loss") ?? 99) < (program.metric("eval", "base.loss") ?? 0))
    #expect((program.metric("merged", "verify.rms") ?? 1) < 1e-3)
    #expect((program.metric("merged", "verify.gguf.rms") ?? 1) < 1e-3)
    if LinearAlgebra.isAvailable { #expect((program.metric("train", "effective_rank.lm_head") ?? 0) >= 1) }
    let configuration = try JSONValue(
      parsing: Files.read(program.folder + "/runs/latest/train/adapter_config.json"))
    let named = (configuration["target_modules"]?.arrayValue ?? []).compactMap(\.stringValue)
    #expect(named.suffix(2) == ["embed_tokens", "lm_head"] && named.count == 9)
    func answer(_ model: String) -> String? {
      program.run("generate \(model) -p Hello -n 12 --temperature 0 --json").json?["answer"]?.stringValue
    }
    let trained = try #require(answer("train"))
    #expect(answer("runs/latest/merged") == trained)
    #expect(program.run("export train --merge --dtype f32 -o whole.gguf").status == 0)
    #expect(answer("whole.gguf") == trained)
    // llama.cpp would change the tied head with the embedding.
    let refused = program.run("export train -o adapter.gguf")
    #expect(refused.status != 0 && refused.error.contains("one matrix"), "\(refused.error)")
    if LinearAlgebra.isAvailable {
      #expect(program.run("export train --rank 2 -o small").status == 0)
      #expect(answer("base -a small") != nil)
    }
  }

  /// Options that do not work with these two layers are refused before anything runs.
  @Test(arguments: [
    ("-S train.lora.dora=true", "DoRA is not trained on 'embed_tokens'"),
    ("-S train.lora.init=pissa", "lora.init: pissa does not begin an adapter of 'embed_tokens'"),
    ("-S train.engine=ms-swift", "an adapter of 'embed_tokens' is trained natively only"),
  ])
  func whatDoesNotGoWithThemIsRefused(_ option: String, _ message: String) throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let refused = program.run("plan \(Self.targets) \(option)")
    #expect(refused.status == 2 && refused.error.contains(message), "\(refused.error)")
  }

  @Test func aNameThatIsNoLayerIsRefusedWithThoseThereAre() throws {
    let program = try TinyWorkspace.make()
    defer { program.remove() }
    let refused = program.run("plan -S 'train.lora.targets=[q_proj, lm_haed]'")
    #expect(refused.status == 2 && refused.error.contains("lm_head"), "\(refused.error)")
  }
}
