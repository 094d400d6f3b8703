import Testing

/// Keys of other programs, full-width punctuation and unfilled placeholders: what people bring from elsewhere.
@Suite struct OtherKeysTests {
  private func lint(_ train: String) throws -> String {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/k.yaml", "name: k\nstages:\n  train: { kind: sft, model: base, data: tokens, \(train) }\n")
    let result = program.run("lint k")
    #expect(result.status == 2)
    return result.error
  }

  @Test(arguments: [
    ("torch_dtype: bf16", "leave it out: weights stay in the precision"),
    ("report_to: none", "leave it out: metrics are in runs.db"),
    ("quant_bits: 4", "leave it out: the base is used in the precision of its file"),
    ("gradient_checkpointing: true", "leave it out: activations are recomputed"),
    ("neftune_noise_alpha: 5", "it has no counterpart here: no noise is added"),
    ("use_dora: true", "did you mean 'lora.dora'?"), ("num_train_epochs: 3", "did you mean 'epochs'?"),
    // With an engine, its setting of that name is meant.
    ("engine: ms-swift, torch_dtype: bfloat16", "did you mean 'engine.dtype'?"),
  ])
  func aKeyOfAnotherProgramIsAnswered(_ train: String, _ remedy: String) throws {
    let error = try lint(train)
    #expect(error.contains(remedy), "\(error)")
  }

  @Test func rowsWithPlaceholdersAreNamedByTheMix() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/m.yaml", "name: m\nstages:\n  mixed: { kind: mix, domain: [./rows.jsonl] }\n")
    program.write(
      "recipes/rows.jsonl", "\(TinyWorkspace.sums(1...60)){\"query\":\"q\",\"response\":\"I am {{NAME}}.\"}\n")
    let result = program.run("run m")
    #expect(result.status == 0)
    #expect((result.output + result.error).contains("{{NAME}}: they are in 1 row of the mix"), "\(result.error)")
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...60))
    let clean = program.run("run m")
    #expect(!(clean.output + clean.error).contains("placeholder"), "\(clean.error)")
  }
}
